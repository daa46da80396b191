//! What the documentation shows is what happens.
//!
//! Every ```` ```console ```` block is typed into a shell, in a copy of the repository's `examples`, and its output
//! compared: `[..]` stands for any text within a line, a line `...` for any lines; how long something took, the names of
//! runs, and whether an environment had to be made first may differ. In ```` ```console unordered ```` steps ran side by
//! side, so lines come in any order. Every ```` ```pipe ```` block checks clean, unless its fence says `fails`; one whose
//! fence names a file, ```` ```pipe words.pipe ```` or ```` ```csv rows.csv ````, is there for the blocks that follow.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a newcomer types before there is a `standpipe`; not run here.
const SETUP: &[&str] = &["git clone ", "cargo build", "cargo install ", "cargo test", "cd standpipe"];

/// Documents whose commands need the network and minutes.
const SLOW: &[&str] =
    &["README.md", "docs/src/getting-started.md", "examples/flights/README.md", "examples/digits/README.md"];

/// A fenced block.
struct Block {
    line: usize,
    info: String,
    text: String,
}

/// A command and what the document says it prints.
struct Shown {
    line: usize,
    command: String,
    output: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every document that shows commands, relative to the root, sorted.
fn documents() -> Vec<String> {
    let mut found = vec!["README.md".to_owned()];
    let mut folders = vec![root().join("docs/src"), root().join("examples")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension() == Some("md".as_ref()) {
                found.push(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

fn blocks(document: &str) -> Vec<Block> {
    let text = fs::read_to_string(root().join(document)).unwrap();
    let mut lines = text.lines().enumerate();
    let mut blocks = Vec::new();
    while let Some((at, line)) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let inside: Vec<_> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
            blocks.push(Block { line: at + 1, info: info.trim().to_owned(), text: inside.join("\n") });
        }
    }
    blocks
}

/// The commands of a console block.
fn shown(block: &Block) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    for (at, line) in block.text.lines().enumerate() {
        match (line.strip_prefix("$ "), all.last_mut()) {
            (Some(command), _) => {
                all.push(Shown { line: block.line + 1 + at, command: command.to_owned(), output: String::new() });
            }
            (None, Some(last)) => {
                last.output.push_str(line.trim_end());
                last.output.push('\n');
            }
            (None, None) => panic!("line {}: a console block starts with `$ `", block.line),
        }
    }
    all
}

/// Types every command of `document` and says what differs.
fn replay(document: &str) -> Vec<String> {
    let place = tempfile::tempdir().unwrap();
    copy(&root().join("examples"), &place.path().join("examples"));
    let folder = match document.strip_prefix("examples/").and_then(|rest| rest.split_once('/')) {
        Some((example, _)) => place.path().join("examples").join(example),
        None => place.path().to_path_buf(),
    };
    let mut wrong = Vec::new();
    for block in blocks(document) {
        let unordered = match block.info.split_once(' ').unwrap_or((&block.info, "")) {
            ("console", "") => false,
            ("console", "unordered") => true,
            ("console", what) => {
                wrong.push(format!("{document}:{}: everything shown is run: `{what}`", block.line));
                continue;
            }
            ("pipe", name) if name.ends_with(".pipe") => {
                fs::write(folder.join(name), block.text + "\n").unwrap();
                continue;
            }
            _ => continue,
        };
        for shown in shown(&block) {
            if SETUP.iter().any(|start| shown.command.starts_with(start)) {
                continue;
            }
            let output = typed(&folder, &shown.command);
            if !fits(&shown.output, &output, unordered) {
                wrong.push(format!(
                    "{document}:{}: $ {}\n--- shown\n{}--- printed\n{output}",
                    shown.line, shown.command, shown.output
                ));
            }
        }
    }
    wrong
}

/// What a shell in `folder` prints for `command`: both streams, as a person sees them.
fn typed(folder: &Path, command: &str) -> String {
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_standpipe"));
    let path = std::env::var("PATH").unwrap();
    // Running through cargo is running what is already built.
    let command = command.replace("cargo run --release -- ", "standpipe ");
    let output = Command::new("bash")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", binary.parent().unwrap().display()))
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Whether `printed` is what `shown` says, `[..]` and `...` read as wildcards.
fn fits(shown: &str, printed: &str, unordered: bool) -> bool {
    let steady = |text: &str| {
        let mut lines: Vec<_> = text.trim().lines().filter(|line| !of_environment(line)).map(steady).collect();
        if unordered {
            lines.sort();
        }
        lines
    };
    let (shown, printed) = (steady(shown), steady(printed));
    let [shown, printed] = [&shown, &printed].map(|lines| lines.iter().map(String::as_str).collect::<Vec<_>>());
    lines_fit(&shown, &printed)
}

/// Whether a line is about an environment that was made: it may be there already.
fn of_environment(line: &str) -> bool {
    line.trim_start_matches(['·', '✓', ' ']).starts_with("environment ")
}

/// The line with `#` for how long something took, `2 m 47 s`, and for the name of a run, `run brave-otter`.
fn steady(line: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in line.trim_end().split(' ') {
        let bare = word.trim_end_matches([',', ')']);
        let before = words.last().copied().unwrap_or_default();
        if matches!(bare, "ms" | "s" | "m") && before.parse::<f64>().is_ok() {
            words.pop();
            if words.last() != Some(&"#") {
                words.push("#");
            }
        } else if before.ends_with("run") && bare.contains('-') {
            words.push("#");
        } else {
            words.push(word);
        }
    }
    words.join(" ")
}

fn lines_fit(shown: &[&str], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((&"...", rest)) => (0..=printed.len()).any(|skipped| lines_fit(rest, &printed[skipped..])),
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(first, others)| line_fits(line, first) && lines_fit(rest, others))
        }
    }
}

fn line_fits(shown: &str, printed: &str) -> bool {
    match shown.split_once("[..]") {
        None => shown == printed,
        Some((start, rest)) => printed.strip_prefix(start).is_some_and(|printed| {
            let ends = printed.char_indices().map(|(at, _)| at).chain([printed.len()]);
            ends.into_iter().any(|skipped| line_fits(rest, &printed[skipped..]))
        }),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (path, copy_to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_name() == ".standpipe" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &copy_to);
        } else {
            fs::copy(path, copy_to).unwrap();
        }
    }
}

#[test]
fn wildcards() {
    assert!(fits("a [..] c\n...\nz", "a b c\nd\ne\nz\n", false));
    assert!(fits("...", "", false));
    assert!(fits("took [..]s", "took 1.2s", false));
    assert!(!fits("a", "a\nb", false));
    assert!(!fits("a [..] c", "a b d", false));
    assert!(fits("a\nb", "b\na", true));
    assert!(fits("2 ran, 2 m 47 s  (run calm-otter)", "2 ran, 18 ms  (run brave-ibis)", false));
    assert!(!fits("2 ran, 18 ms", "3 ran, 18 ms", false));
    assert!(fits("a", "· environment ml  making\na", false));
}

#[test]
fn commands_print_what_is_shown() {
    let wrong: Vec<_> = documents()
        .iter()
        .filter(|document| !SLOW.contains(&document.as_str()))
        .flat_map(|document| replay(document))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
#[ignore = "downloads packages and trains models; `.ci/run first_steps` runs it"]
fn slow_commands_print_what_is_shown() {
    let wrong: Vec<_> = SLOW.iter().flat_map(|document| replay(document)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn pipe_blocks_check_clean() {
    let mut wrong = Vec::new();
    for document in documents() {
        let place = tempfile::tempdir().unwrap();
        for block in blocks(&document) {
            let (language, named) = block.info.split_once(' ').unwrap_or((&block.info, ""));
            if language != "pipe" {
                if named.contains('.') {
                    fs::write(place.path().join(named), format!("{}\n", block.text)).unwrap();
                }
                continue;
            }
            let file = place.path().join(if named.ends_with(".pipe") { named } else { "block.pipe" });
            fs::write(&file, &block.text).unwrap();
            let output = Command::new(env!("CARGO_BIN_EXE_standpipe")).arg("check").arg(&file).output().unwrap();
            if output.status.success() == (named == "fails") {
                wrong.push(format!("{document}:{}: {}", block.line, String::from_utf8_lossy(&output.stdout)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A plain fence hides a command from these tests.
#[test]
fn blocks_name_their_language() {
    for document in documents() {
        for block in blocks(&document) {
            assert!(!block.info.is_empty(), "{document}:{}: the block names no language (`text` will do)", block.line);
        }
    }
}
