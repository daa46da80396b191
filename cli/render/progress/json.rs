//! Events as JSON lines, each with its time. Knows nothing of terminals.

use std::io::Write;

use serde::Serialize;
use standpipe_runtime::{Event, Observer};

/// Writes each event to `out` as it comes.
pub(crate) struct JsonLines<W> {
    out: W,
    clock: fn() -> String,
}

#[derive(Serialize)]
struct Timed<'a> {
    #[serde(flatten)]
    event: &'a Event,
    time: String,
}

impl<W: Write> JsonLines<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, clock: || jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string() }
    }
}

impl<W: Write> Observer for JsonLines<W> {
    fn event(&mut self, event: &Event) {
        let line = Timed { event, time: (self.clock)() };
        let Ok(mut text) = serde_json::to_vec(&line) else { return };
        text.push(b'\n');
        // A reader that has gone away does not end the run.
        let _ = self.out.write_all(&text).and_then(|()| self.out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::super::board::tests::story;
    use super::*;

    #[test]
    fn one_event_a_line() {
        let mut lines = JsonLines { out: Vec::new(), clock: || "2026-11-23T22:00:00Z".into() };
        story().iter().for_each(|event| lines.event(event));
        insta::assert_snapshot!(String::from_utf8(lines.out).unwrap());
    }
}
