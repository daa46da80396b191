//! Steps that print too much: what stays of it, and what it costs. `STANDPIPE_FLOOD` says how many bytes a step prints.

#![expect(clippy::print_stderr, reason = "the figures are for whoever runs it with `--nocapture`")]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::project::{Project, Run, number};

const SETTINGS: (&str, &str) = ("standpipe.toml", "max-log = \"1MiB\"\n");

/// What a step printed, as a person reads it, and how many bytes its run's logs take on the disk.
fn printed(project: &Project, step: &str) -> (String, u64) {
    let logs = project.stdout(&["runs", "logs", "--step", step]);
    let runs = fs::read_dir(project.path(".standpipe/runs")).unwrap().flatten();
    let files = runs.flat_map(|run| fs::read_dir(run.path()).unwrap().flatten());
    let logs_on_disk = files.filter(|file| file.path().extension().is_some_and(|extension| extension == "log"));
    (logs, logs_on_disk.map(|file| file.metadata().unwrap().blocks() * 512).sum())
}

fn check(project: &Project, step: &str) {
    let (text, on_disk) = printed(project, step);
    assert!(text.starts_with("the beginning\n"), "{:?}", text.get(..100));
    assert!(text.ends_with("the end\n"), "{:?}", text.get(text.len() - 100..));
    assert!(text.contains("bytes are left out here: the log has reached its limit"));
    assert!(text.len() < 2 << 20, "{} bytes are shown", text.len());
    assert!(on_disk < 4 << 20, "{on_disk} bytes are on the disk");
}

/// Each of these opens what the step prints into anew, as a file that is to be emptied.
#[test]
fn what_a_shell_step_prints_is_not_cut_by_what_it_prints_next() {
    let body = "task talk(before: Int) -> Int {\n  sh:\n    echo \"one $before\"\n    echo two > /dev/stderr\n    \
                echo three > /dev/stdout\n    echo four | tee /dev/stderr > /dev/null\n    echo five\n    \
                echo $((before + 1)) > \"$out\"\n}\n\n\
                pipeline main() -> Int {\n  first = talk(0)\n  second = talk(first)\n  second\n}\n";
    let project = Project::new(&[("main.pipe", body)]);
    let run = project.run(&["main.pipe", "--jobs", "1"]).succeeded();
    let steps: Vec<_> = run.all("step_finished").map(|event| event["step"].as_str().unwrap().to_owned()).collect();
    for (nth, step) in steps.iter().enumerate() {
        let printed = project.stdout(&["runs", "logs", "--step", step]);
        assert_eq!(printed, format!("one {nth}\ntwo\nthree\nfour\nfive\n"));
    }
    assert_eq!(steps.len(), 2);
}

/// The same of programs that a Python body starts, between what it prints itself; and where there are secrets to hide.
#[test]
fn what_a_step_prints_is_not_cut_by_programs_that_it_starts() {
    let body = r#"
task talk(before: Int) -> Int {
  python:
    import os, subprocess
    print("one", before)
    subprocess.run("echo two > /dev/stderr; echo three > /dev/stdout; echo four > /proc/self/fd/1", shell=True, check=True)
    print("five")
    os.system("echo six | tee /dev/stderr > /dev/null")
    return before + 1
}

task whisper(key: Secret[String], before: Int) -> Int {
  python:
    import os, subprocess
    print("one", before)
    subprocess.run("echo two > /dev/stderr; echo three > /dev/stdout", shell=True, check=True, executable="/bin/sh")
    subprocess.run(["sh", "-c", 'echo "four $0" > /proc/self/fd/1', key], check=True)
    print("five", key)
    return before + 1
}

task mutter(key: Secret[String], before: Int) -> Int {
  sh:
    echo "one $before"
    echo "two" > /dev/stderr
    echo "three" > /dev/stdout
    echo "four $key" | tee /dev/stderr > /dev/null
    echo "five $key"
    echo $((before + 1)) > "$out"
}

pipeline main(key: Secret[String] = secret("KEY")) -> Int {
  first = talk(0)
  second = talk(first)
  third = whisper(key, second)
  fourth = mutter(key, third)
  fifth = mutter(key, fourth)
  fifth
}
"#;
    for tier in ["off", "T1", "T2"] {
        let project = Project::new(&[("main.pipe", body)]);
        let mut command = project.command(&["run", "main.pipe", "--jobs", "1", "--sandbox", tier, "--format", "json"]);
        let run = Run::of(&command.env("KEY", "correct-horse-battery").output().unwrap()).succeeded();
        let steps: Vec<_> = run.all("step_finished").map(|event| event["step"].as_str().unwrap()).collect();
        let printed = |step: &&str| project.stdout(&["runs", "logs", "--step", step]);
        let printed: Vec<_> = steps.iter().map(printed).collect();
        let hidden = |nth| format!("one {nth}\ntwo\nthree\nfour [secret KEY]\nfive [secret KEY]\n");
        let plain = |nth| format!("one {nth}\ntwo\nthree\nfour\nfive\nsix\n");
        assert_eq!(printed, [plain(0), plain(1), hidden(2), hidden(3), hidden(4)], "{tier}");
    }
}

/// Bytes that a step of an ordinary test prints.
const FLOOD: u64 = 200_000_000;

/// The most memory that the program and what holds its steps were seen to take, in bytes, while `command` runs to its end:
/// what a step itself takes is not among it.
fn peaks(mut command: Command, project: &Project) -> [u64; 2] {
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let mut most = [0, 0];
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        most[0] = most[0].max(peak(&child.id().to_string()));
        let keepers = project.keepers();
        most[1] = keepers.iter().map(|keeper| peak(keeper)).max().unwrap_or(0).max(most[1]);
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(status.success());
    most
}

fn peak(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
}

/// A flood that `body` makes, in a run of its own, with what it costs.
fn flood(what: &str, body: &str, secret: bool) {
    // Whole lines of the secret: a part of it that the step prints itself is nothing that could be known.
    let line = "correct-horse-battery\n".len() as u64;
    let bytes = number("STANDPIPE_FLOOD", FLOOD) / line * line;
    let (input, param, given) = match secret {
        true => ("key: Secret[String]", "key: Secret[String] = secret(\"KEY\")", "key"),
        false => ("", "", ""),
    };
    let text = format!(
        "task flood({input}) -> Int {{\n  sh:\n    echo the beginning\n    {{ {body} || true; }} | head -c {bytes}\n    echo\n    \
         echo the end\n    echo 1 > \"$out\"\n}}\n\npipeline main({param}) -> Int {{\n  flood({given})\n}}\n"
    );
    let project = Project::new(&[("main.pipe", &text), SETTINGS]);
    let mut command = project.command(&["run", "main.pipe"]);
    command.env("KEY", "correct-horse-battery");
    let begun = Instant::now();
    let [program, keeper] = peaks(command, &project);
    let took = begun.elapsed().as_secs_f64();
    check(&project, "flood");
    // No part of it, wherever the log was cut.
    let (text, _) = printed(&project, "flood");
    assert!(!["correct", "horse", "battery", "tery\n"].iter().any(|part| text.contains(part)), "{what}");
    let mib = |bytes: u64| bytes >> 20;
    eprintln!(
        "J5 flood, {what}: {bytes} bytes, at most {} MiB of memory for the program and {} for what holds the step; {took:.1} s",
        mib(program),
        mib(keeper)
    );
    // Whatever it prints: the aim of the figure.
    assert!(program.max(keeper) < 150 << 20, "{program} {keeper}");
}

#[test]
fn a_flood_of_a_shell_step_is_cut_in_the_middle() {
    flood("lines", "yes 0123456789", false);
}

#[test]
fn a_flood_in_one_line_is_cut_in_the_middle() {
    flood("one line", "tr '\\0' x < /dev/zero", false);
}

// A worker adds to its log by itself: elsewhere no gap can be made in that meanwhile, and all of it stays.
#[cfg(not(feature = "portable"))]
#[test]
fn a_flood_of_a_python_step_is_cut_in_the_middle() {
    let body = "task flood(n: Int) -> Int {\n  python:\n    print(\"the beginning\")\n    for _ in range(n):\n        \
                print(\"x\" * 1000)\n    print(\"the end\")\n    return 1\n}\n\npipeline main() -> List[Int] {\n  \
                for n in [1, 30000, 1] {\n    flood(n)\n  }\n}\n";
    let project = Project::new(&[("main.pipe", body), SETTINGS]);
    project.run(&["main.pipe"]).succeeded();
    let runs = project.stdout(&["runs", "show"]);
    let step = runs.split_whitespace().find(|word| word.ends_with("[1].flood")).unwrap().to_owned();
    check(&project, &step);
    let (small, _) = printed(&project, &step.replace("[1]", "[0]"));
    assert_eq!(small.lines().count(), 3, "{small}");
}

#[test]
fn a_flood_of_a_step_with_a_secret_is_cut_in_the_middle() {
    flood("with a secret", "yes \"$key\"", true);
}

#[test]
fn a_step_finds_how_many_threads_are_its_own() {
    let names = "OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS BLIS_NUM_THREADS VECLIB_MAXIMUM_THREADS \
                 NUMEXPR_NUM_THREADS POLARS_MAX_THREADS RAYON_NUM_THREADS TF_NUM_INTRAOP_THREADS LOKY_MAX_CPU_COUNT \
                 PYTHON_CPU_COUNT";
    let body = format!(
        "task one() -> String {{\n  python:\n    import os\n    return \" \".join(sorted({{os.environ.get(name, \"\") for name in \
         \"{names}\".split()}}))\n}}\n\ntask two() -> String {{\n  cpu: 2\n  sh:\n    for name in {names}; do echo \"${{!name}}\"; done \
         | sort -u > \"$out\"\n}}\n\npipeline main() -> {{ one: String, two: String }} {{\n  {{ one: one(), two: two() }}\n}}\n"
    );
    let project = Project::new(&[("main.pipe", &body)]);
    let mut command = project.command(&["run", "main.pipe", "--format", "json", "--jobs", "2"]);
    for name in names.split_whitespace() {
        command.env_remove(name);
    }
    let run = Run::of(&command.output().unwrap()).succeeded();
    assert_eq!(run.outputs(), &serde_json::json!({ "one": "1", "two": "2" }));
}
