//! From what a step is made of to a result that was made of the same before. Knows nothing of scheduling; failures are
//! never kept.

mod key;
#[cfg(test)]
pub(crate) mod tests;

use rusqlite::{Connection, OptionalExtension, params};
use smol_str::SmolStr;
use standpipe_plan::{Blob, CachePolicy, Digest, Value};
use std::sync::Arc;

pub(crate) use self::key::{Key, Keys};
use crate::journal::{self, Report};
use crate::planted::{Bug, planted};
use crate::store::{Soundness, Store};

/// A result of an earlier run.
#[derive(Debug)]
pub(crate) struct Hit {
    pub value: Value,
    /// The name of the run that made it.
    pub run: SmolStr,
    /// How long the step took that made it.
    pub seconds: f64,
    /// What it reported on its way.
    pub reports: Vec<Report>,
}

/// What is kept under a key.
#[derive(Debug)]
pub(crate) enum Found {
    Hit(Hit),
    /// A result whose content is not in the store as it was.
    Lost(Lost),
    Nothing,
}

/// Why a result that is on record is of no use.
#[derive(Debug)]
pub(crate) struct Lost {
    /// The name of the run that made it.
    pub run: SmolStr,
    /// The first of its content that is not there.
    pub blob: Blob,
    /// Something else is in its place.
    pub damaged: bool,
    pub why: String,
}

/// The result kept under `key`, if it is fresh enough and everything it refers to is still there, as it was.
pub(crate) fn find(
    connection: &Connection,
    store: &Store,
    key: Digest,
    policy: CachePolicy,
    inputs: &[Value],
) -> rusqlite::Result<Found> {
    let mut query =
        connection.prepare_cached("SELECT value, run, time, seconds, reports FROM results WHERE key = ?1")?;
    let fresh = |time: i64| match policy {
        CachePolicy::On => true,
        CachePolicy::Off => false,
        CachePolicy::For(_) if planted(Bug::StaleResultReused) => true,
        CachePolicy::For(nanos) => journal::now().saturating_sub(time) <= nanos / 1_000_000,
    };
    let read = |row: &rusqlite::Row<'_>| {
        if !fresh(row.get(2)?) {
            return Ok(None);
        }
        let Ok(value) = serde_json::from_str(row.get_ref(0)?.as_str()?) else { return Ok(None) };
        let reports = row.get_ref(4)?.as_str()?;
        let reports = if reports.is_empty() { Vec::new() } else { serde_json::from_str(reports).unwrap_or_default() };
        Ok(Some(Hit { value, run: row.get_ref(1)?.as_str()?.into(), seconds: row.get(3)?, reports }))
    };
    let Some(hit) = query.query_row(params![key.0.as_slice()], read).optional()?.flatten() else {
        return Ok(Found::Nothing);
    };
    let mut lost = None;
    let value = relocated(&hit.value, &mut |blob| match whereabouts(connection, store, inputs, blob) {
        Ok(found) => Some(found),
        Err(soundness) => {
            let (damaged, why) = match soundness {
                Soundness::Damaged(why) => (true, why),
                Soundness::Absent | Soundness::Sound => (false, "it is gone".into()),
            };
            lost = Some(Lost { run: hit.run.clone(), blob: blob.clone(), damaged, why });
            None
        }
    });
    Ok(match (value, lost) {
        (Some(value), _) => Found::Hit(Hit { value, ..hit }),
        (None, Some(lost)) => Found::Lost(lost),
        (None, None) => Found::Nothing,
    })
}

/// The value as it is kept: content by digest only, never by where the user has it.
pub(crate) fn without_places(value: &Value) -> Value {
    relocated(value, &mut |blob| Some(Blob { path: None, ..blob.clone() })).unwrap_or(Value::None)
}

/// In the store, or an input that was handed on and that the user keeps.
fn whereabouts(connection: &Connection, store: &Store, inputs: &[Value], blob: &Blob) -> Result<Blob, Soundness> {
    let soundness = store.check(Some(connection), blob);
    if soundness == Soundness::Sound || planted(Bug::ResultWithoutContentReused) {
        return Ok(blob.clone());
    }
    let mut found = None;
    for input in inputs {
        each_blob(input, &mut |own| {
            if own.digest == blob.digest && own.kind == blob.kind && own.path.is_some() {
                found = Some(Blob { path: own.path.clone(), ..blob.clone() });
            }
        });
    }
    found.ok_or(soundness)
}

/// Every blob in a value.
pub(crate) fn each_blob(value: &Value, visit: &mut dyn FnMut(&Blob)) {
    match value {
        Value::Blob(blob) => visit(blob),
        Value::List(items) => items.iter().for_each(|item| each_blob(item, visit)),
        Value::Record(fields) => fields.iter().for_each(|(_, value)| each_blob(value, visit)),
        Value::Map(entries) => entries.values().for_each(|value| each_blob(value, visit)),
        _ => {}
    }
}

/// The value with each blob replaced by what `place` says; `None` when it does so of one.
pub(crate) fn relocated(value: &Value, place: &mut dyn FnMut(&Blob) -> Option<Blob>) -> Option<Value> {
    Some(match value {
        Value::Blob(blob) => Value::Blob(Arc::new(place(blob)?)),
        Value::List(items) => Value::list(items.iter().map(|item| relocated(item, place)).collect::<Option<_>>()?),
        Value::Record(fields) => Value::record(
            fields.iter().map(|(name, value)| Some((name.clone(), relocated(value, place)?))).collect::<Option<_>>()?,
        ),
        Value::Map(entries) => Value::Map(Arc::new(
            entries.iter().map(|(key, value)| Some((key.clone(), relocated(value, place)?))).collect::<Option<_>>()?,
        )),
        other => other.clone(),
    })
}
