//! The codes of what goes wrong in a run, family E06: a name and a number each. What they mean stands on their pages.

/// The task's own code raised an error.
pub const RAISED: &str = "E0601";
/// A result does not have the declared type.
pub const WRONG_RESULT: &str = "E0602";
/// A returned table does not hold what its type declares.
pub const WRONG_TABLE: &str = "E0603";
/// An artifact could not be written or read by its codec.
pub const CODEC: &str = "E0604";
/// A package that is needed is not in the environment.
pub const MISSING_PACKAGE: &str = "E0605";
/// The code of a task cannot be loaded: it does not compile, or its function is not there.
pub const NOT_LOADED: &str = "E0606";
/// An input cannot be given to the task.
pub const WRONG_INPUT: &str = "E0607";
/// The worker process ended while a step ran on it.
pub const WORKER_DIED: &str = "E0608";
/// A worker process could not be started.
pub const WORKER_START: &str = "E0609";
/// No interpreter of the wanted version is on the machine.
pub const NO_PYTHON: &str = "E0610";
/// The packages of an environment cannot be brought together.
pub const NOT_RESOLVED: &str = "E0611";
/// An environment could not be made.
pub const NOT_INSTALLED: &str = "E0612";
/// The file of locked versions cannot be read or written.
pub const LOCK_FILE: &str = "E0613";
