//! What an interrupted run left in its folder: which attempt each slot was at, where its log is, and whether somebody
//! still holds it. Knows nothing of the journal.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use standpipe_plan::Digest;

use crate::event::LogRange;
use crate::executor::local::Ending;
use crate::host::uptime;
use crate::keeper::Left;
use crate::process::{self, kill_marked};
use crate::worker;

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
    /// When it began, as [`uptime`] has it; 0 where that was not noted.
    #[serde(default)]
    pub begun: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Digest>,
    /// It only asks whether an effect happened.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub probe: bool,
    #[serde(default)]
    pub alone: Alone,
}

/// What becomes of an attempt when the runtime dies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Alone {
    /// Its keeper goes on with it and notes how it ended.
    #[default]
    Kept,
    /// It is a call of a worker, which finishes it, notes what came of it and ends.
    Called {
        /// The value of [`crate::process::MARKER`] in the worker and all that it started.
        marker: String,
        /// When it has had its time: how long that is, and nanoseconds since the machine began to run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<(u64, u64)>,
    },
    /// It ends with the runtime.
    Ended,
}

impl Now {
    pub(crate) fn line(&self) -> String {
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }

    /// The present attempt of the slot whose file `….now` it is.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        let mut line = String::new();
        BufReader::new(fs::File::open(path).ok()?).read_line(&mut line).ok()?;
        serde_json::from_str(&line).ok()
    }

    /// How long it has been under way, if it still is.
    pub(crate) fn age(&self) -> Option<Duration> {
        let age = uptime().checked_sub(self.begun).filter(|_| self.begun > 0);
        age.map(Duration::from_nanos)
    }

    /// The folder for files of the attempt, in its run's `folder`.
    fn own(&self, folder: &Path) -> PathBuf {
        own_folder(&folder.join(work_name(self.session)), self.ticket, self.attempt)
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

/// A folder for files of one attempt, below `work`.
pub(crate) fn own_folder(work: &Path, ticket: u64, attempt: u32) -> PathBuf {
    work.join(format!("{ticket}-{attempt}"))
}

/// A slot of the run, with the attempt that it was given last.
#[derive(Clone, Debug)]
pub(crate) struct Remnant {
    pub now: Now,
    log: String,
    lease: PathBuf,
    own: PathBuf,
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
        let now = Now::read(path)?;
        let log = path.with_extension("log").file_name()?.to_str()?.to_owned();
        Some(Self { log, lease: path.with_extension("lease"), own: now.own(path.parent()?), now })
    }

    /// What its keeper left.
    pub(crate) fn left(&self) -> Left {
        Left::read(&self.lease, &self.now.tag)
    }

    /// How long it has been under way, or was; `None` where nobody knows.
    pub(crate) fn took(&self) -> Option<Duration> {
        match self.left() {
            Left::Alive(_) => self.now.age(),
            Left::Ended(ended) => ended.took,
            Left::Nothing => None,
        }
    }

    /// Whether somebody goes on with it, or has noted how it ended, so that it can be taken over. What nobody will ever
    /// hear of is ended, `run` being the run's id; this waits for that.
    pub(crate) fn can_be_taken_over(&self, run: &str) -> bool {
        match (self.left(), &self.now.alone) {
            (Left::Alive(_), Alone::Kept | Alone::Called { .. }) => true,
            // Its keeper is ending it already.
            (Left::Alive(_), Alone::Ended) => {
                end_all(std::slice::from_ref(self));
                false
            }
            // What was stopped has no result to take over.
            (Left::Ended(ended), Alone::Kept | Alone::Called { .. }) => ended.how != Ending::Cancelled,
            (Left::Ended(_), Alone::Ended) => false,
            (Left::Nothing, Alone::Kept | Alone::Ended) => {
                self.end_forsaken(run);
                false
            }
            (Left::Nothing, Alone::Called { .. }) => {
                self.end_forsaken(run);
                self.answer().exists()
            }
        }
    }

    /// Ends what goes on by itself because its keeper is gone, too.
    pub(crate) fn end_forsaken(&self, run: &str) {
        match (self.left(), &self.now.alone) {
            (Left::Nothing, Alone::Kept | Alone::Ended) => kill_marked(&self.marker(run), false),
            (Left::Nothing, Alone::Called { marker, .. }) => kill_marked(marker, false),
            (Left::Alive(_) | Left::Ended(_), _) => {}
        }
    }

    /// The mark of its processes, unless a worker has one of its own; `run` is the run's id.
    pub(crate) fn marker(&self, run: &str) -> String {
        process::marker(run, self.now.session, self.now.ticket, self.now.attempt)
    }

    /// What its worker noted, once it has.
    pub(crate) fn answer(&self) -> PathBuf {
        worker::answer_file(&self.own)
    }

    /// The folder for files of the attempt.
    pub(crate) fn own(&self) -> &Path {
        &self.own
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
