//! Imports.

use super::after;

#[test]
fn an_unknown_name_is_imported() {
    let text = "pipeline main() -> Int {\n  tw‸ice(1)\n}\n";
    let lib = "task twice(n: Int) -> Int {\n  sh:\n    echo $n > $out\n}\n";
    assert_eq!(
        after(&[("a.pipe", text), ("lib.pipe", lib)], "import `twice` from `./lib.pipe`"),
        "import \"./lib.pipe\" { twice }\n\npipeline main() -> Int {\n  twice(1)\n}\n"
    );
    let text = "pipeline main(t: Table[{ a: Int }]) -> Int {\n  fir‸st(t, rows: 1).rows\n}\n";
    assert!(
        after(&[("a.pipe", text)], "import it from `std/table`").starts_with("import std/table { first }\n\npipeline")
    );
}

#[test]
fn an_unknown_type_is_imported() {
    let text = "pipeline main(rows: Table[R‸ow]) -> Int {\n  rows.rows\n}\n";
    let lib = "type Row = {\n  id: Int\n}\n";
    assert_eq!(
        after(&[("a.pipe", text), ("lib.pipe", lib)], "import `Row` from `./lib.pipe`"),
        "import \"./lib.pipe\" { Row }\n\npipeline main(rows: Table[Row]) -> Int {\n  rows.rows\n}\n"
    );
}

#[test]
fn imports_are_sorted_and_emptied() {
    let lib = ("lib.pipe", "const a: Int = 1\n\nconst b: Int = 2\n");
    let text = "import \"./lib.pipe\" { b, a }\nimport std/table { stack, fir‸st }\n\npipeline main(t: Table[{ x: Int }]) -> Int {\n  first(t, rows: a + b).rows\n}\n";
    assert_eq!(
        after(&[("a.pipe", text), lib], "sort the imports").lines().take(2).collect::<Vec<_>>(),
        ["import std/table { first }", "import \"./lib.pipe\" { a, b }"]
    );
    let at_stack = text.replace('‸', "").replace("stack", "sta‸ck");
    assert!(after(&[("a.pipe", &at_stack), lib], "remove the name").contains("import std/table { first }"));
    let sole = "import std/table { sta‸ck }\n\npipeline main() -> Int {\n  1\n}\n";
    assert_eq!(after(&[("a.pipe", sole)], "remove the import").trim_start(), "pipeline main() -> Int {\n  1\n}\n");
}
