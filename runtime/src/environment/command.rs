//! Runs the programs that make environments, and passes on what they say without the addresses in it and the passwords
//! that they were given. Knows nothing of what they do.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

use super::passwords;

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
    let veil = passwords::veil();
    let plain = |line: &str| {
        let line = without_addresses(line);
        veil.as_ref().map_or_else(|| line.clone(), |veil| veil.text(&line))
    };
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
            let line = plain(String::from_utf8_lossy(&line).trim_end());
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
    let printed = printed.lines().map(plain);
    let mut lines: Vec<String> = printed.chain(said).collect();
    lines.drain(..lines.len().saturating_sub(KEPT));
    if lines.is_empty() {
        lines.push(format!("{program} ended with {ended}"));
    }
    Err(lines.join("\n"))
}

/// The line with every address left out, but for those of files: where packages come from is the machine's own affair, and
/// passwords stand in all parts of an address.
fn without_addresses(line: &str) -> String {
    let mut rest = line;
    let mut kept = String::new();
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        kept.push_str(before);
        let end = if before.ends_with("file://") { 0 } else { end_of_address(after) };
        kept.push_str(if end == 0 { "" } else { "…" });
        rest = &after[end..];
    }
    kept.push_str(rest);
    kept
}

/// Where the address ends that `text` goes on with behind its scheme. What stands in quotes or brackets around one may
/// itself stand in a password, and so before the last `@`.
fn end_of_address(text: &str) -> usize {
    let end = text.find(|letter: char| letter.is_whitespace() || matches!(letter, '`' | '"' | '<' | '>'));
    let word = &text[..end.unwrap_or(text.len())];
    let host = word.rfind('@').map_or(0, |at| at + 1);
    word[host..].find(['\'', ')', ']', ',', ';']).map_or(word.len(), |end| host + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_left_out() {
        for (line, left) in [
            (
                "Looking in indexes: https://me:secret@pypi.example/simple, `http://other/t0ken/`",
                "Looking in indexes: https://…, `http://…`",
            ),
            ("cannot read (https://me:se'c,r)et@pypi.example/simple): no", "cannot read (https://…): no"),
            ("file:///wheels/a.whl and git+ssh://git@host/a", "file:///wheels/a.whl and git+ssh://…"),
            ("no :// at all", "no :// at all"),
        ] {
            assert_eq!(without_addresses(line), left);
        }
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
        assert_eq!(sh("echo no /x of ftp://u:p@h/x; exit 1"), Err("no /x of ftp://…".into()));
        assert_eq!(seen, ["busy", "no such package"]);
    }
}
