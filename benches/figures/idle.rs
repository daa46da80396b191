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
    let bytes = resident(child.id(), "VmRSS").unwrap_or(0);
    child.wait().expect("it ends");
    vec![Row {
        name: "memory of the runtime while a step sleeps".into(),
        measured: mib(bytes),
        limit: String::new(),
        ratio: None,
        aim: "15 MiB",
    }]
}
