//! A project in a folder of its own, and the binary run in it. Knows nothing of what tests expect.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Longest any wait may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program has what every Unix has, and nothing of Linux's own.
pub(crate) const PORTABLE: bool = cfg!(feature = "portable");

/// A folder with files in it; gone when dropped.
pub(crate) struct Project(TempDir);

impl Project {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Replaces `from`, which must be there, by `to`.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.write(path, text.replace(from, to));
    }

    /// The binary, about to start in this folder with nothing of the caller's settings.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_standpipe"));
        command.args(args).current_dir(self.root()).stdin(Stdio::null()).env("NO_COLOR", "1").env("COLUMNS", "100");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("STANDPIPE_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs `standpipe` with `args` to its end.
    pub(crate) fn standpipe(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What `standpipe` with `args` prints as its result; it must succeed.
    pub(crate) fn stdout(&self, args: &[&str]) -> String {
        let output = self.standpipe(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// `standpipe run` with `args` to its end, its events read.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(&self.standpipe(&[&["run", "--format", "json"], args].concat()))
    }

    /// The numbers of the processes that hold steps of the runs kept in this folder.
    pub(crate) fn keepers(&self) -> Vec<String> {
        let runs = self.path(".standpipe/runs").to_str().unwrap().to_owned();
        // Its lease is among its arguments.
        let holds = |entry: &fs::DirEntry| {
            let arguments = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
            let lease = |word: &str| word.ends_with(".lease") || word.ends_with(".veiled");
            arguments.split('\0').any(|word| word.starts_with(&runs) && lease(word))
        };
        let found = fs::read_dir("/proc").unwrap().flatten().filter(holds);
        found.map(|entry| entry.file_name().into_string().unwrap()).collect()
    }

    /// Kills those; how many there were.
    pub(crate) fn kill_keepers(&self) -> u64 {
        let kill = |keeper: &String| {
            let mut kill = Command::new("kill");
            kill.args(["-KILL", keeper]).stderr(Stdio::null()).status().unwrap().success()
        };
        self.keepers().iter().filter(|keeper| kill(keeper)).count() as u64
    }

    /// `standpipe run` with `args`, still going on.
    pub(crate) fn start(&self, args: &[&str]) -> Started {
        let mut command = self.command(&[&["run", "--format", "json"], args].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Started { child, lines }
    }
}

/// A run that came to its end.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) events: Vec<Value>,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        let stdout = String::from_utf8(output.stdout.clone()).unwrap();
        Self {
            code: output.status.code(),
            events: stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Every step that ended, with its status.
    pub(crate) fn steps(&self) -> BTreeMap<String, String> {
        let word = |event: &Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
        self.all("step_finished").map(|event| (word(event, "step"), word(event, "status"))).collect()
    }

    /// The steps that ended so, by name.
    pub(crate) fn steps_that(&self, status: &str) -> Vec<String> {
        self.steps().into_iter().filter(|(_, each)| each == status).map(|(step, _)| step).collect()
    }

    pub(crate) fn all(&self, event: &str) -> impl Iterator<Item = &Value> {
        self.events.iter().filter(move |each| each["event"] == event)
    }

    /// The `run_finished` event.
    pub(crate) fn end(&self) -> &Value {
        self.all("run_finished").next().unwrap_or_else(|| panic!("the run did not finish: {self:#?}"))
    }

    /// What people call it.
    pub(crate) fn name(&self) -> String {
        self.end()["run"].as_str().unwrap().to_owned()
    }

    pub(crate) fn outputs(&self) -> &Value {
        &self.end()["outputs"]
    }

    /// The same run, which must have succeeded.
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    /// The failure of the one step that failed.
    pub(crate) fn failure(&self) -> &Value {
        let mut failed = self.all("step_finished").filter(|event| event["status"] == "failed");
        let first = failed.next().unwrap_or_else(|| panic!("no step failed: {self:#?}"));
        assert!(failed.next().is_none(), "several steps failed: {self:#?}");
        &first["error"]
    }
}

/// A run that goes on.
pub(crate) struct Started {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Started {
    /// Reads events until the one that `wanted` picks.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut line = String::new();
        while self.lines.read_line(&mut line).unwrap() > 0 {
            let event: Value = serde_json::from_str(&line).unwrap();
            if wanted(&event) {
                return event;
            }
            line.clear();
        }
        panic!("the run ended before the event came");
    }

    /// Sends `signal` (`INT`, `KILL`) to the program alone, as a shell's `kill` does.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap().success());
    }

    /// Waits for the end, with the events that are left to read.
    pub(crate) fn rest(mut self) -> Run {
        let lines: Vec<String> = self.lines.by_ref().lines().map(|line| line.unwrap()).collect();
        let code = self.child.wait().unwrap().code();
        let events = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        Run { code, events, stderr: String::new() }
    }

    /// Waits for the end; the exit code, none when a signal ended it.
    pub(crate) fn code(&mut self) -> Option<i32> {
        // The rest of the events must be taken, or a full pipe would hold the program up.
        for line in self.lines.by_ref().lines() {
            line.unwrap();
        }
        self.child.wait().unwrap().code()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Text that no other process has in its arguments: an odd number of seconds to sleep.
pub(crate) fn marker() -> String {
    static GIVEN: AtomicU32 = AtomicU32::new(1);
    let nth = GIVEN.fetch_add(1, Ordering::Relaxed);
    format!("{}.{nth}{}", 86_400 + nth, std::process::id())
}

/// How much of something a test does: what the variable says, or else as much as an ordinary test has time for.
pub(crate) fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Numbers that look random: the same for the same seed (xorshift).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        // Spread, so that seeds near each other do not begin alike (Weyl's constant); never zero.
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// How many processes have `marker` in their arguments.
pub(crate) fn processes(marker: &str) -> usize {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let arguments = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    arguments.filter(|line| line.split(|byte| *byte == 0).any(|word| word == marker.as_bytes())).count()
}

/// Waits until `true_now` holds.
pub(crate) fn wait_until(what: &str, mut true_now: impl FnMut() -> bool) {
    let start = Instant::now();
    while !true_now() {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// `words` with that command behind them.
pub(crate) fn through(words: &[&str], run: Command) -> Command {
    let [program, words @ ..] = words else { return run };
    let mut command = Command::new(program);
    command.args(words).arg(run.get_program()).args(run.get_args()).stdin(Stdio::null());
    for (name, value) in run.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.current_dir(run.get_current_dir().unwrap());
    command
}
