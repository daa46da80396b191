//! What the sandbox adds to a step: processor time of a run of many less that of a run of one, without it and in T1.

use std::path::Path;
use std::time::Duration;

use crate::measure::{Row, folder, ratio, standpipe, timed};

/// Ticks of the kernel's count of processor time in a second, as `/proc` has it everywhere.
const TICKS: u64 = 100;
const TIMES: usize = 5;

/// `sh` steps and trivial Python steps, two at a time.
pub(crate) fn rows() -> Vec<Row> {
    [
        ("`sh` steps `printf 1 > \"$out\"`", 1_000, "  sh:\n    printf 1 > \"$out\""),
        ("trivial Python steps", 10_000, "  python:\n    return i + 1"),
    ]
    .map(|(name, steps, body)| {
        let folder = folder();
        let text = format!(
            "task step(i: Int) -> Int {{\n  cache: false\n{body}\n}}\n\n\
             pipeline main(n: Int) -> Int {{\n  all = for i in 0..n {{ step(i) }}\n  len(all)\n}}\n"
        );
        std::fs::write(folder.path().join("steps.pipe"), text).expect("a generated file");
        let [off, confined] = each(folder.path(), steps);
        Row {
            name: format!("processor time of a step in T1: {name}"),
            measured: us(confined),
            limit: format!("{} (without a sandbox)", us(off)),
            ratio: ratio(confined, off),
            aim: "1 ms more",
        }
    })
    .into()
}

/// Of one step, without the sandbox and in T1: measured in turns, the medians.
fn each(folder: &Path, steps: u32) -> [Duration; 2] {
    let mut all = [Vec::new(), Vec::new()];
    for _ in 0..TIMES {
        for (tier, all) in ["off", "T1"].iter().zip(&mut all) {
            let many = spent(folder, steps + 1, tier).saturating_sub(spent(folder, 1, tier));
            all.push(many / steps);
        }
    }
    all.map(|mut all| {
        all.sort_unstable();
        all[TIMES / 2]
    })
}

/// Processor time of a run and of all that it waited for.
fn spent(folder: &Path, steps: u32, tier: &str) -> Duration {
    let before = of_children();
    timed(standpipe(folder, &["run", "steps.pipe", "--n", &steps.to_string(), "--jobs", "2", "-q", "--sandbox", tier]));
    of_children().saturating_sub(before)
}

/// Processor time of all processes that this one, or one of its own, has waited for.
fn of_children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("the kernel tells");
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    let ticks = |nth: usize| fields.split_whitespace().nth(nth).and_then(|field| field.parse::<u64>().ok());
    // User and system, the 16th and 17th field; two stand before the last bracket.
    let ticks = ticks(13).zip(ticks(14)).map_or(0, |(user, system)| user + system);
    Duration::from_millis(ticks * 1000 / TICKS)
}

fn us(time: Duration) -> String {
    format!("{:.0} µs", time.as_secs_f64() * 1e6)
}
