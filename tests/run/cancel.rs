//! Ctrl-C and timeouts leave no process behind, those that left their group included.

use crate::project::{Project, marker, processes, wait_until};

/// A step that starts a child, one in a session of its own, and one that ignores being asked to end.
fn sleeper(marker: &str, settings: &str) -> Project {
    let sleeps = format!(
        "    sleep {marker} &\n    setsid sleep {marker} &\n    (trap '' TERM INT; sleep {marker}) &\n    sleep {marker}\n"
    );
    Project::new(&[(
        "sleep.pipe",
        &format!(
            "task sleep_long() -> Int {{\n{settings}  sh:\n{sleeps}    echo 1 > \"$out\"\n}}\n\n\
             pipeline main() -> Int {{\n  sleep_long()\n}}\n"
        ),
    )])
}

#[test]
fn ctrl_c_leaves_no_process() {
    let marker = marker();
    let project = sleeper(&marker, "");
    let mut run = project.start(&["sleep.pipe"]);
    wait_until("four processes sleep", || processes(&marker) == 4);
    run.signal("INT");
    assert_eq!(run.code(), Some(130));
    wait_until("none is left", || processes(&marker) == 0);
}

#[test]
fn being_terminated_leaves_no_process() {
    let marker = marker();
    let project = sleeper(&marker, "");
    let mut run = project.start(&["sleep.pipe"]);
    wait_until("four processes sleep", || processes(&marker) == 4);
    run.signal("TERM");
    assert_eq!(run.code(), Some(130));
    wait_until("none is left", || processes(&marker) == 0);
}

#[test]
fn a_second_ctrl_c_ends_at_once_and_leaves_no_process() {
    let marker = marker();
    let project = sleeper(&marker, "");
    let mut run = project.start(&["sleep.pipe"]);
    wait_until("four processes sleep", || processes(&marker) == 4);
    run.signal("INT");
    run.signal("INT");
    assert_eq!(run.code(), Some(130));
    wait_until("none is left", || processes(&marker) == 0);
}

#[test]
fn ctrl_c_ends_python_and_what_it_started() {
    let marker = marker();
    let project = Project::new(&[(
        "sleep.pipe",
        &format!(
            "task sleep_long() -> Int {{\n  python:\n    import subprocess, time\n    \
             subprocess.Popen([\"sleep\", \"{marker}\"], start_new_session=True)\n    \
             subprocess.Popen([\"sleep\", \"{marker}\"])\n    time.sleep(600)\n    return 1\n}}\n\n\
             pipeline main() -> Int {{\n  sleep_long()\n}}\n"
        ),
    )]);
    let mut run = project.start(&["sleep.pipe"]);
    wait_until("two processes sleep", || processes(&marker) == 2);
    run.signal("INT");
    assert_eq!(run.code(), Some(130));
    wait_until("none is left", || processes(&marker) == 0);
}

#[test]
fn a_timeout_leaves_no_process() {
    let marker = marker();
    let project = sleeper(&marker, "  timeout: 500ms\n");
    let run = project.run(&["sleep.pipe"]);
    assert_eq!(run.code, Some(1));
    assert!(run.failure()["message"].as_str().unwrap().contains("500ms"), "{}", run.failure());
    wait_until("none is left", || processes(&marker) == 0);
}

/// What a step leaves running when it succeeds is gone too.
#[test]
fn a_step_that_ends_leaves_no_process() {
    let marker = marker();
    let project = Project::new(&[(
        "leave.pipe",
        &format!(
            "task leave() -> Int {{\n  sh:\n    setsid sleep {marker} &\n    sleep {marker} &\n    echo 1 > \"$out\"\n}}\n\n\
             pipeline main() -> Int {{\n  leave()\n}}\n"
        ),
    )]);
    project.run(&["leave.pipe"]).succeeded();
    wait_until("none is left", || processes(&marker) == 0);
}
