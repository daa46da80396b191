//! The state folder: whether its database is whole and says what its events do, and whether the store has what it speaks of.

use std::path::Path;

use rusqlite::Connection;

use super::{Finding, Part, Verdict};
use crate::history::{History, RunStatus};
use crate::journal;
use crate::upkeep::Upkeep;

/// Most disagreements that are named.
const NAMED: usize = 3;

pub(super) fn look(state: &Path) -> Vec<Finding> {
    let good = |about, text: &str| Finding::new(Part::State, about, Verdict::Good, text);
    let connection = match journal::open_reader(state) {
        Ok(Some(connection)) => connection,
        Ok(None) => return vec![good("journal", "nothing has run here yet")],
        Err(failure) => {
            let finding = Finding::new(Part::State, "journal", Verdict::Wrong, failure.message);
            return vec![match failure.help {
                Some(help) => finding.help(help),
                None => finding,
            }];
        }
    };
    let whole = whole(&connection);
    if whole.verdict == Verdict::Wrong {
        return vec![whole];
    }
    let mut findings = vec![whole, agreement(&connection)];
    findings.extend(runs(state));
    findings.extend(store(state));
    findings
}

fn wrong(about: &'static str, text: String) -> Finding {
    Finding::new(Part::State, about, Verdict::Wrong, text)
}

const MOVE_AWAY: &str = "move the state folder away; results are then made anew";

fn whole(connection: &Connection) -> Finding {
    match connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)) {
        Ok(said) if said == "ok" => Finding::new(Part::State, "journal", Verdict::Good, "the database is whole"),
        Ok(said) => wrong("journal", format!("the database is damaged: {said}")).help(MOVE_AWAY),
        Err(error) => wrong("journal", format!("the database cannot be read: {error}")).help(MOVE_AWAY),
    }
}

fn agreement(connection: &Connection) -> Finding {
    match journal::disagreements(connection) {
        Ok(found) if found.is_empty() => {
            Finding::new(Part::State, "events", Verdict::Good, "the tables say what the events do")
        }
        Ok(found) => {
            let named = found.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
            let more = found.len().saturating_sub(NAMED);
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            wrong("events", format!("{named}{more}"))
                .help("`standpipe cache rm --all` forgets results that are in doubt")
        }
        Err(error) => wrong("events", format!("they cannot be read: {error}")).help(MOVE_AWAY),
    }
}

fn runs(state: &Path) -> Option<Finding> {
    let history = History::open(state).ok()??;
    let runs = history.runs().ok()?;
    let interrupted = runs.iter().filter(|run| run.status == RunStatus::Interrupted).count();
    let held: usize = runs.iter().map(|run| history.still_held(run)).sum();
    if interrupted == 0 {
        let text = format!("{} on record", runs.len());
        return Some(Finding::new(Part::State, "runs", Verdict::Good, text));
    }
    let held = if held > 0 { format!(", of which {held} steps still run") } else { String::new() };
    let finding = Finding::new(Part::State, "runs", Verdict::Note, format!("{interrupted} were interrupted{held}"));
    Some(finding.help("`standpipe runs resume RUN` goes on with one, `standpipe runs rm RUN` forgets it"))
}

fn store(state: &Path) -> Vec<Finding> {
    let looked = Upkeep::open(state).and_then(|upkeep| match upkeep {
        Some(upkeep) => Ok(Some((upkeep.counted()?, upkeep.dangling()?))),
        None => Ok(None),
    });
    let (counted, dangling) = match looked {
        Ok(Some(found)) => found,
        Ok(None) => return Vec::new(),
        Err(failure) => return vec![wrong("store", failure.message)],
    };
    let note = |text: String| Finding::new(Part::State, "store", Verdict::Note, text);
    let text = format!("{} results, {} files, {} MiB", counted.results, counted.files, counted.bytes >> 20);
    let mut findings = vec![match dangling.first() {
        None => Finding::new(Part::State, "store", Verdict::Good, text),
        Some(first) => {
            let (count, first) = (dangling.len(), first.display());
            wrong("store", format!("{count} files that results speak of are gone: {first}"))
                .help("`standpipe cache verify` forgets those results: they are made again")
        }
    }];
    if counted.unreferenced > 0 {
        let text = format!("{} bytes belong to no result", counted.unreferenced);
        findings.push(note(text).help("`standpipe cache gc` removes them"));
    }
    if counted.damaged > 0 {
        findings.push(note(format!("{} bytes were found damaged and put aside", counted.damaged)));
    }
    findings
}
