//! The command line as a user meets it: every folder of `tests/cli` is copied, the lines of its `cmd` are run there one
//! after the other, and what they print is compared with its `output.snap`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// What differs from one time to the next, and what stands for it.
const FILTERS: [(&str, &str); 6] = [
    (r"\b\d+(\.\d+)? m?s\b|\b\d+ m \d+ s\b", "[TIME]"),
    // What is over before it is looked at has none.
    (r"\[TIME\] \d+\.\d [KMG]iB", "[TIME]"),
    (r#""seconds":[0-9.e-]+"#, r#""seconds":"[TIME]""#),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?", "[INSTANT]"),
    (r"\brun [a-z]+-[a-z]+(-\d+)?\b", "run [RUN]"),
    (r#""id":"[^"]+""#, r#""id":"[ID]""#),
];

#[test]
fn cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let mut cases: Vec<PathBuf> =
        root.read_dir().unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    cases.sort();
    let queue = Mutex::new(cases.into_iter());
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(case) = queue.lock().unwrap().next() else { break };
                    let output = play(&case);
                    results.lock().unwrap().push((case, output));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort();
    for (case, output) in results {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(&case);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_input_file(case.join("cmd"));
        settings.bind(|| insta::assert_snapshot!("output", steady(output)));
    }
}

/// `output` without what differs from one time to the next.
fn steady(output: String) -> String {
    FILTERS.iter().fold(output, |output, (pattern, with)| {
        regex_lite::Regex::new(pattern).unwrap().replace_all(&output, *with).into_owned()
    })
}

/// Runs the lines of the case's `cmd` in a copy of its folder.
fn play(case: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("here");
    copy(case, &here);
    let binary = Path::new(env!("CARGO_BIN_EXE_standpipe"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let (mut output, mut names) = (String::new(), Vec::new());
    for line in std::fs::read_to_string(case.join("cmd")).unwrap().lines().filter(|line| !line.starts_with('#')) {
        let done = Command::new("bash")
            .args(["-c", line])
            .current_dir(&here)
            .env_clear()
            .env("PATH", &path)
            .env("HOME", folder.path())
            .env("LC_ALL", "C.UTF-8")
            .env("COLUMNS", "80")
            .output()
            .unwrap();
        writeln!(output, "$ {line}").unwrap();
        for (name, bytes) in [("", &done.stdout), ("[stderr]\n", &done.stderr)] {
            let text = String::from_utf8_lossy(bytes);
            if !text.is_empty() {
                output.push_str(name);
                output.push_str(&text);
                if !text.ends_with('\n') {
                    output.push_str("[no line end]\n");
                }
            }
        }
        if let Some(code) = done.status.code().filter(|code| *code != 0) {
            writeln!(output, "[exit {code}]").unwrap();
        }
        output.push('\n');
        for name in runs(binary, &here) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    for (number, name) in names.iter().enumerate() {
        output = output.replace(name, &format!("[RUN {}]", number + 1));
    }
    output.replace(&folder.path().display().to_string(), "[TMP]")
}

/// The names of the runs that are on record in `here`, the first first.
fn runs(binary: &Path, here: &Path) -> Vec<String> {
    let output = Command::new(binary).args(["runs", "--all", "--format", "json"]).current_dir(here).output().unwrap();
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let names = list["runs"].as_array().into_iter().flatten().filter_map(|run| run["name"].as_str());
    names.rev().map(str::to_owned).collect()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(&name));
        } else if name != "cmd" && name != "output.snap" {
            std::fs::copy(entry.path(), to.join(&name)).unwrap();
        }
    }
}
