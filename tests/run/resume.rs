//! Runs that are gone on with: after a kill, a failure, a Ctrl-C, an edit; and effects of which nobody knows.

use crate::project::{Project, Run, number, wait_until};

/// `slow` waits for a file `go`, `publish` for `go2`; each notes that it began.
const PIPE: &str = r#"
task fast(x: Int) -> Int {
  sh:
    echo fast >> begun
    echo $((x + 1)) > "$out"
}

task slow(x: Int) -> Int {
  sh:
    echo slow >> begun
    while [ ! -e go ]; do sleep 0.02; done
    echo $((x * 10)) > "$out"
}

effect publish(x: Int) -> String {
  sh:
    echo publish >> begun
    while [ ! -e go2 ]; do sleep 0.02; done
    printf 'published %s' "$x" > "$out"
}

pipeline main(x: Int = 1) -> String {
  publish(slow(fast(x)))
}
"#;

impl Project {
    fn resume(&self, args: &[&str]) -> Run {
        Run::of(&self.standpipe(&[&["runs", "resume", "--format", "json"], args].concat()))
    }

    fn show(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout(&["runs", "show", "--format", "json"])).unwrap()
    }

    fn status_of(&self, step: &str) -> String {
        let shown = self.show();
        let steps = shown["steps"].as_array().unwrap();
        let row = steps.iter().find(|row| row["step"] == step).unwrap_or_else(|| panic!("no {step}: {shown}"));
        row["status"].as_str().unwrap().to_owned()
    }
}

/// Starts the pipeline and kills the program once `step` has noted that it began.
fn killed_in(project: &Project, step: &str) {
    let mut run = project.start(&["go.pipe"]);
    wait_until("the step began", || project.path("begun").exists() && project.read("begun").contains(step));
    run.until(|event| event["event"] == "step_started" && event["step"] == format!("main.{step}"));
    run.signal("KILL");
    assert_eq!(run.code(), None);
}

#[test]
fn a_step_under_way_goes_on_without_the_program_and_is_taken_over() {
    let project = Project::new(&[("go.pipe", PIPE)]);
    killed_in(&project, "slow");
    assert_eq!(project.status_of("main.slow"), "running");
    assert_eq!(project.show()["status"], "interrupted");
    project.write("go", "");
    project.write("go2", "");
    let run = project.resume(&[]).succeeded();
    assert_eq!(run.outputs(), "published 20");
    assert_eq!(project.read("begun"), "fast\nslow\npublish\n");
    assert_eq!(project.show()["status"], "succeeded");
}

#[test]
fn an_effect_that_ended_without_the_program_is_not_started_again() {
    let project = Project::new(&[("go.pipe", PIPE)]);
    project.write("go", "");
    killed_in(&project, "publish");
    project.write("go2", "");
    assert_eq!(project.resume(&[]).succeeded().outputs(), "published 20");
    assert_eq!(project.read("begun"), "fast\nslow\npublish\n");
}

/// Processes whose folder it is.
fn processes_in(folder: &std::path::Path) -> usize {
    let at = |pid: std::fs::DirEntry| std::fs::read_link(pid.path().join("cwd")).is_ok_and(|cwd| cwd == folder);
    std::fs::read_dir("/proc").unwrap().flatten().map(at).filter(|at| *at).count()
}

/// Its keeper is killed, too: nobody knows how the effect ended.
fn unknown(project: &Project) {
    project.write("go", "");
    killed_in(project, "publish");
    project.kill_keepers();
    wait_until("it is known to be unknown", || project.status_of("main.publish") == "unknown");
}

#[test]
fn an_effect_of_which_nobody_knows_waits_for_a_person() {
    let project = Project::new(&[("go.pipe", PIPE)]);
    unknown(&project);
    let run = project.resume(&[]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.failure()["code"], "E0652");
    let help = run.failure()["help"].as_str().unwrap();
    assert!(help.contains("--skip 'main.publish'") && help.contains("--retry 'main.publish'"), "{help}");
    assert_eq!(project.read("begun"), "fast\nslow\npublish\n");
    // It stays so until somebody decides.
    assert_eq!(project.resume(&[]).failure()["code"], "E0652");
    project.write("go2", "");
    assert_eq!(project.resume(&["--retry", "publish"]).succeeded().outputs(), "published 20");
    assert_eq!(project.read("begun"), "fast\nslow\npublish\npublish\n");
}

/// What holds it is killed, and the program is not.
#[test]
fn an_effect_whose_keeper_is_killed_waits_for_a_person() {
    ends_half_way(&["E0650", "E0608"], &|project| assert!(project.kill_keepers() > 0));
}

#[test]
fn an_effect_that_somebody_kills_waits_for_a_person() {
    let kill = |project: &Project| {
        let number = project.read("number");
        let status = std::process::Command::new("kill").args(["-KILL", number.trim()]).status().unwrap();
        assert!(status.success());
    };
    ends_half_way(&["E0621", "E0608"], &kill);
}

#[test]
fn an_effect_that_took_too_long_waits_for_a_person() {
    ends_half_way(&["E0622", "E0622"], &|project| project.edit("go.pipe", "timeout: 3s", "timeout: 1m"));
}

/// An effect in the shell and one in Python, ended by `end` once it began: told as that code, and unknown to what goes on.
fn ends_half_way(codes: &[&str; 2], end: &dyn Fn(&Project)) {
    let timed = if codes[0] == "E0622" { "  timeout: 3s\n" } else { "" };
    let shell = PIPE
        .replace("effect publish(x: Int) -> String {\n", &format!("effect publish(x: Int) -> String {{\n{timed}"))
        .replace("    echo publish", "    echo $$ > number\n    echo publish");
    let (before, _) = shell.split_once("  sh:\n    echo $$").unwrap();
    let python = format!(
        "{before}  python:\n    import os, time\n    open(\"number\", \"w\").write(str(os.getpid()))\n    \
         open(\"begun\", \"a\").write(\"publish\\n\")\n    while not os.path.exists(\"go2\"):\n        \
         time.sleep(0.02)\n    return f\"published {{x}}\"\n}}\n\npipeline main(x: Int = 1) -> String {{\n  \
         publish(slow(fast(x)))\n}}\n"
    );
    for (pipe, code) in [&shell, &python].into_iter().zip(codes) {
        let project = Project::new(&[("go.pipe", pipe)]);
        project.write("go", "");
        let run = project.start(&["go.pipe"]);
        wait_until("it began", || project.path("begun").exists() && project.read("begun").contains("publish"));
        end(&project);
        let run = run.rest();
        assert_eq!(run.failure()["code"], **code, "{}", run.failure());
        assert_eq!(project.resume(&[]).failure()["code"], "E0652");
        assert_eq!(project.read("begun"), "fast\nslow\npublish\n");
        project.write("go2", "");
        assert_eq!(project.resume(&["--retry", "publish"]).succeeded().outputs(), "published 20");
        assert_eq!(project.read("begun"), "fast\nslow\npublish\npublish\n");
    }
}

/// Its keeper ends without having noted how the step did, while that is waited for.
#[test]
fn a_step_that_is_taken_over_and_lost_runs_again() {
    let project = Project::new(&[("go.pipe", PIPE)]);
    killed_in(&project, "slow");
    let mut command = project.command(&["runs", "resume", "--format", "json"]);
    let resumed = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    wait_until("it goes on", || project.show()["status"] == "running");
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(project.kill_keepers(), 1);
    project.write("go", "");
    project.write("go2", "");
    assert_eq!(Run::of(&resumed.wait_with_output().unwrap()).succeeded().outputs(), "published 20");
    assert_eq!(project.read("begun"), "fast\nslow\nslow\npublish\n");
}

#[test]
fn an_effect_may_be_taken_as_done() {
    let pipe =
        PIPE.replace("-> String {\n  publish(slow(fast(x)))", "-> Int {\n  n = slow(fast(x))\n  publish(n)\n  n");
    let project = Project::new(&[("go.pipe", &pipe)]);
    unknown(&project);
    assert_eq!(project.resume(&["--skip", "main.publish"]).succeeded().outputs(), 20);
    assert_eq!(project.read("begun"), "fast\nslow\npublish\n");
    // What the keeper held does not go on by itself.
    wait_until("nothing is left", || processes_in(project.root()) == 0);
}

/// Stopped half-way, it may have happened.
#[test]
fn an_effect_that_was_stopped_is_unknown() {
    let project = Project::new(&[("go.pipe", PIPE)]);
    project.write("go", "");
    let mut run = project.start(&["go.pipe"]);
    wait_until("the step began", || project.path("begun").exists() && project.read("begun").contains("publish"));
    run.signal("TERM");
    assert_eq!(run.code(), Some(130));
    assert_eq!(project.resume(&[]).failure()["code"], "E0652");
}

#[test]
fn what_an_edit_does_not_touch_is_kept() {
    let project = Project::new(&[("go.pipe", PIPE)]);
    killed_in(&project, "slow");
    project.edit("go.pipe", "x * 10", "x * 100");
    project.write("go", "");
    project.write("go2", "");
    assert_eq!(project.resume(&[]).succeeded().outputs(), "published 200");
    assert_eq!(project.read("begun"), "fast\nslow\nslow\npublish\n");
}

#[test]
fn a_failed_run_goes_on_after_the_mend() {
    let project = Project::new(&[("go.pipe", &PIPE.replace("    echo $((x * 10)) > \"$out\"", "    exit 3"))]);
    project.write("go", "");
    project.write("go2", "");
    assert_eq!(project.run(&["go.pipe", "--x", "4"]).code, Some(1));
    project.edit("go.pipe", "    exit 3", "    echo $((x * 10)) > \"$out\"");
    assert_eq!(project.resume(&[]).succeeded().outputs(), "published 50");
    assert_eq!(project.read("begun"), "fast\nslow\nslow\npublish\n");
    let again = project.resume(&[]);
    assert_eq!(again.code, Some(1), "nothing is left to do");
}

/// A step that may not be reused by other runs is still not run twice in its own.
#[test]
fn steps_without_a_cache_are_not_run_again_in_their_own_run() {
    let project = Project::new(&[(
        "go.pipe",
        &PIPE.replace("task fast(x: Int) -> Int {\n", "task fast(x: Int) -> Int {\n  cache: false\n"),
    )]);
    killed_in(&project, "slow");
    project.write("go", "");
    project.write("go2", "");
    project.resume(&[]).succeeded();
    assert_eq!(project.read("begun"), "fast\nslow\npublish\n");
    // Another run runs it, and so what needs it only where that changed.
    project.run(&["go.pipe"]).succeeded();
    assert_eq!(project.read("begun"), "fast\nslow\npublish\nfast\npublish\n");
}

/// `STANDPIPE_STARTERS` says how many there are each time, `STANDPIPE_STARTS` how many times.
#[test]
#[expect(clippy::print_stderr, reason = "the figure is for whoever runs it with `--nocapture`")]
fn of_many_that_go_on_with_a_run_all_but_one_are_refused() {
    let (starters, times) = (number("STANDPIPE_STARTERS", 4), number("STANDPIPE_STARTS", 2));
    for time in 0..times {
        let project = Project::new(&[("go.pipe", PIPE)]);
        killed_in(&project, "slow");
        let all: Vec<_> = (0..starters)
            .map(|_| {
                let mut command = project.command(&["runs", "resume"]);
                command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
            })
            .collect();
        wait_until("one goes on", || project.show()["status"] == "running");
        std::thread::sleep(std::time::Duration::from_millis(300));
        project.write("go", "");
        project.write("go2", "");
        let outputs: Vec<_> = all.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        let (done, refused): (Vec<_>, Vec<_>) = outputs.iter().partition(|output| output.status.success());
        assert_eq!(done.len(), 1, "time {time}: {outputs:?}");
        for output in refused {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("(E0653)"), "time {time}: {said}");
        }
        assert_eq!(project.read("begun"), "fast\nslow\npublish\n", "time {time}");
    }
    eprintln!("S7 starters: {starters} at once, {times} times: one led each time, and every step began once");
}

/// It knows its own work again, so nobody needs to look.
#[test]
fn an_idempotent_effect_is_started_again_without_asking() {
    let pipe = PIPE.replace(
        "effect publish(x: Int) -> String {\n",
        "effect publish(x: Int) -> String {\n  idempotent: \"n-${x}\"\n",
    );
    let project = Project::new(&[("go.pipe", &pipe)]);
    unknown(&project);
    project.write("go2", "");
    assert_eq!(project.resume(&[]).succeeded().outputs(), "published 20");
    assert_eq!(project.read("begun"), "fast\nslow\npublish\npublish\n");
}

/// The probe looks for a file `there`: it is there, it is not, or nobody can tell.
fn probed() -> Project {
    let pipe = PIPE.replace(
        "    printf 'published %s' \"$x\" > \"$out\"\n",
        "    printf 'published %s' \"$x\" > \"$out\"\n  probe:\n    echo asked >> begun\n    cat there > \"$out\" 2>> missing || exit \"$(cat status)\"\n",
    );
    let project = Project::new(&[("go.pipe", &pipe)]);
    unknown(&project);
    project
}

#[test]
fn a_probe_that_finds_the_effect_has_its_result() {
    let project = probed();
    project.write("there", "found for 20");
    assert_eq!(project.resume(&[]).succeeded().outputs(), "found for 20");
    assert_eq!(project.read("begun"), "fast\nslow\npublish\nasked\n");
    assert_eq!(project.show()["status"], "succeeded");
}

#[test]
fn an_effect_that_its_probe_does_not_find_is_started() {
    let project = probed();
    project.write("status", "1");
    project.write("go2", "");
    assert_eq!(project.resume(&[]).succeeded().outputs(), "published 20");
    assert_eq!(project.read("begun"), "fast\nslow\npublish\nasked\npublish\n");
}

#[test]
fn a_probe_that_cannot_tell_leaves_it_to_a_person() {
    let project = probed();
    project.write("status", "3");
    let run = project.resume(&[]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.failure()["code"], "E0652");
    let message = run.failure()["message"].as_str().unwrap();
    assert!(message.contains("its probe cannot tell") && message.contains("exit status 3"), "{message}");
    // It is asked again each time, until it knows or a person says.
    project.write("there", "found");
    assert_eq!(project.resume(&[]).succeeded().outputs(), "found");
    assert_eq!(project.read("begun"), "fast\nslow\npublish\nasked\nasked\n");
}

/// The program is killed a second time, while the probe looks: what the probe finds then is not taken for the effect's.
#[test]
fn a_probe_that_was_killed_is_asked_again() {
    let pipe = PIPE.replace(
        "    printf 'published %s' \"$x\" > \"$out\"\n",
        "    printf 'published %s' \"$x\" > \"$out\"\n  probe:\n    echo asked >> begun\n    while [ ! -e answer ]; do sleep 0.02; done\n    exit 1\n    echo > \"$out\"\n",
    );
    let project = Project::new(&[("go.pipe", &pipe)]);
    unknown(&project);
    let mut child = project.command(&["runs", "resume"]);
    let mut child = child.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    wait_until("the probe began", || project.read("begun").contains("asked"));
    child.kill().unwrap();
    child.wait().unwrap();
    project.write("go2", "");
    project.write("answer", "");
    assert_eq!(project.resume(&[]).succeeded().outputs(), "published 20");
    assert_eq!(project.read("begun"), "fast\nslow\npublish\nasked\nasked\npublish\n");
    wait_until("nothing is left", || processes_in(project.root()) == 0);
}

/// Only a resumption asks: an effect that has not begun is started, and one that ended is not looked for.
#[test]
fn a_probe_is_not_asked_without_need() {
    let project = Project::new(&[(
        "go.pipe",
        "effect note() {\n  sh:\n    echo done >> begun\n  probe:\n    echo asked >> begun\n}\n\npipeline main() {\n  note()\n}\n",
    )]);
    project.run(&["go.pipe"]).succeeded();
    assert_eq!(project.read("begun"), "done\n");
}

#[test]
fn a_run_whose_last_was_interrupted_says_what_goes_on_with_that() {
    let project = Project::new(&[("go.pipe", PIPE), ("other.pipe", PIPE)]);
    killed_in(&project, "slow");
    let name = project.show()["name"].as_str().unwrap().to_owned();
    project.write("go", "");
    project.write("go2", "");
    let said = |file: &str| String::from_utf8(project.standpipe(&["run", file]).stderr).unwrap();
    assert!(!said("other.pipe").contains("interrupted"), "that is another file's");
    assert!(!said("other.pipe").contains("interrupted"), "nor is it the last any more");
    let project = Project::new(&[("go.pipe", PIPE)]);
    killed_in(&project, "slow");
    let own = project.show()["name"].as_str().unwrap().to_owned();
    assert_ne!(own, name);
    project.write("go", "");
    project.write("go2", "");
    let said = String::from_utf8(project.standpipe(&["run", "go.pipe"]).stderr).unwrap();
    assert!(
        said.contains(&format!("note: the last run, {own}, was interrupted: `standpipe runs resume {own}`")),
        "{said}"
    );
}

/// Tests run and are listed, but it is the pipeline's run that one wants to go on with.
#[test]
fn the_run_of_a_test_is_not_gone_on_with() {
    let pipe = r#"
task check(x: Int) -> Int {
  sh:
    [ -e ready ]
    echo "$x" > "$out"
}

pipeline main(x: Int = 1) -> Int {
  check(x)
}

test "one is one" {
  expect 1 == 1
}
"#;
    let project = Project::new(&[("go.pipe", pipe)]);
    let failed = project.run(&["go.pipe"]);
    assert_eq!(failed.code, Some(1));
    let tested = project.standpipe(&["test", "go.pipe"]);
    assert!(tested.status.success(), "{tested:?}");
    project.write("ready", "");
    assert_eq!(project.resume(&[]).succeeded().name(), failed.name());
    let runs: serde_json::Value =
        serde_json::from_str(&project.stdout(&["runs", "--all", "--format", "json"])).unwrap();
    let latest = runs["runs"][0]["name"].as_str().unwrap().to_owned();
    let refused = project.standpipe(&["runs", "resume", &latest]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains(&format!("`{latest}` was a run of a test")), "{said}");
}
