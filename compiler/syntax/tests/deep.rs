//! A million levels of every form that can stand in itself: read, with a message or without, and dropped, on a small
//! stack, in time that grows with the text. `hostile.rs` formats what is less deep.

mod common;

use common::source;
use standpipe_syntax::parse;

const LEVELS: usize = 1_000_000;
/// Bytes: a thread's usual stack; the main thread has four times as much.
const STACK: usize = 2 << 20;

/// The cycles of the grammar: what opens a level, what stands in the innermost, what closes one; in a step or in a type.
const STEPS: &[(&str, &str, &str)] = &[
    ("(", "a", ")"),
    ("[", "a", "]"),
    ("{ a: ", "a", " }"),
    ("f(", "a", ")"),
    ("f(a: ", "a", ")"),
    ("a[", "a", "]"),
    ("", "a", ".a"),
    ("", "a", "()"),
    ("", "a", "[0]"),
    ("not ", "a", ""),
    ("- ", "a", ""),
    ("try ", "a", ""),
    ("a + ", "a", ""),
    ("a * ", "a", ""),
    ("a .. ", "a", ""),
    ("a == ", "a", ""),
    ("a and ", "a", ""),
    ("a or ", "a", ""),
    ("a ?? ", "a", ""),
    ("a |> ", "f()", ""),
    ("a |> f() |> ", "f()", ""),
    ("", "a", " |> f()"),
    ("if a { ", "a", " }"),
    ("if a { a } else ", "{ a }", ""),
    ("if a { a } else { ", "a", " }"),
    ("for a in a { ", "a", " }"),
    ("for a in [", "a", "] { a }"),
    ("match a { 1 { ", "a", " } }"),
    ("match ", "a", " { 1 { a } }"),
    ("loop a = 1 limit 2 { ", "a", " }"),
    ("loop a = ", "1", " limit 2 { a }"),
    ("sweep a in b maximize c using d { ", "a", " }"),
    ("\"${", "a", "}\""),
    ("{ a = ", "a", " }"),
];

const TYPES: &[(&str, &str, &str)] = &[
    ("List[", "Int", "]"),
    ("Map[", "Int", "]"),
    ("A[", "Int", "]"),
    ("{ a: ", "Int", " }"),
    ("(", "Int", ")"),
    ("", "Int", "?"),
    ("\"a\" | ", "\"b\"", ""),
    ("List[Int in 0..", "1", "]"),
];

/// Brackets that nothing closes, or others do.
const OPEN: &[&str] = &["(", "[", "{", "{ a: ", "f(", "if a { ", "(]", "{)", "(\n", "[\n  b = (", "\"${", ")", "}\n"];

fn nested((open, inner, close): &(&str, &str, &str)) -> String {
    format!("{}{inner}{}", open.repeat(LEVELS), close.repeat(LEVELS))
}

/// Reads and drops each text on a thread of its own; gives back those that were refused for anything but their
/// depth.
fn survive(texts: impl Iterator<Item = (String, String)>) -> Vec<String> {
    let mut odd = Vec::new();
    for (name, text) in texts {
        let read = move || {
            let source = source(&text);
            parse(&source).diagnostics.iter().map(|found| found.code.to_string()).collect::<Vec<String>>()
        };
        let thread = std::thread::Builder::new().stack_size(STACK).spawn(read).expect("a thread");
        let codes = thread.join().unwrap_or_else(|_| panic!("{name}: it panicked"));
        if codes.len() > 3 || codes.first().is_some_and(|code| code != "E0114") {
            odd.push(format!("{name}: {} messages, the first {:?}", codes.len(), codes.first()));
        }
    }
    odd
}

#[test]
fn a_million_levels_of_steps() {
    let texts = STEPS
        .iter()
        .map(|form| (format!("{form:?}"), format!("pipeline main(a: Int) -> Int {{\n  x = {}\n}}\n", nested(form))));
    assert_eq!(survive(texts), [""; 0]);
}

#[test]
fn a_million_levels_of_types() {
    let texts = TYPES.iter().flat_map(|form| {
        let ty = nested(form);
        let alias = format!("type A = {ty}\n");
        let head = format!("task a(b: {ty}) -> Int {{\n  sh: \"a.sh\"\n}}\n");
        [(format!("type {form:?}"), alias), (format!("input {form:?}"), head)]
    });
    assert_eq!(survive(texts), [""; 0]);
}

#[test]
fn a_million_brackets_without_a_partner() {
    for form in OPEN {
        let text = format!("pipeline main(a: Int) -> Int {{\n  x = {}\n}}\n", form.repeat(LEVELS));
        let read = move || parse(&source(&text)).diagnostics.iter().map(|found| found.code.to_string()).collect();
        let thread = std::thread::Builder::new().stack_size(STACK).spawn(read).expect("a thread");
        let codes: Vec<String> = thread.join().unwrap_or_else(|_| panic!("{form:?}: it panicked"));
        assert!((1..=20).contains(&codes.len()), "{form:?}: {} messages", codes.len());
    }
}

#[test]
fn a_million_lines_are_not_deep() {
    let comments = "# a\n".repeat(LEVELS);
    let steps = format!("pipeline main(a: Int) -> Int {{\n{}  a\n}}\n", "  # a\n".repeat(LEVELS));
    let raw = format!("task a() -> Int {{\n  sh:\n{}}}\n", "    (\n".repeat(LEVELS));
    for text in [comments, steps, raw] {
        let read = move || parse(&source(&text)).diagnostics.len();
        let thread = std::thread::Builder::new().stack_size(STACK).spawn(read).expect("a thread");
        assert_eq!(thread.join().expect("no panic"), 0);
    }
}
