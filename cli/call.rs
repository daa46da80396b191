//! How a run was called, as it is kept with the run: what `runs resume` does again. Knows nothing of running.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use standpipe_plan::Value;

/// A call of `standpipe run`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Call {
    /// The `.pipe` file or plan, from the file system's root.
    pub(crate) file: PathBuf,
    pub(crate) pipeline: String,
    pub(crate) root: PathBuf,
    /// Those that were given.
    pub(crate) params: Vec<(SmolStr, Value)>,
    /// Whether earlier results might be reused.
    pub(crate) cache: bool,
    pub(crate) keep_going: bool,
    /// The profile that was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
    /// The tier of the sandbox that was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sandbox: Option<String>,
    /// What was typed behind `standpipe`.
    pub(crate) words: Vec<String>,
}

impl Call {
    /// The command line that runs only `step`; `None` where it cannot be written in a shell.
    pub(crate) fn only(&self, step: &str) -> Option<String> {
        let mut words = vec!["standpipe"];
        let mut rest = self.words.iter().map(String::as_str);
        while let Some(word) = rest.next() {
            match word {
                "--detach" => {}
                "--only" => drop(rest.next()),
                word if word.starts_with("--only=") => {}
                word => words.push(word),
            }
        }
        words.extend(["--only", step]);
        shlex::try_join(words).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_for_one_step_is_the_command_of_the_run() {
        let words = ["run", "a b.pipe", "train", "--only", "x", "--detach", "--n", "3"].map(str::to_owned).into();
        let call = Call { words, ..Call::default() };
        assert_eq!(
            call.only("train.all[1].fit").as_deref(),
            Some("standpipe run 'a b.pipe' train --n 3 --only 'train.all[1].fit'")
        );
    }
}
