//! Diagnostics and failures for the terminal, drawn by miette. Knows nothing of where they came from.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan};
use standpipe_syntax::diag::{Diagnostic, Severity};
use standpipe_syntax::{Source, Span};

use super::excerpt::Excerpt;

/// The files that spans point into, by their number, each with its name as people should see it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    pub(crate) files: Vec<(String, Source)>,
}

impl Files {
    /// The file of `span`.
    pub(crate) fn of(&self, span: Span) -> Option<(&str, &Source)> {
        self.files.get(span.file.0 as usize).map(|(name, source)| (name.as_str(), source))
    }
}

/// What a report says: one sentence, some labelled places, and help.
pub(crate) struct Report {
    code: String,
    severity: Severity,
    message: String,
    /// The first is the place itself.
    labels: Vec<(Span, String)>,
    help: Option<String>,
    excerpt: Excerpt,
}

/// How reports are drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) color: bool,
    /// Columns.
    pub(crate) width: usize,
}

impl Report {
    /// The report of a diagnostic.
    pub(crate) fn of(diagnostic: &Diagnostic, files: &Files) -> Self {
        let mut labels = vec![(diagnostic.span, diagnostic.label.clone())];
        labels.extend(diagnostic.labels.iter().map(|label| (label.span, label.text.clone())));
        Self::new(
            diagnostic.code.as_str(),
            diagnostic.severity,
            &diagnostic.message,
            labels,
            diagnostic.help.as_deref(),
            files,
        )
    }

    /// A report of anything that has a code, a sentence and places. A place in an empty file shows only its name.
    pub(crate) fn new(
        code: &str,
        severity: Severity,
        message: &str,
        mut labels: Vec<(Span, String)>,
        help: Option<&str>,
        files: &Files,
    ) -> Self {
        let mut message = message.to_owned();
        if let Some((span, _)) = labels.first()
            && let Some((name, source)) = files.of(*span)
            && source.text.is_empty()
            && !message.contains(name)
        {
            message = format!("{name}: {message}");
        }
        labels.retain(|(span, _)| files.of(*span).is_some_and(|(_, source)| !source.text.is_empty()));
        let spans: Vec<_> = labels.iter().map(|(span, _)| *span).collect();
        let excerpt = Excerpt::new(&spans, |span| files.of(span));
        Self { code: code.into(), severity, message, labels, help: help.map(Into::into), excerpt }
    }

    /// The report as text, with a line end.
    pub(crate) fn draw(&self, look: Look) -> String {
        let theme = if look.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_width(look.width.clamp(60, 120))
            .with_context_lines(1);
        let mut text = String::new();
        if handler.render_report(&mut text, self).is_err() {
            text = format!("{self}\n");
        }
        text
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.code.is_empty()).then(|| Box::new(&self.code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.labels.is_empty() {
            return None;
        }
        Some(Box::new(self.labels.iter().enumerate().map(|(index, (_, text))| {
            let range = self.excerpt.label(index);
            let text = (!text.is_empty()).then(|| text.clone());
            if index == 0 {
                LabeledSpan::new_primary_with_span(text, range)
            } else {
                LabeledSpan::new_with_span(text, range)
            }
        })))
    }
}

#[cfg(test)]
mod tests {
    use standpipe_syntax::FileId;

    use super::*;

    fn files(texts: &[&str]) -> Files {
        let file = |(index, text): (usize, &&str)| {
            let name = format!("{}.pipe", ["a", "b"][index]);
            (name.clone(), Source::new(FileId(u32::try_from(index).unwrap()), &name, text))
        };
        Files { files: texts.iter().enumerate().map(file).collect() }
    }

    /// The span of the first `text` in file `index`.
    fn span(files: &Files, index: u32, text: &str) -> Span {
        let start = u32::try_from(files.files[index as usize].1.text.find(text).unwrap()).unwrap();
        Span { file: FileId(index), start, end: start + u32::try_from(text.len()).unwrap() }
    }

    fn draw(files: &Files, labels: &[(Span, &str)]) -> String {
        let labels = labels.iter().map(|(span, text)| (*span, (*text).to_owned())).collect();
        let report = Report::new("E0000", Severity::Error, "something is wrong", labels, Some("mend it"), files);
        report.draw(Look { color: false, width: 80 })
    }

    #[test]
    fn labels_in_two_files() {
        let files = files(&["one\ntwo\nthree\nfour\n", "alpha\nbeta\ngamma\n"]);
        insta::assert_snapshot!(draw(
            &files,
            &[(span(&files, 1, "beta"), "here"), (span(&files, 0, "three"), "promised")]
        ));
    }

    #[test]
    fn far_lines_of_one_file() {
        let text = (0..40).map(|line| format!("line {line}.\n")).collect::<String>();
        let files = files(&[&text]);
        insta::assert_snapshot!(draw(
            &files,
            &[(span(&files, 0, "line 30."), "here"), (span(&files, 0, "2."), "there")]
        ));
    }

    #[test]
    fn long_lines_are_cut_and_controls_shown() {
        let text = format!("{}\u{1b}[31mwrong\u{202e}{}", "ü".repeat(5000), "z".repeat(10_000_000));
        let files = files(&[&text]);
        insta::assert_snapshot!(draw(&files, &[(span(&files, 0, "wrong"), "here")]));
    }

    #[test]
    fn ends_and_empty_files() {
        let end = files(&["x = 1\r\ny ="]);
        let at = end.files[0].1.span().after();
        let empty = files(&[""]);
        let start = Span::default();
        insta::assert_snapshot!(format!("{}\n{}", draw(&end, &[(at, "ends here")]), draw(&empty, &[(start, "here")])));
    }
}
