//! From the command to the first instruction of the first step, beside a bare spawn of the same shell.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::measure::{Row, folder, median, ms, ratio, standpipe, timed};

/// The step reports when it began, in microseconds since 1970; `EPOCHREALTIME` is bash's own clock.
const HELLO: &str = "\
task hello() -> String {
  sh:
    printf '%s' \"${EPOCHREALTIME/[^0-9]/}\" > \"$out\"
}

pipeline main() -> { began: String } {
  { began: hello() }
}
";

pub(crate) fn rows() -> Vec<Row> {
    let folder = folder();
    std::fs::write(folder.path().join("hello.pipe"), HELLO).expect("a generated file");
    let measured = median(15, || until_began(standpipe(folder.path(), &["run", "hello.pipe", "--no-cache"])));
    let limit = median(15, || {
        let mut bash = Command::new("bash");
        bash.args(["-c", "printf '%s' \"${EPOCHREALTIME/[^0-9]/}\""]);
        until_began(bash)
    });
    vec![Row {
        name: "command to first instruction of a `sh` step".into(),
        measured: ms(measured),
        limit: format!("{} (bare bash)", ms(limit)),
        ratio: ratio(measured, limit),
        aim: "20 ms",
    }]
}

fn until_began(command: Command) -> Duration {
    let before = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    let (_, printed) = timed(command);
    let digits: String = printed.chars().filter(char::is_ascii_digit).collect();
    let began = Duration::from_micros(digits.parse().unwrap_or_else(|_| panic!("not a time: {printed:?}")));
    began.saturating_sub(before)
}
