//! A 100 MB table handed from step to step, one column changed each time, beside writing and mapping the same files by
//! hand in one process. The comparison runs as a step too, so that both use the same Python and the same pyarrow.

use std::time::Duration;

use crate::measure::{Row, folder, median, ms, ratio, standpipe, timed};

const HOPS: u32 = 20;

/// The tasks that are measured, which peers are measured by, too.
const TASKS: &str = include_str!("../handoff.pipe");

const PROGRAM: &str = r#"
## Seconds for the same by hand: write an Arrow file, map it, change a column, write the next. `synced` brings each to the
## disk, as a run does.
task by_hand(seed: Int, hops: Int, synced: Bool) -> Float {
  env: arrow
  cache: false
  python:
    import os, tempfile, time
    import numpy as np, pyarrow as pa
    random = np.random.default_rng(seed)
    t = pa.table({f"c{k}": random.random(1_310_720) for k in range(10)})
    with tempfile.TemporaryDirectory(dir=".") as folder:
        start = time.perf_counter()
        for k in range(hops):
            path = os.path.join(folder, f"{k}.arrow")
            with pa.OSFile(path, "wb") as sink, pa.ipc.new_file(sink, t.schema) as writer:
                writer.write_table(t)
            if synced:
                with open(path) as file:
                    os.fsync(file.fileno())
            t = pa.ipc.open_file(pa.memory_map(path)).read_all()
            t = t.set_column(k % 10, f"c{k % 10}", pa.array(np.full(t.num_rows, float(k))))
        return time.perf_counter() - start
}

pipeline hand(seed: Int, hops: Int, synced: Bool = false) -> { seconds: Float } {
  { seconds: by_hand(seed, hops, synced) }
}

pipeline one(seed: Int) -> Int {
  make(seed).rows
}
"#;

pub(crate) fn rows() -> Vec<Row> {
    let folder = folder();
    let mut text = [TASKS, PROGRAM].concat();
    text.push_str("\npipeline chain(seed: Int) -> Int {\n  t0 = make(seed)\n");
    for hop in 1..=HOPS {
        text.push_str(&format!("  t{hop} = change(t{}, k: {hop})\n", hop - 1));
    }
    text.push_str(&format!("  t{HOPS}.rows\n}}\n"));
    std::fs::write(folder.path().join("handoff.pipe"), text).expect("a generated file");
    let run = |pipeline: &str, seed: u32, more: &[&str]| {
        let seed = seed.to_string();
        let mut args = vec!["run", "handoff.pipe", pipeline, "--seed", &seed];
        args.extend_from_slice(more);
        timed(standpipe(folder.path(), &args))
    };
    // The first run makes the environment.
    run("one", 1, &[]);
    let mut seed = 1;
    let measured = median(3, || {
        seed += 1;
        let (one, _) = run("one", seed, &[]);
        let (all, _) = run("chain", seed + 1_000, &[]);
        all.saturating_sub(one)
    });
    let by_hand = |synced: &str| {
        median(3, || {
            let (_, printed) = run("hand", 1, &["--hops", &HOPS.to_string(), "--synced", synced]);
            let seconds = printed.trim().rsplit(' ').next().and_then(|text| text.parse().ok());
            Duration::from_secs_f64(seconds.unwrap_or_else(|| panic!("not seconds: {printed:?}")))
        })
    };
    let (limit, synced) = (by_hand("false"), by_hand("true"));
    vec![Row {
        name: format!("{HOPS} steps hand on a 100 MB table"),
        measured: ms(measured),
        limit: format!("{} (by hand in one process; {} with each on the disk)", ms(limit), ms(synced)),
        ratio: ratio(measured, limit),
        aim: "1.5×",
    }]
}
