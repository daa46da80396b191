//! Where attempts write what they print: one file a slot, appended to by one attempt after the other.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::Local;
use crate::event::LogRange;

/// Most bytes that are passed on to observers at a time; the log has them all.
const PASSED_ON: u64 = 64 << 10;
/// Most bytes of a log's end that a failure carries.
const TAIL: u64 = 4 << 10;
/// Most lines of it.
const TAIL_LINES: usize = 30;

/// A log file that one attempt at a time writes to.
pub(crate) struct Slot {
    name: String,
    path: PathBuf,
    file: Option<File>,
    /// Where the present attempt's part begins.
    start: u64,
    /// Up to where it was passed on.
    seen: u64,
}

impl Slot {
    pub(super) fn new(folder: &Path, number: usize) -> Self {
        let name = format!("slot-{number}.log");
        Self { path: folder.join(&name), name, file: None, start: 0, seen: 0 }
    }

    /// Begins an attempt's part. The file is made when it is first needed.
    pub(super) fn begin(&mut self) -> io::Result<&File> {
        if self.file.is_none() {
            let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&self.path)?;
            self.file = Some(file);
        }
        self.start = self.end();
        self.seen = self.start;
        self.file.as_ref().ok_or_else(|| io::Error::other("the log is closed"))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn end(&self) -> u64 {
        self.file.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |about| about.len())
    }

    /// Gives whole lines that are new to `tell`; what comes too fast is left out and said so.
    pub(super) fn fresh(&mut self, tell: &mut dyn FnMut(String)) {
        self.pass_on(tell, false);
    }

    fn pass_on(&mut self, tell: &mut dyn FnMut(String), last: bool) {
        let end = self.end();
        if end <= self.seen {
            return;
        }
        let from = if end - self.seen > PASSED_ON {
            tell(format!("… {} bytes are left out here; the log has them", end - PASSED_ON - self.seen));
            end - PASSED_ON
        } else {
            self.seen
        };
        let bytes = self.read(from, end);
        let whole = match bytes.iter().rposition(|byte| *byte == b'\n') {
            _ if last => bytes.len(),
            Some(newline) => newline + 1,
            None if from > self.seen => bytes.len(),
            None => 0,
        };
        let text = String::from_utf8_lossy(bytes.get(..whole).unwrap_or_default());
        if let Some(text) = Some(text.trim_end_matches('\n')).filter(|text| !text.is_empty()) {
            tell(text.to_owned());
        }
        self.seen = from + whole as u64;
    }

    fn read(&self, from: u64, end: u64) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(end - from).unwrap_or(0)];
        match self.file.as_ref().map(|file| file.read_exact_at(&mut bytes, from)) {
            Some(Ok(())) => bytes,
            _ => Vec::new(),
        }
    }

    /// The attempt's part; `None` when it printed nothing.
    pub(crate) fn log(&mut self, local: &Local, attempt: &crate::runner::Attempt) -> Option<LogRange> {
        self.pass_on(&mut |text| local.say(super::output(attempt, text)), true);
        let end = self.end();
        (end > self.start).then(|| LogRange { file: self.name.clone(), start: self.start, end })
    }

    /// The end of the attempt's part.
    pub(crate) fn tail(&self) -> String {
        let end = self.end();
        let bytes = self.read(self.start.max(end.saturating_sub(TAIL)), end);
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.trim_end().lines().collect();
        lines.get(lines.len().saturating_sub(TAIL_LINES)..).unwrap_or_default().join("\n")
    }
}
