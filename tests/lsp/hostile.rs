//! Folders that are there to do harm: what is opened, what is started, what is too much.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use crate::editor::{Editor, GOOD, at, place, uri};

/// A folder that is there to do harm, beside a file with a mistake that is not open.
fn hostile() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("broken.pipe"), "pipeline main() -> Int { nothing }\n").unwrap();
    std::os::unix::fs::symlink("/", path("everything")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", path("linked.pipe")).unwrap();
    std::os::unix::fs::symlink(".", path("circle")).unwrap();
    pipe_at(&path("pipe.pipe"));
    for number in 0..3_000 {
        std::fs::write(path(&format!("{number}.txt")), "").unwrap();
    }
    folder
}

/// A pipe with a name: whoever opens it to read waits until somebody writes.
fn pipe_at(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().is_ok_and(|status| status.success()));
}

#[test]
fn a_hostile_folder_is_looked_through_in_time() {
    let folder = hostile();
    let root = format!("file://{}", folder.path().display());
    let mut editor = Editor::start_with(json!({ "capabilities": {}, "rootUri": root }));
    let broken = uri(folder.path(), "broken.pipe");
    let message = editor.wait(|message| message["method"] == "textDocument/publishDiagnostics");
    assert_eq!(message["params"]["uri"], broken);
    assert_eq!(message["params"]["diagnostics"].as_array().unwrap().len(), 1);
    // What is opened over the pipe is text like any other.
    let pipe = uri(folder.path(), "pipe.pipe");
    editor.open(&pipe, "import \"./linked.pipe\" { a }\nimport \"./circle/pipe.pipe\" { b }\n");
    let found = editor.diagnostics(&pipe, 1);
    assert!(found[0]["message"].as_str().unwrap().contains("outside of the folders"), "{found:?}");
    editor.end();
}

#[test]
fn a_folder_with_too_many_files_is_said_to_have_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for number in 0..10_050 {
        std::fs::write(path(&format!("{number}.pipe")), "const a: Int = 1\n").unwrap();
    }
    std::fs::write(path("z.pipe"), "const last: Int = 1\n").unwrap();
    std::os::unix::fs::symlink("/", path("everything")).unwrap();
    pipe_at(&path("a.pipe"));
    let root = format!("file://{}", folder.path().display());
    let mut editor = Editor::start_with(json!({ "capabilities": {}, "rootUri": root }));
    let told = editor.wait(|message| message["method"] == "window/showMessage");
    assert!(told["params"]["message"].as_str().unwrap().contains("10000 `.pipe` files"), "{told}");
    // All the same it answers, and finds the names of what is not looked at by itself too.
    let mut found = 0;
    for _ in 0..300 {
        let answer = editor.request("workspace/symbol", json!({ "query": "last" }));
        found = answer["result"].as_array().unwrap().len();
        if found > 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(found, 1);
    let uri = uri(folder.path(), "9999.pipe");
    editor.open(&uri, GOOD);
    assert_eq!(editor.diagnostics(&uri, 1), Vec::<Json>::new());
    let answer = editor.request("textDocument/hover", at(&uri, &place(GOOD, "twice(n)")));
    assert!(answer["result"]["contents"].is_object(), "{answer}");
    editor.end();
}

/// What the server asks of the system: it reads files below its folder, starts nothing and connects to nothing.
#[test]
fn nothing_outside_is_opened_and_nothing_is_started() {
    let Ok(there) = Command::new("strace").arg("-V").stdout(Stdio::null()).status() else {
        // Without a tracer of system calls there is nothing to look at; the other tests say what is answered.
        return;
    };
    assert!(there.success());
    let folder = hostile();
    // With a history, which is looked at.
    std::fs::write(folder.path().join("ran.pipe"), GOOD).unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_standpipe"));
    assert!(run.args(["run", "ran.pipe", "--quiet"]).current_dir(folder.path()).output().unwrap().status.success());
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", "trace=openat,open,execve,fork,vfork,socket,connect", "-o"]);
    command.arg(log.path()).arg(env!("CARGO_BIN_EXE_standpipe")).arg("lsp");
    let root = format!("file://{}", folder.path().display());
    let mut editor = Editor::run(command, json!({ "capabilities": {}, "rootUri": root }));
    let a = uri(folder.path(), "a.pipe");
    let text = "import \"/etc/passwd\" { a }\nimport \"../outside.pipe\" { b }\nimport \"./everything/etc/hostname\" { c }\n\ntask f() -> Int {\n  python: \"/etc/hosts.py:f\"\n}\n";
    editor.open(&a, text);
    assert!(!editor.diagnostics(&a, 1).is_empty());
    editor.request("textDocument/codeAction", json!({ "textDocument": { "uri": a }, "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 6, "character": 0 } }, "context": { "diagnostics": [] } }));
    editor.request("textDocument/completion", at(&a, &place(text, "/etc/hosts")));
    editor.request("textDocument/documentLink", json!({ "textDocument": { "uri": a } }));
    let ran = uri(folder.path(), "ran.pipe");
    editor.open(&ran, GOOD);
    let answer = editor.request("textDocument/hover", at(&ran, &place(GOOD, "twice(n)")));
    assert!(answer["result"]["contents"]["value"].as_str().unwrap().contains("last runs"), "{answer}");
    editor.end();
    let calls = std::fs::read_to_string(log.path()).unwrap();
    let allowed = |line: &str| {
        let own = line.contains(folder.path().to_str().unwrap());
        // The database that the history is kept in starts its random numbers with the system's.
        let loader = [
            "/lib",
            "/etc/ld.so",
            "/usr/lib",
            "/proc/",
            "/sys/",
            "/dev/null",
            "/dev/urandom",
            // Which cards the machine has.
            "\"/dev\", O_RDONLY",
            "ENOENT",
        ]
        .iter()
        .any(|part| line.contains(part));
        // The first program is the server itself.
        let starts = line.contains("execve(") && line.contains("standpipe\", \"lsp\"");
        own || loader || (line.contains("execve(") && line.contains("/standpipe\"")) || starts
    };
    let strange: Vec<&str> = calls
        .lines()
        // A thread that strace lets go of in the middle of a call has shown none.
        .filter(|line| !line.contains("+++") && !line.contains("---") && !line.contains("???( <detached"))
        .filter(|line| !allowed(line))
        .collect();
    assert_eq!(strange, Vec::<&str>::new());
    assert!(!calls.contains("/etc/passwd\", O_RDONLY") && !calls.contains("etc/hostname\", O_RDONLY"), "{calls}");
}
