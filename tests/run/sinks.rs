//! Every way in which a step may say a secret that it was given, and every place where that could be seen: it is in none.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use crate::editor::{Editor, at, uri};
use crate::itself::GOING_WRONG;
use crate::project::{Dice, Project, number, through, wait_until};
use crate::secrets::{holding, keyring};

const PIPE: &str = include_str!("sinks.pipe");
const FORMS: &str = include_str!("forms.py");

/// What a secret may be made of. Without a backslash: what `echo` of some shells makes of it is another text.
const LETTERS: &str = "abcXYZ0189 /+=%&?#\"'$`~é漢\n\t";

/// Shortest part of a secret that counts as having been shown.
const PART: usize = 12;

/// What the password of an address may be made of as it is.
const OF_ADDRESSES: &str = "abcXYZ0189-._~!$&'()*+,;=";

/// In the place of what makes environments: it says all that it was given, as it might, and what builds a package.
const UV: &str = r#"#!/bin/sh
password=${UV_INDEX_URL#*://me:}
echo "error: invalid value '${UV_INDEX_URL#*://}' for '--default-index'" >&2
key=${password%%@*} python3 forms.py
key=$API_KEY python3 forms.py >&2
env >&2
echo "error: Failed to fetch: \`$UV_INDEX_URL\`, ($UV_INDEX_URL)" >&2
exit 2
"#;

/// Commands that show what a run left, or what would run.
const SHOWING: &[&[&str]] = &[
    &["runs"],
    &["runs", "list", "--all", "--format", "json"],
    &["runs", "show"],
    &["runs", "show", "--format", "json"],
    &["runs", "show", "--sweep"],
    &["runs", "show", "--sweep", "--format", "json"],
    &["runs", "show", "--html", "report.html"],
    &["runs", "logs"],
    &["runs", "logs", "--format", "json"],
    &["why", "says.prints"],
    &["why", "searches.found[0].scores"],
    &["plan", "main.pipe", "says", "--explain"],
    &["plan", "main.pipe", "says", "--format", "json"],
    &["plan", "main.pipe", "says", "--format", "dot"],
    &["plan", "main.pipe", "says", "--format", "mermaid"],
    &["plan", "main.pipe", "searches", "--format", "svg"],
    &["build", "main.pipe", "says", "-o", "says.plan"],
    &["check", "main.pipe", "--format", "json"],
    &["cache", "stats"],
    &["cache", "verify"],
    &["doctor"],
    &["doctor", "--format", "json"],
    &["run", "main.pipe", "says", "--help"],
    &["completions", "bash"],
];

/// A project with one secret, all that is looked for of it, and what was said so far, by who said it.
struct Told {
    project: Project,
    secret: String,
    /// Where packages come from, with a password and a token in it: no secret of the run's.
    index: String,
    forms: Vec<String>,
    said: Vec<(String, Vec<u8>)>,
}

impl Told {
    fn new(secret: String, dice: &mut Dice) -> Self {
        let (password, token) = (text(dice, OF_ADDRESSES, 24), text(dice, "abcXYZ0189", 24));
        let index = format!("https://me:{password}@127.0.0.1:9/{token}/simple/");
        let forms = [&secret, &password, &token].into_iter().flat_map(|text| forms(text)).collect();
        let project = Project::new(&[("main.pipe", PIPE), ("forms.py", FORMS), ("bin/uv", UV)]);
        fs::set_permissions(project.path("bin/uv"), fs::Permissions::from_mode(0o755)).unwrap();
        keyring(&project, "exit 1");
        fs::create_dir(project.path("tmp")).unwrap();
        Self { project, secret, index, forms, said: Vec::new() }
    }

    fn command(&self, args: &[&str]) -> Command {
        self.around(&[], args)
    }

    /// The program with `words` before it, where what crashes would leave a core file.
    fn around(&self, words: &[&str], args: &[&str]) -> Command {
        let run = through(words, self.project.command(args));
        let raised = "ulimit -c \"$(ulimit -H -c)\" && exec \"$0\" \"$@\"";
        let mut command = through(&["sh", "-c", raised], run);
        let path = format!("{}:{}", self.project.path("bin").display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).env("API_KEY", &self.secret).env("TMPDIR", self.project.path("tmp"));
        command
            .env("XDG_CACHE_HOME", self.project.path("tmp"))
            .env("UV_INDEX_URL", &self.index)
            .env("HTTPS_PROXY", &self.index);
        command
    }

    /// Has `standpipe` do that and keeps what it says; its exit code.
    fn hear(&mut self, args: &[&str]) -> Option<i32> {
        let output = self.command(args).output().unwrap();
        self.said.push((args.join(" ").replace(&self.secret, "…"), [output.stdout, output.stderr].concat()));
        output.status.code()
    }

    fn hear_all(&mut self, commands: &[&[&str]]) {
        for command in commands {
            self.hear(command);
        }
    }

    /// What processes show of themselves: their arguments, all of them, and what those that hold steps were given.
    fn look_at_processes(&mut self) {
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            if let Ok(words) = fs::read(entry.path().join("cmdline")) {
                self.said.push((format!("the arguments of {}", entry.path().display()), words));
            }
        }
        for keeper in self.project.keepers() {
            let given = fs::read(format!("/proc/{keeper}/environ")).unwrap_or_default();
            // Steps find the variables that are no secrets of the run.
            let given = String::from_utf8_lossy(&given).replace(&self.index, "");
            self.said.push(("the environment of a keeper".into(), given.into_bytes()));
            let limits = fs::read_to_string(format!("/proc/{keeper}/limits")).unwrap_or_default();
            let core = limits.lines().find(|limit| limit.starts_with("Max core file size"));
            let core: Vec<&str> = core.unwrap_or("Max core file size 0 0").split_whitespace().skip(4).take(2).collect();
            assert!(
                core.iter().all(|most| ["0", "1"].contains(most)),
                "{keeper} may leave its memory in a file:\n{limits}"
            );
        }
    }

    /// Fails if any of it was shown or kept; how many places were looked at.
    fn nothing_of_it(&self) -> usize {
        let parts: Vec<&str> = self.forms.iter().map(String::as_str).collect();
        for (who, said) in &self.said {
            let said = String::from_utf8_lossy(said);
            for part in &parts {
                assert!(!said.contains(part), "{:?} was shown as {part:?} by {who}:\n{said}", self.secret);
            }
        }
        let mut found = Vec::new();
        holding(self.project.root(), &parts, &mut found);
        assert!(found.is_empty(), "{:?} was left in {found:?}", self.secret);
        self.said.len()
    }
}

/// What is looked for of that text: how programs write it, and its parts.
fn forms(text: &str) -> Vec<String> {
    let mut python = Command::new("python3");
    python.args(["-c", FORMS]).env("key", text).env("PYTHONUTF8", "1");
    let printed = String::from_utf8(python.output().unwrap().stdout).unwrap();
    let letters: Vec<char> = text.chars().collect();
    // A line of a form that has several is a form.
    let mut forms: Vec<String> = printed.lines().filter(|line| line.len() >= PART).map(str::to_owned).collect();
    forms.extend(letters.windows(PART).map(|part| part.iter().collect()));
    forms
}

fn text(dice: &mut Dice, letters: &str, length: u64) -> String {
    let letters: Vec<char> = letters.chars().collect();
    (0..length).map(|_| letters[usize::try_from(dice.below(letters.len() as u64)).unwrap()]).collect()
}

fn secret(dice: &mut Dice, length: u64) -> String {
    // Spaces at the ends of a value are the environment's own business.
    format!("s{}t", text(dice, LETTERS, length))
}

/// `STANDPIPE_SECRETS` says how many secrets, `STANDPIPE_SEED` where the numbers begin.
#[test]
#[expect(clippy::print_stderr, reason = "the figure is for whoever runs it with `--nocapture`")]
fn a_secret_is_in_none_of_them() {
    let (secrets, seed) = (number("STANDPIPE_SECRETS", 1), number("STANDPIPE_SEED", 7));
    let mut dice = Dice::new(seed);
    let (mut forms, mut places) = (0, 0);
    for turn in 0..secrets {
        // Every fourth is so long that messages leave out a part of it.
        let length = if turn % 4 == 3 { 400 } else { 24 + dice.below(30) };
        let secret = secret(&mut dice, length);
        let mut told = Told::new(secret.clone(), &mut dice);
        for format in ["json", "text"] {
            assert_eq!(told.hear(&["run", "main.pipe", "says", "--keep-going", "--format", format]), Some(1));
        }
        assert_eq!(told.hear(&["test", "main.pipe"]), Some(1));
        // What takes an editor too long is left out.
        wait_until("an editor is told of the runs", || asked_by_an_editor(&mut told));
        told.hear_all(SHOWING);
        assert_eq!(told.hear(&["run", "main.pipe", "searches", "--format", "json"]), Some(0));
        told.hear_all(SHOWING);
        // Where its name is asked for.
        for command in ["run", "plan", "build"] {
            assert_eq!(told.hear(&[command, "main.pipe", "says", "--key", &secret]), Some(2));
        }
        assert_eq!(told.hear(&["run", "main.pipe", "says", "--only", "says.prints"]), Some(1));
        interrupted(&mut told);
        gone_wrong(&mut told);
        let shown = told.said.iter().any(|(_, said)| String::from_utf8_lossy(said).contains("[secret API_KEY]"));
        assert!(shown, "no step said it");
        places = told.nothing_of_it();
        forms += told.forms.len();
    }
    eprintln!(
        "G21 secrets: {secrets} in {forms} forms and parts, looked for in {places} outputs each and all files: 0 found; seed {seed}"
    );
}

/// A run that others look at while it is under way, that is killed, gone on with, and stopped.
fn interrupted(told: &mut Told) {
    let words = ["run", "main.pipe", "asked", "--format", "json"];
    let mut run = told.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until("the effect began", || told.project.path("asking").exists());
    told.look_at_processes();
    told.hear(&["runs", "logs"]);
    told.hear(&["runs", "show"]);
    told.nothing_of_it();
    run.kill().unwrap();
    run.wait().unwrap();
    wait_until("its steps are gone", || told.project.keepers().is_empty());
    assert_eq!(told.hear(&["runs", "resume"]), Some(1));
    told.hear(&["runs", "resume", "--format", "json"]);
    told.hear(&["runs", "show"]);
    fs::remove_file(told.project.path("asking")).unwrap();
    assert_eq!(told.hear(&["run", "main.pipe", "asked", "--detach"]), Some(0));
    wait_until("the effect began", || told.project.path("asking").exists());
    let mut follows = told.command(&["runs", "logs", "-f"]);
    let follows = follows.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    told.look_at_processes();
    assert_eq!(told.hear(&["runs", "cancel"]), Some(0));
    let followed = follows.wait_with_output().unwrap();
    told.said.push(("runs logs -f".into(), [followed.stdout, followed.stderr].concat()));
    wait_until("its steps are gone", || told.project.keepers().is_empty());
    told.hear(&["runs", "show", "--format", "json"]);
    told.hear(&["runs"]);
}

/// What the language server shows of runs, steps and plans; whether it showed how a pipeline and a step went.
fn asked_by_an_editor(told: &mut Told) -> bool {
    let mut server = told.command(&["lsp"]);
    server.stderr(fs::File::create(told.project.path("lsp.err")).unwrap());
    let here = uri(told.project.root(), "main.pipe");
    let mut editor = Editor::run(server, json!({ "capabilities": {}, "rootUri": uri(told.project.root(), "") }));
    editor.open(&here, PIPE);
    let mut shown = editor.diagnostics(&here, 1);
    let file = json!({ "textDocument": { "uri": here } });
    let whole =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": PIPE.lines().count(), "character": 0 } });
    let lenses = editor.request("textDocument/codeLens", file.clone());
    let mut went = lenses.to_string().contains("last run: failed");
    shown.push(lenses);
    shown.push(editor.request("textDocument/inlayHint", json!({ "textDocument": { "uri": here }, "range": whole })));
    shown.push(editor.request("textDocument/documentSymbol", file));
    shown.push(editor.request("standpipe/embedded", json!({ "uri": here })));
    for pipeline in ["says", "searches", "asked"] {
        shown.push(editor.request("standpipe/preview", json!({ "uri": here, "pipeline": pipeline })));
    }
    // Over every call that is given the secret, and over the secret.
    let calls = PIPE.lines().enumerate().filter_map(|(line, text)| Some((line, text.find("(key)")?)));
    let mut hovers = Vec::new();
    for (line, bracket) in calls {
        for character in [bracket - 1, bracket + 1] {
            hovers.push(
                editor.request("textDocument/hover", at(&here, &json!({ "line": line, "character": character }))),
            );
        }
    }
    went &= hovers.iter().any(|hover| hover.to_string().contains("last runs of `says.prints`"));
    shown.extend(hovers);
    editor.end();
    told.said.push(("lsp".into(), Json::from(shown).to_string().into_bytes()));
    went
}

/// The program goes wrong itself while a step has the secret; without `strace` it does not.
fn gone_wrong(told: &mut Told) {
    if Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_err() {
        return;
    }
    fs::remove_file(told.project.path("asking")).unwrap();
    let run = ["run", "main.pipe", "asked", "--format", "json"];
    let output = told.around(GOING_WRONG, &run).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(String::from_utf8_lossy(&said).contains("E0671"), "{}", String::from_utf8_lossy(&said));
    told.said.push(("the program, gone wrong".into(), said));
    wait_until("its steps are gone", || told.project.keepers().is_empty());
    told.hear(&["runs", "show"]);
}
