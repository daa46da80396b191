//! The memory that steps took, as it is shown afterwards.

use serde_json::Value;

use crate::project::Project;

/// MiB that each step of the last run took, by its path.
pub(crate) fn taken(project: &Project) -> Vec<(String, Option<u64>)> {
    let shown: Value = serde_json::from_str(&project.stdout(&["runs", "show", "--format", "json"])).unwrap();
    let steps = shown["steps"].as_array().unwrap().iter();
    steps.map(|step| (step["step"].as_str().unwrap().to_owned(), step["memory"].as_u64().map(|all| all >> 20))).collect()
}

#[test]
fn what_steps_took_is_on_record() {
    let project = Project::new(&[(
        "main.pipe",
        "task shell(n: Int) -> Int {\n  sh:\n    python3 -c 'import time; x = bytearray(200 << 20); time.sleep(1)' &\n    \
         python3 -c 'import time; x = bytearray(100 << 20); time.sleep(1)'\n    wait\n    echo $n > $out\n}\n\n\
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
