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
        Self::start_with(json!({ "capabilities": {} }))
    }

    fn start_with(params: Json) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_standpipe"));
        command.arg("lsp");
        Self::run(command, params)
    }

    fn run(mut command: Command, params: Json) -> Self {
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

/// Where `needle` starts in `text`, as UTF-16 counts it.
fn place(text: &str, needle: &str) -> Json {
    let at = text.find(needle).unwrap();
    let line = text[..at].matches('\n').count();
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    json!({ "line": line, "character": text[start..at].encode_utf16().count() })
}

fn at(uri: &str, position: &Json) -> Json {
    json!({ "textDocument": { "uri": uri }, "position": position })
}

#[test]
fn every_feature_answers_over_the_wire() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    editor.open(&uri, GOOD);
    let call = place(GOOD, "twice(n)");
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let document = json!({ "textDocument": { "uri": uri } });
    let mut with = |method: &str, extra: Json| {
        let mut params = at(&uri, &call);
        params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let answer = editor.request(method, params);
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    };
    assert!(
        with("textDocument/hover", json!({}))["contents"]["value"].as_str().unwrap().contains("task twice(n: Int)")
    );
    let found = with("textDocument/completion", json!({}));
    assert!(found.as_array().unwrap().iter().any(|item| item["label"] == "twice"), "{found}");
    let item = found.as_array().unwrap().iter().find(|item| item["label"] == "twice").unwrap().clone();
    assert!(with("completionItem/resolve", item)["documentation"]["value"].as_str().unwrap().contains("task twice"));
    for method in ["definition", "declaration", "implementation"] {
        let line = if method == "implementation" { 2 } else { 0 };
        let found = with(&format!("textDocument/{method}"), json!({}));
        assert_eq!(found[0]["range"]["start"]["line"], line, "{method}");
    }
    let found = with("textDocument/references", json!({ "context": { "includeDeclaration": true } }));
    assert_eq!(found.as_array().unwrap().len(), 2);
    assert_eq!(with("textDocument/documentHighlight", json!({})).as_array().unwrap().len(), 2);
    assert_eq!(with("textDocument/prepareRename", json!({}))["placeholder"], "twice");
    let renamed = with("textDocument/rename", json!({ "newName": "double" }));
    assert_eq!(renamed["changes"][&uri].as_array().unwrap().len(), 2);
    let item = with("textDocument/prepareCallHierarchy", json!({}))[0].clone();
    assert_eq!(with("callHierarchy/incomingCalls", json!({ "item": item }))[0]["from"]["name"], "main");
    for method in ["documentSymbol", "foldingRange", "codeLens", "documentLink", "semanticTokens/full", "formatting"] {
        let extra = json!({ "options": { "tabSize": 2, "insertSpaces": true } });
        assert!(!with(&format!("textDocument/{method}"), extra).is_null(), "{method}");
    }
    let extra = json!({ "range": whole, "positions": [call], "context": { "diagnostics": [] } });
    for method in ["inlayHint", "selectionRange", "codeAction", "semanticTokens/range"] {
        assert!(!with(&format!("textDocument/{method}"), extra.clone()).is_null(), "{method}");
    }
    let graph = with("standpipe/preview", json!({ "uri": uri }));
    let lines: Vec<&Json> =
        graph["nodes"].as_array().unwrap().iter().map(|node| &node["range"]["start"]["line"]).collect();
    assert_eq!(lines, [5, 6], "the parameter and the step: {graph}");
    assert!(graph["svg"].as_str().unwrap().starts_with("<svg "), "{graph}");
    assert_eq!(
        with("standpipe/embedded", json!({ "uri": uri, "position": place(GOOD, "echo") }))[0]["languageId"],
        "shellscript"
    );
    assert!(with("standpipe/source", json!({ "uri": "standpipe:/std/table.pipe" })).is_string());
    assert_eq!(with("workspace/symbol", json!({ "query": "twi" }))[0]["name"], "twice");
    let answer = editor.request("textDocument/diagnostic", document);
    assert_eq!(answer["result"]["items"], json!([]));
    editor.end();
}

#[test]
fn columns_count_as_the_editor_likes() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    for (offered, column) in [("utf-8", 35), ("utf-16", 33), ("utf-32", 32)] {
        let general = json!({ "general": { "positionEncodings": [offered] } });
        let mut editor = Editor::start_with(json!({ "capabilities": general }));
        editor.open(&uri, "pipeline main() -> String { \"𝄞${nothing}\" }\n");
        let found = editor.diagnostics(&uri, 1);
        assert_eq!(found[0]["range"]["start"], json!({ "line": 0, "character": column }), "{offered}");
        editor.end();
    }
}

#[test]
fn an_editor_that_asks_for_diagnostics_gets_none_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let capabilities = json!({ "textDocument": { "diagnostic": {} } });
    let mut editor = Editor::start_with(json!({ "capabilities": capabilities }));
    editor.open(&uri, &GOOD.replace("twice(n)\n", "twcie(n)\n"));
    let ask = |id: Option<&str>| json!({ "textDocument": { "uri": uri }, "previousResultId": id });
    let first = editor.request("textDocument/diagnostic", ask(None))["result"].clone();
    assert_eq!(first["items"].as_array().unwrap().len(), 1);
    let again = editor.request("textDocument/diagnostic", ask(first["resultId"].as_str()));
    assert_eq!(again["result"]["kind"], "unchanged");
    let all = editor.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    assert_eq!(all["result"]["items"][0]["uri"], uri);
    assert!(editor.messages.try_iter().all(|message| message["method"] != "textDocument/publishDiagnostics"));
    editor.end();
}

/// A folder that is there to do harm, beside a file with a mistake that is not open.
fn hostile() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("broken.pipe"), "pipeline main() -> Int { nothing }\n").unwrap();
    std::os::unix::fs::symlink("/", path("everything")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", path("linked.pipe")).unwrap();
    std::os::unix::fs::symlink(".", path("circle")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, path("pipe.pipe"), rustix::fs::Mode::RWXU).unwrap();
    for number in 0..3_000 {
        std::fs::write(path(&format!("{number}.txt")), "").unwrap();
    }
    folder
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

/// What a run left on record is shown, and looking at it leaves it as it is.
#[test]
fn the_last_run_is_told_where_there_was_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.pipe"), GOOD).unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let state = folder.path().join(".standpipe");
    let listed = || {
        let mut files: Vec<_> =
            state.read_dir().map(|files| files.flatten().map(|file| file.path()).collect()).unwrap_or_default();
        files.sort();
        files.iter().map(|path| (path.clone(), std::fs::read(path).ok())).collect::<Vec<_>>()
    };
    let hover = |editor: &mut Editor| {
        let answer = editor.request("textDocument/hover", at(&uri, &place(GOOD, "twice(n)")));
        answer["result"]["contents"]["value"].as_str().unwrap().to_owned()
    };
    let mut editor = Editor::start();
    editor.open(&uri, GOOD);
    assert!(!hover(&mut editor).contains("last runs"));
    assert!(!state.exists());
    let mut run = Command::new(env!("CARGO_BIN_EXE_standpipe"));
    let output = run.args(["run", "a.pipe", "main", "--quiet"]).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let before = listed();
    let shown = hover(&mut editor);
    assert!(shown.contains("last runs of `main.twice`:") && shown.contains("it had not run before"), "{shown}");
    let lenses = editor.request("textDocument/codeLens", json!({ "textDocument": { "uri": uri } }));
    let titles: Vec<&str> =
        lenses["result"].as_array().unwrap().iter().map(|lens| lens["command"]["title"].as_str().unwrap()).collect();
    assert!(titles.iter().any(|title| title.starts_with("last run: succeeded in ")), "{titles:?}");
    editor.end();
    assert!(before.len() >= 2, "{before:?}");
    assert_eq!(listed(), before);
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
        let loader = ["/lib", "/etc/ld.so", "/usr/lib", "/proc/", "/sys/", "/dev/null", "/dev/urandom", "ENOENT"]
            .iter()
            .any(|part| line.contains(part));
        // The first program is the server itself.
        let starts = line.contains("execve(") && line.contains("standpipe\", \"lsp\"");
        own || loader || (line.contains("execve(") && line.contains("/standpipe\"")) || starts
    };
    let strange: Vec<&str> = calls
        .lines()
        .filter(|line| !line.contains("+++") && !line.contains("---"))
        .filter(|line| !allowed(line))
        .collect();
    assert_eq!(strange, Vec::<&str>::new());
    assert!(!calls.contains("/etc/passwd\", O_RDONLY") && !calls.contains("etc/hostname\", O_RDONLY"), "{calls}");
}

#[test]
fn what_makes_no_sense_is_answered_and_survived() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    editor.open(&uri, GOOD);
    assert_eq!(editor.request("textDocument/everything", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.request("textDocument/hover", json!({ "no": 1 }))["error"]["code"], -32602);
    editor.notify("textDocument/nothing", json!({}));
    // Places outside of the text, files that are not there, addresses of no file.
    for uri in [uri.as_str(), "file:///nowhere/a.pipe", "untitled:a"] {
        for position in
            [json!({ "line": 4_000_000_000_u32, "character": 1 }), json!({ "line": 6, "character": 4_000_000_000_u32 })]
        {
            for method in [
                "hover",
                "completion",
                "definition",
                "references",
                "signatureHelp",
                "documentHighlight",
                "prepareRename",
            ] {
                let mut params = at(uri, &position);
                params["context"] = json!({ "includeDeclaration": true, "triggerKind": 1, "isRetrigger": false });
                let answer = editor.request(&format!("textDocument/{method}"), params);
                assert!(answer["error"].is_null(), "{method} of {uri}: {answer}");
            }
        }
    }
    // A question that is withdrawn at once is answered all the same, if only with that.
    editor.next += 1;
    let id = editor.next;
    editor.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": at(&uri, &place(GOOD, "twice(n)")) }));
    editor.notify("$/cancelRequest", json!({ "id": id }));
    editor.wait(|message| message["id"] == id);
    // A message in pieces.
    let body = json!({ "jsonrpc": "2.0", "id": 777, "method": "textDocument/hover", "params": at(&uri, &place(GOOD, "twice(n)")) }).to_string();
    let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    for piece in frame.as_bytes().chunks(7) {
        editor.input.write_all(piece).unwrap();
        editor.input.flush().unwrap();
    }
    assert!(editor.wait(|message| message["id"] == 777)["result"]["contents"].is_object());
    editor.end();
}

#[test]
fn a_length_beyond_all_measure_takes_no_memory() {
    let Editor { mut server, mut input, .. } = Editor::start();
    write!(input, "Content-Length: 4294967296\r\n\r\n{{").unwrap();
    input.flush().unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let resident = status.lines().find(|line| line.starts_with("VmRSS")).unwrap().split_whitespace().nth(1).unwrap();
    assert!(resident.parse::<u64>().unwrap() < 500_000, "{resident} KiB");
    drop(input);
    server.wait().unwrap();
}

/// Edits and questions at random, and after them the same answers as a server that saw only the last text.
#[test]
fn what_was_edited_is_as_good_as_new() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    editor.open(&uri, GOOD);
    let mut text = GOOD.to_owned();
    let mut seed = 11_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    let pieces = [
        "",
        " ",
        "\n",
        "}",
        "{",
        "(",
        "\"",
        "twice(n)",
        "x = ",
        "# é𝄞",
        "pipeline p() {\n  1\n}\n",
        ".",
        "type A = { b: Int }\n",
    ];
    let methods = [
        "hover",
        "completion",
        "definition",
        "signatureHelp",
        "documentHighlight",
        "documentSymbol",
        "semanticTokens/full",
        "foldingRange",
        "codeLens",
    ];
    let mut asked = Vec::new();
    for version in 2..=400_i64 {
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let (a, b) = (starts[random(starts.len())], starts[random(starts.len())]);
        let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 6));
        let to = starts.iter().copied().find(|start| *start >= to).unwrap();
        let position = |at: usize| {
            let line = text[..at].matches('\n').count();
            let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
            json!({ "line": line, "character": text[start..at].encode_utf16().count() })
        };
        let range = json!({ "start": position(from), "end": position(to) });
        let new = pieces[random(pieces.len())];
        let mut next = text.clone();
        next.replace_range(from..to, new);
        editor.change(&uri, version, json!([{ "range": range, "text": new }]));
        text = if next.len() > 2_000 { GOOD.to_owned() } else { next };
        if text == GOOD {
            editor.change(&uri, version, json!([{ "text": text }]));
        }
        editor.next += 1;
        asked.push(editor.next);
        let mut params = at(&uri, &json!({ "line": random(12), "character": random(30) }));
        params["context"] = json!({ "includeDeclaration": true, "triggerKind": 1, "isRetrigger": false });
        let method = format!("textDocument/{}", methods[random(methods.len())]);
        editor.send(&json!({ "jsonrpc": "2.0", "id": editor.next, "method": method, "params": params }));
    }
    let mut left: std::collections::BTreeSet<i64> = asked.into_iter().collect();
    while !left.is_empty() {
        let answer = editor.wait(|message| message["id"].is_i64());
        assert!(answer["error"].is_null(), "{answer}");
        left.remove(&answer["id"].as_i64().unwrap());
    }
    let mut fresh = Editor::start();
    fresh.open(&uri, &text);
    for (method, params) in [
        ("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } })),
        ("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } })),
        ("textDocument/foldingRange", json!({ "textDocument": { "uri": uri } })),
        ("textDocument/completion", at(&uri, &json!({ "line": 3, "character": 2 }))),
    ] {
        let (one, other) = (editor.request(method, params.clone()), fresh.request(method, params));
        assert_eq!(one["result"], other["result"], "{method} of {text:?}");
    }
    editor.end();
    fresh.end();
}
