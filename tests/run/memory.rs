//! The memory that steps took: as it is shown afterwards, and what is reserved for the next time.

use std::fs;

use serde_json::Value;

use crate::project::Project;

/// MiB that each step of the last run took, by its path.
pub(crate) fn taken(project: &Project) -> Vec<(String, Option<u64>)> {
    let shown: Value = serde_json::from_str(&project.stdout(&["runs", "show", "--format", "json"])).unwrap();
    let steps = shown["steps"].as_array().unwrap().iter();
    steps
        .map(|step| (step["step"].as_str().unwrap().to_owned(), step["memory"].as_u64().map(|all| all >> 20)))
        .collect()
}

#[test]
fn what_steps_took_is_on_record() {
    let project = Project::new(&[(
        "main.pipe",
        "task shell(n: Int) -> Int {\n  sh:\n    \
         both='import os, sys, time\n    x = bytearray(int(sys.argv[1]) << 20)\n    open(sys.argv[2], \"w\")\n    \
         while not os.path.exists(sys.argv[3]): time.sleep(0.01)\n    time.sleep(1)'\n    \
         both=\"$(echo \"$both\" | sed 's/^ *//')\"\n    \
         python3 -c \"$both\" 200 a b &\n    python3 -c \"$both\" 100 b a\n    wait\n    echo $n > $out\n}\n\n\
         task python(n: Int) -> Int {\n  python:\n    x = bytearray(150 << 20)\n    return n + len(x)\n}\n\n\
         pipeline main() -> Int {\n  python(shell(1))\n}\n",
    )]);
    project.run(&["main.pipe"]).succeeded();
    let taken_first = taken(&project);
    let [(_, Some(shell)), (_, Some(python))] = taken_first.as_slice() else { panic!("{taken_first:?}") };
    // Two processes at once, and Python itself.
    assert!((300..400).contains(shell), "{shell}");
    assert!((150..250).contains(python), "{python}");
    let text = project.stdout(&["runs", "show"]);
    assert!(text.contains("MEMORY") && text.contains(" MiB"), "{text}");
    // What is reused takes nothing.
    project.run(&["main.pipe"]).succeeded();
    assert_eq!(taken(&project), [("main.shell".to_owned(), None), ("main.python".to_owned(), None)]);
}

/// Two steps of 200 MiB, on a machine of 400.
fn pair(settings: &str) -> Project {
    let project = Project::new(&[
        ("standpipe.toml", "[profile.small]\nmemory = \"400MiB\"\n"),
        (
            "main.pipe",
            &format!(
                "task work(x: Int) -> Int {{\n{settings}  sh:\n    date +%s%N > \"times/$x.start\"\n    \
                 python3 -c 'import time; x = bytearray(200 << 20); time.sleep(1)'\n    \
                 date +%s%N > \"times/$x.end\"\n    echo \"$x\" > \"$out\"\n}}\n\n\
                 pipeline main(n: Int) -> Int {{\n  len(for x in [n, n + 1] {{ work(x) }})\n}}\n"
            ),
        ),
    ]);
    fs::create_dir(project.path("times")).unwrap();
    project
}

const SMALL: [&str; 4] = ["--jobs", "4", "--profile", "small"];

/// Runs both steps, which get the numbers `n` and the one after; whether they were under way at once.
fn together(project: &Project, n: u32) -> bool {
    project.run(&[&["main.pipe", "--n", &n.to_string()], &SMALL[..]].concat()).succeeded();
    let time = |x: u32, end: &str| project.read(&format!("times/{x}.{end}")).trim().parse::<u128>().unwrap();
    time(n, "start").max(time(n + 1, "start")) < time(n, "end").min(time(n + 1, "end"))
}

#[test]
fn steps_that_took_most_of_the_memory_run_one_after_the_other_the_next_time() {
    let project = pair("");
    assert!(together(&project, 0));
    let plan = project.stdout(&[&["plan", "main.pipe", "--n", "10", "--format", "json"], &SMALL[..]].concat());
    let plan: Value = serde_json::from_str(&plan).unwrap();
    let reserves = plan["forecast"][0]["reserved"].as_u64().unwrap() >> 20;
    assert!((250..350).contains(&reserves), "{reserves}");
    assert!(!together(&project, 10));
    let shown: Value = serde_json::from_str(&project.stdout(&["runs", "show", "--format", "json"])).unwrap();
    for step in shown["steps"].as_array().unwrap() {
        let reserved = step["reserved"].as_u64().unwrap() >> 20;
        assert!((250..350).contains(&reserved), "{reserved}");
    }
    let why: Value = serde_json::from_str(&project.stdout(&["why", "main.for[0].work", "--format", "json"])).unwrap();
    assert_eq!(why["reserved"], shown["steps"][0]["reserved"]);
}

#[test]
fn what_a_task_declares_is_taken_as_it_is() {
    let project = pair("  memory: 100MiB\n");
    assert!(together(&project, 0));
    assert!(together(&project, 10));
}
