//! What stays whatever the limits say: what the last run of each pipeline used, its last success, and what goes on now.

use std::path::PathBuf;

use rusqlite::params;
use rustc_hash::FxHashSet;
use serde::Deserialize;
use standpipe_plan::{Digest, Value};

use super::Upkeep;
use crate::cache::each_blob;

/// Results and content that stay.
#[derive(Debug, Default)]
pub(super) struct Pins {
    pub keys: FxHashSet<Digest>,
    /// Content that a run has on its own record: of steps that later runs do not reuse.
    pub places: FxHashSet<PathBuf>,
}

/// The parts of a step's end that matter here.
#[derive(Deserialize)]
struct End {
    #[serde(default)]
    key: Option<Digest>,
    #[serde(default)]
    used: Option<Digest>,
    #[serde(default)]
    value: Option<Value>,
}

impl Upkeep {
    /// What stays as things are now.
    pub(super) fn pins(&self) -> rusqlite::Result<Pins> {
        let mut query = self.connection.prepare_cached(
            "SELECT max(number) FROM runs GROUP BY pipeline
             UNION SELECT max(number) FROM runs WHERE status = 'succeeded' GROUP BY pipeline",
        )?;
        let last = query.query_map([], |row| row.get::<_, i64>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        let live = self.history.under_way()?;
        let mut runs: Vec<i64> = last.into_iter().chain(live.into_iter().map(|run| run.number)).collect();
        runs.sort_unstable();
        runs.dedup();
        let mut pins = Pins::default();
        for run in runs {
            self.pin(run, &mut pins)?;
        }
        Ok(pins)
    }

    fn pin(&self, run: i64, pins: &mut Pins) -> rusqlite::Result<()> {
        let mut query =
            self.connection.prepare_cached("SELECT body FROM events WHERE run = ?1 AND kind = 'step_finished'")?;
        let mut on_record = self.connection.prepare_cached("SELECT 1 FROM results WHERE key = ?1")?;
        let mut rows = query.query(params![run])?;
        while let Some(row) = rows.next()? {
            let body: String = row.get(0)?;
            let Ok(end) = serde_json::from_str::<End>(&body) else { continue };
            pins.keys.extend(end.key.into_iter().chain(end.used));
            // A result that somebody forgot is not kept by a run that gave it.
            if let Some(value) =
                end.value.filter(|_| end.key.is_none_or(|key| on_record.exists([key.0]).unwrap_or(true)))
            {
                each_blob(&value, &mut |blob| pins.places.extend([self.store.path(blob)]));
            }
        }
        Ok(())
    }
}
