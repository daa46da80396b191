//! How a command ends: an exit code, or a problem with the way it was called. Knows nothing of diagnostics in source.

use std::fmt;
use std::process::ExitCode;

/// The exit codes that scripts may rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Done,
    /// The work was done and its answer is no: errors were found, a run failed, a file would change.
    Failed,
    /// Bad usage, or a program that does not compile where one was to be run.
    Usage,
    /// The user cancelled.
    Cancelled,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::from(1),
            Exit::Usage => Self::from(2),
            Exit::Cancelled => Self::from(130),
        }
    }
}

/// Why a command could not do its work: one sentence about what is, and one about what would help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    pub(crate) exit: Exit,
}

impl Problem {
    /// Something is wrong with how the command was called.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, exit: Exit::Usage }
    }

    /// Something went wrong on the way.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, exit: Exit::Failed }
    }

    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Offers the nearest of `known` to `name`, or the first of them, called `what`, when none is near.
    pub(crate) fn nearest<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>, what: &str) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(name, known.iter().copied()) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None if known.is_empty() => self,
            None => {
                let mut listed = known.iter().take(12).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                if known.len() > 12 {
                    listed.push_str(", …");
                }
                self.help(format!("{what}: {listed}"))
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            // Whoever read our output has seen enough: an end without a word.
            std::io::ErrorKind::BrokenPipe => Self { message: String::new(), help: None, exit: Exit::Done },
            _ => Self::failed(error.to_string()),
        }
    }
}

/// The name most like `name`, when one is like it at all.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    // A slip of two neighbouring letters is one in a short name, too, of which it leaves little.
    let slip = |known: &str| wanted.len() > 2 && strsim::damerau_levenshtein(&wanted, known) <= 1;
    known
        .into_iter()
        .map(|name| (name.to_lowercase(), name))
        .map(|(lower, name)| (strsim::jaro_winkler(&wanted, &lower) + if slip(&lower) { 1.0 } else { 0.0 }, name))
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, known)| known)
}
