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
/// A command ended with a status that is not zero.
pub const EXITED: &str = "E0620";
/// A process was ended by a signal that Standpipe did not send.
pub const SIGNALLED: &str = "E0621";
/// An attempt took longer than its task's `timeout`.
pub const TIMED_OUT: &str = "E0622";
/// The run was stopped while the step was under way.
pub const CANCELLED: &str = "E0623";
/// A process could not be started.
pub const NOT_STARTED: &str = "E0624";
/// A step ended well without writing its result.
pub const NO_OUTPUT: &str = "E0625";
/// A step asks for more than the machine, or this run, has.
pub const NEVER_FITS: &str = "E0626";
/// The disk is full.
pub const DISK_FULL: &str = "E0627";
/// A file or folder that the run reads cannot be read.
pub const NO_FILE: &str = "E0628";
/// An expression has no value.
pub const NO_VALUE: &str = "E0629";
/// The state folder cannot be used.
pub const STATE: &str = "E0630";
/// A parameter is missing, unknown, or not of its type.
pub const PARAMETER: &str = "E0631";
/// The plan holds what this version cannot do yet.
pub const NOT_YET: &str = "E0632";
/// A secret is not set.
pub const SECRET_MISSING: &str = "E0633";
/// A secret is too short to be taken out of texts.
pub const SECRET_SHORT: &str = "E0634";
/// A result holds a secret.
pub const SECRET_RETURNED: &str = "E0635";
/// The engine could not answer a query.
pub const QUERY_FAILED: &str = "E0640";
/// The process that held an attempt was lost with it.
pub const LOST: &str = "E0650";
/// The kernel killed a step for want of memory.
pub const OUT_OF_MEMORY: &str = "E0651";
/// An effect had begun when the run was interrupted, and nothing says how it ended.
pub const UNKNOWN: &str = "E0652";
/// A run cannot be gone on with.
pub const NOT_RESUMED: &str = "E0653";
/// A step cannot be tried alone.
pub const NOT_ALONE: &str = "E0654";
/// The host does not give the sandbox that is required.
pub const SANDBOX_MISSING: &str = "E0660";
/// A step failed because the sandbox kept it from something.
pub const SANDBOX_DENIED: &str = "E0661";
/// This process may open too few files.
pub const FEW_FILES: &str = "E0670";
/// A part of the program ended by a mistake of its own.
pub const ITSELF: &str = "E0671";
/// A trial was not worth going on with, and ended at its next report.
pub const STOPPED_EARLY: &str = "E0690";
/// A sweep has no value: no trial of it succeeded, or too many failed.
pub const SWEEP: &str = "E0691";
/// A sweep is to be led by trials of an earlier run that are not there, or are of something else.
pub const NOT_TAUGHT: &str = "E0692";
