//! A run on a terminal: what runs is drawn live, and Ctrl-C ends it with a word on how to go on.

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use pty_process::blocking::{Pty, open};

const SLOW: &str = "task first() -> Int {\n  sh:\n    echo 1 > \"$out\"\n}\n\ntask slow(n: Int) -> Int {\n  sh:\n    echo 'nearly there'\n    sleep 60\n    echo \"$n\" > \"$out\"\n}\n\npipeline main() -> Int {\n  slow(first())\n}\n";
const INTERRUPT: &[u8] = b"\x03";

/// The program on a terminal of its own.
struct Session {
    child: Child,
    terminal: Pty,
    output: Receiver<Vec<u8>>,
    unread: String,
}

impl Session {
    fn start(folder: &Path) -> Session {
        std::fs::write(folder.join("slow.pipe"), SLOW).unwrap();
        let (terminal, side) = open().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_standpipe"));
        command
            .args(["run", "slow.pipe"])
            .current_dir(folder)
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .env_remove("CI");
        let child = pty_process::blocking::Command::from(command).spawn(side).unwrap();
        let mut reader = std::fs::File::from(std::os::fd::AsFd::as_fd(&terminal).try_clone_to_owned().unwrap());
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // A terminal whose other side is gone answers with an error.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Session { child, terminal, output, unread: String::new() }
    }

    /// Reads until `shown` has been printed, and goes on after it.
    fn expect(&mut self, shown: &str) {
        loop {
            if let Some(at) = self.unread.find(shown) {
                self.unread.drain(..at + shown.len());
                return;
            }
            let more = self.output.recv_timeout(Duration::from_secs(30));
            let more = more.unwrap_or_else(|_| panic!("never shown: {shown}\n{}", self.unread));
            self.unread.push_str(&String::from_utf8_lossy(&more));
        }
    }

    /// Presses Ctrl-C.
    fn interrupt(&mut self) {
        self.terminal.write_all(INTERRUPT).unwrap();
    }

    fn status(mut self) -> Option<i32> {
        while self.output.recv_timeout(Duration::from_secs(30)).is_ok() {}
        self.child.wait().unwrap().code()
    }
}

#[test]
fn live_and_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = Session::start(folder.path());
    for shown in ["first", "slow", "nearly there"] {
        session.expect(shown);
    }
    session.interrupt();
    for shown in ["stopping", "1 ran", "standpipe runs resume"] {
        session.expect(shown);
    }
    assert_eq!(session.status(), Some(130));

    // What had finished is reused.
    let mut session = Session::start(folder.path());
    session.expect("reused");
    session.expect("nearly there");
    session.interrupt();
    session.interrupt();
    assert_eq!(session.status(), Some(130));
}
