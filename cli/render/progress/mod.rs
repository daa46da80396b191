//! A run while it runs: a live tree on a terminal, lines elsewhere, JSON for programs. Knows events, nothing of how they
//! come about.

mod board;
mod group;
mod json;
mod lines;
mod live;
mod trials;

pub(crate) use board::Board;
pub(crate) use json::JsonLines;
pub(crate) use lines::Lines;
pub(crate) use live::Live;

/// Seconds as people read them: `40 ms`, `4.2 s`, `3 m 20 s`.
pub(crate) fn seconds(seconds: f64) -> String {
    let seconds = seconds.max(0.0);
    if seconds < 0.0995 {
        return format!("{:.0} ms", seconds * 1000.0);
    }
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "neither negative nor a century")]
    let whole = seconds.round() as u64;
    match (whole / 3600, whole % 3600 / 60, whole % 60) {
        (0, minutes, rest) => format!("{minutes} m {rest} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} m"),
    }
}
