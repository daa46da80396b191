//! The process of a worker: started, greeted, ended. Knows nothing of steps.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use rustc_hash::FxHashMap;
use tokio::process::{Child, Command};

use crate::codes;
use crate::event::Failure;
use crate::process::{MARKER, kill_tree};

use super::WorkerOptions;
use super::call::Definition;
use super::frame::Frames;
use super::program::{BOOT, Hello, START};
use super::reply::Reply;

/// How long an interpreter may take until it answers: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a process whose socket has closed may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// Bytes of the log's end that a failure shows.
const TAIL: u64 = 4096;

/// A Python process that runs one step at a time.
#[derive(Debug)]
pub struct Worker {
    pub(super) child: Child,
    pid: u32,
    /// Value of [`MARKER`] in its environment and that of its children.
    marker: String,
    pub(super) socket: Frames,
    pub(super) root: String,
    pub(super) log: PathBuf,
    /// Where the log of the last call ended.
    pub(super) log_end: u64,
    /// What the process has been told of each task, by the task's number.
    pub(super) known: FxHashMap<u32, Vec<Definition>>,
    pub(super) defined: u32,
    pub(super) calls: u64,
}

impl Worker {
    /// Starts a process and waits until it is ready for steps.
    ///
    /// # Errors
    /// When the interpreter cannot be started, is too old, or ends or stays silent instead of answering.
    pub async fn start(options: WorkerOptions) -> Result<Self, Failure> {
        let failed = |what: &str, error: &dyn std::fmt::Display| {
            let python = options.python.display();
            Failure::new(codes::WORKER_START, format!("the interpreter `{python}` could not be {what}: {error}"))
        };
        let log = open_log(&options.log).map_err(|error| {
            let path = options.log.display();
            Failure::new(codes::WORKER_START, format!("the log file `{path}` could not be opened: {error}"))
        })?;
        let log_end = log.metadata().map_or(0, |meta| meta.len());
        let marker = marker();
        let (ours, theirs) = UnixStream::pair().map_err(|error| failed("connected", &error))?;
        ours.set_nonblocking(true).map_err(|error| failed("connected", &error))?;
        let ours = tokio::net::UnixStream::from_std(ours).map_err(|error| failed("connected", &error))?;
        let child = command(&options, &marker, theirs, log)
            .and_then(|mut command| command.spawn())
            .map_err(|error| failed("started", &error))?;
        let pid = child.id().unwrap_or_default();
        let root = options.root.to_string_lossy().into_owned();
        let mut worker = Self {
            child,
            pid,
            marker,
            socket: Frames::new(ours),
            root,
            log: options.log.clone(),
            log_end,
            known: FxHashMap::default(),
            defined: 0,
            calls: 0,
        };
        let hello = Hello::new(&worker.root, &options.modules);
        let greeted = worker.socket.push(&hello);
        let answer = tokio::time::timeout(PATIENCE, worker.greeting()).await;
        let why = match (greeted, answer) {
            (Ok(()), Ok(true)) => return Ok(worker),
            (Err(error), _) => error.to_string(),
            (_, Err(_)) => format!("it did not answer for {} seconds", PATIENCE.as_secs()),
            (_, Ok(false)) => worker.ending().await,
        };
        worker.kill().await;
        Err(failed("used", &why).with_detail(tail(&worker.log, log_end)))
    }

    /// Sends the first frame and waits for the answer; false when there is none.
    async fn greeting(&mut self) -> bool {
        if self.socket.flush().await.is_err() {
            return false;
        }
        match self.socket.next().await {
            Ok(Some(frame)) => matches!(serde_json::from_slice(frame), Ok(Reply::Ready {})),
            _ => false,
        }
    }

    /// The process's number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Ends the process, its group and what left the group.
    pub async fn kill(&mut self) {
        // Its number can be another's once it has been waited for; what it left behind is found by the marker alone.
        let leader = if self.child.id().is_some() { self.pid } else { 0 };
        kill_tree(leader, &self.marker).await;
        let _ = self.child.wait().await;
    }

    /// How the process ended, in words, after its socket has closed.
    pub(super) async fn ending(&mut self) -> String {
        match tokio::time::timeout(GRACE, self.child.wait()).await {
            Ok(Ok(status)) => ended(status),
            Ok(Err(error)) => format!("it was lost: {error}"),
            Err(_) => "it closed its connection".into(),
        }
    }
}

fn command(options: &WorkerOptions, marker: &str, socket: UnixStream, log: File) -> std::io::Result<Command> {
    let mut command = Command::new(&options.python);
    // What people set for their own Python must not change a step; a fixed hash seed gives sets one order.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PYTHON") {
            command.env_remove(name);
        }
    }
    command
        .args(["-s", "-c", START, BOOT])
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONSAFEPATH", "1")
        .envs(options.variables.iter().map(|(name, value)| (name, value)))
        .env(MARKER, marker)
        .current_dir(&options.root)
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(socket)))
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .kill_on_drop(true);
    Ok(command)
}

fn open_log(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().append(true).create(true).open(path)
}

/// A name that no other worker has.
fn marker() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_nanos());
    format!("worker-{}-{count}-{time}", std::process::id())
}

fn ended(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.signal(), status.code()) {
        (Some(9), _) => "it was killed (signal 9), by a person or for want of memory".into(),
        (Some(11), _) => "it crashed (signal 11, a segmentation fault)".into(),
        (Some(6), _) => "it aborted (signal 6)".into(),
        (Some(signal), _) => format!("it ended by signal {signal}"),
        (None, code) => format!("it exited with code {}", code.unwrap_or_default()),
    }
}

/// The end of the log from `start` on.
pub(super) fn tail(log: &Path, start: u64) -> String {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(start.max(length.saturating_sub(TAIL))))?;
        let mut bytes = Vec::new();
        file.take(TAIL).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).trim_end().to_owned())
}
