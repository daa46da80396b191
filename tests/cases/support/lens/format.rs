//! The formatter.

use standpipe_syntax::{FileId, Source};

use crate::support::case::found;
use crate::support::{Case, snapshot};

/// Formatting what is formatted changes nothing, and no diagnostic comes or goes.
pub(crate) fn format(case: &Case) {
    let once = text_of(&case.text);
    assert_eq!(text_of(&once), once, "{}: formatted twice (left) is not formatted once (right)", case.path());
    let codes = |text: &str| found(&case.analyse_as(text)).into_iter().map(|(_, _, code)| code).collect::<Vec<_>>();
    assert_eq!(sorted(codes(&once)), sorted(codes(&case.text)), "{}: formatted (left) and not", case.path());
}

/// What the formatter makes of it.
pub(crate) fn formatted(case: &Case) {
    snapshot(case, "formatted", &format!("{}\n----------\n{}", case.text.trim_end(), text_of(&case.text)));
}

fn text_of(text: &str) -> String {
    standpipe_syntax::format(&Source::new(FileId(0), "case.pipe", text)).text
}

fn sorted(mut codes: Vec<String>) -> Vec<String> {
    codes.sort();
    codes
}
