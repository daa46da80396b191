//! Warm Python workers: one process an environment and slot, imports stay loaded. Knows nothing of scheduling,
//! caching or the store: it is given inputs and a folder to write into, and says what came out.

mod answer;
mod call;
mod convert;
mod frame;
mod holder;
mod inputs;
mod process;
mod produced;
mod program;
mod reply;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;
use smol_str::SmolStr;
use standpipe_plan::{BlobKind, Frame, Module, Shape, Value};

use crate::event::{Failure, LogRange};
use crate::sandbox::Confinement;

pub(crate) use answer::{answer_file, answered, unanswered};
pub(crate) use call::Sent;
pub use holder::{Ask, KeptBy};
pub use process::Worker;

/// How to start a worker.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// The interpreter of the environment.
    pub python: PathBuf,
    /// What the worker prints, and C code in it, and what it starts, is added to this file.
    pub log: PathBuf,
    /// Where that goes instead: a file that has no name.
    pub nameless: Option<Arc<File>>,
    /// The worker adds to that file by itself, and tells of each call where its part lies.
    pub adds: bool,
    /// The project's root: the working folder of steps.
    pub root: PathBuf,
    /// Modules that `python: "file.py:function"` bodies may import, all of the plan's.
    pub modules: Arc<Vec<Module>>,
    /// Variables set for the process, thread counts among them.
    pub variables: Vec<(String, String)>,
    /// Who holds the process; this process when absent.
    pub kept_by: Option<KeptBy>,
    /// Variables that the process does not find: they are secrets.
    pub hidden: Vec<String>,
    /// What the process is kept from.
    pub confinement: Confinement,
    /// A folder for what programs put into their user's home folder, where that is out of its sight.
    pub home: Option<PathBuf>,
    /// The program that makes namespaces where nobody holds the process: one whose `main` calls [`crate::keeper::main`].
    pub launcher: Option<PathBuf>,
}

/// What a Python task does, given to a worker once and then named by `task`.
#[derive(Clone, Debug)]
pub struct PythonTask {
    pub task: u32,
    pub name: SmolStr,
    pub frame: Frame,
    /// Of inputs that are tables, by name: the columns that are all that the body reads.
    pub reads: BTreeMap<SmolStr, Vec<SmolStr>>,
    pub body: PythonBody,
}

#[derive(Clone, Debug)]
pub enum PythonBody {
    /// A function's body whose first line is line `line` of `file` (for tracebacks).
    Raw {
        text: String,
        file: String,
        line: u32,
    },
    Function {
        module: SmolStr,
        function: SmolStr,
    },
    /// A query for DuckDB whose first line is line `line` of `file`.
    Sql {
        text: String,
        file: String,
        line: u32,
    },
}

/// One attempt of a step on a worker.
#[derive(Clone, Debug)]
pub struct Request {
    pub task: Arc<PythonTask>,
    /// With blobs already located: `Value::Blob` whose `path` is absolute, `Value::Path` absolute.
    pub inputs: Vec<(SmolStr, Value, Shape)>,
    pub output: Shape,
    /// An existing empty folder, on the store's file system, for what the attempt produces (`Produced::file`); made
    /// lazily by the worker when it has something to write.
    pub scratch: PathBuf,
    /// The folder that `checkpoint` gives the body; made lazily.
    pub checkpoint: PathBuf,
    pub attempt: u32,
    pub record: Record,
}

/// When a worker notes what comes of a call, beside its scratch folder, for whoever comes after this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// The call ends with this process.
    #[default]
    Never,
    /// When this process is gone: until the call has ended, the worker goes on without it.
    Alone,
    /// Before it is told, too.
    Always,
}

/// What a step produced: a value whose large parts are files in the request's scratch folder, not yet in the store.
#[derive(Clone, Debug, PartialEq)]
pub enum Produced {
    Value(Value),
    List(Vec<Produced>),
    Record(Vec<(SmolStr, Produced)>),
    /// A file or folder: below `scratch` it is the attempt's own and may be moved into the store, anywhere else it
    /// belongs to the user and is copied.
    File {
        path: PathBuf,
        kind: BlobKind,
        format: SmolStr,
        rows: Option<u64>,
    },
    /// An input handed on unchanged.
    Same(Value),
}

/// What a worker says while a step runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    Metric { name: SmolStr, value: f64, at: Option<i64> },
    Log { text: String },
}

/// How an attempt on a worker ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub result: Result<Produced, Failure>,
    pub log: LogRange,
    /// The worker can take another step.
    pub alive: bool,
    /// Bytes of memory that the worker had at most meanwhile, with all that it keeps from step to step.
    pub memory: Option<u64>,
}
