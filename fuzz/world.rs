//! The folder that a fuzzed program lies in: a file of each kind that it can name.

use standpipe_compiler::MemoryWorld;

/// Where the program lies.
pub const PROGRAM: &str = "fuzz.pipe";

const LIB: &str = "\
type Row = { id: Int }

task load(n: Int) -> Table[Row] {
  sql:
    SELECT $n AS id
}
";

/// The folder, with `text` as its program.
pub fn with(text: &str) -> MemoryWorld {
    MemoryWorld::new()
        .with(PROGRAM, text)
        .with("lib.pipe", LIB)
        .with("data.csv", "id,name\n1,a\n2,\n")
        .with("code.py", "def f(n: int) -> int:\n    return n\n")
        .with("script.sh", "echo \"$n\" > \"$out\"\n")
        .with("query.sql", "SELECT 1 AS id\n")
}
