//! Whether the tables say what the events do. Knows nothing of what is done about it.

use rusqlite::{Connection, params};
use rustc_hash::{FxHashMap, FxHashSet};
use standpipe_plan::Digest;

use super::fold::{Change, changes_of};

/// What the events come to, as far as it can be compared.
#[derive(Default)]
struct Folded {
    /// The digests of what each key was given; the first stays, and collections take away.
    results: FxHashMap<Digest, FxHashSet<Digest>>,
    /// How each run that is over ended: status and counts.
    runs: FxHashMap<i64, (String, String)>,
    durations: FxHashMap<String, (i64, i64)>,
}

/// What in the tables is not what the events say, in words; in the order of the tables.
///
/// # Errors
/// The database cannot be read.
pub(crate) fn disagreements(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let folded = folded(connection)?;
    let mut found = Vec::new();
    let mut query = connection.prepare("SELECT key, value, run FROM results ORDER BY key")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let (key, value, run): ([u8; 32], String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // Of runs that were forgotten there are no events any more.
        if folded.results.get(&Digest(key)).is_some_and(|given| !given.contains(&of(&value, &run))) {
            found.push(format!("a result of `{run}` is not what that run gave"));
        }
    }
    let mut query = connection.prepare("SELECT number, name, status, counts FROM runs ORDER BY number")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let name: String = row.get(1)?;
        let (status, counts): (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
        if folded.runs.get(&number).cloned() != status.zip(counts) {
            found.push(format!("`{name}` did not end as its events say"));
        }
    }
    if none_was_forgotten(connection)? {
        let mut query = connection.prepare("SELECT step, nanos, times FROM durations ORDER BY step")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (step, took): (String, (i64, i64)) = (row.get(0)?, (row.get(1)?, row.get(2)?));
            if folded.durations.get(&step) != Some(&took) {
                found.push(format!("`{step}` did not take as long as its events say"));
            }
        }
    }
    Ok(found)
}

fn folded(connection: &Connection) -> rusqlite::Result<Folded> {
    let mut folded = Folded::default();
    let mut query = connection.prepare("SELECT run, kind, step, body FROM events ORDER BY run, number")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let (kind, step, body): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
        for change in changes_of(&kind, &step, &body) {
            match change {
                Change::Kept { key, value, run, .. } => {
                    folded.results.entry(key).or_default().insert(of(&value, &run));
                }
                Change::Took { place, nanos } => {
                    let (all, times) = folded.durations.entry(place).or_default();
                    (*all, *times) = (*all + nanos, *times + 1);
                }
                Change::Open => drop(folded.runs.remove(&number)),
                Change::Over { status, counts } => {
                    let counts = serde_json::to_string(&counts).unwrap_or_default();
                    folded.runs.insert(number, (status.as_str().to_owned(), counts));
                }
                // Which attempts were the last depends on how runs that went on side by side took turns.
                Change::Used { .. } | Change::Peaked { .. } => {}
            }
        }
    }
    Ok(folded)
}

fn of(value: &str, run: &str) -> Digest {
    Digest::of(format!("{run}\n{value}").as_bytes())
}

/// Whether the events of every run that there was are still there.
fn none_was_forgotten(connection: &Connection) -> rusqlite::Result<bool> {
    let last = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'runs'";
    let last: i64 = connection.query_row(last, params![], |row| row.get(0))?;
    let all: i64 = connection.query_row("SELECT count(*) FROM runs", params![], |row| row.get(0))?;
    Ok(last == all)
}
