//! What the sandbox keeps steps from, tier by tier: the reference's own table is what is tried. A host that does not give
//! a tier says so in the run's record, and is held to the table of the tier that it gives.

use std::collections::BTreeMap;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::process::{Child, Command};

use serde_json::{Value, json};
use standpipe_runtime::sandbox::{Tier, look};

use crate::project::{Project, Run, marker, processes, wait_until};

/// Shell and Python bodies that try everything; what they are told of what is outside is a text of JSON.
const PIPE: &str = r#"
task by_shell(probe: File, given: String) -> Json {
  sh:
    python3 "$probe" "$given" > "$out"
}

task by_python(probe: File, given: String) -> Json {
  python:
    import json, runpy
    return runpy.run_path(str(probe))["probe"](json.loads(given), str(probe))
}

task networked(probe: File, given: String) -> Json {
  network: true
  sh:
    python3 "$probe" "$given" networked > "$out"
}

task networked_python(probe: File, given: String) -> Json {
  network: true
  python:
    import json, runpy
    return runpy.run_path(str(probe))["networked"](json.loads(given))
}

pipeline main(given: String, probe: File = "probe.py") -> { shell: List[Json], python: List[Json] } {
  {
    shell: [by_shell(probe, given), networked(probe, given)],
    python: [by_python(probe, given), networked_python(probe, given)],
  }
}
"#;

/// What a step of a test tries, outside of its sandbox.
struct Outside {
    project: Project,
    elsewhere: Project,
    tcp: TcpListener,
    udp: UdpSocket,
    _listeners: [UnixListener; 2],
    abstract_name: String,
    process: Child,
    /// In the arguments of that process.
    marker: String,
}

impl Outside {
    fn new() -> Self {
        let project = Project::new(&[
            ("main.pipe", PIPE),
            ("probe.py", include_str!("probes/probe.py")),
            ("undeclared.txt", "text"),
            (".env", "OTHER=1"),
        ]);
        let elsewhere = Project::new(&[("file", "text")]);
        let abstract_name = format!("standpipe-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&abstract_name).unwrap();
        let listeners =
            [UnixListener::bind_addr(&address).unwrap(), UnixListener::bind(elsewhere.path("socket")).unwrap()];
        let marker = marker();
        Self {
            project,
            elsewhere,
            tcp: TcpListener::bind("127.0.0.1:0").unwrap(),
            udp: UdpSocket::bind("127.0.0.1:0").unwrap(),
            _listeners: listeners,
            abstract_name,
            process: Command::new("sleep").arg(&marker).spawn().unwrap(),
            marker,
        }
    }

    fn given(&self) -> Value {
        let path = |path: std::path::PathBuf| path.to_str().unwrap().to_owned();
        json!({
            "undeclared": path(self.project.path("undeclared.txt")),
            "hidden": [path(self.project.path(".env")), path(self.project.path(".standpipe/state.db"))],
            "project": path(self.project.root().into()),
            "elsewhere": path(self.elsewhere.root().into()),
            "tcp": self.tcp.local_addr().unwrap().port(),
            "udp": self.udp.local_addr().unwrap().port(),
            "abstract": self.abstract_name,
            "socket": path(self.elsewhere.path("socket")),
            "process": self.process.id(),
            "name": self.marker,
        })
    }

    /// What steps could do with that tier asked for, by body; and the tier that there was.
    fn tried(&self, tier: &str) -> (String, BTreeMap<String, BTreeMap<String, bool>>) {
        let given = self.given().to_string();
        let run = self.project.run(&["main.pipe", "--sandbox", tier, "--given", &given]).succeeded();
        let begun = run.all("run_started").next().unwrap();
        let got = begun["sandbox"].as_str().unwrap_or("off").to_owned();
        assert_eq!(begun["lacking"].is_string(), got != tier, "{begun}");
        let shown: Value = serde_json::from_str(&self.project.stdout(&["runs", "show", "--format", "json"])).unwrap();
        assert_eq!(shown["sandbox"].as_str().unwrap_or("off"), got);
        let all = |body: &str| {
            let parts = run.outputs()[body].as_array().unwrap().iter();
            let pairs = parts.flat_map(|part| part.as_object().unwrap());
            pairs.map(|(what, could)| (what.clone(), could.as_bool().unwrap())).collect()
        };
        (got, ["shell", "python"].map(|body| (body.to_owned(), all(body))).into())
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// The reference's table: what is tried, and for each tier what it says of it.
fn table() -> BTreeMap<String, BTreeMap<&'static str, String>> {
    let reference = include_str!("../../docs/src/reference.md");
    let section = reference.split("## The sandbox").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(2);
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [what, off, first, second] = cells[..] else { panic!("{row}") };
        (
            what.to_owned(),
            [("off", off), ("T1", first), ("T2", second)].map(|(tier, cell)| (tier, cell.to_owned())).into(),
        )
    })
    .collect()
}

#[test]
fn each_tier_keeps_from_what_the_reference_says() {
    let outside = Outside::new();
    let table = table();
    assert!(table.len() > 20, "{table:#?}");
    let (_, bare) = outside.tried("off");
    for wanted in ["off", "T1", "T2"] {
        let (tier, tried) = outside.tried(wanted);
        for (body, answers) in &tried {
            let known: Vec<&String> = answers.keys().collect();
            assert_eq!(known, table.keys().collect::<Vec<_>>(), "what is tried is what the table has");
            for (what, could) in answers {
                let cell = table[what][tier.as_str()].as_str();
                let said = match cell {
                    "yes" => true,
                    "no" => false,
                    "no, from Landlock 6 on" => !look(None).signals,
                    other => panic!("{what}: {other}"),
                };
                // What this host refuses everybody says nothing of a tier that lets it through.
                if said && !bare[body][what] {
                    continue;
                }
                assert_eq!(*could, said, "{body} in {tier}: {what}");
            }
        }
    }
}

/// A pipeline of one task or effect with that head and body.
fn one(kind: &str, attributes: &str, body: &str) -> String {
    let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
    format!("{kind} step() -> String {{\n{attributes}\n{body}}}\n\npipeline main() -> String {{\n  step()\n}}\n")
}

fn sh(body: &str) -> String {
    one("task", "  sh:", body)
}

/// How a step of a shell body ends in the best tier of this host.
fn confined(body: &str) -> Run {
    Project::new(&[("main.pipe", &sh(body))]).run(&["main.pipe", "--sandbox", "auto"])
}

/// Whether this host confines steps at all; where it does not, a run says so.
fn confines() -> bool {
    let best = look(None).tier;
    let project = Project::new(&[("main.pipe", &sh("touch \"$out\""))]);
    let run = project.run(&["main.pipe", "--sandbox", "T1"]).succeeded();
    let begun = run.all("run_started").next().unwrap();
    assert_eq!(begun["sandbox"].as_str().unwrap_or("off"), best.name());
    assert_eq!(begun["lacking"].is_string(), best == Tier::Off);
    best > Tier::Off
}

#[test]
fn a_step_ends_as_it_would_without() {
    assert_eq!(confined("printf done > \"$out\"").succeeded().outputs(), "done");
    let failed = confined("touch \"$out\"\nexit 3");
    assert_eq!((failed.failure()["code"].as_str(), failed.code), (Some("E0620"), Some(1)));
    assert!(failed.failure()["message"].as_str().unwrap().contains("exit status 3"));
    for (signal, name) in [("KILL", "SIGKILL"), ("TERM", "SIGTERM"), ("SEGV", "SIGSEGV")] {
        let killed = confined(&format!("touch \"$out\"\nkill -{signal} $$"));
        let message = killed.failure()["message"].as_str().unwrap();
        assert!(message.contains(name), "{message}");
    }
    let absent = confined("touch \"$out\"\nno-such-program");
    assert!(absent.failure()["message"].as_str().unwrap().contains("exit status 127"), "{}", absent.failure());
    let text = one("task", "  timeout: 500ms\n  sh:", "touch \"$out\"\ntrap 'exit 0' TERM\nsleep 60 & wait\nsleep 60");
    let late = Project::new(&[("main.pipe", &text)]).run(&["main.pipe", "--sandbox", "auto"]);
    assert_eq!(late.failure()["code"], "E0622");
}

#[test]
fn what_it_prints_wherever_it_prints_it_is_its_log() {
    let project =
        Project::new(&[("main.pipe", &sh("echo one\necho two >&2\necho three >> /dev/stderr\nprintf x > \"$out\""))]);
    project.run(&["main.pipe", "--sandbox", "auto"]).succeeded();
    let log = project.stdout(&["runs", "logs"]);
    assert!(["one", "two", "three"].iter().all(|line| log.contains(line)), "{log}");
}

#[test]
fn who_was_kept_from_something_is_told_so() {
    if !confines() {
        return;
    }
    let elsewhere = Project::new(&[("file", "text")]);
    let path = elsewhere.path("new").display().to_string();
    let message = |run: &Run| run.failure()["message"].as_str().unwrap().to_owned();
    let written = confined(&format!("touch \"$out\"\necho x > {path}"));
    assert_eq!(written.failure()["code"], "E0661", "{}", written.failure());
    assert!(
        message(&written).contains(&format!("from writing {path}, and ended with exit status 1")),
        "{}",
        message(&written)
    );
    assert!(written.failure()["help"].as_str().unwrap().contains("`write = ["), "{}", written.failure());
    let read = confined(&format!("touch \"$out\"\ncat {}", elsewhere.path("file").display()));
    assert_eq!(read.failure()["code"], "E0661", "{}", read.failure());
    let python = one("task", "  python:", &format!("open({path:?}, \"w\")\nreturn \"x\""));
    let raised = Project::new(&[("main.pipe", &python)]).run(&["main.pipe", "--sandbox", "T1"]);
    assert_eq!(raised.failure()["code"], "E0661", "{}", raised.failure());
    assert_eq!(raised.failure()["line"], 3, "{}", raised.failure());
    let network = one("task", "  python:", "import socket\nsocket.socket()\nreturn \"x\"");
    let alone = Project::new(&[("main.pipe", &network)]).run(&["main.pipe", "--sandbox", "auto"]);
    assert!(message(&alone).contains("from the network"), "{}", message(&alone));
    // What nobody may do is not its doing.
    let own = confined("touch \"$out\"\ncat /etc/no-such-file");
    assert_eq!(own.failure()["code"], "E0620", "{}", own.failure());
}

#[test]
fn what_is_let_through_is_let_through() {
    if !confines() {
        return;
    }
    let elsewhere = Project::new(&[("file", "text")]);
    let folder = elsewhere.root().display().to_string();
    let project = Project::new(&[
        ("main.pipe", &sh(&format!("cat {folder}/file > \"$out\"\ncp \"$out\" {folder}/copy"))),
        ("standpipe.toml", &format!("[sandbox]\nrequire = \"T1\"\nwrite = [{folder:?}]\n")),
    ]);
    assert_eq!(project.run(&["main.pipe"]).succeeded().outputs(), "text");
    assert_eq!(elsewhere.read("copy"), "text");
}

#[test]
fn without_what_is_required_nothing_runs() {
    let settings = "[sandbox]\ntier = \"off\"\nrequire = \"T1\"\n";
    let project = Project::new(&[("main.pipe", &sh("touch \"$out\"")), ("standpipe.toml", settings)]);
    let output = project.standpipe(&["run", "main.pipe"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("E0660") && said.contains("the sandbox T1 is required, and there is off"), "{said}");
    assert!(!project.standpipe(&["runs", "show"]).status.success());
}

#[test]
fn a_result_of_one_tier_is_not_taken_for_anothers() {
    if !confines() {
        return;
    }
    let project = Project::new(&[("main.pipe", &sh("printf x > \"$out\""))]);
    let ran = |tier: &str| project.run(&["main.pipe", "--sandbox", tier]).succeeded().steps_that("succeeded").len();
    assert_eq!([ran("off"), ran("off"), ran("T1"), ran("T1"), ran("off")], [1, 0, 1, 0, 0]);
    let why = project.stdout(&["plan", "main.pipe", "--sandbox", "T1"]);
    assert!(why.contains("reused"), "{why}");
}

// Elsewhere it is not started: see `portable`.
#[cfg(not(feature = "portable"))]
#[test]
fn a_task_without_a_network_has_none_in_any_tier() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let body = format!("import socket\nsocket.create_connection((\"127.0.0.1\", {port}))\nreturn \"reached\"");
    let text = |network: &str| one("task", &format!("  network: {network}\n  python:"), &body);
    let project = Project::new(&[("without.pipe", &text("false")), ("with.pipe", &text("true"))]);
    for tier in ["off", "auto"] {
        let without = project.run(&["without.pipe", "--sandbox", tier]);
        assert_eq!(without.failure()["code"], "E0661", "{tier}: {}", without.failure());
        assert_eq!(project.run(&["with.pipe", "--sandbox", tier]).succeeded().outputs(), "reached");
    }
}

#[test]
fn effects_change_the_world() {
    let elsewhere = Project::new(&[]);
    let body = format!("echo x > {}\nprintf x > \"$out\"", elsewhere.path("new").display());
    let project = Project::new(&[("main.pipe", &one("effect", "  sh:", &body))]);
    project.run(&["main.pipe", "--sandbox", "auto"]).succeeded();
    assert_eq!(elsewhere.read("new"), "x\n");
}

/// The namespace of a step's processes ends with it, and with the run.
#[test]
fn nothing_outlives_a_confined_run_that_is_stopped() {
    let marker = marker();
    let body = format!("setsid sleep {marker} & (setsid sleep {marker} &)\nsleep {marker}");
    let project = Project::new(&[("main.pipe", &sh(&body))]);
    let mut run = project.start(&["main.pipe", "--sandbox", "auto"]);
    wait_until("three sleep", || processes(&marker) == 3);
    run.signal("INT");
    assert_eq!(run.code(), Some(130));
    assert_eq!(processes(&marker), 0);
}
