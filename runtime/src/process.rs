//! Ends process trees: a process group, then what left it, found by a marker in its environment. Knows nothing of what
//! the processes are for.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// The variable whose value marks the processes of one attempt or worker; children inherit it.
pub const MARKER: &str = "STANDPIPE_ATTEMPT";

/// Rounds of looking for what escaped: a process may fork while it is looked for.
const ROUNDS: u32 = 50;

/// Kills the process group led by `leader`, then every process whose environment has [`MARKER`] equal to `marker`,
/// until none is left.
pub async fn kill_tree(leader: u32, marker: &str) {
    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        // It may be gone already, which is what is wanted.
        let _ = kill_process_group(group, Signal::KILL);
    }
    for _ in 0..ROUNDS {
        let found = marked(marker);
        if found.is_empty() {
            return;
        }
        for pid in found {
            let _ = kill_process(pid, Signal::KILL);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The living processes that carry the marker.
fn marked(marker: &str) -> Vec<Pid> {
    let wanted = format!("{MARKER}={marker}");
    let own = rustix::process::getpid();
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw))
        .filter(|pid| *pid != own && carries(*pid, wanted.as_bytes()))
        .collect()
}

/// Whether the process was started with that variable. A zombie has no environment any more, so it never does.
fn carries(pid: Pid, wanted: &[u8]) -> bool {
    fs::read(format!("/proc/{}/environ", pid.as_raw_nonzero()))
        .is_ok_and(|environment| environment.split(|byte| *byte == 0).any(|variable| variable == wanted))
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use super::*;

    #[test]
    fn finds_what_left_the_group() {
        let marker = format!("escape-{}", std::process::id());
        let mut shell = Command::new("sh")
            .args(["-c", "setsid sleep 60 & sleep 60"])
            .env(MARKER, &marker)
            .process_group(0)
            .spawn()
            .expect("sh is there");
        while marked(&marker).len() < 3 {
            std::thread::sleep(Duration::from_millis(5));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(kill_tree(shell.id(), &marker));
        assert_eq!(marked(&marker), []);
        shell.wait().expect("it was ours");
    }
}
