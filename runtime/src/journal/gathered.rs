//! What a batch of records changes in rows of which many records change the same, or which lie all over a table: each row
//! is changed once, in the table's order.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rusqlite::{OptionalExtension as _, Transaction, params};

use standpipe_plan::Digest;

use crate::peaks::Lately;

/// Changes that one transaction makes.
#[derive(Default)]
pub(super) struct Gathered {
    /// What memory the last attempts at a place took.
    peaks: BTreeMap<String, Lately>,
    /// How long attempts at a place took, and how many they were.
    durations: BTreeMap<String, (i64, i64)>,
    /// When a result was last used.
    uses: BTreeMap<Digest, i64>,
}

impl Gathered {
    /// The result under `key` was used.
    pub(super) fn used(&mut self, key: Digest, time: i64) {
        self.uses.insert(key, time);
    }

    /// An attempt at that place took so many nanoseconds.
    pub(super) fn took(&mut self, place: String, nanos: i64) {
        let (sum, times) = self.durations.entry(place).or_default();
        *sum = sum.saturating_add(nanos);
        *times += 1;
    }

    /// An attempt at that place took so many bytes.
    pub(super) fn peaked(
        &mut self,
        transaction: &Transaction<'_>,
        place: String,
        (body, bytes, succeeded): (Option<&str>, u64, bool),
    ) -> rusqlite::Result<()> {
        let lately = match self.peaks.entry(place) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let mut query = transaction.prepare_cached("SELECT lately FROM peaks WHERE step = ?1")?;
                let known: Option<String> = query.query_row(params![new.key()], |row| row.get(0)).optional()?;
                new.insert(known.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
            }
        };
        lately.add(body, bytes, succeeded);
        Ok(())
    }

    /// Writes all of them. While an older state is brought up to date there are tables of which nothing was gathered yet.
    pub(super) fn write(self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        if !self.peaks.is_empty() {
            let text = "INSERT OR REPLACE INTO peaks (step, lately) VALUES (?1, ?2)";
            let mut statement = transaction.prepare_cached(text)?;
            for (place, lately) in self.peaks {
                statement.execute(params![place, serde_json::to_string(&lately).unwrap_or_default()])?;
            }
        }
        if !self.durations.is_empty() {
            let text = "INSERT INTO durations (step, nanos, times) VALUES (?1, ?2, ?3) \
                        ON CONFLICT (step) DO UPDATE SET nanos = nanos + ?2, times = times + ?3";
            let mut statement = transaction.prepare_cached(text)?;
            for (place, (nanos, times)) in self.durations {
                statement.execute(params![place, nanos, times])?;
            }
        }
        if !self.uses.is_empty() {
            let mut statement =
                transaction.prepare_cached("INSERT OR REPLACE INTO uses (key, time) VALUES (?1, ?2)")?;
            for (key, time) in self.uses {
                statement.execute(params![key.0.as_slice(), time])?;
            }
        }
        Ok(())
    }
}
