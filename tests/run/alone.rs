//! Python steps whose program is killed: the worker finishes the one it is at, notes what came of it, and the run takes
//! that over; or it is ended, and the step runs once more.

use std::fs;

use crate::project::{Project, Run, marker, processes, wait_until};

/// Waits for a file `go`, having noted that it began.
const FIT: &str = r#"
artifact Model: pickle

task fit(x: Int) -> { auc: Float, model: Model } {
  python:
    import os, time
    with open("begun", "a") as file:
        file.write("fit\n")
    report(step=1, auc=0.25)
    print("waiting")
    while not os.path.exists("go"):
        time.sleep(0.02)
    report(step=2, auc=0.5)
    print("done")
    return {"auc": x / 2, "model": {"x": x}}
}

task read(model: Model) -> Int {
  python:
    return model["x"]
}

pipeline main(x: Int = 3) -> { auc: Float, x: Int } {
  fitted = fit(x)
  { auc: fitted.auc, x: read(fitted.model) }
}
"#;

const PUBLISH: &str = r#"
task read(path: File) -> String {
  python:
    with open(path) as file:
        return file.read()
}

effect publish(x: Int) -> File {
  python:
    import os, time
    with open("begun", "a") as file:
        file.write("publish\n")
    while not os.path.exists("go"):
        time.sleep(0.02)
    with open("made", "w") as file:
        file.write(f"published {x}")
    return "made"
}

pipeline main(x: Int = 3) -> String {
  read(publish(x))
}
"#;

fn resume(project: &Project) -> Run {
    Run::of(&project.standpipe(&["runs", "resume", "--format", "json"]))
}

/// Starts the pipeline and kills the program once its step has noted that it began.
fn killed_in(project: &Project, step: &str) {
    let mut run = project.start(&["go.pipe"]);
    run.until(|event| event["event"] == "step_started" && event["step"] == format!("main.{step}"));
    wait_until("the step began", || project.path("begun").exists() && !project.read("begun").is_empty());
    run.signal("KILL");
    assert_eq!(run.code(), None);
}

/// The run's leases.
fn leases(project: &Project) -> Vec<String> {
    let run = fs::read_dir(project.path(".standpipe/runs")).unwrap().next().unwrap().unwrap().path();
    let paths = fs::read_dir(run).unwrap().flatten().map(|entry| entry.path());
    let leases = paths.filter(|path| path.extension().is_some_and(|extension| extension == "lease"));
    leases.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// What keepers have noted of how attempts ended.
fn noted(project: &Project) -> usize {
    leases(project).iter().filter(|lease| lease.contains("\"ended\"")).count()
}

fn processes_in(project: &Project) -> usize {
    let at = |pid: fs::DirEntry| fs::read_link(pid.path().join("cwd")).is_ok_and(|cwd| cwd == project.root());
    fs::read_dir("/proc").unwrap().flatten().map(at).filter(|at| *at).count()
}

#[test]
fn a_step_under_way_is_taken_over() {
    let project = Project::new(&[("go.pipe", FIT)]);
    killed_in(&project, "fit");
    let shown: serde_json::Value =
        serde_json::from_str(&project.stdout(&["runs", "show", "--format", "json"])).unwrap();
    assert_eq!((&shown["status"], &shown["steps"][0]["status"]), (&"interrupted".into(), &"running".into()));
    let resumed = project.command(&["runs", "resume", "--format", "json"]);
    let resumed = std::thread::spawn(move || Run::of(&{ resumed }.output().unwrap()));
    wait_until("the run goes on", || project.stdout(&["runs", "show", "--format", "json"]).contains("\"running\""));
    project.write("go", "");
    let run = resumed.join().unwrap().succeeded();
    assert_eq!(run.outputs(), &serde_json::json!({ "auc": 1.5, "x": 3 }));
    assert_eq!(project.read("begun"), "fit\n");
    let heard: Vec<_> = run.all("metric").map(|event| (event["at"].as_i64(), event["value"].as_f64())).collect();
    assert_eq!(heard, [(Some(1), Some(0.25)), (Some(2), Some(0.5))]);
    assert_eq!(project.stdout(&["runs", "logs", "--step", "fit"]), "waiting\ndone\n");
}

/// Of each `step_finished` and `step_started` of that step, the seconds that are told.
fn told(run: &Run, event: &str, key: &str, step: &str) -> Vec<f64> {
    let of_step = run.all(event).filter(|event| event["step"] == step);
    of_step.map(|event| event[key].as_f64().unwrap_or_default()).collect()
}

/// What was under way before it was taken over counts: half a second of it is certain here.
#[test]
fn what_is_taken_over_took_as_long_as_it_was_under_way() {
    let shell = "task fit(x: Int) -> Int {\n  sh:\n    echo fit >> begun\n    while [ ! -e go ]; do sleep 0.02; done\n    \
                 echo $x > \"$out\"\n}\n\npipeline main(x: Int = 3) -> Int {\n  fit(x)\n}\n";
    for pipe in [FIT, shell] {
        for ends_before in [false, true] {
            let project = Project::new(&[("go.pipe", pipe)]);
            killed_in(&project, "fit");
            std::thread::sleep(std::time::Duration::from_millis(500));
            if ends_before {
                project.write("go", "");
                wait_until("its end is noted", || noted(&project) > 0 && processes_in(&project) == 0);
            }
            let resumed = project.command(&["runs", "resume", "--format", "json"]);
            let resumed = std::thread::spawn(move || Run::of(&{ resumed }.output().unwrap()));
            wait_until("the run goes on", || project.stdout(&["runs"]).contains("running") || ends_before);
            project.write("go", "");
            let run = resumed.join().unwrap().succeeded();
            let [already] = told(&run, "step_started", "already", "main.fit")[..] else { panic!("{run:#?}") };
            let [seconds] = told(&run, "step_finished", "seconds", "main.fit")[..] else { panic!("{run:#?}") };
            assert!(already >= 0.5 && seconds >= 0.5, "{already} s, then {seconds} s");
            let shown: serde_json::Value =
                serde_json::from_str(&project.stdout(&["runs", "show", "--format", "json"])).unwrap();
            assert_eq!(shown["steps"][0]["seconds"].as_f64(), Some(seconds));
        }
    }
}

/// Nobody can come for what it gives.
#[test]
fn what_goes_on_alone_ends_when_its_run_is_removed() {
    let marker = marker();
    let shell = format!(
        "task fit() -> Int {{\n  sh:\n    setsid sleep {marker} &\n    echo fit >> begun\n    sleep {marker}\n    echo 1 > \"$out\"\n}}\n\n\
         pipeline main() -> Int {{\n  fit()\n}}\n"
    );
    for pipe in [FIT, &shell] {
        let project = Project::new(&[("go.pipe", pipe)]);
        killed_in(&project, "fit");
        assert!(processes_in(&project) > 0);
        fs::remove_dir_all(project.path(".standpipe")).unwrap();
        wait_until("nothing is left", || processes(&marker) + processes_in(&project) == 0);
    }
}

/// Who takes the secret out of what it prints is gone: nothing of it goes on, whatever it did to get away.
#[test]
fn what_has_secrets_to_hide_ends_with_the_program() {
    let marker = marker();
    let shell = format!(
        "sh:\n    setsid sleep {marker} &\n    touch begun; echo fit > begun\n    sleep {marker}\n    echo 1 > \"$out\""
    );
    let python = format!(
        "python:\n    import subprocess\n    subprocess.Popen([\"setsid\", \"sleep\", \"{marker}\"])\n    \
         open(\"begun\", \"w\").write(\"fit\")\n    subprocess.run([\"sleep\", \"{marker}\"])\n    return 1"
    );
    for body in [shell, python] {
        let pipe = format!(
            "task fit(key: Secret[String]) -> Int {{\n  {body}\n}}\n\n\
             pipeline main(key: Secret[String] = secret(\"KEY\")) -> Int {{\n  fit(key)\n}}\n"
        );
        let project = Project::new(&[("go.pipe", &pipe)]);
        let mut command = project.command(&["run", "go.pipe"]);
        let quiet = std::process::Stdio::null;
        let mut run = command.env("KEY", "correct-horse-battery").stdout(quiet()).stderr(quiet()).spawn().unwrap();
        wait_until("the step began", || project.path("begun").exists() && processes(&marker) == 2);
        run.kill().unwrap();
        run.wait().unwrap();
        wait_until("nothing is left", || processes(&marker) + processes_in(&project) == 0);
    }
}

#[test]
fn a_step_that_ended_meanwhile_is_not_run_again() {
    let project = Project::new(&[("go.pipe", FIT)]);
    killed_in(&project, "fit");
    project.write("go", "");
    wait_until("its end is noted", || noted(&project) > 0 && processes_in(&project) == 0);
    let run = resume(&project).succeeded();
    assert_eq!(run.outputs(), &serde_json::json!({ "auc": 1.5, "x": 3 }));
    assert_eq!(project.read("begun"), "fit\n");
    // It is kept as any other result.
    project.run(&["go.pipe"]).succeeded();
    assert_eq!(project.read("begun"), "fit\n");
}

#[test]
fn a_failure_without_the_program_is_told_as_any_other() {
    let project =
        Project::new(&[("go.pipe", &FIT.replace("    print(\"done\")\n", "    raise ValueError(\"not so\")\n"))]);
    killed_in(&project, "fit");
    project.write("go", "");
    let run = resume(&project);
    let failure = run.failure();
    assert_eq!((&failure["code"], &failure["message"]), (&"E0601".into(), &"ValueError: not so".into()));
    assert_eq!((&failure["file"], &failure["line"]), (&"go.pipe".into(), &14.into()));
    assert_eq!(project.read("begun"), "fit\n");
}

#[test]
fn an_effect_whose_end_is_noted_is_done() {
    let project = Project::new(&[("go.pipe", PUBLISH)]);
    killed_in(&project, "publish");
    project.write("go", "");
    wait_until("its end is noted", || noted(&project) > 0 && processes_in(&project) == 0);
    assert_eq!(resume(&project).succeeded().outputs(), "published 3");
    assert_eq!(project.read("begun"), "publish\n");
}

#[test]
fn without_its_keeper_an_effect_is_unknown_and_what_it_started_ended() {
    let marker = marker();
    let started = format!(
        "    import os, subprocess, time\n    subprocess.Popen([\"sleep\", \"{marker}\"], start_new_session=True)\n"
    );
    let project = Project::new(&[("go.pipe", &PUBLISH.replace("    import os, time\n", &started))]);
    killed_in(&project, "publish");
    // A process that has just begun its program shows no arguments for a moment.
    wait_until("it is there", || processes(&marker) == 1);
    project.kill_keepers();
    assert_eq!(resume(&project).failure()["code"], "E0652");
    wait_until("nothing is left", || processes(&marker) + processes_in(&project) == 0);
    assert_eq!(project.read("begun"), "publish\n");
}

#[test]
fn without_its_keeper_a_step_runs_again_once_it_has_ended() {
    let project = Project::new(&[("go.pipe", FIT)]);
    killed_in(&project, "fit");
    project.kill_keepers();
    let resumed = project.command(&["runs", "resume", "--format", "json"]);
    let resumed = std::thread::spawn(move || Run::of(&{ resumed }.output().unwrap()));
    wait_until("it began again", || project.read("begun") == "fit\nfit\n");
    project.write("go", "");
    resumed.join().unwrap().succeeded();
    assert_eq!(project.read("begun"), "fit\nfit\n");
    wait_until("nothing is left", || processes_in(&project) == 0);
}

#[test]
fn a_cancelled_run_leaves_nothing() {
    let marker = marker();
    let started = format!(
        "    import os, subprocess, time\n    subprocess.Popen([\"sleep\", \"{marker}\"], start_new_session=True)\n"
    );
    let project = Project::new(&[("go.pipe", &FIT.replace("    import os, time\n", &started))]);
    killed_in(&project, "fit");
    wait_until("it is there", || processes(&marker) == 1);
    project.stdout(&["runs", "cancel"]);
    wait_until("nothing is left", || processes(&marker) + processes_in(&project) == 0);
    let shown = project.stdout(&["runs", "show", "--format", "json"]);
    assert!(shown.contains("\"cancelled\""), "{shown}");
}

/// Nobody is there to look after it but its keeper.
#[test]
fn its_timeout_holds_without_the_program() {
    let project = Project::new(&[("go.pipe", &FIT.replace("model: Model } {\n", "model: Model } {\n  timeout: 2s\n"))]);
    killed_in(&project, "fit");
    wait_until("its time is over", || noted(&project) > 0 && processes_in(&project) == 0);
    let run = resume(&project);
    assert_eq!(run.failure()["code"], "E0622");
    assert_eq!(project.read("begun"), "fit\n");
}

/// Its keeper sees to that: what an idle worker has loaded is of use to nobody.
#[test]
fn a_worker_at_nothing_ends_with_the_program() {
    let pipe = "task one() -> Int {\n  python:\n    return 1\n}\n\n\
                task wait(x: Int) -> Int {\n  sh:\n    touch begun; echo wait > begun\n    while [ ! -e go ]; do sleep 0.02; done\n    echo $x > \"$out\"\n}\n\n\
                pipeline main() -> Int {\n  wait(one())\n}\n";
    let project = Project::new(&[("go.pipe", pipe)]);
    killed_in(&project, "wait");
    let python = || {
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let here = entries.filter(|pid| fs::read_link(pid.path().join("cwd")).is_ok_and(|cwd| cwd == project.root()));
        here.filter(|pid| fs::read(pid.path().join("comm")).is_ok_and(|name| name.starts_with(b"python"))).count()
    };
    wait_until("the worker is gone", || python() == 0);
    project.write("go", "");
    assert_eq!(resume(&project).succeeded().outputs(), 1);
}
