//! Many seeds, and the same seed twice.

use std::collections::BTreeMap;

use super::fact::{Fact, Line};
use super::play;

/// Seeds of the ordinary tests.
const SEEDS: u64 = 400;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
fn no_seed_breaks_anything() {
    if let Some(seed) = number("SIMULATION_SEED") {
        let (story, breaks) = play::seed(seed);
        println!("{:#?}", story.drawn.plan.root);
        story.facts.iter().for_each(|(at, fact)| println!("{at:>8} {fact:?}"));
        assert!(breaks.is_empty(), "seed {seed}: {breaks:#?}");
        return;
    }
    let begun = std::time::Instant::now();
    let seeds = number("SIMULATION_SEEDS").unwrap_or(SEEDS);
    let first = number("SIMULATION_FIRST").unwrap_or(0);
    let mut covered: BTreeMap<String, u64> = BTreeMap::new();
    let mut facts = 0;
    for seed in first..first + seeds {
        let (story, breaks) = play::seed(seed);
        assert!(breaks.is_empty(), "seed {seed}: {breaks:#?}");
        facts += story.facts.len();
        for (_, fact) in &story.facts {
            let what = match fact {
                Fact::Recorded { record: Line::Finished { status, .. }, .. } => status.as_str(),
                Fact::Recorded { record: Line::Retrying { .. }, .. } => "tried again",
                Fact::Ended { genuine: false, .. } => "told twice",
                Fact::Broken => "disk full",
                Fact::Crashed => "crash",
                Fact::Interrupted => "interrupt",
                _ => continue,
            };
            *covered.entry(what.to_owned()).or_default() += 1;
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "simulation: seeds {first} to {} in {seconds:.1} s, {facts} facts, 0 broken; {covered:?}",
        first + seeds - 1
    );
    for what in ["succeeded", "cached", "failed", "skipped", "cancelled", "tried again", "told twice", "crash"] {
        assert!(covered.contains_key(what), "no run has seen: {what}");
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in 0..60 {
        assert_eq!(play::seed(seed).0.hash(), play::seed(seed).0.hash(), "seed {seed}");
    }
}
