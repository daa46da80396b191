//! The system, as a person is told of it. Knows nothing of what else is looked at.

use crate::host::Holding;

/// What system this is, and what is wrong with it, if anything.
pub(crate) fn system() -> (String, Option<String>) {
    let about = rustix::system::uname();
    (format!("{} {}", about.sysname().to_string_lossy(), about.release().to_string_lossy()), None)
}

/// By what a step's processes are held together, so that none outlives it.
pub(crate) fn holding() -> Holding {
    Holding {
        text: "by its process group and session, and by a look at all processes now and then".into(),
        lacking: Some(
            "a process that leaves them within a moment is found only where the system shows its environment",
        ),
    }
}
