//! Programs of thousands of parts, good and bad: each is checked in the time that its text takes, not its square, and none
//! by going as deep as it is long.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use standpipe_compiler::{MemoryWorld, analyse};

const MANY: usize = 3_000;

/// How often each code is found.
fn codes(text: &str) -> BTreeMap<String, usize> {
    let analysis = analyse(&MemoryWorld::new().with("a.pipe", text), "a.pipe");
    let mut codes = BTreeMap::new();
    for diagnostic in &analysis.diagnostics {
        *codes.entry(diagnostic.code.to_string()).or_default() += 1;
    }
    codes
}

/// `line(0)`, `line(1)`, …
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut out, index| {
        let _ = writeln!(out, "{}", line(index));
        out
    })
}

#[test]
fn steps_and_tasks() {
    let columns: Vec<String> = (0..50).map(|column| format!("c{column}: Float")).collect();
    let tasks = lines(MANY, |n| {
        format!("task t{n}(rows: Table[Row]) -> Table[Row] {{\n  sh:\n    cp \"$rows\" \"$out\"\n}}\n")
    });
    let steps = lines(MANY, |n| match n {
        0 => "  s0 = t0(rows)".into(),
        n => format!("  s{n} = t{n}(s{})", n - 1),
    });
    let row = columns.join(", ");
    let text = format!(
        "type Row = {{ {row} }}\n\n{tasks}\npipeline main(rows: Table[Row]) -> Table[Row] {{\n{steps}  s{}\n}}\n",
        MANY - 1
    );
    assert_eq!(codes(&text), BTreeMap::new());
}

#[test]
fn unknown_names() {
    let steps = lines(MANY, |n| format!("  s{n} = stepp{n}(a)"));
    let text = format!("pipeline main(a: Int) -> Int {{\n{steps}  a\n}}\n");
    assert_eq!(codes(&text), BTreeMap::from([("E0201".into(), MANY)]));
}

#[test]
fn names_that_stand_for_names() {
    let forward = lines(MANY, |n| if n == 0 { "const a0 = 1".into() } else { format!("const a{n} = a{} + 1", n - 1) });
    assert_eq!(codes(&forward), BTreeMap::new());
    let backward = lines(MANY, |n| format!("const a{n} = a{} + 1", n + 1)) + &format!("const a{MANY} = 1\n");
    assert_eq!(codes(&backward).keys().collect::<Vec<_>>(), ["E0331"]);
    let types = lines(MANY, |n| format!("type A{n} = {{ a: A{} }}", n + 1)) + &format!("type A{MANY} = Int\n");
    assert_eq!(codes(&types).keys().collect::<Vec<_>>(), ["E0325"]);
}

#[test]
fn values_that_double() {
    for (first, next) in [
        ("[1]", "a{} + a{}"),
        ("[1]", "[a{}, a{}]"),
        ("{ x: 1, y: 1 }", "{ x: a{}, y: a{} }"),
        ("\"long\"", "\"${a{}}${a{}}\""),
    ] {
        let text = lines(50, |n| match n {
            0 => format!("const a0 = {first}"),
            n => format!("const a{n} = {}", next.replace("{}", &(n - 1).to_string())),
        });
        let found = codes(&text);
        assert!(found.contains_key("E0331") || found.contains_key("E0325"), "{next}: {found:?}");
    }
}

#[test]
fn wide_records() {
    let types: Vec<String> = (0..MANY).map(|field| format!("f{field}: Int")).collect();
    let values: Vec<String> = (0..MANY).map(|field| format!("f{field}: {field}")).collect();
    let text = format!(
        "type R = {{ {} }}\n\nconst r: R = {{ {} }}\n\npipeline main() -> R {{\n  r\n}}\n",
        types.join(", "),
        values.join(", ")
    );
    assert_eq!(codes(&text), BTreeMap::new());
}
