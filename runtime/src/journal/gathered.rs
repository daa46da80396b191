//! What attempts took, gathered while records are written, so that a thousand steps at one place change its row once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::peaks::Lately;

/// Changes of the table `peaks` that one transaction makes.
#[derive(Default)]
pub(super) struct Gathered {
    places: BTreeMap<String, Lately>,
}

impl Gathered {
    /// An attempt at that place took so many bytes.
    pub(super) fn add(
        &mut self,
        transaction: &Transaction<'_>,
        place: String,
        (body, bytes, succeeded): (Option<&str>, u64, bool),
    ) -> rusqlite::Result<()> {
        let lately = match self.places.entry(place) {
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

    /// Writes all of them.
    pub(super) fn write(self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        for (place, lately) in self.places {
            let lately = serde_json::to_string(&lately).unwrap_or_default();
            transaction
                .prepare_cached("INSERT OR REPLACE INTO peaks (step, lately) VALUES (?1, ?2)")?
                .execute(params![place, lately])?;
        }
        Ok(())
    }
}
