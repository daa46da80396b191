//! The compiler by itself: reading text, checking it and what it takes of memory, and planning what is large. Measured in
//! this process; a graph of as many steps is loaded by `ninja` beside it, where there is one.

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use standpipe_compiler::{MemoryWorld, analyse, compile};
use standpipe_plan::encode;
use standpipe_syntax::{FileId, Source, parse};

use crate::measure::{Row, folder, median, ms, ratio, timed};
use crate::remembering::Remembering;

pub(crate) fn rows() -> Vec<Row> {
    let text = tasks(16_667);
    let lines = text.lines().count();
    vec![
        read(&text, lines),
        check(&text, lines),
        again(&text, lines),
        plan("a `for` over 1,000,000", &each(1_000_000), None),
        plan("10,000 distinct steps", &distinct(10_000), Some(10_000)),
    ]
}

fn run(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn a_second(lines: usize, time: Duration) -> String {
    format!("{} ({:.2} million lines/s)", ms(time), lines as f64 / time.as_secs_f64() / 1e6)
}

fn read(text: &str, lines: usize) -> Row {
    let source = Source::new(FileId(0), "generated.pipe", text);
    let measured = median(5, || run(|| assert!(parse(&source).diagnostics.is_empty())));
    let limit = median(5, || run(|| assert_eq!(text.bytes().filter(|byte| *byte == b'\n').count(), lines)));
    Row {
        name: format!("lex and parse of {lines} lines"),
        measured: a_second(lines, measured),
        limit: format!("{} (counting them)", ms(limit)),
        ratio: ratio(measured, limit),
        aim: "",
    }
}

fn check(text: &str, lines: usize) -> Row {
    let world = MemoryWorld::new().with("generated.pipe", text);
    let before = resident();
    let mut kept = None;
    let measured = run(|| kept = Some(analyse(&world, "generated.pipe")));
    let memory = resident().saturating_sub(before);
    let source = Source::new(FileId(0), "generated.pipe", text);
    let limit = median(3, || run(|| drop(parse(&source))));
    assert!(kept.is_some_and(|analysis| !analysis.has_errors()));
    Row {
        name: format!("check of {lines} lines"),
        measured: format!("{}, {} bytes a line", a_second(lines, measured), memory / lines),
        limit: format!("{} (lex and parse)", ms(limit)),
        ratio: ratio(measured, limit),
        aim: "",
    }
}

/// The same file checked again, a number in it changed.
fn again(text: &str, lines: usize) -> Row {
    let mut world = Remembering::default();
    let mut check = |text: &str| {
        world.edit("generated.pipe", text);
        run(|| assert!(!analyse(&world, "generated.pipe").has_errors()))
    };
    let limit = check(text);
    let mut round = 1;
    let measured = median(5, || {
        round += 1;
        check(&text.replacen("cpu: 1", &format!("cpu: {round}"), 1))
    });
    Row {
        name: format!("check of {lines} lines again after one edit"),
        measured: ms(measured),
        limit: format!("{} (the first time)", ms(limit)),
        ratio: ratio(measured, limit),
        aim: "",
    }
}

fn plan(name: &str, text: &str, steps: Option<usize>) -> Row {
    let world = MemoryWorld::new().with("generated.pipe", text);
    let analysis = analyse(&world, "generated.pipe");
    let main = analysis.pipelines().pop().expect("a pipeline");
    let mut bytes = 0;
    let measured =
        median(3, || run(|| bytes = compile(&world, &analysis, main.decl).plan.map_or(0, |plan| encode(&plan).len())));
    let limit = steps.and_then(ninja);
    Row {
        name: format!("plan of {name}"),
        measured: format!("{}, {bytes} bytes", ms(measured)),
        limit: match (limit, steps) {
            (Some(limit), _) => format!("{} (`ninja` loads as many)", ms(limit)),
            (None, Some(_)) => "no `ninja` here".into(),
            (None, None) => String::new(),
        },
        ratio: limit.and_then(|limit| ratio(measured, limit)),
        aim: "",
    }
}

/// How long `ninja` takes to load a chain of as many steps; `None` when it is not installed.
fn ninja(steps: usize) -> Option<Duration> {
    Command::new("ninja").arg("--version").output().ok()?;
    let mut text = String::from("rule cp\n  command = cp $in $out\n");
    for step in 0..steps {
        let _ = writeln!(text, "build s{}: cp s{step}", step + 1);
    }
    let folder = folder();
    std::fs::write(folder.path().join("build.ninja"), text).expect("a generated file");
    Some(median(3, || {
        let mut load = Command::new("ninja");
        load.current_dir(folder.path()).args(["-t", "rules"]);
        timed(load).0
    }))
}

/// Bytes of memory that this process holds now.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0_usize) * 4096
}

/// Six lines a task.
fn tasks(count: usize) -> String {
    let mut text = String::new();
    for task in 0..count {
        let _ = write!(
            text,
            "## Copies a number.\ntask t{task}(x: Int, weight: Float in 0.0..=1.0) -> Int {{\n  cpu: 1\n  sh:\n    echo \"$x $weight\" > \"$out\"\n}}\n"
        );
    }
    text
}

fn each(items: usize) -> String {
    format!("{}\npipeline main() -> List[Int] {{\n  for x in 0..{items} {{\n    t0(x, 0.5)\n  }}\n}}\n", tasks(1))
}

fn distinct(steps: usize) -> String {
    let mut text = tasks(steps) + "\npipeline main() -> Int {\n  s0 = 1\n";
    for step in 0..steps {
        let _ = writeln!(text, "  s{} = t{step}(s{step}, 0.5)", step + 1);
    }
    let _ = write!(text, "  s{steps}\n}}\n");
    text
}
