//! The keyring of the operating system, asked by its own command: `secret-tool` of libsecret, `security` of macOS. What
//! it answers is on no command line and in no file. Knows nothing of where else secrets are looked up.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::host::unnamed;

/// How long it is waited for an answer: a person may be asked for the keyring's password.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether it has answered.
const LOOK: Duration = Duration::from_millis(5);
/// The longest answer, in bytes.
const LONGEST: u64 = 64 << 10;
/// The longest reason that is passed on, in characters.
const REASON: usize = 200;

/// A program that asks a keyring.
struct Keyring {
    program: &'static str,
    /// What stands before the secret's name.
    before: &'static [&'static str],
    /// What stands behind it.
    behind: &'static [&'static str],
    /// What puts a secret there, with `NAME` for its name; it asks for the value.
    store: &'static str,
    /// How it ends when it has no such secret, having said nothing or what it says each time.
    nothing: i32,
    speaks: bool,
    /// What stands before the name where it is only asked whether there is such a secret, which is said of one in a locked
    /// keyring, too; nothing where that is told apart anyway.
    search: &'static [&'static str],
}

const KEYRING: Keyring = if cfg!(target_os = "macos") {
    Keyring {
        program: "security",
        before: &["find-generic-password", "-s", "standpipe", "-a"],
        behind: &["-w"],
        store: "security add-generic-password -s standpipe -a NAME -w",
        nothing: 44,
        speaks: true,
        search: &[],
    }
} else {
    Keyring {
        program: "secret-tool",
        before: &["lookup", "service", "standpipe", "name"],
        behind: &[],
        store: "secret-tool store --label=NAME service standpipe name NAME",
        nothing: 1,
        speaks: false,
        search: &["search", "service", "standpipe", "name"],
    }
};

/// What a keyring says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Secret(String),
    /// It has no such secret, or there is no keyring.
    Nothing,
    /// It could not be asked: why.
    Refused(String),
}

/// The command that puts the secret `name` there.
pub(super) fn store(name: &str) -> String {
    KEYRING.store.replace("NAME", name)
}

/// Asks for the secret `name`.
pub(super) fn ask(name: &str) -> Answer {
    // Nothing else is a word of the command's own.
    if name.starts_with('-') {
        return Answer::Nothing;
    }
    let mut command = Command::new(KEYRING.program);
    command.args(KEYRING.before).arg(name).args(KEYRING.behind);
    match answer_of(command, PATIENCE) {
        Ok(Answer::Nothing) if is_locked(name) => Answer::Refused("it is locked".into()),
        Ok(answer) => answer,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Answer::Nothing,
        Err(error) => Answer::Refused(format!("{} cannot be started: {error}", KEYRING.program)),
    }
}

/// Whether it has the secret `name` after all, and does not give it.
fn is_locked(name: &str) -> bool {
    let mut command = Command::new(KEYRING.program);
    command.args(KEYRING.search).arg(name);
    !KEYRING.search.is_empty() && matches!(answer_of(command, PATIENCE), Ok(Answer::Secret(_)))
}

fn answer_of(mut command: Command, patience: Duration) -> io::Result<Answer> {
    // Files and no pipes: what the command leaves running may keep its streams open.
    let (answer, reason) = (unnamed()?, unnamed()?);
    command.stdin(Stdio::null()).stdout(answer.try_clone()?).stderr(reason.try_clone()?).process_group(0);
    let Some(status) = within(command.spawn()?, patience)? else {
        let seconds = patience.as_secs();
        return Ok(Answer::Refused(format!("it gave no answer for {seconds} seconds; is it locked?")));
    };
    let (answer, reason) = (text(answer)?, text(reason)?);
    Ok(judged(status, answer, &reason))
}

fn judged(status: ExitStatus, mut answer: String, reason: &str) -> Answer {
    let reason = reason.trim();
    if status.success() && !answer.is_empty() {
        // The commands end it with one where a person may look.
        if answer.ends_with('\n') {
            answer.pop();
        }
        return Answer::Secret(answer);
    }
    match status.code() {
        Some(0) => Answer::Nothing,
        Some(code) if code == KEYRING.nothing && (KEYRING.speaks || reason.is_empty()) => Answer::Nothing,
        code => Answer::Refused(match (reason.lines().last(), code, status.signal()) {
            (Some(line), ..) => line.chars().take(REASON).collect(),
            (None, Some(code), _) => format!("{} ended with {code}", KEYRING.program),
            (None, None, signal) => format!("{} was ended by signal {}", KEYRING.program, signal.unwrap_or_default()),
        }),
    }
}

/// How the process ended; `None` where it did not in time, and was ended with what it started.
fn within(mut child: Child, patience: Duration) -> io::Result<Option<ExitStatus>> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begun.elapsed() > patience {
            if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                let _ = kill_process_group(group, Signal::KILL);
            }
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(LOOK);
    }
}

fn text(mut file: File) -> io::Result<String> {
    file.rewind()?;
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(script: &str) -> Answer {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        answer_of(command, Duration::from_secs(30)).expect("it starts")
    }

    #[test]
    fn an_answer_is_told_from_none_and_from_a_refusal() {
        assert_eq!(said("printf 'open sesame'"), Answer::Secret("open sesame".into()));
        assert_eq!(said("echo 'two\n lines'"), Answer::Secret("two\n lines".into()));
        assert_eq!(said("exit 1"), Answer::Nothing);
        assert_eq!(said("exit 0"), Answer::Nothing);
        let refused = |why: &str| Answer::Refused(why.into());
        assert_eq!(said("echo; echo 'no bus' >&2; exit 1"), refused("no bus"));
        assert_eq!(said("exit 3"), refused("secret-tool ended with 3"));
        assert_eq!(said("kill -9 $$"), refused("secret-tool was ended by signal 9"));
    }

    #[test]
    fn one_that_never_answers_is_given_up_and_what_it_left_is_not_waited_for() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 86399 & wait"]);
        let answer = answer_of(command, Duration::from_millis(50)).expect("it starts");
        assert!(matches!(answer, Answer::Refused(why) if why.contains("locked")), "it is told");
        assert_eq!(said("sleep 3 & printf 'open sesame'"), Answer::Secret("open sesame".into()));
    }
}
