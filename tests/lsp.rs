//! The language server as an editor meets it: the real binary, over its standard input and output.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

const PATIENCE: Duration = Duration::from_secs(30);
const GOOD: &str = "task twice(n: Int) -> Int {\n  sh:\n    echo $((n * 2)) > \"$out\"\n}\n\npipeline main(n: Int = 1) -> Int {\n  twice(n)\n}\n";

struct Editor {
    server: Child,
    input: ChildStdin,
    messages: Receiver<Json>,
    next: i64,
}

impl Editor {
    fn start() -> Self {
        let mut server = Command::new(env!("CARGO_BIN_EXE_standpipe"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, messages) = channel();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        std::thread::spawn(move || {
            loop {
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if output.read_line(&mut line).unwrap_or(0) == 0 {
                        return;
                    }
                    if let Some(number) = line.strip_prefix("Content-Length: ") {
                        length = number.trim().parse().unwrap();
                    }
                    if line == "\r\n" {
                        break;
                    }
                }
                let mut body = vec![0; length];
                output.read_exact(&mut body).unwrap();
                if sender.send(serde_json::from_slice(&body).unwrap()).is_err() {
                    return;
                }
            }
        });
        let input = server.stdin.take().unwrap();
        let mut editor = Self { server, input, messages, next: 0 };
        let answer = editor.request("initialize", json!({ "capabilities": {} }));
        assert_eq!(answer["result"]["capabilities"]["textDocumentSync"]["change"], 2);
        editor.notify("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: &Json) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn notify(&mut self, method: &str, params: Json) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn request(&mut self, method: &str, params: Json) -> Json {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.wait(|message| message["id"] == id)
    }

    fn wait(&mut self, wanted: impl Fn(&Json) -> bool) -> Json {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = self.messages.recv_timeout(left).expect("the server answers in time");
            if wanted(&message) {
                return message;
            }
        }
    }

    fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "standpipe", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn change(&mut self, uri: &str, version: i64, changes: Json) {
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// The diagnostics of that version of the document.
    fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<Json> {
        let message = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"]["version"] == version
        });
        message["params"]["diagnostics"].as_array().unwrap().clone()
    }

    fn end(mut self) {
        assert_eq!(self.request("shutdown", Json::Null)["result"], Json::Null);
        self.notify("exit", Json::Null);
        drop(self.input);
        assert!(self.server.wait().unwrap().success());
    }
}

fn uri(folder: &Path, name: &str) -> String {
    format!("file://{}", folder.join(name).display())
}

#[test]
fn diagnostics_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    // The clef takes two UTF-16 units: columns after it show how they are counted.
    editor.open(&uri, &GOOD.replace("  twice(n)", "  x = \"𝄞\" twcie(n)\n  twice(m)"));
    assert!(!editor.diagnostics(&uri, 1).is_empty());
    editor.change(&uri, 2, json!([{ "text": GOOD.replace("twice(n)\n", "twcie(n)\n") }]));
    let found = editor.diagnostics(&uri, 2);
    let errors: Vec<_> = found.iter().filter(|diagnostic| diagnostic["severity"] == 1).collect();
    assert_eq!(errors.len(), 1, "{found:?}");
    assert_eq!(
        errors[0]["range"],
        json!({ "start": { "line": 6, "character": 2 }, "end": { "line": 6, "character": 7 } })
    );
    assert!(errors[0]["code"].as_str().unwrap().starts_with("E02"));
    let range = json!({ "start": { "line": 6, "character": 2 }, "end": { "line": 6, "character": 7 } });
    editor.change(&uri, 3, json!([{ "range": range, "text": "twice" }]));
    assert_eq!(editor.diagnostics(&uri, 3), Vec::<Json>::new());
    editor.end();
}

#[test]
fn columns_are_utf16() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    editor.open(&uri, "pipeline main() -> String { \"𝄞${nothing}\" }\n");
    let found = editor.diagnostics(&uri, 1);
    assert_eq!(found[0]["range"]["start"], json!({ "line": 0, "character": 33 }), "{found:?}");
    editor.end();
}

#[test]
fn the_last_edit_has_the_last_word() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    editor.open(&uri, GOOD);
    for version in 2..=201 {
        let text = if version % 2 == 0 { GOOD.replace("twice(n)\n", "twcie(n)\n") } else { GOOD.to_owned() };
        editor.change(&uri, version, json!([{ "text": text }]));
    }
    assert_eq!(editor.diagnostics(&uri, 201), Vec::<Json>::new());
    editor.change(&uri, 202, json!([{ "text": "pipeline main() -> Int { 1 }\n" }]));
    // Versions only rise: nothing older comes after the last one.
    assert_eq!(editor.diagnostics(&uri, 202), Vec::<Json>::new());
    editor.end();
}

#[test]
fn unsaved_text_is_what_others_import() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (uri(folder.path(), "a.pipe"), uri(folder.path(), "b.pipe"));
    std::fs::write(folder.path().join("b.pipe"), "const size: Int = 1\n").unwrap();
    let mut editor = Editor::start();
    editor.open(&a, "import \"./b.pipe\" { size }\n\npipeline main() -> Int { size }\n");
    assert_eq!(editor.diagnostics(&a, 1), Vec::<Json>::new());
    editor.open(&b, "const sizes: Int = 1\n");
    assert_ne!(editor.diagnostics(&a, 1), Vec::<Json>::new());
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": b } }));
    while !editor.diagnostics(&a, 1).is_empty() {}
    editor.end();
}

#[test]
fn ends_with_its_input() {
    let Editor { mut server, input, .. } = Editor::start();
    drop(input);
    assert!(server.wait().unwrap().success());
}
