//! An editor as the server meets it: frames over pipes, and the places of a text as the protocol counts them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

const PATIENCE: Duration = Duration::from_secs(30);
/// A program without a mistake.
pub(crate) const GOOD: &str = "task twice(n: Int) -> Int {\n  sh:\n    echo $((n * 2)) > \"$out\"\n}\n\npipeline main(n: Int = 1) -> Int {\n  twice(n)\n}\n";

/// The server, and the editor's end of its pipes.
pub(crate) struct Editor {
    pub(crate) server: Child,
    pub(crate) input: ChildStdin,
    pub(crate) messages: Receiver<Json>,
    pub(crate) next: i64,
}

impl Editor {
    pub(crate) fn start() -> Self {
        Self::start_with(json!({ "capabilities": {} }))
    }

    pub(crate) fn start_with(params: Json) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_standpipe"));
        command.arg("lsp");
        Self::run(command, params)
    }

    pub(crate) fn run(mut command: Command, params: Json) -> Self {
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
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
        let answer = editor.request("initialize", params);
        assert_eq!(answer["result"]["capabilities"]["textDocumentSync"]["change"], 2);
        editor.notify("initialized", json!({}));
        editor
    }

    pub(crate) fn send(&mut self, message: &Json) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    pub(crate) fn notify(&mut self, method: &str, params: Json) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    pub(crate) fn request(&mut self, method: &str, params: Json) -> Json {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.wait(|message| message["id"] == id)
    }

    pub(crate) fn wait(&mut self, wanted: impl Fn(&Json) -> bool) -> Json {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = self.messages.recv_timeout(left).expect("the server answers in time");
            if wanted(&message) {
                return message;
            }
        }
    }

    pub(crate) fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "standpipe", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub(crate) fn change(&mut self, uri: &str, version: i64, changes: Json) {
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Goes away without a word: the server ends by itself.
    pub(crate) fn die(self) {
        let Self { mut server, input, .. } = self;
        drop(input);
        let end = Instant::now() + PATIENCE;
        while server.try_wait().unwrap().is_none() {
            if Instant::now() > end {
                server.kill().unwrap();
                panic!("the server outlives its editor");
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    /// The diagnostics of that version of the document.
    pub(crate) fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<Json> {
        let message = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"]["version"] == version
        });
        message["params"]["diagnostics"].as_array().unwrap().clone()
    }

    pub(crate) fn end(mut self) {
        assert_eq!(self.request("shutdown", Json::Null)["result"], Json::Null);
        self.notify("exit", Json::Null);
        drop(self.input);
        assert!(self.server.wait().unwrap().success());
    }
}

pub(crate) fn uri(folder: &Path, name: &str) -> String {
    format!("file://{}", folder.join(name).display())
}

/// Where `needle` starts in `text`, as UTF-16 counts it.
pub(crate) fn place(text: &str, needle: &str) -> Json {
    let at = text.find(needle).unwrap();
    let line = text[..at].matches('\n').count();
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    json!({ "line": line, "character": text[start..at].encode_utf16().count() })
}

pub(crate) fn at(uri: &str, position: &Json) -> Json {
    json!({ "textDocument": { "uri": uri }, "position": position })
}
