//! Files that are checked together: what is found in each is what is found when it is checked alone.

use std::collections::BTreeSet;

use standpipe_compiler::{Analysis, analyse_all};
use standpipe_syntax::diag::Code;

use super::{Case, Files};

/// Checks all cases of `area` as one compilation, and each alone.
pub(crate) fn together(area: &str) {
    let cases = Case::of(area);
    let paths: Vec<String> = cases.iter().map(Case::path).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let all = found(&analyse_all(&Files::default(), &paths));
    let alone: BTreeSet<String> = cases.iter().flat_map(|case| found(&case.analyse())).collect();
    let more: Vec<&String> = all.difference(&alone).collect();
    let less: Vec<&String> = alone.difference(&all).collect();
    assert!(more.is_empty() && less.is_empty(), "only together: {more:#?}\nonly alone: {less:#?}");
}

/// What was found, with places by the names of files. Which import closes a cycle depends on where one begins.
fn found(analysis: &Analysis) -> BTreeSet<String> {
    let sources = analysis.sources();
    let mut found = BTreeSet::new();
    for diagnostic in analysis.diagnostics.iter().filter(|diagnostic| diagnostic.code != Code::IMPORT_CYCLE) {
        let span = diagnostic.span;
        let name = &sources[span.file.0 as usize].name;
        found.insert(format!(
            "{name}:{}-{} {} {:?} {:?}",
            span.start, span.end, diagnostic.code, diagnostic.message, diagnostic.help
        ));
    }
    found
}
