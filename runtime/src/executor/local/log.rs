//! Where attempts write what they print: one file a slot, appended to by one attempt after the other; and beside it, for
//! whoever looks in from outside, which attempt that is now.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Local;
use crate::event::LogRange;
use crate::gaps;
use crate::host::unnamed;
use crate::keeper::{Keeper, LogLimit, LogPlace};
use crate::remains::{Now, slot_name};
use crate::secrets::Veil;

/// Most bytes that are passed on to observers at a time; the log has them all.
const PASSED_ON: u64 = 64 << 10;
/// Bytes of what must be hidden that are looked at in one go.
const PIECE: u64 = 1 << 20;
/// Most bytes of a log's end that a failure carries.
const TAIL: u64 = 4 << 10;
/// Most lines of it.
const TAIL_LINES: usize = 30;

/// A log file that one attempt at a time writes to.
pub(crate) struct Slot {
    name: String,
    path: PathBuf,
    file: Option<File>,
    now: Option<File>,
    /// Holds the attempts of this slot, once there was one to hold.
    pub(super) keeper: Option<Keeper>,
    /// Where the present attempt's part begins.
    start: u64,
    /// Up to where it was passed on.
    seen: u64,
    veiled: Option<Veiled>,
    /// Bytes that one attempt may print.
    most: u64,
}

/// An attempt prints here, into a file that nobody else finds, and only what shows no secret goes into the log.
struct Veiled {
    raw: Arc<File>,
    /// Up to where it was read.
    read: u64,
    /// The end of that, which may be a secret's beginning.
    held: Vec<u8>,
    veil: Arc<Veil>,
}

impl Veiled {
    /// Gives `write` what was printed up to there, secrets replaced, but for its last few bytes.
    fn read_to(&mut self, end: u64, write: &mut dyn FnMut(Vec<u8>)) {
        while self.read < end {
            let mut bytes = vec![0; usize::try_from((end - self.read).min(PIECE)).unwrap_or(0)];
            if self.raw.read_exact_at(&mut bytes, self.read).is_err() {
                return;
            }
            self.read += bytes.len() as u64;
            self.held.append(&mut bytes);
            write(self.veil.pass(&mut self.held, false));
        }
    }

    /// Leaves out what was printed from here to about `to`, of `end` bytes in all, and no part of a secret at either end.
    fn skip_to(&mut self, to: u64, end: u64) {
        let sight = self.veil.sight() as u64;
        let from = to.saturating_sub(sight);
        let mut around = vec![0; usize::try_from((to + sight).min(end) - from).unwrap_or(0)];
        // What cannot be read is left out, too.
        let to = match self.raw.read_exact_at(&mut around, from) {
            Ok(()) => from + self.veil.beside(&around, usize::try_from(to - from).unwrap_or(0)) as u64,
            Err(_) => end,
        };
        // What was held may be the beginning of a secret.
        let skipped = to - self.read + self.held.len() as u64;
        self.held = format!("\n… {skipped} bytes are left out here: the log has reached its limit\n").into_bytes();
        self.read = to;
    }
}

impl Slot {
    pub(super) fn new(folder: &Path, session: u32, number: usize, most: u64) -> Self {
        let name = format!("{}.log", slot_name(session, number));
        let path = folder.join(&name);
        Self { path, name, file: None, now: None, keeper: None, start: 0, seen: 0, veiled: None, most }
    }

    /// Begins an attempt's part. The files are made when they are first needed.
    pub(super) fn begin(&mut self, about: impl FnOnce(u64) -> Now) -> io::Result<&File> {
        let mut options = OpenOptions::new();
        options.read(true).create(true).mode(0o600);
        if self.file.is_none() {
            self.file = Some(options.clone().append(true).open(&self.path)?);
        }
        if self.now.is_none() {
            self.now = Some(options.write(true).open(self.path.with_extension("now"))?);
        }
        self.start = self.end();
        self.seen = self.start;
        if let Some(now) = &self.now {
            now.write_all_at(about(self.start).line().as_bytes(), 0)?;
        }
        self.file.as_ref().ok_or_else(|| io::Error::other("the log is closed"))
    }

    /// Where the present attempt is to print, so that `veil` hides what it must.
    pub(super) fn veil(&mut self, veil: &Arc<Veil>) -> io::Result<File> {
        let raw = Arc::new(unnamed()?);
        let here = raw.try_clone()?;
        self.veiled = Some(Veiled { raw, read: 0, held: Vec::new(), veil: Arc::clone(veil) });
        Ok(here)
    }

    /// Writes what has been printed since into the log.
    fn unveil(&mut self, last: bool) {
        let (Some(veiled), Some(mut file)) = (&mut self.veiled, self.file.as_ref()) else { return };
        let end = veiled.raw.metadata().map_or(0, |about| about.len());
        let half = self.most / 2;
        // A log that cannot be written is no reason to fail.
        let mut write = |text: Vec<u8>| drop(file.write_all(&text));
        if end.saturating_sub(veiled.read) > self.most {
            // What would be left out of the log is not read first.
            veiled.read_to(half, &mut write);
            veiled.skip_to(end - half, end);
        }
        veiled.read_to(end, &mut write);
        write(veiled.veil.pass(&mut veiled.held, last));
        gaps::give_back(&veiled.raw, veiled.read);
        if last {
            self.veiled = None;
        }
    }

    /// The slot's log, and what one attempt may print into it.
    pub(super) fn log_limit(&self) -> LogLimit<'_> {
        LogLimit { log: LogPlace::At(&self.path), most: self.most }
    }

    /// Leaves out what the attempt has printed beyond what it may, as far as it has come. `alone`: nobody else writes to the
    /// log.
    fn limit(&self, start: u64, alone: bool) {
        if let Some(file) = &self.file {
            gaps::limit(file, (start, self.end()), self.most, alone);
        }
    }

    /// The attempt that runs in a series, after the last that was told.
    pub(super) fn limit_next(&self) {
        self.limit(self.seen, false);
    }

    /// What a keeper of an attempt with secrets is given: a lease of its own, and as its log what this process takes the
    /// secrets out of; that has no limit of its own.
    pub(super) fn veiled(&self) -> Option<(PathBuf, Arc<File>)> {
        Some((self.path.with_extension("veiled"), Arc::clone(&self.veiled.as_ref()?.raw)))
    }

    /// The file that the slot's keeper holds as long as it lives.
    pub(super) fn lease(&self) -> PathBuf {
        self.path.with_extension("lease")
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
        // What must be hidden is written here, and nowhere else.
        let alone = self.veiled.is_some();
        self.unveil(last);
        self.limit(self.start, alone);
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

    /// The part of an attempt of which the worker says where it lies; `None` when it printed nothing.
    pub(super) fn part(
        &mut self,
        local: &Local,
        attempt: &crate::runner::Attempt,
        start: u64,
        end: u64,
    ) -> Option<LogRange> {
        self.start = start;
        self.seen = end;
        if end <= start {
            return None;
        }
        if let Some(file) = &self.file {
            gaps::limit(file, (start, end), self.most, false);
        }
        let from = start.max(end.saturating_sub(PASSED_ON));
        if from > start {
            local.say(super::output(attempt, format!("… {} bytes are left out here; the log has them", from - start)));
        }
        let text = String::from_utf8_lossy(&self.read(from, end)).trim_end_matches('\n').to_owned();
        if !text.is_empty() {
            local.say(super::output(attempt, text));
        }
        Some(LogRange { file: self.name.clone(), start, end })
    }

    /// The end of the attempt's part.
    pub(crate) fn tail(&self) -> String {
        let end = self.end();
        last_lines(&self.read(self.start.max(end.saturating_sub(TAIL)), end))
    }
}

/// The end of a part of a log in the run's `folder`.
pub(super) fn tail_of(folder: &Path, range: &LogRange) -> String {
    let start = range.start.max(range.end.saturating_sub(TAIL));
    let mut bytes = vec![0; usize::try_from(range.end.saturating_sub(start)).unwrap_or(0)];
    let read = File::open(folder.join(&range.file)).and_then(|file| file.read_exact_at(&mut bytes, start));
    if read.is_ok() { last_lines(&bytes) } else { String::new() }
}

fn last_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines.get(lines.len().saturating_sub(TAIL_LINES)..).unwrap_or_default().join("\n")
}
