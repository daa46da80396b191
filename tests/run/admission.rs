//! Declared cores, memory and limits hold: how many steps were under way at once, by the times they wrote down.

use std::fs;

use crate::project::Project;

/// Runs eight steps with `settings` and says how many ran at once at most.
fn at_once(settings: &str, args: &[&str]) -> usize {
    let project = Project::new(&[(
        "work.pipe",
        &format!(
            "task work(x: Int) -> Int {{\n{settings}  sh:\n    date +%s%N > \"times/$x.start\"\n    sleep 0.15\n    \
             date +%s%N > \"times/$x.end\"\n    echo \"$x\" > \"$out\"\n}}\n\n\
             pipeline main() -> Int {{\n  len(for x in 0..8 {{ work(x) }})\n}}\n"
        ),
    )]);
    fs::create_dir(project.path("times")).unwrap();
    project.run(&[&["work.pipe"], args].concat()).succeeded();
    let time = |x: usize, end: &str| project.read(&format!("times/{x}.{end}")).trim().parse::<u128>().unwrap();
    let spans: Vec<_> = (0..8).map(|x| (time(x, "start"), time(x, "end"))).collect();
    spans.iter().map(|(start, _)| spans.iter().filter(|(from, to)| from <= start && start < to).count()).max().unwrap()
}

#[test]
fn jobs_bound_the_steps_under_way() {
    assert_eq!(at_once("", &["--jobs", "1"]), 1);
    assert_eq!(at_once("", &["--jobs", "4"]), 4);
}

#[test]
fn cores_are_shared_out() {
    assert_eq!(at_once("  cpu: 2\n", &["--jobs", "4"]), 2);
    assert_eq!(at_once("  cpu: 0.5\n", &["--jobs", "1"]), 2);
}

#[test]
fn a_step_that_wants_every_core_and_more_runs_alone_or_is_refused() {
    assert_eq!(at_once("  cpu: 4\n", &["--jobs", "4"]), 1);
}

#[test]
fn memory_is_shared_out() {
    let info = fs::read_to_string("/proc/meminfo").unwrap();
    let total: u64 = info.split_whitespace().nth(1).unwrap().parse().unwrap();
    // In KiB; more than half of what the machine has, less than all that a careful runtime would give away.
    assert_eq!(at_once(&format!("  memory: {}KiB\n", total / 16 * 9), &["--jobs", "4"]), 1);
}

#[test]
fn named_limits_hold() {
    assert_eq!(at_once("  limit: api(3)\n", &["--jobs", "8"]), 3);
}
