//! Running the program and timing it. Knows nothing of what is measured.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A line of the table.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) measured: String,
    /// What the same work costs without us, and how that was measured.
    pub(crate) limit: String,
    pub(crate) ratio: Option<f64>,
    pub(crate) aim: &'static str,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = self.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}×"));
        write!(f, "| {} | {} | {} | {ratio} | {} |", self.name, self.measured, self.limit, self.aim)
    }
}

/// A folder for one figure, gone when dropped.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for temporary files")
}

/// The program, as it is built for the benchmark, in `folder`.
pub(crate) fn standpipe(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_standpipe"));
    command.current_dir(folder).args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs `command` to its end and says how long it took and what it printed.
pub(crate) fn timed(mut command: Command) -> (Duration, String) {
    let start = Instant::now();
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let took = start.elapsed();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{stderr}{}", String::from_utf8_lossy(&output.stdout));
    (took, String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Bytes that `/proc` shows of a process under that name: `VmRSS` for now, `VmHWM` for its peak.
pub(crate) fn resident(process: u32, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

/// Runs `command` to its end: how long it took, and the most memory that it was seen to have, without its children.
pub(crate) fn peak(mut command: Command) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut most = 0;
    let status = loop {
        // A process that has ended shows none.
        most = most.max(resident(child.id(), "VmHWM").unwrap_or(0));
        if let Some(status) = child.try_wait().expect("it is ours") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(status.success(), "{command:?} failed");
    (start.elapsed(), most)
}

/// Mebibytes, as the table shows them.
#[expect(clippy::cast_precision_loss, reason = "for people")]
pub(crate) fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// The median of `times` measurements.
pub(crate) fn median(times: usize, mut measure: impl FnMut() -> Duration) -> Duration {
    let mut all: Vec<_> = (0..times).map(|_| measure()).collect();
    all.sort_unstable();
    all[times / 2]
}

/// Milliseconds, as the table shows them.
pub(crate) fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    if ms < 10.0 { format!("{ms:.1} ms") } else { format!("{ms:.0} ms") }
}

pub(crate) fn ratio(measured: Duration, limit: Duration) -> Option<f64> {
    Some(measured.as_secs_f64() / limit.as_secs_f64())
}
