//! The same file as other people's editors and interrupted hands write it.

use crate::support::Case;
use crate::support::case::found;

pub(crate) fn robust(case: &Case) {
    let plain = found(&case.analyse());
    let variants = [
        ("Windows line ends", case.text.replace('\n', "\r\n")),
        ("a byte order mark", format!("\u{feff}{}", case.text)),
        ("no last line end", case.text.trim_end_matches('\n').to_owned()),
    ];
    for (what, text) in variants {
        // A carriage return of the case's own would be doubled.
        if !case.text.contains('\r') {
            assert_eq!(found(&case.analyse_as(&text)), plain, "{}: with {what} (left) and without", case.path());
        }
    }
    // What a person has typed so far: it must be looked at without a panic, whatever is said of it.
    for (end, _) in case.text.match_indices([' ', '\n', '{', '(', '"']) {
        case.analyse_as(&case.text[..end]);
    }
}
