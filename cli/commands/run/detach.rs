//! `standpipe run --detach`: the run goes on in a process of its own, away from the terminal, which is waited for until
//! the run is on record.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::fd::AsFd as _;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use standpipe_runtime::keeper::own_program;
use standpipe_runtime::{Event, Failure, Observer};

use crate::context::{Context, print, say};
use crate::problem::{Exit, Problem};

/// The hidden option of the process that the run goes on in: its standard input leads back to the one that was called.
pub(super) const INSIDE: &str = "detached";

/// What that process says, a line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Started { run: String, id: String },
    Failed { message: String, help: Option<String> },
}

/// Starts the same command in a process of its own.
pub(super) fn detach(context: &Context, json: bool) -> Result<Exit, Problem> {
    let (reader, writer) = std::io::pipe()?;
    let words = std::env::args_os().skip(1).filter(|word| word != "--detach");
    Command::new(own_program())
        .args(words)
        .arg(format!("--{INSIDE}"))
        .stdin(writer)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(reader).read_line(&mut line)?;
    match serde_json::from_str(&line) {
        Ok(Word::Started { run, id }) if json => {
            print(&format!("{}\n", serde_json::json!({ "run": run, "id": id })))?;
            Ok(Exit::Done)
        }
        Ok(Word::Started { run, .. }) => {
            print(&format!("{run}\n"))?;
            if !context.quiet {
                say(&format!("goes on by itself: `standpipe runs logs -f {run}` shows what its steps print"));
            }
            Ok(Exit::Done)
        }
        Ok(Word::Failed { message, help }) => {
            let problem = Problem::failed(message);
            Err(match help {
                Some(help) => problem.help(help),
                None => problem,
            })
        }
        Err(_) => Err(Problem::failed("the run's own process ended before the run began")),
    }
}

/// Tells the process that was called when the run is on record; nobody hears the rest.
pub(super) struct Away(Option<File>);

impl Away {
    /// Leaves the terminal's session.
    pub(super) fn new() -> std::io::Result<Self> {
        // Fails only where this process leads a session already.
        let _ = rustix::process::setsid();
        Ok(Self(Some(File::from(std::io::stdin().as_fd().try_clone_to_owned()?))))
    }

    fn say(&mut self, word: &Word) {
        if let (Some(mut file), Ok(mut line)) = (self.0.take(), serde_json::to_string(word)) {
            line.push('\n');
            // Whoever was called may have been interrupted; the run goes on.
            let _ = file.write_all(line.as_bytes());
        }
    }

    /// The run did not begin.
    pub(super) fn failed(&mut self, failure: &Failure) {
        let message = format!("{} ({})", failure.message, failure.code);
        self.say(&Word::Failed { message, help: failure.help.clone() });
    }
}

impl Observer for Away {
    fn event(&mut self, event: &Event) {
        if let Event::RunStarted { run, id, .. } = event {
            self.say(&Word::Started { run: run.clone(), id: id.clone() });
        }
    }
}
