//! What an interrupted run left in its folder: which attempt each slot was at, where its log is, and whether somebody
//! still holds it. Knows nothing of the journal.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use standpipe_plan::Digest;

use crate::event::LogRange;
use crate::keeper::Left;

/// How long an attempt may take to end after it was asked to: somewhat more than its own grace period.
const GRACE: Duration = Duration::from_secs(6);

/// The attempt of a slot, as the file `….now` has it; the first line is the present one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Now {
    pub step: String,
    pub attempt: u32,
    pub ticket: u64,
    pub session: u32,
    /// Unique among the attempts of the run.
    pub tag: String,
    /// Where its part of the log begins.
    pub start: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Digest>,
    /// It only asks whether an effect happened.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub probe: bool,
}

impl Now {
    pub(crate) fn line(&self) -> String {
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }
}

/// What the files of a slot are called.
pub(crate) fn slot_name(session: u32, number: usize) -> String {
    if session == 1 { format!("slot-{number}") } else { format!("slot-{session}.{number}") }
}

/// The folder for files of a session's attempts.
pub(crate) fn work_name(session: u32) -> String {
    if session == 1 { "work".into() } else { format!("work-{session}") }
}

/// A slot of the run, with the attempt that it was given last.
#[derive(Clone, Debug)]
pub(crate) struct Remnant {
    pub now: Now,
    log: String,
    lease: PathBuf,
}

impl Remnant {
    /// The slots of the run whose folder it is, by name.
    pub(crate) fn all(folder: &Path) -> Vec<Self> {
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        let mut names: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        names.retain(|path| path.extension().is_some_and(|extension| extension == "now"));
        names.sort_unstable();
        names.iter().filter_map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Option<Self> {
        let mut line = String::new();
        BufReader::new(fs::File::open(path).ok()?).read_line(&mut line).ok()?;
        let log = path.with_extension("log").file_name()?.to_str()?.to_owned();
        Some(Self { now: serde_json::from_str(&line).ok()?, log, lease: path.with_extension("lease") })
    }

    /// What its keeper left.
    pub(crate) fn left(&self) -> Left {
        Left::read(&self.lease, &self.now.tag)
    }

    /// The name of the log that it writes to.
    pub(crate) fn log_file(&self) -> &str {
        &self.log
    }

    /// Its part of the log, up to `end`.
    pub(crate) fn log(&self, end: u64) -> Option<LogRange> {
        (end > self.now.start).then(|| LogRange { file: self.log.clone(), start: self.now.start, end })
    }
}

/// Asks keepers that live to end what they hold, a second time after a grace period, and waits for them.
pub(crate) fn end_all(remnants: &[Remnant]) {
    let begun = Instant::now();
    let mut asked = 0;
    loop {
        let left = remnants.iter().map(Remnant::left);
        let alive: Vec<Left> = left.filter(|left| matches!(left, Left::Alive(_))).collect();
        if alive.is_empty() || begun.elapsed() > 3 * GRACE {
            return;
        }
        if asked == 0 || (asked == 1 && begun.elapsed() > GRACE) {
            alive.iter().for_each(Left::ask_to_end);
            asked += 1;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
