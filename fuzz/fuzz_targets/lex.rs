//! Any text is cut into tokens and comments that tile it: they stand in order, none is empty or reaches into the next,
//! and between them is nothing but white space. Cut twice, it is cut alike.

#![no_main]

use libfuzzer_sys::fuzz_target;
use standpipe_syntax::{Class, FileId, Source, classes, tokens_text};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let source = Source::new(FileId(0), "fuzz.pipe", text);
    let pieces = classes(&source);
    // A comment ends before the white space at its end, of whatever kind that is.
    let (mut end, mut in_comment) = (0, false);
    let gap = |start: u32, from: u32, comment: bool| {
        let between = source.text.get(from as usize..start as usize).expect("pieces are in order, at whole characters");
        let line = between.split(['\r', '\n']).next().unwrap_or("");
        let rest = if comment { &between[line.len()..] } else { between };
        assert!(!comment || line.trim().is_empty(), "text after a comment belongs to nothing: {line:?}");
        assert!(rest.chars().all(|c| matches!(c, ' ' | '\t' | '\r' | '\n')), "no token for {between:?}");
    };
    for (span, class) in &pieces {
        assert!(!span.is_empty() && source.text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
        gap(span.start, end, in_comment);
        (end, in_comment) = (span.end, *class == Class::Comment);
        if in_comment {
            let comment = source.slice(*span);
            assert!(comment.starts_with('#') && !comment.contains(['\r', '\n']), "not a comment: {comment:?}");
        }
    }
    gap(source.span().end, end, in_comment);
    assert_eq!(pieces, classes(&source), "two readings differ");
    assert_eq!(tokens_text(&source), tokens_text(&source), "two readings differ");
});
