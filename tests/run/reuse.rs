//! What runs again, and what does not.

use crate::project::{Project, Run};

const PIPE: &str = r#"
type Words = { first: String, count: Int }

task load(path: File) -> Words {
  python:
    words = path.read_text().split()
    return {"first": words[0], "count": len(words)}
}

task double(x: Int) -> Int {
  sh:
    echo $((x * 2)) > "$out"
}

task greet(name: String) -> String {
  python: "tools.py:greet"
}

pipeline main(path: File = "words.txt") -> { twice: Int, greeting: String } {
  words = load(path)
  { twice: double(words.count), greeting: greet(words.first) }
}
"#;

const TOOLS: &str = "from helpers.words import polite\n\ndef greet(name):\n    return polite(name)\n";
const WORDS: &str = "def polite(name):\n    return f'dear {name}'\n";

const ALL: [&str; 3] = ["main.double", "main.greet", "main.load"];

fn project() -> Project {
    Project::new(&[
        ("words.pipe", PIPE),
        ("words.txt", "ada grace alan\n"),
        ("tools.py", TOOLS),
        ("helpers/__init__.py", ""),
        ("helpers/words.py", WORDS),
    ])
}

/// Runs once more: the steps that were not reused.
fn ran(project: &Project) -> Vec<String> {
    let run = again(project);
    let mut steps = run.steps_that("succeeded");
    steps.extend(run.steps_that("failed"));
    steps
}

fn again(project: &Project) -> Run {
    project.run(&["words.pipe"]).succeeded()
}

#[test]
fn the_second_run_reuses_everything() {
    let project = project();
    let first = again(&project);
    assert_eq!(first.steps_that("succeeded"), ALL);
    let second = again(&project);
    assert_eq!(second.steps_that("cached"), ALL);
    assert_eq!(second.outputs(), first.outputs());
    assert_eq!(second.outputs(), &serde_json::json!({ "twice": 6, "greeting": "dear ada" }));
}

#[test]
fn an_edited_body_runs_with_what_its_result_changes() {
    let project = project();
    again(&project);
    project.edit("words.pipe", "len(words)}", "len(words) + 1}");
    // `greet` reads only `first`, which stayed the same.
    assert_eq!(ran(&project), ["main.double", "main.load"]);
    project.edit("words.pipe", "x * 2", "x * 3");
    assert_eq!(ran(&project), ["main.double"]);
}

#[test]
fn an_edited_input_file_runs_what_reads_it() {
    let project = project();
    again(&project);
    project.write("words.txt", "bob\n");
    assert_eq!(ran(&project), ALL);
}

#[test]
fn a_touched_input_file_runs_nothing() {
    let project = project();
    again(&project);
    project.write("words.txt", "ada grace alan\n");
    assert_eq!(ran(&project), [""; 0]);
}

#[test]
fn an_edited_python_file_runs_the_step_that_refers_to_it() {
    let project = project();
    again(&project);
    project.edit("tools.py", "return polite(name)", "return polite(name) + '!'");
    assert_eq!(ran(&project), ["main.greet"]);
}

#[test]
fn an_edited_module_runs_the_step_whose_file_imports_it() {
    let project = project();
    again(&project);
    project.edit("helpers/words.py", "dear", "dearest");
    let run = again(&project);
    assert_eq!(run.steps_that("succeeded"), ["main.greet"]);
    assert_eq!(run.outputs()["greeting"], "dearest ada");
}

#[test]
fn another_layout_and_other_local_names_run_nothing() {
    let project = project();
    again(&project);
    let loose = "pipeline   main( path:File=\"words.txt\" )->{twice:Int,greeting:String}{\n  # a comment\n  w = load(path)\n\
                 \n  { twice: double( w.count ), greeting: greet(w.first) }\n}\n";
    let text = project.read("words.pipe");
    let (before, _) = text.split_once("pipeline main").unwrap();
    project.write("words.pipe", format!("# moved down\n\n{before}{loose}"));
    assert_eq!(ran(&project), [""; 0]);
    project.stdout(&["fmt", "words.pipe"]);
    assert_eq!(ran(&project), [""; 0]);
}

#[test]
fn the_cache_can_be_left_out() {
    let project = project();
    again(&project);
    let run = project.run(&["words.pipe", "--no-cache"]).succeeded();
    assert_eq!(run.steps_that("succeeded"), ALL);
}

#[test]
fn another_parameter_runs_what_it_changes() {
    let project = project();
    again(&project);
    project.write("more.txt", "ada\n");
    let run = project.run(&["words.pipe", "--path", "more.txt"]).succeeded();
    assert_eq!(run.outputs(), &serde_json::json!({ "twice": 2, "greeting": "dear ada" }));
    assert_eq!(run.steps_that("cached"), ["main.greet"]);
}

#[test]
fn why_names_what_changed() {
    let project = project();
    again(&project);
    let why = |step: &str| {
        let runs: serde_json::Value = serde_json::from_str(&project.stdout(&["runs", "--format", "json"])).unwrap();
        let latest = runs["runs"][0]["name"].as_str().unwrap().to_owned();
        project.stdout(&["why", &latest, step])
    };
    assert!(why("main.load").contains("it had not run before"), "{}", why("main.load"));
    project.edit("words.pipe", "x * 2", "x * 3");
    again(&project);
    assert!(why("main.double").contains("its body changed"), "{}", why("main.double"));
    assert!(why("main.load").contains("nothing that it is made of changed"), "{}", why("main.load"));
}

/// What a step finds of the terminal's language: nothing, by a shell and by Python.
#[test]
fn the_language_of_the_terminal_changes_nothing() {
    const PIPE: &str = r#"
task shell() -> String {
  cache: false
  sh:
    printf '%s %s %s' "${LANG-none}" "${LC_ALL-none}" "${LC_NUMERIC-none}" > "$out"
}

task python(said: String) -> { said: String, sorted: List[String], encoding: String } {
  cache: false
  python:
    import os, sys
    told = [name for name in os.environ if name.startswith(("LANG", "LC_"))]
    return {"said": said, "sorted": told, "encoding": sys.stdout.encoding}
}

pipeline main() -> { said: String, sorted: List[String], encoding: String } {
  python(shell())
}
"#;
    let project = Project::new(&[("main.pipe", PIPE)]);
    let mut command = project.command(&["run", "main.pipe", "--format", "json"]);
    command.envs([
        ("LANG", "de_DE.UTF-8"),
        ("LC_ALL", "tr_TR.ISO-8859-9"),
        ("LC_NUMERIC", "fr_FR"),
        ("LANGUAGE", "de"),
    ]);
    let run = Run::of(&command.output().unwrap()).succeeded();
    let found = serde_json::json!({ "said": "none none none", "sorted": ["LC_CTYPE"], "encoding": "utf-8" });
    assert_eq!(run.outputs(), &found);
}
