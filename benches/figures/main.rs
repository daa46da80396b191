//! The figures of whole processes, each beside its limit, measured in the same run on the same machine.
//!
//! `cargo bench --bench figures` prints the table; `cargo bench --bench figures -- python` only the rows whose name
//! holds `python`. Times are medians; what counts is the ratio to the limit, because machines differ.

mod check;
mod compile;
mod editor;
mod handoff;
mod idle;
mod makespan;
mod measure;
mod package;
mod remembering;
mod sandbox;
mod scale;
mod start;
mod steps;
mod sweep;

use measure::Row;

/// Measures one figure: a row for each case.
type Figure = fn() -> Vec<Row>;

const FIGURES: &[(&str, Figure)] = &[
    ("check", check::rows),
    ("compile", compile::rows),
    ("package", package::rows),
    ("editor", editor::rows),
    ("start", start::rows),
    ("shell", steps::shell),
    ("python", steps::python),
    ("sandbox", sandbox::rows),
    ("handoff", handoff::rows),
    ("again", scale::again),
    ("instances", scale::instances),
    ("idle", idle::rows),
    ("makespan", makespan::rows),
    ("sweep", sweep::rows),
];

#[expect(clippy::print_stdout, reason = "printing is what it is for")]
fn main() {
    // Cargo passes `--bench`; what is left is a filter.
    let filters: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    println!("| figure | measured | limit | ratio | aim |\n| --- | --- | --- | --- | --- |");
    for (name, rows) in FIGURES {
        if filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str())) {
            for row in rows() {
                println!("{row}");
            }
        }
    }
}
