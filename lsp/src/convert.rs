//! Between our places and the protocol's: the only module that knows how LSP counts (lines from 0, and in them the units
//! that were agreed on).

use standpipe_syntax::Span;
use standpipe_syntax::diag::{Code, Diagnostic, Severity};
use tower_lsp::ls_types::{
    self as lsp, CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Position, PositionEncodingKind, Range,
};

/// What editors show greyed.
const UNUSED: [Code; 5] =
    [Code::UNUSED_STEP, Code::UNUSED_IMPORT, Code::UNUSED_TASK, Code::UNUSED_INPUT, Code::UNUSED_RESULT];

/// What columns count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Encoding {
    Utf8,
    #[default]
    Utf16,
    Utf32,
}

impl Encoding {
    /// The cheapest for us of those that the editor offers; it must know UTF-16.
    pub fn choose(offered: Option<&[PositionEncodingKind]>) -> Self {
        let offered = offered.unwrap_or_default();
        if offered.contains(&PositionEncodingKind::UTF8) {
            Self::Utf8
        } else if offered.contains(&PositionEncodingKind::UTF32) && !offered.contains(&PositionEncodingKind::UTF16) {
            Self::Utf32
        } else {
            Self::Utf16
        }
    }

    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn units(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }

    /// How long `text` is.
    pub(crate) fn length(self, text: &str) -> u32 {
        let length = match self {
            Self::Utf8 => text.len(),
            Self::Utf16 | Self::Utf32 => text.chars().map(|character| self.units(character)).sum(),
        };
        u32::try_from(length).unwrap_or(u32::MAX)
    }
}

/// Where the lines of a text start. They end as the protocol says: with `\n`, `\r\n` or `\r`.
#[derive(Clone, Debug)]
pub(crate) struct Lines(Vec<u32>);

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let starts = ends.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX));
        Self(std::iter::once(0).chain(starts).collect())
    }

    /// The byte at `position`, the nearest one when it lies outside the text or inside a character.
    pub(crate) fn offset(&self, text: &str, position: Position, encoding: Encoding) -> u32 {
        let Some(start) = self.0.get(position.line as usize).copied() else {
            return u32::try_from(text.len()).unwrap_or(u32::MAX);
        };
        let line = self.line(text, position.line);
        let mut units = position.character as usize;
        for (at, character) in line.char_indices() {
            let width = encoding.units(character);
            if units < width {
                return start + u32::try_from(at).unwrap_or(0);
            }
            units -= width;
        }
        start + u32::try_from(line.len()).unwrap_or(0)
    }

    pub(crate) fn position(&self, text: &str, at: u32, encoding: Encoding) -> Position {
        let line = self.0.partition_point(|start| *start <= at).saturating_sub(1);
        let start = self.0.get(line).copied().unwrap_or(0) as usize;
        let end = (at as usize).min(text.len());
        // The middle of a line's end is the line's end.
        let before = text.get(start..end).unwrap_or_default().trim_end_matches(['\r', '\n']);
        Position::new(u32::try_from(line).unwrap_or(u32::MAX), encoding.length(before))
    }

    /// The text of each line without its end.
    pub(crate) fn each<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        (0..self.0.len()).map(move |line| self.line(text, u32::try_from(line).unwrap_or(u32::MAX)))
    }

    /// The text of a line without its end.
    fn line<'t>(&self, text: &'t str, line: u32) -> &'t str {
        let start = self.0.get(line as usize).copied().unwrap_or(0) as usize;
        let end = self.0.get(line as usize + 1).map_or(text.len(), |end| *end as usize);
        text.get(start..end).unwrap_or_default().trim_end_matches(['\r', '\n'])
    }
}

/// A diagnostic for the editor. `page` is the address of what explains its code; `locate` says where the editor finds a
/// place, where it can open it.
pub(crate) fn diagnostic(
    diagnostic: &Diagnostic,
    range: Range,
    page: Option<String>,
    locate: &dyn Fn(Span) -> Option<Location>,
) -> lsp::Diagnostic {
    let related = diagnostic.labels.iter().filter_map(|label| {
        Some(DiagnosticRelatedInformation { location: locate(label.span)?, message: label.text.clone() })
    });
    let related: Vec<_> = related.collect();
    let message = match &diagnostic.help {
        Some(help) => format!("{}\n{help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    lsp::Diagnostic {
        range,
        severity: Some(match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(diagnostic.code.to_string())),
        code_description: page.and_then(|page| page.parse().ok()).map(|href| CodeDescription { href }),
        source: Some("standpipe".into()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: match diagnostic.code {
            Code::DEPRECATED => Some(vec![DiagnosticTag::DEPRECATED]),
            code => UNUSED.contains(&code).then(|| vec![DiagnosticTag::UNNECESSARY]),
        },
        ..lsp::Diagnostic::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_there_and_back() {
        let text = "a😀b\r\nµ = 1\n\rx";
        let lines = Lines::of(text);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (at, _) in text.char_indices().filter(|(_, character)| !"\r\n".contains(*character)) {
                let at = u32::try_from(at).unwrap();
                let place = lines.position(text, at, encoding);
                assert_eq!(lines.offset(text, place, encoding), at, "{place:?} {encoding:?}");
            }
        }
        assert_eq!(lines.position(text, 5, Encoding::Utf16), Position::new(0, 3));
        assert_eq!(lines.position(text, 5, Encoding::Utf32), Position::new(0, 2));
        assert_eq!(lines.position(text, 5, Encoding::Utf8), Position::new(0, 5));
        assert_eq!(lines.position(text, 16, Encoding::Utf8), Position::new(3, 0));
    }
}
