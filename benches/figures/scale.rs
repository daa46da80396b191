//! Very many instances of one `for`: time and the runtime's own memory, first run and again from the cache.

use crate::measure::{Row, folder, median, mib, ms, peak, ratio, standpipe, timed};

const PROGRAM: &str = "\
task step(i: Int) -> Int {
  python:
    return i + 1
}

pipeline main(n: Int) -> Int {
  all = for i in 0..n { step(i) }
  len(all)
}
";

const MANY: u32 = 100_000;
const AGAIN: u32 = 10_000;

/// 100,000 instances, and what of the memory each costs beyond that of a run of one.
pub(crate) fn instances() -> Vec<Row> {
    let folder = folder();
    std::fs::write(folder.path().join("scale.pipe"), PROGRAM).expect("a generated file");
    let run = |n: u32| {
        let n = n.to_string();
        peak(standpipe(folder.path(), &["run", "scale.pipe", "--n", &n, "--jobs", "2", "-q"]))
    };
    let (_, one) = run(1);
    let (took, many) = run(MANY);
    let (again, cached) = run(MANY);
    let each = |bytes: u64| bytes.saturating_sub(one) / u64::from(MANY);
    vec![
        Row {
            name: format!("{MANY} instances of a `for`, 2 workers: time"),
            measured: format!("{:.1} s ({:.0} a second)", took.as_secs_f64(), f64::from(MANY) / took.as_secs_f64()),
            limit: String::new(),
            ratio: None,
            aim: "10,000 a second",
        },
        Row {
            name: format!("{MANY} instances of a `for`: peak memory of the runtime"),
            measured: format!("{} ({} B an instance)", mib(many), each(many)),
            limit: format!("{} (a run of one)", mib(one)),
            ratio: None,
            aim: "1 KiB an instance",
        },
        Row {
            name: format!("{MANY} of them again, all cached"),
            measured: format!("{} and {} ({} B an instance)", ms(again), mib(cached), each(cached)),
            limit: String::new(),
            ratio: None,
            aim: "1 KiB an instance",
        },
    ]
}

/// 10,000 instances again, all cached: the whole command.
pub(crate) fn again() -> Vec<Row> {
    let folder = folder();
    std::fs::write(folder.path().join("scale.pipe"), PROGRAM).expect("a generated file");
    let n = AGAIN.to_string();
    let run = || timed(standpipe(folder.path(), &["run", "scale.pipe", "--n", &n, "--jobs", "2", "-q"])).0;
    run();
    let measured = median(7, run);
    let limit = median(7, || timed(standpipe(folder.path(), &["--version"])).0);
    vec![Row {
        name: format!("{AGAIN} steps again, all cached"),
        measured: ms(measured),
        limit: format!("{} (`--version`)", ms(limit)),
        ratio: ratio(measured, limit),
        aim: "150 ms",
    }]
}
