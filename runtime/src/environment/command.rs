//! Runs the programs that make environments, and passes on what they say without the addresses in it. Knows nothing
//! of what they do.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

/// Lines of what a failed program said that are kept.
const KEPT: usize = 40;

/// Runs `command` with `input` and gives what it prints. Its messages go to `progress` line by line.
///
/// # Errors
/// The end of what it said, when it fails or cannot be started.
pub(super) async fn run(
    mut command: Command,
    input: &str,
    progress: &mut (dyn FnMut(&str) + Send),
) -> Result<String, String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let mut child = command.spawn().map_err(|error| format!("{program}: {error}"))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async {
        if let Some(mut stdin) = stdin {
            // A program that reads nothing closes it, which is its right.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let read = async {
        let mut printed = Vec::new();
        if let Some(mut stdout) = stdout {
            let _ = stdout.read_to_end(&mut printed).await;
        }
        String::from_utf8_lossy(&printed).into_owned()
    };
    let mut said: Vec<String> = Vec::new();
    let listen = async {
        let Some(stderr) = stderr else { return };
        let mut lines = BufReader::new(stderr).split(b'\n');
        while let Ok(Some(line)) = lines.next_segment().await {
            let line = without_addresses(String::from_utf8_lossy(&line).trim_end());
            if !line.is_empty() {
                progress(&line);
                said.push(line);
            }
        }
    };
    let ((), printed, ()) = tokio::join!(write, read, listen);
    let ended = child.wait().await.map_err(|error| format!("{program}: {error}"))?;
    if ended.success() {
        return Ok(printed);
    }
    let printed = printed.lines().map(without_addresses);
    let mut lines: Vec<String> = printed.chain(said).collect();
    lines.drain(..lines.len().saturating_sub(KEPT));
    if lines.is_empty() {
        lines.push(format!("{program} ended with {ended}"));
    }
    Err(lines.join("\n"))
}

/// The line with every host left out: where packages come from is the machine's own affair.
fn without_addresses(line: &str) -> String {
    let mut rest = line;
    let mut kept = String::new();
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        kept.push_str(before);
        kept.push('…');
        let end = after.find(|c: char| c == '/' || c.is_whitespace() || matches!(c, '`' | '\'' | '"' | ')' | ','));
        rest = after.get(end.unwrap_or(after.len())..).unwrap_or_default();
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_left_out() {
        let line = "Looking in indexes: https://me:secret@pypi.example/simple, `http://other`";
        insta::assert_snapshot!(without_addresses(line), @"Looking in indexes: https://…/simple, `http://…`");
    }

    #[test]
    fn what_a_program_says_is_kept_when_it_fails() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut seen = Vec::new();
        let mut sh = |text: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", text]);
            runtime.block_on(run(command, "given", &mut |line| seen.push(line.to_owned())))
        };
        assert_eq!(sh("cat; echo busy >&2"), Ok("given".into()));
        assert_eq!(sh("echo no such package >&2; exit 1"), Err("no such package".into()));
        assert_eq!(seen, ["busy", "no such package"]);
    }
}
