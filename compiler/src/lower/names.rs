//! Names of steps: unique along a path, and stable as far as the program is.

use rustc_hash::FxHashSet;
use smol_str::{SmolStr, format_smolstr};

/// Names given so far on the way from the pipeline to where we are. A `for` opens a level of its own; the branches of an
/// `if` share one, so that no two steps have the same path.
#[derive(Default)]
pub(super) struct Names {
    level: Level,
    outer: Vec<Level>,
}

#[derive(Default)]
struct Level {
    /// `sub.` inside an inlined pipeline.
    prefix: String,
    taken: FxHashSet<SmolStr>,
    /// How often a name was asked for, so that the hundredth `fit` is found at once.
    counts: rustc_hash::FxHashMap<SmolStr, u32>,
}

impl Names {
    /// `fit`, then `fit_2`, `fit_3`, behind the prefix.
    pub(super) fn unique(&mut self, name: &str) -> SmolStr {
        let level = &mut self.level;
        let full = format_smolstr!("{}{name}", level.prefix);
        let count = level.counts.entry(full.clone()).or_insert(0);
        loop {
            *count += 1;
            let candidate = if *count == 1 { full.clone() } else { format_smolstr!("{full}_{count}") };
            if level.taken.insert(candidate.clone()) {
                return candidate;
            }
        }
    }

    /// Enters the body of a `for`.
    pub(super) fn enter(&mut self) {
        self.outer.push(std::mem::take(&mut self.level));
    }

    pub(super) fn leave(&mut self) {
        if let Some(level) = self.outer.pop() {
            self.level = level;
        }
    }

    /// Makes `name` the prefix; gives back the one before.
    pub(super) fn prefix(&mut self, name: &str) -> String {
        std::mem::replace(&mut self.level.prefix, format!("{name}."))
    }

    pub(super) fn restore(&mut self, prefix: String) {
        self.level.prefix = prefix;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_from_the_second_on() {
        let mut names = Names::default();
        let mut all: Vec<SmolStr> = ["fit", "fit_2", "fit", "fit"].iter().map(|name| names.unique(name)).collect();
        let before = names.prefix("sub");
        all.push(names.unique("fit"));
        names.restore(before);
        names.enter();
        all.push(names.unique("fit"));
        names.leave();
        all.push(names.unique("fit"));
        assert_eq!(all, ["fit", "fit_2", "fit_3", "fit_4", "sub.fit", "fit", "fit_5"]);
    }
}
