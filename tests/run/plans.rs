//! Plan files: the same bytes from everywhere, small, and enough by themselves.

use std::fs;

use crate::project::Project;

const PIPE: &str = r#"
## Squares.
task square(x: Int) -> Int {
  python: "lib/tools.py:square"
}

task note(text: String) -> String {
  sh:
    printf '%s' "$text" > "$out"
}

pipeline main(name: String = "a", count: Int = 3) -> { squares: List[Int], note: String } {
  squares = for i in 0..count { square(i) }
  { squares, note: note("${name}: ${1 + 2}") }
}
"#;

fn project() -> Project {
    Project::new(&[
        ("in/a.pipe", PIPE),
        ("in/lib/tools.py", "def square(x):\n    return x * x\n"),
        ("standpipe.toml", ""),
    ])
}

#[test]
fn the_same_bytes_from_everywhere() {
    let project = project();
    let built = |folder: &str, file: &str, variables: &[(&str, &str)]| {
        let out = project.path("out.plan");
        let mut command = project.command(&["build", file, "-o", out.to_str().unwrap()]);
        command.current_dir(project.path(folder)).envs(variables.iter().copied());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read(out).unwrap()
    };
    let bytes = built(".", "in/a.pipe", &[]);
    assert_eq!(built("in", "a.pipe", &[]), bytes);
    assert_eq!(built("in/lib", "../a.pipe", &[]), bytes);
    assert_eq!(built(".", project.path("in/a.pipe").to_str().unwrap(), &[]), bytes);
    assert_eq!(built(".", "in/a.pipe", &[("TZ", "Asia/Tokyo"), ("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]), bytes);

    // Another root: nothing in a plan says where the project lies.
    let elsewhere = self::project();
    let out = elsewhere.path("out.plan");
    elsewhere.stdout(&["build", "in/a.pipe", "-o", out.to_str().unwrap()]);
    assert_eq!(fs::read(out).unwrap(), bytes);
}

#[test]
fn a_plan_runs_without_its_sources() {
    let project = project();
    project.stdout(&["build", "in/a.pipe", "-o", "a.plan"]);
    let elsewhere = Project::new(&[]);
    fs::copy(project.path("a.plan"), elsewhere.path("a.plan")).unwrap();
    drop(project);
    let run = elsewhere.run(&["a.plan", "--count", "2", "--name", "b"]).succeeded();
    assert_eq!(run.outputs(), &serde_json::json!({ "squares": [0, 1], "note": "b: 3" }));
}

#[test]
fn a_plan_does_not_grow_with_its_items() {
    let project = Project::new(&[(
        "many.pipe",
        "task square(x: Int) -> Int {\n  sh:\n    echo $((x * x)) > \"$out\"\n}\n\n\
         pipeline main() -> Int {\n  len(for i in 0..1_000_000 { square(i) })\n}\n",
    )]);
    project.stdout(&["build", "many.pipe", "-o", "many.plan"]);
    let bytes = fs::metadata(project.path("many.plan")).unwrap().len();
    assert!(bytes < 4096, "{bytes} bytes");
    assert!(project.stdout(&["plan", "many.pipe"]).lines().count() < 40);
}
