//! The state machine under a simulated clock.
