//! A run on a terminal: what runs is drawn live, and Ctrl-C ends it with a word on how to go on.

use std::process::Command;
use std::time::Duration;

use expectrl::{ControlCode, Eof, Expect as _, session::OsSession};

const SLOW: &str = "task first() -> Int {\n  sh:\n    echo 1 > \"$out\"\n}\n\ntask slow(n: Int) -> Int {\n  sh:\n    echo 'nearly there'\n    sleep 60\n    echo \"$n\" > \"$out\"\n}\n\npipeline main() -> Int {\n  slow(first())\n}\n";

fn start(folder: &std::path::Path) -> OsSession {
    std::fs::write(folder.join("slow.pipe"), SLOW).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_standpipe"));
    command.args(["run", "slow.pipe"]).current_dir(folder).env("TERM", "xterm").env_remove("NO_COLOR").env_remove("CI");
    let mut session = OsSession::spawn(command).unwrap();
    session.set_expect_timeout(Some(Duration::from_secs(30)));
    session
}

#[test]
fn live_and_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = start(folder.path());
    for shown in ["first", "slow", "nearly there"] {
        session.expect(shown).unwrap();
    }
    session.send(ControlCode::EndOfText).unwrap();
    for shown in ["stopping", "1 ran", "standpipe runs resume"] {
        session.expect(shown).unwrap();
    }
    session.expect(Eof).unwrap();
    let status = session.get_process().wait().unwrap();
    assert!(format!("{status:?}").contains("130"), "{status:?}");

    // What had finished is reused.
    let mut session = start(folder.path());
    session.expect("reused").unwrap();
    session.expect("nearly there").unwrap();
    session.send(ControlCode::EndOfText).unwrap();
    session.send(ControlCode::EndOfText).unwrap();
    session.expect(Eof).unwrap();
}
