//! Warm workers between their steps: taken when a step needs one, given back when it may serve another.

use std::path::PathBuf;
use std::sync::Arc;

use standpipe_plan::Module;

use super::log::Slot;
use super::seats::Seats;
use crate::environment::Ready;
use crate::event::Failure;
use crate::sandbox::{Confinement, Tier};
use crate::worker::{Worker, WorkerOptions};

/// Variables that tell numeric libraries how many threads to use: OpenMP (and with it PyTorch), the makers of BLAS, Apple's,
/// `numexpr`, Polars, whatever is made with Rayon, TensorFlow, `joblib`, and Python itself since 3.13.
const THREADS: [&str; 11] = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "LOKY_MAX_CPU_COUNT",
    "PYTHON_CPU_COUNT",
];

/// A worker with the log that it writes to.
pub(crate) struct Warm {
    pub worker: Worker,
    pub slot: Slot,
    kind: Kind,
}

/// Workers of one kind may stand in for each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    python: PathBuf,
    threads: u64,
    /// Variables that name its cards.
    cards: Vec<(String, String)>,
    confinement: Confinement,
}

impl Kind {
    /// A worker of that environment, with so many threads and these cards, kept from what its steps are kept from.
    pub(super) fn new(ready: &Ready, threads: u64, seats: &Seats, confinement: Confinement) -> Self {
        Self { python: ready.python.clone(), threads, cards: seats.variables(), confinement }
    }
}

pub(super) struct Pool {
    idle: Vec<Warm>,
    /// Most that are kept idle.
    most: usize,
    modules: Arc<Vec<Module>>,
}

impl Pool {
    pub(super) fn new(modules: Vec<Module>, most: usize) -> Self {
        Self { idle: Vec::new(), most, modules: Arc::new(modules) }
    }

    /// An idle worker of that kind, the one used last.
    pub(super) fn take(&mut self, kind: &Kind) -> Option<Warm> {
        let index = self.idle.iter().rposition(|warm| warm.kind == *kind)?;
        Some(self.idle.remove(index))
    }

    /// Puts a worker back; the one that is one too many.
    pub(super) fn put(&mut self, warm: Warm) -> Option<Warm> {
        self.idle.push(warm);
        (self.idle.len() > self.most).then(|| self.idle.remove(0))
    }

    /// All that are idle.
    pub(super) fn empty(&mut self) -> Vec<Warm> {
        std::mem::take(&mut self.idle)
    }

    /// How to start a worker of that kind that writes to `slot`, and finds no variables that are `hidden`.
    pub(super) fn options(&self, kind: &Kind, root: PathBuf, slot: &Slot, hidden: Vec<String>) -> WorkerOptions {
        let mut confinement = kind.confinement.clone();
        if confinement.tier > Tier::Off {
            confinement.write.push(slot.path().to_owned());
        }
        WorkerOptions {
            python: kind.python.clone(),
            log: slot.path().to_owned(),
            nameless: None,
            adds: true,
            root,
            modules: Arc::clone(&self.modules),
            variables: [thread_variables(kind.threads), kind.cards.clone()].concat(),
            kept_by: None,
            hidden,
            confinement,
            home: None,
            launcher: None,
        }
    }
}

/// A fresh worker.
pub(super) async fn start(options: WorkerOptions, kind: Kind, slot: Slot) -> Result<Warm, (Failure, Slot)> {
    match Worker::start(options).await {
        Ok(worker) => Ok(Warm { worker, slot, kind }),
        Err(failure) => Err((failure, slot)),
    }
}

/// What the user has set stays as it is.
pub(super) fn thread_variables(threads: u64) -> Vec<(String, String)> {
    let free = THREADS.iter().filter(|name| std::env::var_os(name).is_none());
    free.map(|name| ((*name).to_owned(), threads.max(1).to_string())).collect()
}
