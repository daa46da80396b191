//! Between our places and the protocol's: the only module that knows how LSP counts (lines and UTF-16 units from 0).

use standpipe_syntax::diag::{Code, Diagnostic, Severity};
use standpipe_syntax::{Source, Span};
use tower_lsp::ls_types::{
    self as lsp, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, NumberOrString, Position,
    Range, Uri,
};

/// What editors show greyed.
const UNUSED: [Code; 5] =
    [Code::UNUSED_STEP, Code::UNUSED_IMPORT, Code::UNUSED_TASK, Code::UNUSED_INPUT, Code::UNUSED_RESULT];

/// The byte at `position`, the nearest one when it lies outside the text or inside a character.
pub(crate) fn offset(text: &str, position: Position) -> usize {
    let line_start = match position.line {
        0 => 0,
        line => match text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').nth(line as usize - 1) {
            Some((at, _)) => at + 1,
            None => return text.len(),
        },
    };
    let line = text[line_start..].split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut units = position.character as usize;
    for (at, character) in line.char_indices() {
        if units < character.len_utf16() {
            return line_start + at;
        }
        units -= character.len_utf16();
    }
    line_start + line.len()
}

fn position(source: &Source, at: u32) -> Position {
    let line = source.line_of(at);
    let start = source.line_start(line).unwrap_or(0) as usize;
    let before = source.text.get(start..(at as usize).min(source.text.len())).unwrap_or_default();
    let units: usize = before.chars().map(char::len_utf16).sum();
    Position::new(line, u32::try_from(units).unwrap_or(u32::MAX))
}

pub(crate) fn range(source: &Source, span: Span) -> Range {
    Range::new(position(source, span.start), position(source, span.end.max(span.start)))
}

/// A diagnostic for the editor. `uri_of` names the file of a source, where an editor could open it.
pub(crate) fn diagnostic(
    diagnostic: &Diagnostic,
    sources: &[Source],
    uri_of: &dyn Fn(&Source) -> Option<Uri>,
) -> Option<lsp::Diagnostic> {
    let source = sources.get(diagnostic.span.file.0 as usize)?;
    let related = diagnostic.labels.iter().filter_map(|label| {
        let source = sources.get(label.span.file.0 as usize)?;
        let location = Location { uri: uri_of(source)?, range: range(source, label.span) };
        Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
    });
    let related: Vec<_> = related.collect();
    let message = match &diagnostic.help {
        Some(help) => format!("{}\n{help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    Some(lsp::Diagnostic {
        range: range(source, diagnostic.span),
        severity: Some(match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(diagnostic.code.to_string())),
        source: Some("standpipe".into()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: UNUSED.contains(&diagnostic.code).then(|| vec![DiagnosticTag::UNNECESSARY]),
        ..lsp::Diagnostic::default()
    })
}

#[cfg(test)]
mod tests {
    use standpipe_syntax::FileId;

    use super::*;

    #[test]
    fn places_there_and_back() {
        let text = "a😀b\r\nµ = 1\n";
        let source = Source::new(FileId(0), "a.pipe", text);
        for (at, _) in text.char_indices().filter(|(_, character)| !"\r\n".contains(*character)) {
            let place = position(&source, u32::try_from(at).unwrap());
            assert_eq!(offset(text, place), at, "{place:?}");
        }
        assert_eq!(position(&source, 5), Position::new(0, 3));
    }
}
