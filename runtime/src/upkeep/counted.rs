//! What is in the store, in numbers.

use indexmap::IndexMap;
use rustc_hash::FxHashSet;
use serde::Serialize;

use super::census::Census;
use super::{Upkeep, unusable};
use crate::event::Failure;
use crate::journal;

/// The store in numbers. Sizes are bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Results on record, those without any file among them.
    pub results: u64,
    /// Files and folders that results refer to.
    pub files: u64,
    pub bytes: u64,
    /// What stays whatever the limits are: the last run of each pipeline, and what runs now.
    pub kept: u64,
    /// What nothing refers to: what runs that failed or were killed have left.
    pub unreferenced: u64,
    /// What was found damaged and put aside.
    pub damaged: u64,
    /// By the pipeline whose run made them, the largest first.
    pub pipelines: Vec<OfPipeline>,
}

/// The results of one pipeline's runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfPipeline {
    /// Empty for runs that are forgotten.
    pub pipeline: String,
    pub results: u64,
    pub bytes: u64,
    /// RFC 3339, UTC.
    pub last_used: String,
}

impl Upkeep {
    /// Counts everything.
    ///
    /// # Errors
    /// The journal or the store cannot be read.
    pub fn counted(&self) -> Result<Counted, Failure> {
        let census = Census::of(&self.store).map_err(|error| unusable(self.store.root(), &error))?;
        let read = || Ok((self.rows()?, self.pins()?));
        let (rows, pins) = read().map_err(|error: rusqlite::Error| journal::failure(&error))?;
        let sizes: IndexMap<_, _> = census.items.iter().map(|item| (item.path.clone(), item.bytes)).collect();
        let mut counted = Counted { results: rows.len() as u64, ..Counted::default() };
        counted.damaged = census.damaged.iter().map(|item| item.bytes).sum();
        let (mut seen, mut kept) = (FxHashSet::default(), FxHashSet::default());
        let mut pipelines: IndexMap<&str, (u64, u64, i64)> = IndexMap::new();
        for row in &rows {
            let (results, bytes, used) = pipelines.entry(&row.pipeline).or_default();
            *results += 1;
            *used = row.used.max(*used);
            for place in self.places(row) {
                let Some(size) = sizes.get(&place) else { continue };
                if pins.keys.contains(&row.key) && kept.insert(place.clone()) {
                    counted.kept += size;
                }
                // Of content that several refer to, the first counts it.
                if seen.insert(place) {
                    counted.files += 1;
                    counted.bytes += size;
                    *bytes += size;
                }
            }
        }
        for place in pins.places {
            if let (Some(size), true) = (sizes.get(&place), kept.insert(place.clone())) {
                counted.kept += size;
                if seen.insert(place) {
                    counted.files += 1;
                    counted.bytes += size;
                }
            }
        }
        let all: u64 = sizes.values().sum();
        counted.unreferenced = all.saturating_sub(counted.bytes);
        counted.pipelines = pipelines
            .into_iter()
            .map(|(pipeline, (results, bytes, used))| OfPipeline {
                pipeline: pipeline.to_owned(),
                results,
                bytes,
                last_used: jiff::Timestamp::from_millisecond(used).unwrap_or_default().to_string(),
            })
            .collect();
        counted.pipelines.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.pipeline.cmp(&b.pipeline)));
        Ok(counted)
    }
}
