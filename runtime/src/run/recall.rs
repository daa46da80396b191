//! Finds the trials of an earlier run that are to lead a sweep. Knows nothing of how they do.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::codes;
use crate::event::{Failure, SweepHead, TrialEnd};
use crate::history::Ended;
use crate::journal;
use crate::lessons::{Lesson, Recalled};

/// A sweep on record: what it looked for, and its trials that ended.
type Found = (SweepHead, BTreeMap<u64, TrialEnd>);

/// The trials of the run `from` for the sweep at `step`, which looks for `head`. `from` is a run's name or id, and after a
/// colon the sweep in it, where that has another name and there are several.
///
/// # Errors
/// There is no such run or sweep, or it had other parameters, or did not look for the same.
pub(super) fn recall(connection: &Connection, from: &str, step: &str, head: &SweepHead) -> Result<Recalled, Failure> {
    let (run, sweep) = match from.split_once(':') {
        Some((run, sweep)) => (run, Some(sweep)),
        None => (from, None),
    };
    let (number, of) = find(connection, run).map_err(|error| journal::failure(&error))?.ok_or_else(|| {
        Failure::new(codes::NOT_TAUGHT, format!("there is no run `{run}` whose trials could lead this sweep"))
            .with_help("`standpipe runs` lists those on record; without `from` a search begins with nothing")
    })?;
    let sweeps = sweeps(connection, number).map_err(|error| journal::failure(&error))?;
    let (name, (earlier, trials)) = choose(sweeps, &of, sweep, step)?;
    same_parameters(&format!("`{name}` of `{of}`"), &earlier, head)?;
    let wanted = head.objectives.first().map(|objective| objective.name.as_str()).unwrap_or_default();
    let Some(place) = earlier.objectives.iter().position(|objective| objective.name == wanted) else {
        let had = listed(earlier.objectives.iter().map(|objective| objective.name.as_str()));
        let message = format!("`{name}` of `{of}` looked for {had}, and not for `{wanted}`");
        return Err(Failure::new(codes::NOT_TAUGHT, message)
            .with_help("name a run whose sweep measured the same, or leave `from` out"));
    };
    let lesson = |(trial, end): (u64, TrialEnd)| Lesson {
        trial,
        params: end.params,
        state: end.state,
        score: end.scores.get(place).copied().flatten(),
        // Reports are of the first objective.
        reports: if place == 0 { end.reports } else { Vec::new() },
    };
    Ok(Recalled { of, lessons: trials.into_iter().map(lesson).collect() })
}

/// The number and the name of a run with that name or id, or with an id that begins so.
fn find(connection: &Connection, run: &str) -> rusqlite::Result<Option<(i64, String)>> {
    let mut query = connection.prepare(
        "SELECT number, name FROM runs WHERE ?1 <> '' AND (name = ?1 OR substr(id, 1, length(?1)) = ?1) \
         ORDER BY name = ?1 OR id = ?1 DESC, number DESC LIMIT 1",
    )?;
    query.query_row(params![run], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// The sweeps of a run in the order in which they began.
fn sweeps(connection: &Connection, run: i64) -> rusqlite::Result<IndexMap<String, Found>> {
    let mut sweeps: IndexMap<String, Found> = IndexMap::new();
    let mut query = connection.prepare(
        "SELECT kind, step, body FROM events WHERE run = ?1 AND kind IN ('sweep_started', 'trial_finished') \
         ORDER BY number",
    )?;
    let mut rows = query.query(params![run])?;
    while let Some(row) = rows.next()? {
        let (kind, step, body): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if kind == "sweep_started" {
            let Ok(head) = serde_json::from_str(&body) else { continue };
            match sweeps.get_mut(&step) {
                Some((known, _)) => *known = head,
                None => {
                    sweeps.insert(step, (head, BTreeMap::new()));
                }
            }
        } else if let (Some((_, trials)), Ok(Ended { trial, end })) =
            (sweeps.get_mut(&step), serde_json::from_str(&body))
        {
            trials.insert(trial, end);
        }
    }
    Ok(sweeps)
}

/// The sweep that is named, else the one at the same place, else the only one.
fn choose(
    mut sweeps: IndexMap<String, Found>,
    of: &str,
    named: Option<&str>,
    step: &str,
) -> Result<(String, Found), Failure> {
    let ends_so = |path: &str, name: &str| path.strip_suffix(name).is_some_and(|before| before.ends_with('.'));
    let wanted = match named {
        Some(name) => sweeps.keys().find(|path| *path == name || ends_so(path, name)).cloned(),
        None if sweeps.contains_key(step) => Some(step.to_owned()),
        None => sweeps.keys().next().filter(|_| sweeps.len() == 1).cloned(),
    };
    if let Some((name, found)) = wanted.and_then(|wanted| sweeps.shift_remove_entry(&wanted)) {
        return Ok((name, found));
    }
    let name = named.unwrap_or(step);
    let Some(first) = sweeps.keys().next() else {
        return Err(Failure::new(codes::NOT_TAUGHT, format!("the run `{of}` has no sweep"))
            .with_help("name a run that has one: `standpipe runs show RUN --sweep` shows it"));
    };
    let all = listed(sweeps.keys().map(String::as_str));
    Err(Failure::new(codes::NOT_TAUGHT, format!("the run `{of}` has no sweep `{name}`: its sweeps are {all}"))
        .with_help(format!("say which is meant: `from: \"{of}:{first}\"`")))
}

/// A trial says nothing of a search for other parameters.
fn same_parameters(sweep: &str, earlier: &SweepHead, head: &SweepHead) -> Result<(), Failure> {
    let lacks = |own: &SweepHead, other: &SweepHead| {
        let names = own.axes.iter().map(|axis| axis.name.as_str());
        let gone: Vec<&str> = names.filter(|name| other.axes.iter().all(|axis| axis.name != *name)).collect();
        (!gone.is_empty()).then(|| listed(gone.into_iter()))
    };
    let message = match (lacks(head, earlier), lacks(earlier, head)) {
        (None, None) => return Ok(()),
        (Some(new), None) => format!("{sweep} had no {new}"),
        (None, Some(old)) => format!("{sweep} had {old} as well"),
        (Some(new), Some(old)) => format!("{sweep} had no {new}, and had {old} as well"),
    };
    Err(Failure::new(codes::NOT_TAUGHT, message)
        .with_help("trials lead a search for the same parameters: name a run that had them, or leave `from` out"))
}

/// `a`, `b` and `c`.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    }
}
