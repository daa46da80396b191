//! Which cores and cards a step finds: those that its task says it takes, and no other step's.

use serde_json::json;

use crate::project::Project;

/// Steps that wait for each other, so that each has its own.
const PIPE: &str = r#"
task by_shell(name: String, other: String) -> String {
  cpu: 1
  gpu: 1
  sh:
    touch "here-$name"
    for _ in $(seq 3000); do [ -e "here-$other" ] && break; sleep 0.02; done
    python3 -c 'import os; print(os.sched_getaffinity(0), os.environ["CUDA_VISIBLE_DEVICES"], end="")' > "$out"
}

task by_python(name: String, other: String) -> String {
  cpu: 1
  gpu: 1
  python:
    import os, pathlib, time
    pathlib.Path(f"here-{name}").touch()
    for _ in range(3000):
        if pathlib.Path(f"here-{other}").exists():
            break
        time.sleep(0.02)
    return f"{os.sched_getaffinity(0)} {os.environ['CUDA_VISIBLE_DEVICES']}"
}

pipeline by_shells() -> { a: String, b: String } {
  { a: by_shell("a", "b"), b: by_shell("b", "a") }
}

pipeline by_pythons() -> { a: String, b: String } {
  { a: by_python("c", "d"), b: by_python("d", "c") }
}

task both() -> String {
  gpu: 2
  sh:
    printf '%s' "$CUDA_VISIBLE_DEVICES" > "$out"
}

task free() -> { cores: Int, cards: String } {
  python:
    import os
    return {"cores": len(os.sched_getaffinity(0)), "cards": os.environ.get("CUDA_VISIBLE_DEVICES", "unset")}
}

pipeline others() -> { both: String, cores: Int, cards: String } {
  free = free()
  { both: both(), cores: free.cores, cards: free.cards }
}
"#;

fn project() -> Project {
    Project::new(&[("main.pipe", PIPE), ("standpipe.toml", "[profile.cards]\ncpus = 2\ngpus = 2\n")])
}

fn cores() -> usize {
    std::thread::available_parallelism().unwrap().get()
}

// Elsewhere the system chooses the cores.
#[cfg(not(feature = "portable"))]
#[test]
fn steps_side_by_side_have_different_cores_and_cards() {
    for pipeline in ["by_shells", "by_pythons"] {
        let project = project();
        let run = project.run(&["main.pipe", pipeline, "--profile", "cards"]).succeeded();
        let seats = ["a", "b"].map(|field| run.outputs()[field].as_str().unwrap().to_owned());
        let parts = seats.each_ref().map(|seat| seat.rsplit_once(' ').unwrap());
        let mut cards = parts.map(|(_, card)| card);
        cards.sort_unstable();
        assert_eq!(cards, ["0", "1"], "{pipeline}: {seats:?}");
        // With one core for two, neither is kept to it.
        if cores() > 1 {
            assert_ne!(parts[0].0, parts[1].0, "{pipeline}: {seats:?}");
            assert!(parts.iter().all(|(set, _)| !set.contains(',')), "{pipeline}: {seats:?}");
        }
    }
}

#[test]
fn who_says_nothing_finds_what_there_is() {
    let run = project().run(&["main.pipe", "others", "--profile", "cards"]).succeeded();
    let cards = std::env::var("CUDA_VISIBLE_DEVICES").unwrap_or_else(|_| "unset".into());
    assert_eq!(run.outputs(), &json!({ "both": "0,1", "cores": cores(), "cards": cards }));
}

#[test]
fn cards_are_those_that_this_process_may_use() {
    let project = project();
    let mut command = project.command(&["run", "main.pipe", "others", "--profile", "cards"]);
    let output = command.env("CUDA_VISIBLE_DEVICES", "5,GPU-7").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("both = \"5,GPU-7\""), "{said}");
}
