//! The process of a worker: started, greeted, ended. Knows nothing of steps.

use std::convert::Infallible;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use rustc_hash::FxHashMap;

use crate::codes;
use crate::event::Failure;
use crate::keeper::Output;
use crate::locale;
use crate::process::MARKER;
use crate::sandbox::{Tier, at_home, launched, within};
use crate::store::make_folder;

use super::WorkerOptions;
use super::call::Definition;
use super::frame::Frames;
use super::holder::{Ask, End, Holder};
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
    pub(super) holder: Holder,
    /// Value of [`MARKER`] in its environment and that of its children.
    marker: String,
    pub(super) socket: Frames,
    pub(super) root: String,
    pub(super) log: PathBuf,
    /// The same, where it has no name.
    nameless: Option<Arc<File>>,
    /// What it prints on its way into the log, where nobody else sees to that.
    pub(super) output: Option<(Output, File)>,
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
        let log = open_log(&options).map_err(|error| {
            let path = options.log.display();
            Failure::new(codes::WORKER_START, format!("the log file `{path}` could not be opened: {error}"))
        })?;
        let log_end = log.metadata().map_or(0, |meta| meta.len());
        let marker = marker();
        let (ours, theirs) = UnixStream::pair().map_err(|error| failed("connected", &error))?;
        ours.set_nonblocking(true).map_err(|error| failed("connected", &error))?;
        let ours = tokio::net::UnixStream::from_std(ours).map_err(|error| failed("connected", &error))?;
        let command = command(&options, &marker).map_err(|error| failed("started", &error))?;
        let (holder, output) = match &options.kept_by {
            Some(kept) => (Holder::keep(kept, &command, &options, theirs).await, None),
            None => {
                let output = if options.adds { Output::beside() } else { Output::alone() };
                let output = output.map_err(|error| failed("started", &error))?;
                output.begin(log_end);
                (here(command, &options, theirs, &output), Some((output, log)))
            }
        };
        let holder = holder.map_err(|error| failed("started", &error))?;
        let root = options.root.to_string_lossy().into_owned();
        let mut worker = Self {
            holder,
            marker,
            socket: Frames::new(ours),
            root,
            log: options.log.clone(),
            nameless: options.nameless.clone(),
            output,
            log_end,
            known: FxHashMap::default(),
            defined: 0,
            calls: 0,
        };
        let log = options.adds.then_some(options.log.as_path());
        let hello = Hello::new(&worker.root, &options.modules, options.kept_by.is_some(), log);
        let greeted = worker.socket.push(&hello);
        let answer = tokio::time::timeout(PATIENCE, worker.greeting()).await;
        let why = match (greeted, answer) {
            (Ok(()), Ok(true)) => return Ok(worker),
            (Err(error), _) => error.to_string(),
            (_, Err(_)) => format!("it did not answer for {} seconds", PATIENCE.as_secs()),
            (_, Ok(false)) => worker.ending().await.why,
        };
        worker.kill().await;
        Err(failed("used", &why).with_detail(worker.tail(log_end)))
    }

    /// Sends the first frame and waits for the answer; false when there is none.
    async fn greeting(&mut self) -> bool {
        if self.socket.flush().await.is_err() {
            return false;
        }
        let frame = tokio::select! {
            frame = self.socket.next() => frame,
            never = printed(self.output.as_ref()) => match never {},
        };
        match frame {
            Ok(Some(frame)) => matches!(serde_json::from_slice(frame), Ok(Reply::Ready {})),
            _ => false,
        }
    }

    /// The number of the process, or of the one that holds it.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.holder.pid()
    }

    /// The value of [`MARKER`] in its environment and that of all that it starts.
    pub(crate) fn marker(&self) -> &str {
        &self.marker
    }

    /// How to ask the process to end while a step runs on it.
    #[must_use]
    pub fn asker(&self) -> Ask {
        self.holder.asker()
    }

    /// Ends the process, its group and what left the group.
    pub async fn kill(&mut self) {
        self.holder.kill(&self.marker).await;
    }

    fn log_file(&self) -> std::io::Result<File> {
        self.nameless.as_ref().map_or_else(|| File::open(&self.log), |file| file.try_clone())
    }

    /// Where its log ends now; where the last call's part did when that cannot be seen.
    pub(super) fn log_end_now(&self) -> u64 {
        self.log_file().and_then(|file| file.metadata()).map_or(self.log_end, |about| about.len())
    }

    /// The end of the log from `start` on.
    pub(super) fn tail(&self, start: u64) -> String {
        let read = || -> std::io::Result<Vec<u8>> {
            let file = self.log_file()?;
            let end = file.metadata()?.len();
            let start = start.max(end.saturating_sub(TAIL));
            let mut bytes = vec![0; usize::try_from(end.saturating_sub(start)).unwrap_or(0)];
            file.read_exact_at(&mut bytes, start)?;
            Ok(bytes)
        };
        read().map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// How the process ended, after its socket has closed.
    pub(super) async fn ending(&mut self) -> End {
        let given_up = End { why: "it closed its connection".into(), out_of_memory: false };
        let end = tokio::time::timeout(GRACE, self.holder.wait()).await.unwrap_or(given_up);
        if let Some((output, log)) = &self.output {
            output.rest(log);
        }
        end
    }
}

/// Moves what is printed into the log, as long as it is asked to.
pub(super) async fn printed(output: Option<&(Output, File)>) -> Infallible {
    match output {
        Some((output, log)) => output.pass(log).await,
        None => std::future::pending().await,
    }
}

fn command(options: &WorkerOptions, marker: &str) -> std::io::Result<Command> {
    let mut command = Command::new(&options.python);
    // What people set for their own Python must not change a step; a fixed hash seed gives sets one order.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PYTHON") {
            command.env_remove(name);
        }
    }
    for name in &options.hidden {
        command.env_remove(name);
    }
    command
        .args(["-s", "-c", START, BOOT])
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONSAFEPATH", "1")
        .envs(options.variables.iter().map(|(name, value)| (name, value)))
        .env(MARKER, marker);
    command.current_dir(&options.root);
    if let Some(home) = &options.home {
        make_folder(home)?;
        at_home(&mut command, home);
    }
    Ok(command)
}

/// Starts the process below this one.
fn here(command: Command, options: &WorkerOptions, socket: UnixStream, output: &Output) -> std::io::Result<Holder> {
    let confinement = &options.confinement;
    let command = match (&options.launcher, confinement.tier) {
        (Some(program), Tier::T2) => launched(&command, confinement, program),
        (None, Tier::T2) | (_, Tier::Off | Tier::T1) => command,
    };
    let mut command = tokio::process::Command::from(command);
    // A keeper has passed it on.
    locale::settle(command.as_std_mut());
    command
        .stdin(Stdio::from(std::os::fd::OwnedFd::from(socket)))
        .stdout(output.writer()?)
        .stderr(output.writer()?)
        .process_group(0)
        .kill_on_drop(true);
    let runtime = tokio::runtime::Handle::current();
    let child = within(confinement, move || {
        let _entered = runtime.enter();
        command.spawn()
    })?;
    let pid = child.id().unwrap_or_default();
    Ok(Holder::Here(Box::new(child), pid))
}

fn open_log(options: &WorkerOptions) -> std::io::Result<File> {
    if let Some(file) = &options.nameless {
        return file.try_clone();
    }
    if let Some(folder) = options.log.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut log = OpenOptions::new();
    log.append(options.adds).write(true).create(true).truncate(false).mode(0o600).open(&options.log)
}

/// A name that no other worker has.
fn marker() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_nanos());
    format!("worker-{}-{count}-{time}", std::process::id())
}
