//! Every way in which a step may say a secret that it was given, and every place where that could be seen: it is in none.

use std::fs;
use std::process::{Command, Stdio};

use crate::project::{Dice, Project, number, wait_until};
use crate::secrets::{holding, keyring};

const PIPE: &str = include_str!("sinks.pipe");
const FORMS: &str = include_str!("forms.py");

/// What a secret may be made of. Without a backslash: what `echo` of some shells makes of it is another text.
const LETTERS: &str = "abcXYZ0189 /+=%&?#\"'$`~é漢\n\t";

/// Shortest part of a secret that counts as having been shown.
const PART: usize = 12;

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
];

/// A project with one secret, all that is looked for of it, and what was said so far, by who said it.
struct Told {
    project: Project,
    secret: String,
    forms: Vec<String>,
    said: Vec<(String, Vec<u8>)>,
}

impl Told {
    fn new(secret: String) -> Self {
        let mut python = Command::new("python3");
        python.args(["-c", FORMS]).env("key", &secret).env("PYTHONUTF8", "1");
        let printed = String::from_utf8(python.output().unwrap().stdout).unwrap();
        let letters: Vec<char> = secret.chars().collect();
        // A line of a form that has several is a form.
        let mut forms: Vec<String> = printed.lines().filter(|line| line.len() >= PART).map(str::to_owned).collect();
        forms.extend(letters.windows(PART).map(|part| part.iter().collect()));
        let project = Project::new(&[("main.pipe", PIPE), ("forms.py", FORMS)]);
        keyring(&project, "exit 1");
        fs::create_dir(project.path("tmp")).unwrap();
        Self { project, secret, forms, said: Vec::new() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.project.command(args);
        let path = format!("{}:{}", self.project.path("bin").display(), std::env::var("PATH").unwrap());
        command.env("PATH", path).env("API_KEY", &self.secret).env("TMPDIR", self.project.path("tmp"));
        command
    }

    /// Has `standpipe` do that and keeps what it says; its exit code.
    fn hear(&mut self, args: &[&str]) -> Option<i32> {
        let output = self.command(args).output().unwrap();
        self.said.push((args.join(" "), [output.stdout, output.stderr].concat()));
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
            self.said.push(("the environment of a keeper".into(), given));
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

fn secret(dice: &mut Dice, length: u64) -> String {
    let letters: Vec<char> = LETTERS.chars().collect();
    let mut letter = || letters[usize::try_from(dice.below(letters.len() as u64)).unwrap()];
    let middle: String = (0..length).map(|_| letter()).collect();
    // Spaces at the ends of a value are the environment's own business.
    format!("s{middle}t")
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
        let mut told = Told::new(secret(&mut dice, length));
        for format in ["json", "text"] {
            assert_eq!(told.hear(&["run", "main.pipe", "says", "--keep-going", "--format", format]), Some(1));
        }
        told.hear_all(SHOWING);
        assert_eq!(told.hear(&["run", "main.pipe", "searches", "--format", "json"]), Some(0));
        told.hear_all(SHOWING);
        assert_eq!(told.hear(&["run", "main.pipe", "says", "--only", "says.prints"]), Some(1));
        interrupted(&mut told);
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
