//! `standpipe doctor`, of a state folder that is well and of others that are not.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::project::Project;

const PIPE: &str = "artifact Note: json\n\ntask note(n: Int) -> Note {\n  python:\n    return {\"n\": n}\n}\n\n\
                    pipeline main(n: Int = 1) -> Note {\n  note(n)\n}\n";

/// What is wrong, by what it is about; the exit code says whether something is.
fn wrong(project: &Project) -> Vec<(String, String)> {
    let output = project.standpipe(&["doctor", "--format", "json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let wrong = found["findings"].as_array().unwrap().iter().filter(|finding| finding["verdict"] == "wrong");
    let wrong: Vec<_> = wrong.map(|finding| (word(finding, "about"), word(finding, "text"))).collect();
    assert_eq!(output.status.code(), Some(i32::from(!wrong.is_empty())), "{found:#}");
    assert_eq!(found["wrong"], wrong.len());
    wrong
}

fn in_database(project: &Project, statement: &str) {
    let program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()";
    let database = project.path(".standpipe/state.db");
    let done = Command::new("python3").args(["-c", program]).arg(database).arg(statement).status().unwrap();
    assert!(done.success());
}

#[test]
fn a_project_that_is_well() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    assert_eq!(wrong(&project), []);
    project.run(&["main.pipe"]).succeeded();
    project.run(&["main.pipe", "--n", "2"]).succeeded();
    assert_eq!(wrong(&project), []);
    let text = project.stdout(&["doctor"]);
    for line in ["✓ kernel          Linux ", "✓ journal         the database is whole", "✓ runs            2 on record"]
    {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn tables_that_say_something_else_than_the_events() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    project.run(&["main.pipe"]).succeeded();
    in_database(&project, "UPDATE durations SET nanos = nanos + 1");
    assert_eq!(wrong(&project)[0].0, "events");
    in_database(&project, "UPDATE durations SET nanos = nanos - 1");
    assert_eq!(wrong(&project), []);
    in_database(&project, "UPDATE results SET value = replace(value, 'json', 'joblib')");
    let found = wrong(&project);
    assert!(found[0].1.contains("is not what that run gave"), "{found:?}");
}

#[test]
fn content_that_is_gone_and_content_that_nobody_wants() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    let run = project.run(&["main.pipe"]).succeeded();
    let file = run.outputs()["path"].as_str().unwrap();
    fs::rename(file, project.path(".standpipe/store/00-elsewhere")).unwrap();
    let found = wrong(&project);
    assert!(found[0].0 == "store" && found[0].1.starts_with("1 files that results speak of are gone"), "{found:?}");
    assert_eq!(project.standpipe(&["cache", "verify"]).status.code(), Some(1));
    assert_eq!(wrong(&project), []);
}

#[test]
fn a_database_that_is_damaged() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    project.run(&["main.pipe"]).succeeded();
    in_database(&project, "PRAGMA wal_checkpoint(TRUNCATE)");
    let path = project.path(".standpipe/state.db");
    let mut bytes = fs::read(&path).unwrap();
    let length = bytes.len();
    bytes[4096..length].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    assert_eq!(wrong(&project)[0].0, "journal");
}

#[test]
fn a_state_folder_that_others_may_use() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::new(&[("main.pipe", PIPE)]);
    project.run(&["main.pipe"]).succeeded();
    fs::set_permissions(project.path(".standpipe"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(wrong(&project)[0].0, "access");
}
