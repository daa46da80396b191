//! Every way for a command to end is told as what it was: one table, one run, each case a step of it.

use std::fmt::Write as _;

use crate::project::Project;

/// How a step ends, and what is said of it: the code, and what the message must hold.
struct Case {
    body: String,
    code: &'static str,
    says: String,
    settings: &'static str,
}

fn case(body: impl Into<String>, code: &'static str, says: impl Into<String>) -> Case {
    Case { body: body.into(), code, says: says.into(), settings: "" }
}

/// Signals that end bash; the others are ignored, stop it, or are the C library's own.
fn deadly(signal: i32) -> bool {
    !matches!(signal, 3 | 17..=23 | 28 | 32 | 33)
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for status in 1..=255 {
        cases.push(case(format!("exit {status}"), "E0620", format!("ended with exit status {status}")));
    }
    for signal in (1..=64).filter(|signal| deadly(*signal)) {
        cases.push(case(format!("kill -{signal} $$; sleep 5"), "E0621", format!("was ended by signal {signal}")));
        cases.push(case(
            format!("bash -c 'kill -{signal} $$; sleep 5' || exit $?"),
            "E0620",
            format!("ended with exit status {}", 128 + signal),
        ));
    }
    for (body, says) in [
        ("./not-executable", "status 126"),
        ("/no/such/program", "status 127"),
        ("no-such-program --at all", "status 127"),
        ("false", "status 1"),
        ("true | false | true", "status 1"),
        ("name=nothing_of_this_name; echo \"${!name}\" > \"$out\"", "status 1"),
    ] {
        cases.push(case(body, "E0620", says));
    }
    // Programs that are started without a shell.
    for (program, says) in [
        ("[ROOT]/not-executable", "may not be executed"),
        ("[ROOT]/no-program", "no program that this machine can run"),
        ("[ROOT]/no-interpreter", "there is no"),
    ] {
        cases.push(case(program, "E0624", says));
    }
    cases.push(case("echo 'cp: error writing: No space left on device' >&2; exit 1", "E0627", "the disk full"));
    cases.push(case("exit 0", "E0625", "without writing its result"));
    for body in ["sleep 60 > \"$out\"", "trap '' TERM; while :; do sleep 0.05; done & wait", "exec sleep 60"] {
        cases.push(Case { settings: "  timeout: 100ms\n", ..case(body, "E0622", "longer than its timeout of 100ms") });
    }
    cases
}

#[test]
fn every_cause_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let cases = cases();
    assert!(cases.len() >= 350, "{} cases", cases.len());
    let project = Project::new(&[
        ("not-executable", "#!/bin/sh\n"),
        ("no-program", "this is no program\n"),
        ("no-interpreter", "#!/no/such/interpreter\n"),
    ]);
    for file in ["no-program", "no-interpreter"] {
        std::fs::set_permissions(project.path(file), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut text = String::new();
    for (number, Case { body, settings, .. }) in cases.iter().enumerate() {
        let body = body.replace("[ROOT]", project.root().to_str().unwrap());
        write!(text, "task case_{number}() -> Int {{\n{settings}  sh:\n    {body}\n}}\n\n").unwrap();
    }
    text.push_str("pipeline main() -> List[Int] {\n  [\n");
    for number in 0..cases.len() {
        writeln!(text, "    case_{number}(),").unwrap();
    }
    text.push_str("  ]\n}\n");
    project.write("cases.pipe", text);
    let run = project.run(&["cases.pipe", "--keep-going", "--jobs", "4"]);
    let mut wrong = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let step = format!("main.case_{number}");
        let ended = run.all("step_finished").find(|event| event["step"] == step);
        let error = ended.map(|event| event["error"].clone()).unwrap_or_default();
        let message = error["message"].as_str().unwrap_or_default();
        if error["code"] != case.code || !message.contains(&case.says) {
            wrong.push(format!("{:?} is {error}, not {} {:?}", case.body, case.code, case.says));
        }
    }
    assert!(wrong.is_empty(), "{} of {} causes are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// The folder that steps run in goes away while they do.
#[test]
fn a_folder_that_is_gone_is_named() {
    let project = Project::new(&[(
        "sub/gone.pipe",
        "task remove() -> Int {\n  sh:\n    echo 1 > \"$out\"\n    rm -r \"$PWD\"\n}\n\n\
         task after(n: Int) -> Int {\n  sh:\n    echo \"$n\" > \"$out\"\n}\n\npipeline main() -> Int {\n  after(remove())\n}\n",
    )]);
    let state = project.path("state");
    let mut command = project.command(&["run", "--format", "json", "sub/gone.pipe"]);
    let run = crate::project::Run::of(&command.env("STANDPIPE_HOME", state).output().unwrap());
    assert_eq!(run.failure()["code"], "E0624", "{}", run.failure());
    assert!(run.failure()["message"].as_str().unwrap().contains("its folder"), "{}", run.failure());
}

/// Arguments that no process may have.
#[test]
fn inputs_that_are_too_long_are_named() {
    let project = Project::new(&[(
        "long.pipe",
        "task many(a: String, b: String, c: String) -> Int {\n  sh:\n    echo 1 > \"$out\"\n}\n\n\
         task grow(n: Int) -> String {\n  python:\n    return \"x\" * n\n}\n\n\
         pipeline main() -> Int {\n  t = grow(140000)\n  many(t, t, t)\n}\n",
    )]);
    let run = project.run(&["long.pipe"]);
    let code = run.failure()["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(code, "E0607", "{}", run.failure());
    assert!(run.failure()["message"].as_str().unwrap().contains("140000 bytes, too many"), "{}", run.failure());
}
