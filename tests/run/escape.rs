//! Twenty ways for a step's processes to get away, and none that works: not when the step ends, not when the run is
//! stopped, not when the runtime or the step itself is killed.

#![expect(clippy::print_stderr, reason = "the figure is for whoever runs it with `--nocapture`")]

use crate::project::{PORTABLE, Project, Run, marker, number, processes, wait_until};

/// Commands that start `sleep SECONDS`, with `S` for the seconds, out of sight of the shell that they are typed in.
const STYLES: &[(&str, &str)] = &[
    ("background", "sleep S &"),
    ("nohup", "nohup sleep S > /dev/null 2>&1 &"),
    ("disowned", "sleep S & disown"),
    ("a session", "setsid sleep S &"),
    ("a session that is waited for", "setsid --wait sleep S &"),
    ("a session's child", "setsid bash -c 'sleep S & wait' &"),
    ("a double fork", "(sleep S &)"),
    ("a double fork into a session", "(setsid sleep S &)"),
    ("a triple fork", "( ( (setsid sleep S &) & ) & )"),
    ("no environment", "env -i setsid \"$(command -v sleep)\" S &"),
    ("no environment, two forks", "(env -i \"$(command -v setsid)\" \"$(command -v sleep)\" S &)"),
    ("deaf to being asked", "(trap '' TERM HUP INT; sleep S) &"),
    ("deaf, in a session", "setsid bash -c \"trap '' TERM HUP INT; sleep S\" &"),
    ("stopped", "sleep S & kill -STOP $!"),
    ("stopped, in a session", "setsid bash -c 'kill -STOP $$; exec sleep S' & sleep 0.1"),
    ("another name", "(exec -a innocent setsid sleep S) &"),
    ("a folder of its own", "(cd / && setsid sleep S) &"),
    ("without the log", "setsid sleep S < /dev/null > /dev/null 2>&1 &"),
    (
        "by Python, as a daemon",
        "python3 -c 'import os\nif os.fork() == 0:\n os.setsid()\n if os.fork() == 0: os.execvp(\"sleep\", [\"sleep\", \"S\"])\n os._exit(0)'",
    ),
    (
        "a chain of forks",
        "(setsid bash -c 'chain() { if [ $1 = 0 ]; then exec sleep S; fi; (chain $(($1 - 1)) &) ; }; chain 20' &)",
    ),
];

/// Those that none gets away by. Without what Linux alone has, one does that shows no environment and has lost its parent
/// before anybody looked.
fn styles() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    STYLES.iter().filter(|(name, _)| !PORTABLE || !name.starts_with("no environment"))
}

/// A step that escapes in every style, then ends as `last` says.
fn program(seconds: &str, last: &str) -> String {
    let lines: String = styles().flat_map(|(_, style)| style.lines()).map(|line| format!("    {line}\n")).collect();
    let lines = replace_seconds(&lines, seconds);
    format!(
        "task escape() -> Int {{\n  sh:\n{lines}    sleep 0.2\n    {last}\n    echo 1 > \"$out\"\n}}\n\npipeline main() -> Int {{\n  escape()\n}}\n"
    )
}

/// `S` on its own is the number of seconds.
fn replace_seconds(text: &str, seconds: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for (index, letter) in text.char_indices() {
        let after = text[index + letter.len_utf8()..].chars().next().unwrap_or(' ');
        let alone = letter == 'S' && !before.is_ascii_alphanumeric() && !after.is_ascii_alphanumeric() && before != '-';
        if alone {
            out.push_str(seconds)
        } else {
            out.push(letter)
        }
        before = letter;
    }
    out
}

/// By each of the ways in which a step can be held: with a control group where one can be made, without one, and in a
/// process namespace where the host has them. `STANDPIPE_ESCAPES` says how often.
#[test]
fn nothing_outlives_a_step_that_succeeds() {
    let times = number("STANDPIPE_ESCAPES", 1);
    let mut held = std::collections::BTreeSet::new();
    for (without_group, tier) in [("0", "off"), ("1", "off"), ("1", "T2")] {
        for time in 0..times {
            let marker = marker();
            let project = Project::new(&[("escape.pipe", &program(&marker, "true"))]);
            let mut command = project.command(&["run", "--format", "json", "escape.pipe", "--sandbox", tier]);
            let run = Run::of(&command.env("STANDPIPE_NO_CGROUP", without_group).output().unwrap());
            let run = run.succeeded();
            assert_eq!(processes(&marker), 0, "{tier}, {without_group}, time {time}");
            let got = run.all("run_started").next().unwrap()["sandbox"].as_str().unwrap_or("off").to_owned();
            held.insert((without_group == "0", got));
        }
    }
    let count = styles().count();
    let all = count as u64 * times * 3;
    eprintln!("J2 orphans: {all} escapes in {count} styles, 0 left; (control group, sandbox): {held:?}");
}

#[test]
fn nothing_outlives_a_step_that_fails_or_kills_itself() {
    for last in ["exit 3", "kill -KILL $$"] {
        let marker = marker();
        let project = Project::new(&[("escape.pipe", &program(&marker, last))]);
        assert_eq!(project.run(&["escape.pipe"]).code, Some(1));
        assert_eq!(processes(&marker), 0, "{last}");
    }
}

#[test]
fn nothing_outlives_a_run_that_is_stopped() {
    let marker = marker();
    let project = Project::new(&[("escape.pipe", &program(&marker, &format!("sleep {marker}")))]);
    let mut run = project.start(&["escape.pipe"]);
    wait_until("most of them sleep", || processes(&marker) >= 15);
    run.signal("INT");
    run.signal("INT");
    assert_eq!(run.code(), Some(130));
    assert_eq!(processes(&marker), 0);
}

#[test]
fn what_a_killed_runtime_leaves_can_be_ended() {
    let marker = marker();
    let project = Project::new(&[("escape.pipe", &program(&marker, &format!("sleep {marker}")))]);
    let mut run = project.start(&["escape.pipe"]);
    wait_until("most of them sleep", || processes(&marker) >= 15);
    run.signal("KILL");
    assert_eq!(run.code(), None);
    let output = project.standpipe(&["runs", "cancel", "--now"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(processes(&marker), 0);
}

/// A worker finishes its step without the runtime, and ends: so does all that the step started.
// Elsewhere what shows no environment and ends its worker within a moment may not have been seen.
#[cfg(not(feature = "portable"))]
#[test]
fn what_a_python_step_started_ends_with_it_without_the_runtime() {
    let marker = marker();
    let escape = "import os, subprocess, time";
    let waits = "while not os.path.exists(\"go\"):\n        time.sleep(0.02)";
    let spawn = |words: &str| format!("    subprocess.Popen({words}, start_new_session=True, env={{}})\n");
    let body = spawn(&format!("[\"/bin/sleep\", \"{marker}\"]"))
        + &spawn(&format!("[\"/bin/sh\", \"-c\", \"/bin/sleep {marker} & /bin/sleep {marker}\"]"));
    let text = format!(
        "task escape() -> Int {{\n  python:\n    {escape}\n{body}    {waits}\n    return 1\n}}\n\npipeline main() -> Int {{\n  escape()\n}}\n"
    );
    let project = Project::new(&[("escape.pipe", &text)]);
    let mut run = project.start(&["escape.pipe"]);
    wait_until("three sleep", || processes(&marker) == 3);
    run.signal("KILL");
    assert_eq!(run.code(), None);
    assert_eq!(processes(&marker), 3);
    project.write("go", "");
    wait_until("none is left", || processes(&marker) == 0);
}

/// Without what Linux alone has, a worker learns of none but its own children.
#[cfg(not(feature = "portable"))]
#[test]
fn a_python_step_that_ends_leaves_no_process() {
    let marker = marker();
    let text = format!(
        "task escape(n: Int) -> Int {{\n  python:\n    import subprocess\n    subprocess.Popen([\"/bin/sleep\", \"{marker}\"], start_new_session=True, env={{}})\n    \
         subprocess.run([\"/bin/sh\", \"-c\", \"/bin/sleep {marker} & exit 0\"], env={{}})\n    return n\n}}\n\n\
         task count(all: List[Int]) -> Int {{\n  sh:\n    ps -eo args | grep -c 'slee[p] {marker}' > \"$out\" || true\n}}\n\n\
         pipeline main() -> Int {{\n  count(for n in 0..4 {{ escape(n) }})\n}}\n"
    );
    let project = Project::new(&[("escape.pipe", &text)]);
    assert_eq!(project.run(&["escape.pipe"]).succeeded().outputs(), &serde_json::json!(0));
    assert_eq!(processes(&marker), 0);
}

/// The keeper itself is killed: its step is lost, and what it held is ended all the same.
#[test]
fn a_killed_keeper_loses_its_step_and_nothing_else() {
    let marker = marker();
    let text = format!(
        "task wait() -> Int {{\n  sh:\n    setsid sleep {marker} &\n    sleep {marker}\n    echo 1 > \"$out\"\n}}\n\npipeline main() -> Int {{\n  wait()\n}}\n"
    );
    let project = Project::new(&[("wait.pipe", &text)]);
    let run = project.start(&["wait.pipe"]);
    wait_until("two sleep", || processes(&marker) == 2);
    assert_eq!(project.kill_keepers(), 1);
    let ended = run.rest();
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.failure()["code"], "E0650", "{}", ended.failure());
    assert_eq!(processes(&marker), 0);
}

/// Linux alone has groups. A group is entered beside the first step's beginning: that step is in it soon, its children born before and after
/// alike, and the group is gone with the run.
#[cfg(not(feature = "portable"))]
#[test]
fn a_step_is_in_a_group_that_goes_with_the_run() {
    const STEP: &str = "\
task groups() -> String {
  sh:
    sleep 0.5 & early=$!
    sleep 0.3
    cat /proc/self/cgroup /proc/$early/cgroup | sed -n 's/^0:://p' | sort -u > \"$out\"
}

pipeline main() -> { groups: String } {
  { groups: groups() }
}
";
    let project = Project::new(&[("groups.pipe", STEP)]);
    let doctor = project.standpipe(&["doctor"]);
    let possible = String::from_utf8_lossy(&doctor.stdout).contains("by a control group of its own");
    let run = project.run(&["groups.pipe"]).succeeded();
    let groups: Vec<&str> = run.outputs()["groups"].as_str().expect("text").lines().collect();
    let [group] = groups.as_slice() else { panic!("not one group: {groups:?}") };
    assert_eq!(group.contains("standpipe-"), possible, "{group}");
    if possible {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        let mount = mounts.lines().find(|line| line.contains(" - cgroup2 ")).and_then(|line| line.split(' ').nth(4));
        let folder = format!("{}{group}", mount.expect("there are groups"));
        assert!(!std::path::Path::new(&folder).exists(), "{folder} is still there");
    }
}
