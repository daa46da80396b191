//! The memory that a step is seen to take: its own, not an earlier one's.

use crate::bench::{Bench, INT};

/// MiB that a worker had while it ran that body.
fn most(bench: &mut Bench, body: &str) -> u64 {
    let task = bench.raw(body);
    let outcome = bench.call(&task, &[], &INT);
    outcome.result.expect("it runs");
    outcome.memory.expect("the system says") >> 20
}

#[test]
fn each_step_has_its_own() {
    let mut bench = Bench::new();
    let before = most(&mut bench, "return 1");
    let large = most(&mut bench, "x = bytearray(300 << 20)\nreturn len(x)");
    let after = most(&mut bench, "return 1");
    assert!(before < 100, "{before}");
    assert!((300..400).contains(&large), "{large}");
    assert!(after < 100, "{after}");
}

#[test]
fn the_largest_process_that_it_started_counts() {
    let mut bench = Bench::new();
    let start = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', f'x = bytearray({N} << 20)'], check=True)\nreturn 1";
    let started = |size: &str| start.replace("{N}", size);
    let large = most(&mut bench, &started("300"));
    assert!((300..400).contains(&large), "{large}");
    // Smaller than one before: nothing is known of it.
    let small = most(&mut bench, &started("200"));
    assert!(small < 100, "{small}");
}

#[test]
fn a_step_that_fails_has_taken_something_too() {
    let mut bench = Bench::new();
    let task = bench.raw("x = bytearray(300 << 20)\nraise ValueError(len(x))");
    let outcome = bench.call(&task, &[], &INT);
    outcome.result.expect_err("it fails");
    let most = outcome.memory.expect("the system says") >> 20;
    assert!((300..400).contains(&most), "{most}");
}
