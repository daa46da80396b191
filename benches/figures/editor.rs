//! A typing session replayed against the language server: 20 files of 100 lines, and 1,000 of them. It types a statement letter
//! by letter into a file that imports 19 others, one through the other, and asks after each letter. Each time is from the request to the whole answer, through the pipes of a
//! process of its own; memory is taken twice, as the session ends and once the server has looked at all files.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::measure::{Row, folder, ms};

/// What is typed, letter by letter, at the end of the pipeline; and how often.
const TYPED: &str = "  total = t19_1(s20, weight: 0.5)\n";
const TIMES: usize = 3;

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = session(20, "2,000 lines");
    rows.extend(session(1_000, "100,000 lines"));
    rows
}

/// The server, and the editor's end of its pipes.
struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next: i64,
}

fn session(files: usize, name: &str) -> Vec<Row> {
    let folder = folder();
    for number in 0..files {
        std::fs::write(folder.path().join(format!("f{number}.pipe")), file(number)).expect("a generated file");
    }
    let uri = |name: &str| format!("file://{}", folder.path().join(name).display());
    let (main, text) = (uri("f19.pipe"), file(19));
    let began = Instant::now();
    let mut editor = Editor::start(folder.path());
    editor.open(&main, &text);
    editor.diagnostics(&main, 1);
    let start = began.elapsed();
    let (mut edits, mut completions, mut hovers, mut tokens) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let line = text.lines().position(|line| line == "  s21").expect("the pipeline's last line");
    let hovered = json!({ "textDocument": { "uri": main }, "position": { "line": line - 3, "character": 9 } });
    let mut version = 1;
    for _ in 0..TIMES {
        let (mut at, mut character) = (line, 0);
        for letter in TYPED.chars() {
            let place = json!({ "line": at, "character": character });
            version += 1;
            let before = Instant::now();
            editor.change(&main, version, &json!({ "start": place, "end": place }), &letter.to_string());
            editor.diagnostics(&main, version);
            edits.push(before.elapsed());
            (at, character) = if letter == '\n' { (at + 1, 0) } else { (at, character + 1) };
            let cursor = json!({ "textDocument": { "uri": main }, "position": { "line": at, "character": character } });
            completions.push(editor.ask("textDocument/completion", &cursor));
            hovers.push(editor.ask("textDocument/hover", &hovered));
            tokens.push(editor.ask("textDocument/semanticTokens/full", &json!({ "textDocument": { "uri": main } })));
        }
        version += 1;
        let typed = json!({ "start": { "line": line, "character": 0 }, "end": { "line": line + 1, "character": 0 } });
        editor.change(&main, version, &typed, "");
        editor.diagnostics(&main, version);
    }
    let search = json!({ "query": "t1" });
    let symbols: Vec<Duration> = (0..20).map(|_| editor.ask("workspace/symbol", &search)).collect();
    let declared = text.lines().position(|line| line.starts_with("task t19_0")).expect("a task");
    let used = json!({ "textDocument": { "uri": main }, "position": { "line": declared, "character": 5 }, "context": { "includeDeclaration": true } });
    let uses: Vec<Duration> = (0..20).map(|_| editor.ask("textDocument/references", &used)).collect();
    let long: String = (0..10).map(|number| file(number).replace("import", "# import").replace("  ", "    ")).collect();
    let large = uri("large.pipe");
    editor.open(&large, &long);
    let format = json!({ "textDocument": { "uri": large }, "options": { "tabSize": 2, "insertSpaces": true } });
    let formats: Vec<Duration> = (0..9).map(|_| editor.ask("textDocument/formatting", &format)).collect();
    let memory = editor.memory();
    let rested = editor.rest();
    editor.end();
    let row = |what: &str, measured: String, aim| Row {
        name: format!("editor, {name}: {what}"),
        measured,
        limit: "—".into(),
        ratio: None,
        aim,
    };
    vec![
        row("start to first diagnostics", ms(start), "100 ms"),
        row("edit to diagnostics, p95", ms(p95(edits)), "30 ms"),
        row("completion, p95", ms(p95(completions)), "10 ms"),
        row("hover, p95", ms(p95(hovers)), "5 ms"),
        row("semantic tokens, p95", ms(p95(tokens)), "10 ms"),
        row("formatting 1,000 lines, p95", ms(p95(formats)), "10 ms"),
        row("search for a name, p95", ms(p95(symbols)), "100 ms"),
        row("references, p95", ms(p95(uses)), "100 ms"),
        row("memory", format!("{} MiB", memory >> 10), "60 MiB"),
        row("memory once all files were looked at", format!("{} MiB", rested >> 10), "60 MiB"),
    ]
}

fn p95(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[(times.len() * 95 / 100).min(times.len() - 1)]
}

/// A hundred lines: tasks in Python and shell, and a pipeline; all but the first file import from the one before.
fn file(number: usize) -> String {
    let mut text = String::new();
    if !number.is_multiple_of(20) {
        text.push_str(&format!("import \"./f{}.pipe\" {{ t{}_0 }}\n\n", number - 1, number - 1));
    }
    text.push_str(&format!("type Row{number} = {{\n  id: Int\n  score: Float\n}}\n\n"));
    for task in 0..6 {
        text.push_str(&format!(
            "## Scores the rows.\ntask t{number}_{task}(a: Int, weight: Float in 0.0..=1.0 = 0.5) -> Int {{\n  cpu: 1\n  memory: 1GiB\n  python:\n    total = a * weight\n    for step in range(a):\n        total += step\n    return int(total)\n}}\n\n"
        ));
    }
    text.push_str(&format!("pipeline p{number}(a: Int = 1) -> Int {{\n"));
    for step in 0..22 {
        let call = if step == 0 && !number.is_multiple_of(20) {
            format!("t{}_0", number - 1)
        } else {
            format!("t{number}_{}", step % 6)
        };
        let from = if step == 0 { "a".into() } else { format!("s{}", step - 1) };
        text.push_str(&format!("  s{step} = {call}({from}, weight: 0.5)\n"));
    }
    text.push_str("  s21\n}\n");
    text
}

impl Editor {
    fn start(folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_standpipe"));
        command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().expect("the server starts");
        let input = server.stdin.take().expect("a pipe");
        let output = BufReader::new(server.stdout.take().expect("a pipe"));
        let mut editor = Self { server, input, output, next: 0 };
        let root = format!("file://{}", folder.display());
        editor.ask("initialize", &json!({ "capabilities": {}, "rootUri": root }));
        editor.send(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));
        editor
    }

    fn send(&mut self, message: &Json) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
        self.input.flush().expect("the server reads");
    }

    fn read(&mut self) -> Json {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).expect("the server writes") > 0, "the server ended");
            if let Some(number) = line.strip_prefix("Content-Length: ") {
                length = number.trim().parse().expect("a length");
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).expect("the server writes");
        serde_json::from_slice(&body).expect("JSON")
    }

    /// How long an answer takes.
    fn ask(&mut self, method: &str, params: &Json) -> Duration {
        self.next += 1;
        let id = self.next;
        let began = Instant::now();
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.read();
            if message["id"] == id {
                assert!(message["error"].is_null() && !message["result"].is_null(), "{method}: {message}");
                return began.elapsed();
            }
        }
    }

    fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "standpipe", "version": 1, "text": text });
        let params = json!({ "textDocument": document });
        self.send(&json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": params }));
    }

    fn change(&mut self, uri: &str, version: i64, range: &Json, text: &str) {
        let changes = json!([{ "range": range, "text": text }]);
        let params = json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": changes });
        self.send(&json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": params }));
    }

    fn diagnostics(&mut self, uri: &str, version: i64) {
        loop {
            let params = &self.read()["params"];
            if params["uri"] == uri && params["version"] == version {
                return;
            }
        }
    }

    /// Resident memory, in KiB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
        line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// Resident memory in KiB once nothing is left to do, or after a minute.
    fn rest(&self) -> u64 {
        let busy = || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.server.id())).unwrap_or_default();
            let times = stat.rsplit(')').next().unwrap_or("").split_whitespace().skip(11).take(2);
            times.filter_map(|time| time.parse::<u64>().ok()).sum::<u64>()
        };
        let end = Instant::now() + Duration::from_secs(60);
        let (mut before, mut quiet) = (busy(), 0);
        while quiet < 4 && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(500));
            let now = busy();
            quiet = if now == before { quiet + 1 } else { 0 };
            before = now;
        }
        self.memory()
    }

    fn end(mut self) {
        self.next += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.next, "method": "shutdown" }));
        self.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
        let _ = self.server.wait();
    }
}
