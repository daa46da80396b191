//! Real workers: a body, inputs and a shape go in, what came out is compared. Knows nothing of how workers do it.

mod artifacts;
mod bench;
mod bodies;
mod memory;
mod plain;
mod pollution;
mod process;
mod results;
mod tables;
mod tensors;
