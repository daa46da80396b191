//! Makes room: takes results off the record that the limits do not allow, then removes content that none refers to.
//!
//! A run reads its results from the record and their content from the store, and says nothing before. So content goes
//! only when no run is under way that began before the last result that referred to it was struck, or before the content
//! came under its name: the time of the last change of its attributes is set when either happens. What is killed half-way
//! leaves content that nothing refers to, which the next collection removes.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::params;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::census::{Census, Item, changed};
use super::rows::Row;
use super::{Limits, Progress, Upkeep, unusable};
use crate::event::Failure;
use crate::journal;
use crate::planted::{Bug, planted};
use crate::store::remove;

/// How far the clock of the file system may be behind ours.
const MARGIN: i64 = 2_000;
/// What was damaged is kept that long, for a person to look at.
const LOOKED_AT: Duration = Duration::from_hours(24 * 7);
/// Files that are removed at a time: who publishes something that is there already waits no longer than for those.
const BATCH: usize = 64;

/// What a collection did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Collected {
    /// Results taken off the record.
    pub results: u64,
    /// Files and folders removed.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Bytes that nothing refers to and that a run may still be reading: a later collection removes them.
    pub waiting: u64,
    /// Bytes that are left.
    pub left: u64,
}

impl Upkeep {
    /// Brings the store within `limits`; with `dry`, says only what that would do.
    ///
    /// # Errors
    /// The journal or the store cannot be used.
    pub fn collect(&mut self, limits: &Limits, dry: bool, progress: Progress<'_>) -> Result<Collected, Failure> {
        let begun = journal::now();
        let broken = |error: rusqlite::Error| journal::failure(&error);
        let census = Census::of(&self.store).map_err(|error| unusable(self.store.root(), &error))?;
        let rows = self.rows().map_err(broken)?;
        let before = self.references(&rows);
        let condemned = self.condemned(limits, &rows, &census, begun).map_err(broken)?;
        let mut collected = Collected::default();
        let staying = if dry {
            collected.results = condemned.len() as u64;
            let condemned: rustc_hash::FxHashSet<_> = condemned.iter().map(|(key, _)| *key).collect();
            rows.into_iter().filter(|row| !condemned.contains(&row.key)).collect()
        } else {
            collected.results = self.strike(&condemned).map_err(broken)?;
            self.rows().map_err(broken)?
        };
        let pins = self.pins().map_err(broken)?;
        let mut after = self.references(&staying);
        pins.places.into_iter().for_each(|place| *after.entry(place).or_insert(0) += 1);
        if planted(Bug::CollectedWhileReferred) {
            after.clear();
        }
        // Runs that begin later find only what is on record still.
        let oldest = self.history.under_way().map_err(broken)?.iter().map(|run| run.started).min();
        let oldest = oldest.filter(|_| !planted(Bug::CollectedUnderRun));
        let until = i128::from(oldest.map_or(begun, |oldest| oldest - MARGIN)) * 1_000_000;
        let mut doomed = Vec::new();
        for item in census.items {
            if after.contains_key(&item.path) {
                collected.left += item.bytes;
            } else if item.changed >= until || (oldest.is_some() && before.contains_key(&item.path)) {
                if oldest.is_some() && before.contains_key(&item.path) && !dry {
                    touch(&item).map_err(|error| unusable(&item.path, &error))?;
                }
                collected.waiting += item.bytes;
                collected.left += item.bytes;
            } else {
                doomed.push(item);
            }
        }
        let looked_at = i64::try_from(LOOKED_AT.as_millis()).unwrap_or(i64::MAX);
        let old = i128::from(begun.saturating_sub(looked_at)) * 1_000_000;
        doomed.extend(census.damaged.into_iter().filter(|item| item.changed < old));
        if dry {
            collected.files = doomed.len() as u64;
            collected.bytes = doomed.iter().map(|item| item.bytes).sum();
        } else {
            self.remove(&doomed, &mut collected, progress)?;
        }
        Ok(collected)
    }

    /// The results that have to go, with the time of their last use.
    fn condemned(
        &self,
        limits: &Limits,
        rows: &[Row],
        census: &Census,
        now: i64,
    ) -> rusqlite::Result<Vec<(standpipe_plan::Digest, i64)>> {
        if !limits.any() {
            return Ok(Vec::new());
        }
        let pins = self.pins()?;
        let mut references = self.references(rows);
        let sizes: FxHashMap<&PathBuf, u64> = census.items.iter().map(|item| (&item.path, item.bytes)).collect();
        let mut size: u64 = references.keys().filter_map(|place| sizes.get(place)).sum();
        let pinned = rows.iter().filter(|row| pins.keys.contains(&row.key)).flat_map(|row| self.places(row));
        let pinned: rustc_hash::FxHashSet<PathBuf> = pinned.chain(pins.places.iter().cloned()).collect();
        let oldest =
            limits.older_than.map(|age| now.saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX)));
        let mut condemned = Vec::new();
        for row in rows.iter().filter(|row| !pins.keys.contains(&row.key)) {
            let old = oldest.is_some_and(|oldest| row.used < oldest);
            let large = limits.max_size.is_some_and(|most| size > most);
            // What frees nothing stays.
            let frees = large && self.places(row).any(|place| sizes.contains_key(&place) && !pinned.contains(&place));
            if !old && !frees {
                continue;
            }
            condemned.push((row.key, row.used));
            for place in self.places(row) {
                if let Some(count) = references.get_mut(&place) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        size = size.saturating_sub(sizes.get(&place).copied().unwrap_or(0));
                    }
                }
            }
        }
        Ok(condemned)
    }

    /// Removes what is still as it was when it was looked at.
    fn remove(&mut self, doomed: &[Item], collected: &mut Collected, progress: Progress<'_>) -> Result<(), Failure> {
        let all = doomed.len() as u64;
        for some in doomed.chunks(BATCH) {
            let store = &self.store;
            let held = store.hold_alone().map_err(|error| unusable(store.root(), &error))?;
            for item in some {
                match fs::symlink_metadata(&item.path) {
                    // Somebody has published the same meanwhile, or been given it.
                    Ok(about) if changed(&about) != item.changed => continue,
                    Ok(_) => remove(&item.path).map_err(|error| unusable(&item.path, &error))?,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(unusable(&item.path, &error)),
                }
                collected.files += 1;
                collected.bytes += item.bytes;
            }
            drop(held);
            self.forget_stamps(some).map_err(|error| journal::failure(&error))?;
            progress(collected.files, all);
        }
        Ok(())
    }

    /// Forgets what is remembered of files that are gone.
    fn forget_stamps(&mut self, items: &[Item]) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        {
            // A slash begins what is inside of a folder; a naught is what follows a slash.
            let mut delete = transaction
                .prepare_cached("DELETE FROM stamps WHERE path = ?1 OR (path > ?1 || '/' AND path < ?1 || '0')")?;
            for item in items {
                delete.execute(params![self.store.name(&item.path)])?;
            }
        }
        transaction.commit()
    }
}

/// Sets the time of the last change of an item's attributes to now.
fn touch(item: &Item) -> io::Result<()> {
    match fs::symlink_metadata(&item.path) {
        Ok(about) => fs::set_permissions(&item.path, about.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
