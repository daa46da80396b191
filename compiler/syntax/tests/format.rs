//! The formatter changes nothing but the way of writing: the same tree, every comment, and once is enough.

mod common;

use common::{generate, project_files, source};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use standpipe_syntax::{format, parse, tree_text};

/// What holds of every right program.
fn check(text: &str) -> Result<(), String> {
    let before = parse(&source(text));
    if let Some(diagnostic) = before.diagnostics.first() {
        return Err(format!("the program is wrong: {diagnostic:?}\n{text}"));
    }
    let formatted = format(&source(text)).text;
    let after = parse(&source(&formatted));
    if let Some(diagnostic) = after.diagnostics.first() {
        return Err(format!("formatting broke it: {diagnostic:?}\n{text}\n---\n{formatted}"));
    }
    if tree_text(&source(text)) != tree_text(&source(&formatted)) {
        return Err(format!("formatting changed the tree\n{text}\n---\n{formatted}"));
    }
    if comments(text) != comments(&formatted) {
        return Err(format!("a comment was lost\n{text}\n---\n{formatted}"));
    }
    if formatted.lines().any(|line| line.ends_with(' ') && !line.trim().is_empty()) {
        return Err(format!("a line ends in white space\n{text}\n---\n{formatted}"));
    }
    let again = format(&source(&formatted)).text;
    if again != formatted {
        return Err(format!("formatting again changed it\n{text}\n---\n{formatted}\n---\n{again}"));
    }
    Ok(())
}

/// The comments of a file; inside one statement they may change places.
fn comments(text: &str) -> Vec<String> {
    let source = source(text);
    let mut found: Vec<String> =
        parse(&source).comments.iter().map(|comment| source.slice(comment.span).to_owned()).collect();
    found.sort();
    found
}

#[test]
fn declarations_on_one_line_stay_together_and_others_apart() {
    let text = "const a = 1\nconst b = (for x in a { x })\nconst c = 2\n";
    let formatted = "const a = 1\n\nconst b = (\n  for x in a {\n    x\n  }\n)\n\nconst c = 2\n";
    assert_eq!(format(&source(text)).text, formatted);
    assert_eq!(check(text), Ok(()));
}

#[test]
fn carriage_returns_at_the_end_of_a_body_go_all_at_once() {
    let text = "python:\n    return {\r\r\r\r\npipeline main() -> Int {\n  1\n}\n";
    let formatted = "python:\n    return {\n\npipeline main() -> Int {\n  1\n}\n";
    assert_eq!(format(&source(text)).text, formatted);
    assert_eq!(format(&source(formatted)).text, formatted);
}

#[test]
fn a_comment_beside_a_raw_body_stays_out_of_it() {
    let text = "task t(x: Int) -> Int {\n  python:## d\n      return 1\n}\n\neffect e(x: Int) {\n  sh:# e\n     :\n}\n";
    let formatted =
        "task t(x: Int) -> Int {\n  python:  ## d\n    return 1\n}\n\neffect e(x: Int) {\n  sh:  # e\n    :\n}\n";
    assert_eq!(format(&source(text)).text, formatted);
    assert_eq!(check(text), Ok(()));
}

#[test]
fn two_comments_never_become_one() {
    let import = "import## d\n  \"./x\" { a } #~ e\n";
    assert_eq!(format(&source(import)).text, "import  ## d\n  \"./x\" { a }  #~ e\n");
    assert_eq!(check(import), Ok(()));
    let operators = "const a = 1 + ## b\n 2 ## c\n ## d\n + 3 ## e\n";
    let formatted = "const a = 1\n  +  ## b\n    2  ## c\n  ## d\n  + 3  ## e\n";
    assert_eq!(format(&source(operators)).text, formatted);
    assert_eq!(check(operators), Ok(()));
    let commas = "const a = [1 ## b\n, ## c\n 2 # d\n, ## e\n 3 ## f\n, # g\n 4\n ## h\n, 5]\n";
    let formatted =
        "const a = [\n  1  ## b\n    ,  ## c\n  # d\n  2,  ## e\n  # g\n  3,  ## f\n  4\n    ## h\n    ,\n  5,\n]\n";
    assert_eq!(format(&source(commas)).text, formatted);
    assert_eq!(check(commas), Ok(()));
}

#[test]
fn project_files_keep_their_meaning() {
    for (path, text) in project_files() {
        check(&text).unwrap_or_else(|problem| panic!("{path}: {problem}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2),
        ..ProptestConfig::with_cases(128)
    })]

    #[test]
    fn generated_programs_keep_their_meaning(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&generate::program(&bytes)).map_err(TestCaseError::fail)?;
    }
}
