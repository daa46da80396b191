//! Input that nobody means well: it is read in linear time, nothing panics, and the message says what is wrong.

mod common;

use std::time::{Duration, Instant};

use common::{generate, source};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use standpipe_syntax::{format, parse, tree_text};

/// The codes of a text that is also formatted, shown and dropped.
fn codes(text: &str) -> Vec<String> {
    let source = source(text);
    let _ = (format(&source), tree_text(&source));
    parse(&source).diagnostics.iter().map(|diagnostic| diagnostic.code.to_string()).collect()
}

/// A pipeline whose only step is `step`.
fn pipeline(step: &str) -> String {
    format!("pipeline main(a: Int) -> Int {{\n  x = {step}\n}}\n")
}

#[test]
fn ten_thousand_levels_are_one_message() {
    const LEVELS: usize = 10_000;
    let nested =
        |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(LEVELS), close.repeat(LEVELS));
    let cases = [
        pipeline(&nested("(", "a", ")")),
        pipeline(&nested("[", "a", "]")),
        pipeline(&nested("{ a: ", "a", " }")),
        pipeline(&nested("f(", "a", ")")),
        pipeline(&nested("a[", "a", "]")),
        pipeline(&nested("if a { ", "a", " }")),
        pipeline(&nested("for a in a { ", "a", " }")),
        pipeline(&nested("if a { a } else ", "{ a }", "")),
        pipeline(&nested("match a { 1 { ", "a", " } }")),
        pipeline(&nested("loop a = 1 limit 2 { ", "a", " }")),
        pipeline(&nested("sweep a in b maximize c using d { ", "a", " }")),
        pipeline(&nested("try ", "a", "")),
        pipeline(&nested("not ", "a", "")),
        pipeline(&nested("- ", "a", "")),
        pipeline(&nested("a + ", "a", "")),
        pipeline(&nested("a |> ", "a", "")),
        pipeline(&nested("a ?? ", "a", "")),
        pipeline(&nested("a and ", "a", "")),
        pipeline(&nested("", "a", ".a")),
        pipeline(&nested("", "a", "()")),
        pipeline(&nested("", "a", "[0]")),
        pipeline(&nested("\"${", "a", "}\"")),
        format!("type A = {}\n", nested("List[", "Int", "]")),
        format!("type A = {}\n", nested("{ a: ", "Int", " }")),
        format!("type A = {}\n", nested("(", "Int", ")")),
        format!("type A = {}\n", nested("", "Int", " ?")),
        format!("task a({}) -> Int {{\n  sh: \"a.sh\"\n}}\n", nested("a: List[", "Int", "]")),
        format!("env a {{\n  b: {}\n}}\n", nested("[", "1", "]")),
    ];
    for case in cases {
        assert_eq!(codes(&case), ["E0114"], "{}", &case[..80]);
    }
}

#[test]
fn open_brackets_without_an_end_are_found() {
    for bracket in ["(", "[", "{", "if a {", "\"${"] {
        let text = pipeline(&bracket.repeat(10_000));
        assert!(!codes(&text).is_empty(), "{bracket}");
    }
}

#[test]
fn long_is_not_deep() {
    let items = "-1, ".repeat(10_000);
    assert_eq!(codes(&pipeline(&format!("[{items}]"))), [""; 0]);
    let steps = "  f(a)\n".repeat(1_000);
    assert_eq!(codes(&format!("pipeline main(a: Int) -> Int {{\n{steps}}}\n")), [""; 0]);
}

#[test]
fn files_of_nothing_are_fine() {
    for text in ["", "\n", "\u{feff}", "\r\n\r\n", "# only a comment", "## only this", "   \n\t\n"] {
        assert_eq!(codes(text), [""; 0], "{text:?}");
    }
    assert_eq!(format(&source("")).text, "");
    assert_eq!(format(&source("\n\n  \n")).text, "");
    assert_eq!(format(&source("\n\n# a\n\n\n\n# b")).text, "# a\n\n# b\n");
}

#[test]
fn windows_lines_and_a_mark_change_nothing() {
    let text = "## About.\n\ntask a() -> Int {\n  python:\n    x = 1\n\n    return x\n}\n";
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(codes(&windows), [""; 0]);
    assert_eq!(tree_text(&source(text)), tree_text(&source(&windows)));
    assert_eq!(format(&source(&windows)).text, text);
}

#[test]
fn characters_that_cannot_be_seen_are_named() {
    for text in [
        "pipeline main() -> Int {\n  1\0\n}\n",
        "pipeline main() -> Int {\r  1\n}\n",
        "# \u{202e}\npipeline main() -> Int {\n  1\n}\n",
        "task a() -> Int {\n  sh:\n    echo \u{2066}\n}\n",
        "pipeline main() -> String {\n  \"\u{7}\"\n}\n",
        "pipeline ma\u{200e}in() -> Int {\n  1\n}\n",
    ] {
        assert_eq!(codes(text).first().map(String::as_str), Some("E0117"), "{text:?}");
        assert_eq!(codes(text).len(), 1, "{text:?}: {:?}", codes(text));
    }
}

/// Much in a line, or in as many lines as can be: what took quadratic time would take minutes.
#[test]
fn large_files_take_linear_time() {
    const SIZE: usize = 1 << 13;
    let large = |part: &str| part.repeat(SIZE / part.len());
    for text in [
        large("a"),
        large("("),
        large(")"),
        large("{\n"),
        large("}\n"),
        large("{)"),
        pipeline(&large("{)")),
        pipeline(&large("(\nb = ")),
        pipeline(&large("if a {\n")),
        large("\n"),
        large("\""),
        large("\\"),
        large("é"),
        large("'"),
        large("\u{202e}"),
        large("\r"),
        large("a:\n"),
        large("## a\n"),
        large("0"),
        large("task "),
        large("task a\n"),
        large("type A = Int\n"),
        pipeline(&format!("\"{}\"", large("a"))),
        pipeline(&format!("\"{}\"", large("\\q"))),
        pipeline(&format!("\"{}\"", large("${a}"))),
        pipeline(&format!("\"{}", large("${"))),
        pipeline(&format!("[{}]", large("1,"))),
        pipeline(&large("(\n")),
        pipeline(&large("a\n")),
        pipeline(&large("a )\n")),
        pipeline(&large("@ ")),
        format!("task a() -> Int {{\n  python:\n{}}}\n", large("    a\n")),
        format!("task a() -> Int {{\n{}}}\n", large("  a:\n")),
    ] {
        let start = Instant::now();
        let _ = codes(&text);
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(10), "{taken:?} for {:?}", text.chars().take(60).collect::<String>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2),
        ..ProptestConfig::with_cases(64)
    })]

    #[test]
    fn any_text_is_read(text in "\\PC*") {
        let _ = codes(&text);
    }

    #[test]
    fn any_words_are_read(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        let _ = codes(&words.concat());
    }

    /// Of a program with one wrong piece, what is broken stays as it is, and formatting twice changes nothing more.
    #[test]
    fn broken_programs_keep_what_is_broken(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        at in any::<prop::sample::Index>(),
        wrong in prop::sample::select(WORDS),
    ) {
        let mut text = generate::program(&bytes);
        let mut at = at.index(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        text.insert_str(at, wrong);
        let once = format(&source(&text)).text;
        let twice = format(&source(&once)).text;
        prop_assert_eq!(&once, &twice, "{}", text);
    }
}

const WORDS: &[&str] = &[
    "task ",
    "\ntask ",
    "\npipeline ",
    "\ntype ",
    "\nimport ",
    "a",
    "B",
    " = ",
    ": ",
    ", ",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\n",
    "\n  ",
    "python:\n    x\n",
    "\"",
    "\"${",
    "}\"",
    "'",
    "#",
    "## d\n",
    "-> ",
    "|> ",
    "..",
    "if ",
    "else ",
    "for ",
    "in ",
    "1",
    "2s",
    "3x",
    "\\",
    ";",
    "\t",
    "\r\n",
    "\u{202e}",
    "é",
    "?",
    "??",
    "match ",
    "\nservice ",
    " - ",
];
