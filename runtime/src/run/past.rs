//! What a run that is gone on with has done already, and what of it is still under way. Knows nothing of the scheduler.

use std::path::Path;

use rusqlite::{Connection, params};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use smol_str::SmolStr;
use standpipe_plan::{Digest, Value};

use super::driver::nanos;
use super::spent::Searches;
use crate::cache::Hit;
use crate::codes;
use crate::event::SweepHead;
use crate::event::{Failure, Status};
use crate::history::{Begun, Ended, TrialState, under_way_for};
use crate::journal::{self, Report, StepEnd};
use crate::keeper::Left;
use crate::lessons::Recalled;
use crate::options::Resume;
use crate::process::kill_marked;
use crate::remains::{Remnant, end_all};
use crate::runner::decision;
use crate::schedule::{Before, Ran, Trials, Tried};

/// The codes of what ends a step half-way, and of what was never known.
const UNDECIDED: [&str; 6] =
    [codes::UNKNOWN, codes::LOST, codes::WORKER_DIED, codes::SIGNALLED, codes::TIMED_OUT, codes::OUT_OF_MEMORY];

/// Nothing, for a run that has just begun.
#[derive(Default)]
pub(super) struct Past {
    /// The value of steps that ended well and that later runs do not reuse; what those were made of that are no effects.
    done: FxHashMap<String, Done>,
    /// Effects that began and of which no end is on record.
    begun: Vec<String>,
    /// Attempts that somebody held when the run was interrupted, by step.
    remnants: FxHashMap<String, Remnant>,
    /// What its sweeps have tried.
    trials: Trials,
    /// What leads its sweeps, by their paths: the name under which a run was asked for, and its trials.
    recalled: FxHashMap<String, (String, Recalled)>,
    choice: Resume,
    /// Seconds that it was under way.
    pub(super) spent: f64,
}

/// A step that ended well.
struct Done {
    value: Value,
    /// What it is made of; nothing of an effect.
    parts: Vec<(SmolStr, SmolStr)>,
    seconds: f64,
    reports: Vec<Report>,
}

/// The body of a record of what leads a sweep.
#[derive(Deserialize)]
struct Taught {
    from: String,
    #[serde(flatten)]
    recalled: Recalled,
}

/// What a run knows of one of its effects before it starts it.
pub(super) enum Effected {
    /// It has not begun.
    No,
    /// It ended, and this is what it was worth.
    Done(Value),
    /// It is under way, or its end was noted: its attempt is to be taken over.
    Held,
    Unknown(Failure),
}

impl Past {
    /// What run `number` has on record: how many records, the number of the session that begins now, and its past.
    pub(super) fn read(
        connection: &Connection,
        number: i64,
        folder: &Path,
        resume: &Resume,
    ) -> Result<(u64, u32, Self), Failure> {
        let spent = under_way_for(connection, number).map_err(|error| journal::failure(&error))?;
        let mut past = Self { choice: resume.clone(), spent, ..Self::default() };
        let mut open: FxHashMap<String, bool> = FxHashMap::default();
        // Steps of which an end is on record after their last start, and in which session that was.
        let mut told: FxHashMap<String, u32> = FxHashMap::default();
        let (mut written, mut sessions) = (0, 1);
        let mut searches = Searches::default();
        let mut each = |record: i64, time: i64, kind: &str, step: String, body: &str| {
            written = u64::try_from(record).unwrap_or(0);
            searches.saw(time, kind, &step);
            match kind {
                "run_resumed" => sessions += 1,
                "effect_announced" => {
                    open.insert(step, true);
                }
                "step_started" => {
                    told.remove(&step);
                    open.entry(step).or_insert(false);
                }
                "sweep_taught" => {
                    if let Ok(Taught { from, recalled }) = serde_json::from_str(body) {
                        past.recalled.insert(step, (from, recalled));
                    }
                }
                "trial_started" | "trial_finished" => tried(past.trials.entry(step).or_default(), kind, body),
                "step_finished" => {
                    let Ok(end) = serde_json::from_str::<StepEnd>(body) else { return };
                    // An effect that was stopped may have happened, whoever stopped it, and one that nobody knew of is known
                    // no better since; one that says itself that it failed has ended, and may be started again.
                    let undecided =
                        end.error.as_ref().is_some_and(|error| UNDECIDED.iter().any(|code| error.code == *code));
                    told.insert(step.clone(), sessions);
                    if !(undecided || end.status == Status::Cancelled) || open.get(&step) != Some(&true) {
                        open.remove(&step);
                    }
                    if let (Status::Succeeded | Status::Cached, Some(value)) = (end.status, end.value) {
                        // What was taken from earlier in this run took as long as it did then.
                        let before = past.done.remove(&step).filter(|_| end.status == Status::Cached);
                        let (seconds, reports) = match before {
                            Some(before) => (before.seconds, before.reports),
                            None => (end.seconds, end.reports),
                        };
                        past.done.insert(step, Done { value, parts: end.parts, seconds, reports });
                    }
                }
                _ => {}
            }
        };
        let mut read = || {
            let mut query = connection
                .prepare("SELECT number, time, kind, step, body FROM events WHERE run = ?1 ORDER BY number")?;
            let mut rows = query.query(params![number])?;
            while let Some(row) = rows.next()? {
                let (kind, body): (String, String) = (row.get(2)?, row.get(4)?);
                each(row.get(0)?, row.get(1)?, &kind, row.get(3)?, &body);
            }
            Ok(())
        };
        read().map_err(|error: rusqlite::Error| journal::failure(&error))?;
        for (step, nanos) in searches.spent() {
            past.trials.entry(step).or_default().spent = nanos;
        }
        for remnant in Remnant::all(folder) {
            if remnant.now.probe {
                // What it would find is asked anew, once its keeper is gone: that has the place of the one which asks then.
                match remnant.left() {
                    Left::Alive(_) => end_all(std::slice::from_ref(&remnant)),
                    Left::Ended(_) => {}
                    Left::Nothing => kill_marked(&remnant.marker(&resume.run), false),
                }
                continue;
            }
            // That it began need not be on record: only what holds it knows then, and it is ended or taken over all the same.
            let ended = told.get(&remnant.now.step).is_some_and(|session| *session >= remnant.now.session);
            if !ended && remnant.can_be_taken_over(&resume.run) {
                past.remnants.insert(remnant.now.step.clone(), remnant);
            }
        }
        past.begun = open.into_iter().filter(|(_, effect)| *effect).map(|(step, _)| step).collect();
        past.begun.sort_unstable();
        Ok((written, sessions + 1, past))
    }

    /// What a run that has just begun can know: what the last run of its pipeline tried in its sweeps.
    pub(super) fn earlier(connection: &Connection, number: i64, pipeline: &str) -> rusqlite::Result<Self> {
        let mut past = Self::default();
        let mut query = connection.prepare(
            "SELECT kind, step, body FROM events WHERE run = (SELECT max(number) FROM runs WHERE pipeline = ?1 AND \
             number < ?2) AND kind IN ('sweep_started', 'trial_started', 'trial_finished') ORDER BY number",
        )?;
        let mut rows = query.query(params![pipeline, number])?;
        while let Some(row) = rows.next()? {
            let (kind, step, body): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let before = past.trials.entry(step).or_default();
            if kind == "sweep_started" {
                before.head = serde_json::from_str::<SweepHead>(&body).ok();
            } else {
                tried(before, &kind, &body);
            }
        }
        // Of a sweep without a head nothing is known.
        past.trials.retain(|_, before| before.head.is_some());
        Ok(past)
    }

    /// What is known of the effect at `step`.
    pub(super) fn effect(&self, step: &str) -> Effected {
        if let Some(done) = self.done.get(step) {
            return Effected::Done(done.value.clone());
        }
        if self.begun.binary_search_by(|begun| begun.as_str().cmp(step)).is_err() {
            return Effected::No;
        }
        let named = |steps: &[String]| steps.iter().any(|named| named == step);
        if named(&self.choice.skip) {
            return Effected::Done(Value::None);
        }
        if self.remnants.contains_key(step) {
            return Effected::Held;
        }
        if named(&self.choice.retry) {
            return Effected::No;
        }
        let message =
            format!("`{step}` had begun when the run was interrupted or stopped, and nothing says whether it happened");
        Effected::Unknown(Failure::new(codes::UNKNOWN, message).with_help(decision(step)))
    }

    /// What a step was worth in this run, called `run`, that is made of `parts`.
    pub(super) fn value(&self, step: &str, parts: &[(SmolStr, SmolStr)], run: &SmolStr) -> Option<Hit> {
        let done = self.done.get(step).filter(|done| done.parts.as_slice() == parts && !parts.is_empty())?;
        let Done { value, seconds, reports, .. } = done;
        Some(Hit { value: value.clone(), run: run.clone(), seconds: *seconds, reports: reports.clone() })
    }

    /// What its sweeps have tried.
    pub(super) fn trials(&mut self) -> Trials {
        std::mem::take(&mut self.trials)
    }

    /// The trials of the run `from` that the sweep at `step` was led by before the run was interrupted.
    pub(super) fn recalled(&self, step: &str, from: &str) -> Option<Recalled> {
        self.recalled.get(step).filter(|(asked, _)| asked == from).map(|(_, recalled)| recalled.clone())
    }

    /// The attempt at `step` that is still held, or whose end was noted; with another key it is of no use.
    pub(super) fn take(&mut self, step: &str, key: Option<Digest>) -> Option<Remnant> {
        let remnant = self.remnants.get(step)?;
        (remnant.now.key == key).then(|| self.remnants.remove(step)).flatten()
    }

    /// Ends the attempts that nobody took over, and waits for that.
    pub(super) fn close(&mut self) {
        let left: Vec<Remnant> = std::mem::take(&mut self.remnants).into_values().collect();
        end_all(&left);
    }
}

/// Takes up what a record says of a trial.
fn tried(before: &mut Before, kind: &str, body: &str) {
    if kind == "trial_started" {
        if let Ok(Begun { trial, params }) = serde_json::from_str(body) {
            before.trials.insert(trial, Tried { params, ran: None, finished: false });
        }
        return;
    }
    let Ok(Ended { trial, end }) = serde_json::from_str(body) else { return };
    let reports = end.reports.iter().map(|(step, value)| (*step, value.unwrap_or(f64::NAN)));
    let ran = Ran { nanos: nanos(end.seconds), reports: reports.collect() };
    // What finished is found by its steps, what failed is tried again.
    let ran = (end.state == TrialState::Stopped).then_some(ran);
    before.trials.insert(trial, Tried { params: end.params, ran, finished: end.state == TrialState::Finished });
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};
    use std::time::Duration;

    use super::*;
    use crate::process::{MARKER, marker};
    use crate::remains::Now;

    /// A process of the attempt of that ticket, which nobody holds, with its slot's note in `folder`.
    fn forsaken(folder: &Path, ticket: u64, session: u32) -> Child {
        let now = Now {
            step: format!("main.all[{ticket}].make"),
            attempt: 1,
            ticket,
            session,
            tag: format!("{session}-{ticket}"),
            start: 0,
            begun: 0,
            key: None,
            probe: false,
            alone: crate::remains::Alone::Kept,
        };
        std::fs::write(folder.join(format!("slot-{ticket}.now")), now.line()).expect("written");
        let variable = marker("the-run", session, ticket, 1);
        Command::new("sleep").arg("60").env(MARKER, variable).spawn().expect("sleep is there")
    }

    #[test]
    fn what_began_without_a_record_of_it_is_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let connection = journal::open(folder.path()).expect("it opens");
        let insert = "INSERT INTO runs (id, name, pipeline, started) VALUES ('the-run', 'calm-crab', 'main', 1)";
        connection.execute(insert, []).expect("on record");
        let run = connection.last_insert_rowid();
        // Of the second step it is known how it ended, in the session before the one in which it began again.
        let end = serde_json::to_string(&StepEnd::new("calm-crab".into())).expect("text");
        for (number, kind, step, body) in
            [(1, "step_finished", "main.all[1].make", end.as_str()), (2, "run_resumed", "", "{}")]
        {
            let insert = "INSERT INTO events (run, number, time, kind, step, body) VALUES (?1, ?2, 1, ?3, ?4, ?5)";
            connection.execute(insert, params![run, number, kind, step, body]).expect("on record");
        }
        let mut children = [forsaken(folder.path(), 0, 1), forsaken(folder.path(), 1, 2)];
        let resume = Resume { run: "the-run".into(), ..Resume::default() };
        let (_, session, past) = Past::read(&connection, run, folder.path(), &resume).expect("read");
        assert_eq!((session, past.remnants.len()), (3, 0), "nobody holds them");
        for child in &mut children {
            let ended = (0..1_000).any(|_| {
                std::thread::sleep(Duration::from_millis(5));
                child.try_wait().expect("it is ours").is_some()
            });
            let _ = child.kill();
            assert!(ended, "it is left");
        }
    }
}
