//! Sweeps: how many trivial trials a second, how long slots lie idle between unequal trials, and what a trial costs when
//! there are very many.

use std::time::Duration;

use crate::measure::{Row, folder, median, mib, ms, peak, ratio, standpipe, timed};
use crate::steps::pipe_loop;

const TRIVIAL: &str = "\
import std/tune { random }

task fit(x: Float, y: Float) -> { loss: Float } {
  python:
    return {\"loss\": (x - 0.3) ** 2 + (y - 0.7) ** 2}
}

pipeline main(trials: Int in 1..) -> Float {
  found = sweep x in 0.0..1.0, y in 0.0..1.0 minimize loss using random(trials) {
    fit(x, y)
  }
  found.score
}
";

const UNEQUAL: &str = "\
import std/tune { grid }

task fit(wait: Float, again: Int) -> { loss: Float } {
  python:
    import time
    time.sleep(wait)
    return {\"loss\": wait}
}

pipeline main(times: Int in 1..) -> Float {
  found = sweep again in 1..=times, wait in [0.05, 0.3, 0.1, 0.2] minimize loss using grid() {
    fit(wait, again)
  }
  found.score
}
";

/// A body without steps: the scheduler works it out itself.
const SIMULATED: &str = "\
import std/tune { random }

pipeline main(trials: Int in 1..) -> Float {
  found = sweep x in 0.0..1.0, y in 0.0..1.0 minimize loss using random(trials) {
    { loss: (x - 0.3) * (x - 0.3) + (y - 0.7) * (y - 0.7) }
  }
  found.score
}
";

const TRIALS: u32 = 1000;
/// How often each of the four waits of [`UNEQUAL`] comes.
const TIMES: u32 = 10;
const MANY: [u32; 2] = [10_000, 100_000];

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = vec![trivial(), unequal()];
    rows.extend(simulated());
    rows
}

fn trivial() -> Row {
    let measured = median(3, || {
        let folder = folder();
        std::fs::write(folder.path().join("sweep.pipe"), TRIVIAL).expect("a generated file");
        let run = |trials: u32| {
            let trials = trials.to_string();
            timed(standpipe(folder.path(), &["run", "sweep.pipe", "--trials", &trials, "--jobs", "2", "-q"])).0
        };
        // The second run has one trial to reuse, and otherwise all that a run costs.
        run(1);
        let one = run(1);
        run(TRIALS).saturating_sub(one)
    });
    let limit = median(3, || pipe_loop(TRIALS));
    let rate = |time: Duration| f64::from(TRIALS) / time.as_secs_f64();
    Row {
        name: format!("{TRIALS} trials of a trivial Python function, 2 workers, durable"),
        measured: format!("{} ({:.0} a second)", ms(measured), rate(measured)),
        limit: format!("{} ({:.0} a second, 2 × JSON lines over a pipe, nothing kept)", ms(limit), rate(limit)),
        ratio: ratio(measured, limit),
        aim: "1,000 a second",
    }
}

fn unequal() -> Row {
    let folder = folder();
    std::fs::write(folder.path().join("sweep.pipe"), UNEQUAL).expect("a generated file");
    let run = |times: u32| {
        let times = times.to_string();
        timed(standpipe(folder.path(), &["run", "sweep.pipe", "--times", &times, "--jobs", "2", "-q", "--no-cache"])).0
    };
    run(1);
    // Begin and end of a run are the same in both.
    let (few, many) = (run(1), run(1 + TIMES));
    let slept = Duration::from_millis(650) * TIMES;
    let share = 1.0 - slept.as_secs_f64() / 2.0 / many.saturating_sub(few).as_secs_f64();
    Row {
        name: format!("idle share of 2 slots, {} trials of 50 to 300 ms", TIMES * 4),
        measured: format!("{:.1} %", share * 100.0),
        limit: format!("{} of work", ms(slept)),
        ratio: None,
        aim: "2 %",
    }
}

fn simulated() -> Vec<Row> {
    let folder = folder();
    std::fs::write(folder.path().join("sweep.pipe"), SIMULATED).expect("a generated file");
    let run = |trials: u32| {
        let trials = trials.to_string();
        peak(standpipe(folder.path(), &["run", "sweep.pipe", "--trials", &trials, "-q"]))
    };
    let (start, one) = run(1);
    MANY.map(|trials| {
        let (took, bytes) = run(trials);
        let each = took.saturating_sub(start).as_secs_f64() * 1e6 / f64::from(trials);
        Row {
            name: format!("{trials} trials of an objective in the language"),
            measured: format!(
                "{} ({each:.1} µs a trial), {} ({} B a trial)",
                ms(took),
                mib(bytes),
                bytes.saturating_sub(one) / u64::from(trials)
            ),
            limit: String::new(),
            ratio: None,
            aim: "flat",
        }
    })
    .into()
}
