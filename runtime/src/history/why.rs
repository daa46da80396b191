//! Why a step ran, or was reused: what it was made of, against the last time.

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;
use serde::Serialize;
use smol_str::SmolStr;

use super::{History, RunRow};
use crate::codes;
use crate::event::{Failure, Status};
use crate::journal::{self, StepEnd};

/// Why a step of a run ran or did not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Why {
    pub step: String,
    pub status: Status,
    /// One sentence.
    pub reason: String,
    /// The run whose result was reused.
    pub reused: Option<String>,
    /// The run it is compared with: the last one before that had the step.
    pub previous: Option<String>,
    /// Bytes of memory that were reserved for it by what earlier attempts took; absent where its task declares its memory, and
    /// where nothing was known.
    pub reserved: Option<u64>,
    /// What of the step is not as it was in `previous`.
    pub changes: Vec<Change>,
}

/// Something that a step is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `body`, `signature`, `environment`, or `input` and its name.
    pub part: String,
    /// `changed`, `added` or `removed`.
    pub how: &'static str,
}

impl History {
    /// Why that step of that run ran, or was reused.
    ///
    /// # Errors
    /// The run has no such step, or it has not ended.
    pub fn why(&self, run: &RunRow, step: &str) -> Result<Why, Failure> {
        let broken = |error: rusqlite::Error| journal::failure(&error);
        let own = self
            .end(run.number, step)
            .map_err(broken)?
            .ok_or_else(|| Failure::new(codes::STATE, format!("`{}` has no step `{step}` that has ended", run.name)))?;
        let before = self.before(run, step).map_err(broken)?;
        let changes = before.as_ref().map(|(_, before)| compare(&before.parts, &own.parts)).unwrap_or_default();
        let reason = reason(&own, before.as_ref(), &changes);
        Ok(Why {
            step: step.to_owned(),
            status: own.status,
            reason,
            reused: (own.status == Status::Cached).then(|| own.from.to_string()),
            reserved: own.reserved,
            previous: before.map(|(name, _)| name),
            changes,
        })
    }

    fn end(&self, run: i64, step: &str) -> rusqlite::Result<Option<StepEnd>> {
        let mut query = self.connection.prepare_cached(
            "SELECT body FROM events WHERE run = ?1 AND step = ?2 AND kind = 'step_finished'
             ORDER BY number DESC LIMIT 1",
        )?;
        let body: Option<String> = query.query_row(params![run, step], |row| row.get(0)).optional()?;
        Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
    }

    /// The last run before in which the step was made of something, and how it ended there.
    fn before(&self, run: &RunRow, step: &str) -> rusqlite::Result<Option<(String, StepEnd)>> {
        let mut query = self.connection.prepare_cached(
            "SELECT runs.name, events.body FROM events JOIN runs ON runs.number = events.run
             WHERE events.run < ?1 AND events.step = ?2 AND events.kind = 'step_finished' AND runs.pipeline = ?3
             ORDER BY events.run DESC",
        )?;
        let mut rows = query.query(params![run.number, step, run.pipeline])?;
        while let Some(row) = rows.next()? {
            let (name, body): (String, String) = (row.get(0)?, row.get(1)?);
            if let Ok(end) = serde_json::from_str::<StepEnd>(&body)
                && !end.parts.is_empty()
            {
                return Ok(Some((name, end)));
            }
        }
        Ok(None)
    }
}

type Parts = [(SmolStr, SmolStr)];

pub(super) fn compare(before: &Parts, now: &Parts) -> Vec<Change> {
    let digest =
        |parts: &Parts, name: &str| parts.iter().find(|(part, _)| part == name).map(|(_, digest)| digest.clone());
    let mut changes = Vec::new();
    for (part, value) in now {
        match digest(before, part) {
            None => changes.push(Change { part: part.to_string(), how: "added" }),
            Some(old) if old != *value => changes.push(Change { part: part.to_string(), how: "changed" }),
            Some(_) => {}
        }
    }
    let removed = before.iter().filter(|(part, _)| digest(now, part).is_none());
    changes.extend(removed.map(|(part, _)| Change { part: part.to_string(), how: "removed" }));
    changes
}

pub(super) fn reason(own: &StepEnd, before: Option<&(String, StepEnd)>, changes: &[Change]) -> String {
    match (own.status, before) {
        (Status::Cached, _) => format!("nothing that it is made of changed since `{}`, which ran it", own.from),
        (Status::Skipped, _) if own.parts.is_empty() => {
            "it did not run: its branch was not taken, or something before it failed".into()
        }
        (Status::Skipped, _) => "it did not run: the run had failed or was stopped".into(),
        _ if own.parts.is_empty() => "it is an effect, which runs in every run".into(),
        (_, None) => "it had not run before".into(),
        (_, Some((name, before))) => against(name, before, changes),
    }
}

/// Why it runs again, in the light of the last time.
fn against(name: &str, before: &StepEnd, changes: &[Change]) -> String {
    if !changes.is_empty() {
        let told: Vec<_> = changes.iter().map(|change| format!("{} {}", told(&change.part), change.how)).collect();
        return format!("since `{name}` {}", told.join(", "));
    }
    match before.status {
        Status::Succeeded | Status::Cached => {
            format!("it is made of the same as in `{name}`, whose result is gone, too old, or may not be reused")
        }
        Status::Failed | Status::Skipped | Status::Cancelled => {
            format!("it is made of the same as in `{name}`, where it did not succeed")
        }
    }
}

/// Why a step made of `parts` would run again.
pub(crate) fn why_again(before: Option<&(String, StepEnd)>, parts: &Parts) -> SmolStr {
    match before {
        None => "it has not run before".into(),
        Some((name, before)) => against(name, before, &compare(&before.parts, parts)).into(),
    }
}

/// How each step ended in the last run of that pipeline, and that run's name.
pub(crate) fn last_ends(
    connection: &Connection,
    pipeline: &str,
) -> rusqlite::Result<FxHashMap<String, (String, StepEnd)>> {
    let mut query = connection.prepare_cached(
        "SELECT runs.name, events.step, events.body FROM events JOIN runs ON runs.number = events.run
         WHERE events.kind = 'step_finished' AND events.run = (SELECT max(number) FROM runs WHERE pipeline = ?1)",
    )?;
    let mut ends = FxHashMap::default();
    let mut rows = query.query(params![pipeline])?;
    while let Some(row) = rows.next()? {
        let body: String = row.get(2)?;
        if let Ok(end) = serde_json::from_str::<StepEnd>(&body)
            && !end.parts.is_empty()
        {
            ends.insert(row.get(1)?, (row.get(0)?, end));
        }
    }
    Ok(ends)
}

fn told(part: &str) -> String {
    match part.strip_prefix("input ") {
        Some(name) => format!("input `{name}`"),
        None => format!("its {part}"),
    }
}
