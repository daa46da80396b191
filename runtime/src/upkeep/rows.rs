//! The results on record, and the content that each refers to.

use rusqlite::params;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_plan::{Blob, Digest, Value};
use std::path::PathBuf;

use super::Upkeep;
use crate::cache::each_blob;

/// A result on record.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub key: Digest,
    /// When it was made or reused last: milliseconds since 1970.
    pub used: i64,
    /// The pipeline of the run that made it; empty when that run is forgotten.
    pub pipeline: SmolStr,
    pub blobs: Vec<Blob>,
}

impl Upkeep {
    /// All results, the one used least recently first.
    pub(super) fn rows(&self) -> rusqlite::Result<Vec<Row>> {
        let mut query = self.connection.prepare_cached(
            "SELECT r.key, r.value, coalesce(runs.pipeline, ''), max(r.time, coalesce(u.time, 0)) AS used
             FROM results r LEFT JOIN uses u ON u.key = r.key LEFT JOIN runs ON runs.name = r.run
             ORDER BY used, r.key",
        )?;
        let rows = query.query_map([], |row| {
            let value: String = row.get(1)?;
            let mut blobs = Vec::new();
            // What cannot be read is of no use, and refers to nothing.
            if let Ok(value) = serde_json::from_str::<Value>(&value) {
                each_blob(&value, &mut |blob| blobs.push(blob.clone()));
            }
            let pipeline: String = row.get(2)?;
            Ok(Row { key: Digest(row.get(0)?), used: row.get(3)?, pipeline: pipeline.into(), blobs })
        })?;
        rows.collect()
    }

    /// Where the content of a result lies.
    pub(super) fn places<'r>(&'r self, row: &'r Row) -> impl Iterator<Item = PathBuf> + 'r {
        row.blobs.iter().map(|blob| self.store.path(blob))
    }

    /// How many results refer to each piece of content.
    pub(super) fn references(&self, rows: &[Row]) -> FxHashMap<PathBuf, u32> {
        let mut references = FxHashMap::default();
        for place in rows.iter().flat_map(|row| self.places(row)) {
            *references.entry(place).or_insert(0) += 1;
        }
        references
    }

    /// Takes results off the record that have not been used since; how many of them.
    pub(super) fn strike(&mut self, rows: &[(Digest, i64)]) -> rusqlite::Result<u64> {
        let mut struck = 0;
        // A few at a time: a run that records something waits no longer than for those.
        for some in rows.chunks(500) {
            let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            {
                let mut delete = transaction.prepare_cached(
                    "DELETE FROM results WHERE key = ?1 AND time <= ?2
                     AND NOT EXISTS (SELECT 1 FROM uses WHERE uses.key = ?1 AND uses.time > ?2)",
                )?;
                let mut forget = transaction.prepare_cached("DELETE FROM uses WHERE key = ?1")?;
                for (key, used) in some {
                    if delete.execute(params![key.0.as_slice(), used])? > 0 {
                        struck += 1;
                        forget.execute(params![key.0.as_slice()])?;
                    }
                }
            }
            transaction.commit()?;
        }
        Ok(struck)
    }
}
