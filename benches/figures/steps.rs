//! What a step costs: the difference between a run of many and a run of one, so that start-up does not count.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::measure::{Row, folder, median, ms, ratio, standpipe, timed};

const STEPS: u32 = 1_000;

fn program(kind: &str, body: &str) -> String {
    format!(
        "{kind} {{\n{body}\n}}\n\npipeline main(n: Int) -> Int {{\n  all = for i in 0..n {{ step(i) }}\n  len(all)\n}}\n"
    )
}

fn run(folder: &Path, steps: u32, cache: bool) -> Duration {
    let steps = steps.to_string();
    let mut args = vec!["run", "steps.pipe", "--n", &steps, "--jobs", "2", "-q"];
    if !cache {
        args.push("--no-cache");
    }
    timed(standpipe(folder, &args)).0
}

fn marginal(folder: &Path, steps: u32) -> Duration {
    median(5, || run(folder, steps + 1, false).saturating_sub(run(folder, 1, false)))
}

/// 1,000 `sh` steps, two at a time, beside a loop that only spawns the same command, two at a time.
pub(crate) fn shell() -> Vec<Row> {
    [("true", "true > \"$out\""), ("printf 1 > \"$out\"", "printf 1 > \"$out\"")]
        .map(|(name, body)| {
            let folder = folder();
            let result = if name == "true" { "String" } else { "Int" };
            let text = program(&format!("task step(i: Int) -> {result}"), &format!("  sh:\n    {body}"));
            std::fs::write(folder.path().join("steps.pipe"), text).expect("a generated file");
            let measured = marginal(folder.path(), STEPS);
            let limit = median(5, || spawn_loop(folder.path(), body));
            Row {
                name: format!("{STEPS} `sh` steps `{name}`, 2 at a time"),
                measured: ms(measured),
                limit: format!("{} (spawning `bash -c`)", ms(limit)),
                ratio: ratio(measured, limit),
                aim: "1.3×",
            }
        })
        .into()
}

fn spawn_loop(folder: &Path, body: &str) -> Duration {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for lane in 0..2 {
            scope.spawn(move || {
                for _ in 0..STEPS / 2 {
                    let mut bash = Command::new("bash");
                    bash.args(["-c", body]).env("out", folder.join(format!("out{lane}")));
                    assert!(bash.status().is_ok_and(|status| status.success()), "bash runs");
                }
            });
        }
    });
    start.elapsed()
}

/// 1,000 trivial Python steps on two warm workers, then the same again from the cache.
pub(crate) fn python() -> Vec<Row> {
    let folder = folder();
    let text = program("task step(i: Int) -> Int", "  python:\n    return i + 1");
    std::fs::write(folder.path().join("steps.pipe"), text).expect("a generated file");
    let many = 5 * STEPS;
    let measured = marginal(folder.path(), many);
    let pipes = median(3, || pipe_loop(many));
    run(folder.path(), STEPS, true);
    let cached = median(9, || run(folder.path(), STEPS, true));
    let start = median(9, || timed(standpipe(folder.path(), &["--version"])).0);
    vec![
        Row {
            name: "trivial Python steps on 2 warm workers, durable".into(),
            measured: format!("{:.0} a second", f64::from(many) / measured.as_secs_f64()),
            limit: format!(
                "{:.0} a second (2 × JSON lines over a pipe, nothing kept)",
                f64::from(many) / pipes.as_secs_f64()
            ),
            ratio: ratio(measured, pipes),
            aim: "10,000 a second",
        },
        Row {
            name: format!("{STEPS} of them again, all cached"),
            measured: ms(cached),
            limit: format!("{} (`--version`)", ms(start)),
            ratio: ratio(cached, start),
            aim: "50 ms",
        },
    ]
}

/// The same calls over a bare pipe: two Python processes that read a line of JSON and answer one.
pub(crate) fn pipe_loop(calls: u32) -> Duration {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::Stdio;
    const ECHO: &str =
        "import sys, json\nfor line in sys.stdin:\n    print(json.dumps(json.loads(line)['i'] + 1), flush=True)";
    let took = std::thread::scope(|scope| {
        let lane = || {
            let mut python = Command::new("python3")
                .args(["-c", ECHO])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("python3 on the path");
            let mut input = python.stdin.take().expect("a pipe");
            let mut output = BufReader::new(python.stdout.take().expect("a pipe"));
            let mut line = String::new();
            let mut call = |i: u32| {
                writeln!(input, "{{\"i\": {i}}}").expect("a living process");
                line.clear();
                output.read_line(&mut line).expect("an answer");
            };
            call(0);
            let start = Instant::now();
            (0..calls / 2).for_each(&mut call);
            let took = start.elapsed();
            drop(input);
            python.wait().expect("an end");
            took
        };
        [scope.spawn(lane), scope.spawn(lane)].map(|lane| lane.join().expect("a lane"))
    });
    took[0].max(took[1])
}
