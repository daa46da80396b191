//! Forgets results by hand: those of a step, or all.

use rusqlite::params;
use rustc_hash::FxHashSet;
use standpipe_plan::Digest;

use super::{Collected, Limits, Progress, Upkeep};
use crate::event::Failure;
use crate::journal;

impl Upkeep {
    /// Forgets all results that steps called `step` gave or reused, in whatever run, with or without the pipeline's name
    /// before it, and removes their content. Results that other steps refer to as well are the same results: they go, too.
    ///
    /// # Errors
    /// The journal or the store cannot be used.
    pub fn forget(&mut self, step: &str, progress: Progress<'_>) -> Result<Collected, Failure> {
        let keys = self.keys_of(step).map_err(|error| journal::failure(&error))?;
        self.forget_those(&|key| keys.contains(&key), progress)
    }

    /// Forgets all results, and removes all content that no run uses now.
    ///
    /// # Errors
    /// As [`Upkeep::forget`].
    pub fn forget_all(&mut self, progress: Progress<'_>) -> Result<Collected, Failure> {
        self.forget_those(&|_| true, progress)
    }

    fn forget_those(&mut self, wanted: &dyn Fn(Digest) -> bool, progress: Progress<'_>) -> Result<Collected, Failure> {
        let rows = self.rows().map_err(|error| journal::failure(&error))?;
        let doomed: Vec<_> = rows.iter().filter(|row| wanted(row.key)).map(|row| (row.key, row.used)).collect();
        let struck = self.strike(&doomed).map_err(|error| journal::failure(&error))?;
        if struck == 0 {
            return Ok(Collected::default());
        }
        let collected = self.collect(&Limits::default(), false, progress)?;
        Ok(Collected { results: struck, ..collected })
    }

    fn keys_of(&self, step: &str) -> rusqlite::Result<FxHashSet<Digest>> {
        let mut query = self.connection.prepare_cached(
            "SELECT body ->> 'key', body ->> 'used' FROM events JOIN runs ON runs.number = events.run
             WHERE kind = 'step_finished' AND (step = ?1 OR step = pipeline || '.' || ?1)",
        )?;
        let mut rows = query.query(params![step])?;
        let mut keys = FxHashSet::default();
        while let Some(row) = rows.next()? {
            for column in 0..2 {
                let hex: Option<String> = row.get(column)?;
                keys.extend(hex.and_then(|hex| Digest::from_hex(&hex)));
            }
        }
        Ok(keys)
    }
}
