//! A worker to try bodies on, in a folder of its own.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};

use standpipe_plan::{Bound, Environment, Field, Frame, Module, Shape, Value};
use standpipe_runtime::Failure;
use standpipe_runtime::environment::ensure;
use standpipe_runtime::worker::{
    Message, Outcome, Produced, PythonBody, PythonTask, Record, Request, Worker, WorkerOptions,
};
use tokio::runtime::Runtime;

/// The `.pipe` file and line that raw bodies are said to stand at.
pub(crate) const FILE: &str = "flow.pipe";
pub(crate) const LINE: u32 = 12;

/// A worker, its folder, and what it said.
pub(crate) struct Bench {
    pub(crate) runtime: Runtime,
    pub(crate) worker: Worker,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) messages: Vec<Message>,
    tasks: u32,
}

impl Bench {
    /// A worker of the system's Python.
    pub(crate) fn new() -> Self {
        Self::with(&python(), Vec::new())
    }

    /// A worker of that interpreter, for a project with these modules: name and text.
    pub(crate) fn with(python: &Path, modules: Vec<(&str, &str)>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let modules = modules.into_iter().map(|(name, text)| Module {
            name: name.into(),
            path: format!("{}.py", name.replace('.', "/")).into(),
            text: text.into(),
            package: false,
        });
        let options = WorkerOptions {
            python: python.into(),
            log: folder.path().join("log.txt"),
            nameless: None,
            adds: true,
            root: folder.path().canonicalize().expect("it is there"),
            modules: Arc::new(modules.collect()),
            variables: Vec::new(),
            kept_by: None,
            hidden: Vec::new(),
            confinement: standpipe_runtime::sandbox::Confinement::default(),
            home: None,
            launcher: None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let worker = runtime.block_on(Worker::start(options)).expect("it starts");
        Self { runtime, worker, folder, messages: Vec::new(), tasks: 0 }
    }

    pub(crate) fn task(&mut self, body: PythonBody) -> Arc<PythonTask> {
        self.tasks += 1;
        Arc::new(PythonTask {
            task: self.tasks,
            name: "fit".into(),
            frame: Frame::Pandas,
            reads: Default::default(),
            body,
        })
    }

    /// A task with that raw body.
    pub(crate) fn raw(&mut self, text: &str) -> Arc<PythonTask> {
        self.task(PythonBody::Raw { text: text.into(), file: FILE.into(), line: LINE })
    }

    pub(crate) fn request(&self, task: &Arc<PythonTask>, inputs: &[(&str, Value, Shape)], output: &Shape) -> Request {
        Request {
            task: Arc::clone(task),
            inputs: inputs.iter().map(|(name, value, shape)| ((*name).into(), value.clone(), shape.clone())).collect(),
            output: output.clone(),
            scratch: self.folder.path().join("scratch"),
            checkpoint: self.folder.path().join("checkpoint"),
            attempt: 1,
            record: Record::Never,
        }
    }

    pub(crate) fn call(&mut self, task: &Arc<PythonTask>, inputs: &[(&str, Value, Shape)], output: &Shape) -> Outcome {
        let request = self.request(task, inputs, output);
        let messages = &mut self.messages;
        self.runtime.block_on(self.worker.call(request, &mut |message| messages.push(message)))
    }

    /// What a body without inputs gives.
    pub(crate) fn run(&mut self, text: &str, output: &Shape) -> Result<Produced, Failure> {
        let task = self.raw(text);
        self.call(&task, &[], output).result
    }

    /// What a body gives, or why it failed, as one line.
    pub(crate) fn say(&mut self, text: &str, output: &Shape) -> String {
        said(self.run(text, output))
    }

    /// The log of an outcome.
    pub(crate) fn log(&self, outcome: &Outcome) -> String {
        let bytes = std::fs::read(&outcome.log.file).expect("a log");
        let end = usize::try_from(outcome.log.end).expect("small");
        let start = usize::try_from(outcome.log.start).expect("small");
        String::from_utf8_lossy(&bytes[start..end]).into_owned()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.runtime.block_on(self.worker.kill());
    }
}

/// An outcome in a line or two.
pub(crate) fn said(result: Result<Produced, Failure>) -> String {
    match result {
        Ok(Produced::Value(value)) => value.to_string(),
        Ok(other) => format!("{other:?}"),
        Err(failure) => {
            let help = failure.help.map(|help| format!("\n  help: {help}")).unwrap_or_default();
            format!("{} {}{help}", failure.code, failure.message)
        }
    }
}

/// An interpreter with data frames and codecs: an environment of its own, made once and kept in the user's cache.
pub(crate) fn packages() -> PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let packages = ["joblib", "numpy", "pandas", "pillow", "polars", "pyarrow", "safetensors"];
        let packages = packages.iter().map(|package| (*package).into()).collect();
        let env = Environment { name: "tests".into(), python: None, packages };
        // The lock with the exact versions lies beside this file.
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/worker");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(ensure(&env, &[], &root, None, &mut |_| {})).expect("it is made").python
    };
    PYTHON.get_or_init(make).clone()
}

/// A worker with data frames, shared by all tests of the process: importing them takes longer than most tests.
pub(crate) fn with_packages() -> MutexGuard<'static, Bench> {
    static BENCH: LazyLock<Mutex<Bench>> = LazyLock::new(|| Mutex::new(Bench::with(&packages(), Vec::new())));
    // A test that failed leaves a worker that is as good as before.
    BENCH.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The interpreter that tests use.
pub(crate) fn python() -> PathBuf {
    PathBuf::from("python3")
}

pub(crate) const INT: Shape = Shape::Int(None);

pub(crate) fn list(item: Shape) -> Shape {
    Shape::List(Box::new(item))
}

pub(crate) fn optional(inner: Shape) -> Shape {
    Shape::Optional(Box::new(inner))
}

pub(crate) fn fields(fields: &[(&str, Shape)]) -> Vec<Field> {
    fields.iter().map(|(name, shape)| Field { name: (*name).into(), shape: shape.clone() }).collect()
}

pub(crate) fn share() -> Shape {
    Shape::Float(Some(Bound { low: Some(0.0), high: Some(1.0), inclusive: true }))
}
