//! The functions and words that the engine has. Written by the engine itself: `SELECT DISTINCT function_name FROM
//! duckdb_functions()`, of the version in [`crate::Inputs::engine_known`].

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

/// Sorted.
const NAMES: &str = include_str!("functions.txt");

/// Words that the parser takes for functions and the engine for syntax.
const SYNTAX: [&str; 38] = [
    "cast",
    "coalesce",
    "columns",
    "count",
    "cume_dist",
    "current_date",
    "current_time",
    "current_timestamp",
    "date_part",
    "dense_rank",
    "exists",
    "extract",
    "fill",
    "first_value",
    "grouping",
    "grouping_id",
    "if",
    "ifnull",
    "lag",
    "last_value",
    "lead",
    "localtime",
    "localtimestamp",
    "map",
    "nth_value",
    "ntile",
    "operator",
    "overlay",
    "percent_rank",
    "percentile_cont",
    "percentile_disc",
    "position",
    "rank",
    "row",
    "row_number",
    "struct",
    "try",
    "unnest",
];

static KNOWN: LazyLock<FxHashSet<&str>> = LazyLock::new(|| names().collect());

/// Words that no column or table can be called without quotes: the reserved and the type and function names of
/// `duckdb_keywords()`.
const WORDS: &str = "\
    all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast \
    check collate collation column columns concurrently constraint create cross default deferrable desc describe \
    distinct do else end except false fetch for foreign freeze from full generated glob group having ilike in \
    initially inner intersect into is isnull join lambda lateral leading left like limit map natural not notnull \
    null offset on only or order outer overlaps pivot pivot_longer pivot_wider placing positional primary \
    qualify references returning right select semi show similar some struct summarize symmetric table \
    tablesample then to trailing true try_cast tuple union unique unpack unpivot using variadic verbose when \
    where window with";

/// Whether the name has to stand between quotes.
pub(crate) fn is_word(name: &str) -> bool {
    WORDS.split_ascii_whitespace().any(|word| name.eq_ignore_ascii_case(word))
}

/// Whether the engine has a function of that name, in lower case.
pub(crate) fn has(name: &str) -> bool {
    KNOWN.contains(name)
}

/// Every name there is.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    NAMES.lines().chain(SYNTAX)
}
