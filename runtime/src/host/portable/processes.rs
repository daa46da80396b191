//! Who carries a mark, as far as the system shows environments.

use std::time::{SystemTime, UNIX_EPOCH};

use rustix::process::{Pid, geteuid};
use sysinfo::{Process, ProcessRefreshKind, UpdateKind};

use super::table::Table;
use crate::process::{MARKER, Mark};

/// For so many seconds a process that has lost its parent may be about to begin its program, and show no environment.
/// Others never show one; and one that has not lost it is found once that one is.
const YOUNG: u64 = 2;

/// The living processes that carry the marker, or may.
pub(crate) fn marked(marker: &str) -> Vec<(Pid, Mark)> {
    let shown = ProcessRefreshKind::nothing().with_environ(UpdateKind::Always).with_user(UpdateKind::Always);
    let table = Table::look(shown);
    let wanted = format!("{MARKER}={marker}");
    let marks = table.living().map(|(pid, process)| (pid, mark_of(process, &wanted)));
    marks.filter(|(_, mark)| *mark != Mark::Other).collect()
}

fn mark_of(process: &Process, wanted: &str) -> Mark {
    let environment = process.environ();
    if environment.iter().any(|variable| variable == wanted) {
        return Mark::Ours;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let young = process.start_time().saturating_add(YOUNG) >= now;
    let own = process.effective_user_id().is_some_and(|user| **user == geteuid().as_raw());
    let lost = process.parent().is_none_or(|parent| parent.as_u32() == 1);
    match environment.is_empty() && young && own && lost {
        true => Mark::Unclear,
        false => Mark::Other,
    }
}

/// Whether a process with the marker lives that is younger than `leader`: nothing here says which numbers were given out
/// since, so that all must be looked through.
pub(crate) fn younger_marked(_: i32, _: &str, _: i32) -> Option<bool> {
    None
}
