//! Secrets: whatever a step does with one, nothing that stays behind and nothing that is shown has it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::project::Project;

/// Nothing else in a run looks like this, in any of the forms that are looked for.
const CANARY: &str = "canary/s3cr3t+value==and more";

const PIPE: &str = r#"
effect send(key: Secret[String], text: String) -> String {
  sh:
    echo "sending with $key"
    printf '%s' "user:$key" | base64 -w 0
    python3 -c 'import os, sys, urllib.parse, json
    key = os.environ["key"]
    print(urllib.parse.quote(key), urllib.parse.quote_plus(key), json.dumps({"key": key}), file=sys.stderr)'
    printf '%s' "$text" > "$out"
}

task ask(key: Secret[String]) -> { length: Int, found: Bool } {
  python:
    import os, subprocess, sys

    print("asking with", key)
    log("logging", key)
    subprocess.run(["sh", "-c", 'echo "child has $0"', key], check=True)
    print(key[:4], end="")
    sys.stdout.flush()
    print(key[4:])
    return {"length": len(key), "found": "API_KEY" in os.environ}
}

task innocent() -> String {
  sh:
    printf '%s' "${API_KEY:-nothing}" > "$out"
}

pipeline main(key: Secret[String] = secret("API_KEY")) -> { length: Int, found: Bool, sent: String, seen: String } {
  sent = send(key, "hello")
  asked = ask(key)
  { length: asked.length, found: asked.found, sent, seen: innocent() }
}

pipeline fails(key: Secret[String] = secret("API_KEY")) -> Int {
  raises(key)
}

task raises(key: Secret[String]) -> Int {
  python:
    raise ValueError("cannot use " + key)
}

pipeline leaks(key: Secret[String] = secret("API_KEY")) -> String {
  returns(key)
}

task returns(key: Secret[String]) -> String {
  python:
    return "the key is " + key
}
"#;

fn run(project: &Project, args: &[&str], value: Option<&str>) -> (Option<i32>, String) {
    // A keyring without anything in it, unless the test has another.
    if !project.path("bin/secret-tool").exists() {
        keyring(project, "exit 1");
    }
    let mut command = project.command(&[&["run", "main.pipe"], args].concat());
    command.env("PATH", format!("{}:{}", project.path("bin").display(), std::env::var("PATH").unwrap()));
    match value {
        Some(value) => command.env("API_KEY", value),
        None => command.env_remove("API_KEY"),
    };
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

/// Has `script` asked in the place of the system's keyring.
pub(crate) fn keyring(project: &Project, script: &str) {
    project.write("bin/secret-tool", format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(project.path("bin/secret-tool"), fs::Permissions::from_mode(0o755)).unwrap();
}

/// Every file below `folder` that has one of `parts` in it.
pub(crate) fn holding(folder: &Path, parts: &[&str], found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            holding(&path, parts, found);
        } else if let Ok(bytes) = fs::read(&path) {
            let text = String::from_utf8_lossy(&bytes);
            if parts.iter().any(|part| text.contains(part)) {
                found.push(path.display().to_string());
            }
        }
    }
}

fn nothing_left(project: &Project, said: &str) {
    // As it is, in the middle of Base64, in addresses.
    let parts = [CANARY, "s3cr3t", "czNjcjN0", "zM2NyM3"];
    for part in parts {
        assert!(!said.contains(part), "{part} was shown:\n{said}");
    }
    let mut found = Vec::new();
    holding(&project.path(".standpipe"), &parts, &mut found);
    assert!(found.is_empty(), "the secret was left in {found:?}");
}

#[test]
fn nothing_keeps_or_shows_it() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    let mut all = String::new();
    for format in ["json", "text"] {
        let (code, said) = run(&project, &["main", "--format", format], Some(CANARY));
        assert_eq!(code, Some(0), "{said}");
        all += &said;
    }
    assert!(
        all.contains("length = 29") && all.contains("found = false") && all.contains("seen = \"nothing\""),
        "{all}"
    );
    assert!(all.contains("asking with [secret API_KEY]"), "{all}");
    assert!(all.contains("child has [secret API_KEY]"), "{all}");
    let logs = project.stdout(&["runs", "logs"]);
    let plan = project.stdout(&["plan", "main.pipe", "main"]);
    assert!(plan.contains("secret(\"API_KEY\")") || plan.contains("key: key"), "{plan}");
    nothing_left(&project, &(all + &logs + &plan));
}

#[test]
fn failures_do_not_tell_it() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    let (code, said) = run(&project, &["fails"], Some(CANARY));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("cannot use [secret API_KEY]"), "{said}");
    let (code, leaked) = run(&project, &["leaks"], Some(CANARY));
    assert_eq!(code, Some(1), "{leaked}");
    assert!(leaked.contains("E0635"), "{leaked}");
    nothing_left(&project, &(said + &leaked));
}

#[test]
fn another_value_changes_no_key() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    run(&project, &["main"], Some(CANARY));
    let mut command = project.command(&["run", "main.pipe", "main", "--format", "json"]);
    let output = command.env("API_KEY", "another long value").output().unwrap();
    let steps = crate::project::Run::of(&output).steps();
    assert_eq!(steps["main.ask"], "cached");
    assert_eq!(steps["main.send"], "succeeded");
}

#[test]
fn a_missing_or_short_one_stops_before_anything_starts() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    let (code, said) = run(&project, &["main"], None);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the secret `API_KEY` is not set (E0633)"), "{said}");
    let (code, said) = run(&project, &["main"], Some("short"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("E0634") && !said.contains("short)"), "{said}");
    assert!(!project.path(".standpipe/runs").exists());
}

#[test]
fn a_file_for_its_owner_has_them_too() {
    let project = Project::new(&[("main.pipe", PIPE), ("standpipe.toml", "secrets = \".secrets\"\n")]);
    project.write(".secrets", format!("OTHER='{CANARY}'\n"));
    fs::set_permissions(project.path(".secrets"), fs::Permissions::from_mode(0o644)).unwrap();
    let (code, said) = run(&project, &["main", "--key", "OTHER"], None);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("chmod 600"), "{said}");
    fs::set_permissions(project.path(".secrets"), fs::Permissions::from_mode(0o600)).unwrap();
    let (code, said) = run(&project, &["main", "--key", "OTHER"], None);
    assert_eq!(code, Some(0), "{said}");
    nothing_left(&project, &said);
}

#[test]
fn the_keyring_has_them_when_nobody_else_does() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    keyring(
        &project,
        &format!(
            "echo \"$*\" >> asked\ntest \"$*\" = 'lookup service standpipe name API_KEY' && printf '%s' '{CANARY}'"
        ),
    );
    let (code, said) = run(&project, &["main"], None);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("asking with [secret API_KEY]") || said.contains("length = 29"), "{said}");
    nothing_left(&project, &said);
    assert_eq!(project.read("asked"), "lookup service standpipe name API_KEY\n");
    // It is not asked for what is known, and what it is asked holds nothing secret.
    let (code, said) = run(&project, &["main"], Some("another long value"));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(project.read("asked"), "lookup service standpipe name API_KEY\n");
}

#[test]
fn a_keyring_that_is_empty_locked_or_absent_is_told_of() {
    let project = Project::new(&[("main.pipe", PIPE)]);
    let missing = |script: &str| {
        keyring(&project, script);
        let (code, said) = run(&project, &["main"], None);
        assert_eq!(code, Some(1), "{said}");
        said
    };
    let help = "  help: set the variable `API_KEY`, write `API_KEY=…` into the file that `secrets` in standpipe.toml names, or \
                give it to the keyring: `secret-tool store --label=API_KEY service standpipe name API_KEY`\n";
    let said = missing("exit 1");
    assert_eq!(said, format!("error: the secret `API_KEY` is not set (E0633)\n{help}"));
    let said = missing("echo 'secret-tool: Cannot get secret of a locked object' >&2; exit 1");
    let why = "and the keyring cannot be asked: secret-tool: Cannot get secret of a locked object";
    assert_eq!(said, format!("error: the secret `API_KEY` is not set, {why} (E0633)\n{help}"));
    let said = missing("test $1 = search && echo 'label = API_KEY'");
    let why = "and the keyring cannot be asked: it is locked";
    assert_eq!(said, format!("error: the secret `API_KEY` is not set, {why} (E0633)\n{help}"));
    assert!(!project.path(".standpipe/runs").exists());
    // Nothing is asked before a run.
    keyring(&project, "touch asked; exit 1");
    assert!(project.standpipe(&["check", "main.pipe"]).status.success());
    assert!(project.standpipe(&["plan", "main.pipe", "main"]).status.success());
    assert!(!project.path("asked").exists());
}
