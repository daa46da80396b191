//! A run as plain lines, for logs and pipes.

use std::io::Write;
use std::time::Instant;

use standpipe_runtime::{Event, Observer};

use super::Board;

/// Writes each line worth keeping to `out`.
pub(crate) struct Lines<W> {
    board: Board,
    out: W,
    start: Instant,
}

impl<W: Write> Lines<W> {
    pub(crate) fn new(board: Board, out: W) -> Self {
        Self { board, out, start: Instant::now() }
    }
}

impl<W: Write> Observer for Lines<W> {
    fn event(&mut self, event: &Event) {
        for line in self.board.take(event, self.start.elapsed()) {
            // Nobody can be told that nobody listens.
            let _ = writeln!(self.out, "{line}");
        }
    }
}
