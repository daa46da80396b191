//! A random graph of steps that only sleep, beside what a scheduler that knows every duration makes of it, and beside
//! what no scheduler can beat. Each step is a shell that starts two programs, which takes a while without us, too: that is
//! measured, and counted as a part of the step.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Duration;

use crate::measure::{Row, folder, median, ms, ratio, standpipe, timed};

const STEPS: usize = 60;
const LANES: usize = 2;
/// What a step runs.
const BODY: &str = "sleep \"$(printf '0.%03d' \"$ms\")\"\necho 1 > \"$out\"";

/// A step's time in milliseconds and the steps before it.
struct Step {
    sleeps: u64,
    reads: Vec<usize>,
}

/// Layers of a few steps that read some of the layers before.
fn graph() -> Vec<Step> {
    let mut luck = 7_u64;
    let mut below = |end: u64| {
        luck = luck.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (luck >> 33) % end
    };
    (0..STEPS)
        .map(|index| {
            let near = index.saturating_sub(12);
            let reads = (0..below(3)).filter(|_| index > 0);
            let reads = reads.map(|_| near + usize::try_from(below((index - near) as u64)).unwrap_or(0)).collect();
            Step { sleeps: 20 + below(180), reads }
        })
        .collect()
}

/// The longest chain from each step on, its own time included.
fn chains(steps: &[Step]) -> Vec<u64> {
    let mut chains: Vec<u64> = steps.iter().map(|step| step.sleeps).collect();
    for (index, step) in steps.iter().enumerate().rev() {
        for read in &step.reads {
            chains[*read] = chains[*read].max(steps[*read].sleeps + chains[index]);
        }
    }
    chains
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// How long list scheduling by the longest chain takes.
fn list_schedule(steps: &[Step]) -> u64 {
    let chains = chains(steps);
    let mut ends: Vec<Option<u64>> = vec![None; steps.len()];
    let mut lanes = [0_u64; LANES];
    let mut now = 0;
    while ends.iter().any(Option::is_none) {
        let ready = |index: &usize| {
            ends[*index].is_none() && steps[*index].reads.iter().all(|read| ends[*read].is_some_and(|end| end <= now))
        };
        let next = (0..steps.len()).filter(ready).max_by_key(|index| (chains[*index], std::cmp::Reverse(*index)));
        let lane = (0..LANES).find(|lane| lanes[*lane] <= now);
        match (next, lane) {
            (Some(index), Some(lane)) => {
                lanes[lane] = now + steps[index].sleeps;
                ends[index] = Some(lanes[lane]);
            }
            _ => now = lanes.iter().copied().filter(|end| *end > now).min().unwrap_or(now + 1),
        }
    }
    ends.into_iter().flatten().max().unwrap_or(0)
}

/// What a step takes beyond its sleep when nobody but a loop starts it, two at a time.
fn shells_own() -> Duration {
    let nap = Duration::from_millis(20);
    let lane = || {
        median(15, || {
            let mut bash = Command::new("bash");
            bash.args(["--noprofile", "--norc", "-euo", "pipefail", "-c", BODY])
                .env("ms", "20")
                .env("out", "/dev/null");
            timed(bash).0.saturating_sub(nap)
        })
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(lane);
        (lane() + other.join().expect("a lane")) / 2
    })
}

pub(crate) fn rows() -> Vec<Row> {
    let steps = graph();
    let mut text = String::from(
        "task nap(ms: Int, before: List[Int]) -> Int {\n  sh:\n    sleep \"$(printf '0.%03d' \"$ms\")\"\n    echo 1 > \"$out\"\n}\n\n\
         pipeline main(salt: Int) -> Int {\n",
    );
    for (index, step) in steps.iter().enumerate() {
        let reads: Vec<String> = step.reads.iter().map(|read| format!("s{read}")).collect();
        // The salt makes each step its own.
        let _ = writeln!(
            text,
            "  s{index} = nap({}, [salt, {index}{}{}])",
            step.sleeps,
            if reads.is_empty() { "" } else { ", " },
            reads.join(", ")
        );
    }
    let all: Vec<String> = (0..STEPS).map(|index| format!("s{index}")).collect();
    let _ = writeln!(text, "  {}\n}}", all.join(" + "));
    let folder = folder();
    std::fs::write(folder.path().join("nap.pipe"), text).expect("a generated file");
    std::fs::write(
        folder.path().join("one.pipe"),
        "task nap() -> Int {\n  sh:\n    echo 1 > \"$out\"\n}\n\npipeline main() -> Int {\n  nap()\n}\n",
    )
    .expect("a generated file");
    let mut salt = 0;
    let mut run = || {
        salt += 1;
        let start = timed(standpipe(folder.path(), &["run", "one.pipe", "--no-cache", "-q"])).0;
        let salt = salt.to_string();
        timed(standpipe(folder.path(), &["run", "nap.pipe", "--salt", &salt, "--jobs", "2", "-q"]))
            .0
            .saturating_sub(start)
    };
    // The first run learns how long each takes.
    run();
    let measured = median(3, run);
    let own = shells_own();
    let sleeps = Duration::from_millis(list_schedule(&steps));
    let whole = |step: &Step| Step { sleeps: 1000 * step.sleeps + micros(own), reads: step.reads.clone() };
    let limit = Duration::from_micros(list_schedule(&steps.iter().map(whole).collect::<Vec<_>>()));
    vec![Row {
        name: format!("{STEPS} steps that sleep, a random graph, 2 at a time: makespan"),
        measured: ms(measured),
        limit: format!(
            "{} (list scheduling of the same shells, each {} beyond its sleep; of the sleeps alone {})",
            ms(limit),
            ms(own),
            ms(sleeps)
        ),
        ratio: ratio(measured, limit),
        aim: "1.03×",
    }]
}
