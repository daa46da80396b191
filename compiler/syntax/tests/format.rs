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
