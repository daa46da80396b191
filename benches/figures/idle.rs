//! The runtime's own memory while it waits for a step.

use std::time::Duration;

use crate::measure::{Row, folder, mib, resident, standpipe};

const SLEEP: &str = "\
task rest() -> Int {
  sh:
    sleep 3
    echo 1 > \"$out\"
}

pipeline main() -> Int {
  rest()
}
";

pub(crate) fn rows() -> Vec<Row> {
    let folder = folder();
    std::fs::write(folder.path().join("sleep.pipe"), SLEEP).expect("a generated file");
    let mut child = standpipe(folder.path(), &["run", "sleep.pipe", "-q"]).spawn().expect("it runs");
    std::thread::sleep(Duration::from_millis(1500));
    let (all, own) = (resident(child.id(), "VmRSS").unwrap_or(0), share(child.id()).unwrap_or(0));
    child.wait().expect("it ends");
    let row = |how: &str, bytes| Row {
        name: format!("memory of the runtime while a step sleeps, {how}"),
        measured: mib(bytes),
        limit: String::new(),
        ratio: None,
        aim: "15 MiB",
    };
    vec![row("its share (PSS), which is what peers are measured by", own), row("with all that others map, too", all)]
}

/// Bytes of the process, what is mapped by several counted in parts.
fn share(process: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}
