//! What a compilation found, for people and for programs. Knows nothing of how it was found.

use serde::Serialize;
use standpipe_syntax::diag::{Diagnostic, Severity};
use standpipe_syntax::{LineColumn, Span};

use super::plural;
use super::report::{Files, Look, Report};

/// Diagnostics of one or more compilations, in order of file and place, each once.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// The files of each compilation.
    compilations: Vec<Files>,
    /// With the compilation each belongs to.
    found: Vec<(usize, Diagnostic)>,
}

impl Findings {
    /// Adds what one compilation found.
    pub(crate) fn add(&mut self, files: Files, diagnostics: Vec<Diagnostic>) {
        let index = self.compilations.len();
        self.compilations.push(files);
        self.found.extend(diagnostics.into_iter().map(|diagnostic| (index, diagnostic)));
    }

    /// The same, sorted; what several compilations found in a file they share is kept once.
    pub(crate) fn sorted(mut self) -> Self {
        let mut keyed: Vec<_> = std::mem::take(&mut self.found)
            .into_iter()
            .map(|(index, diagnostic)| (self.key(index, &diagnostic), (index, diagnostic)))
            .collect();
        keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        keyed.dedup_by(|(a, _), (b, _)| a == b);
        self.found = keyed.into_iter().map(|(_, found)| found).collect();
        self
    }

    fn key(&self, index: usize, diagnostic: &Diagnostic) -> (String, u32, u32, &'static str, String) {
        let file = self.compilations[index].of(diagnostic.span).map_or(String::new(), |(name, _)| name.to_owned());
        (file, diagnostic.span.start, diagnostic.span.end, diagnostic.code.as_str(), diagnostic.message.clone())
    }

    /// How many are of `severity`.
    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.found.iter().filter(|(_, diagnostic)| diagnostic.severity == severity).count()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Each with the files of its compilation.
    pub(super) fn each(&self) -> impl Iterator<Item = (&Diagnostic, &Files)> {
        self.found.iter().map(|(index, diagnostic)| (diagnostic, &self.compilations[*index]))
    }

    /// All of them as text.
    pub(crate) fn text(&self, look: Look) -> String {
        self.each().map(|(diagnostic, files)| Report::of(diagnostic, files).draw(look) + "\n").collect()
    }

    /// All of them, each as `file:line:column: error[E0301]: message (help)`: what editors and other tools take apart.
    pub(crate) fn lines(&self) -> String {
        self.each().map(|(diagnostic, files)| line(diagnostic, files)).collect()
    }

    /// `2 errors, 1 warning`, or `no problems`.
    pub(crate) fn counts(&self) -> String {
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        match (errors, warnings) {
            (0, 0) => "no problems".into(),
            (errors, 0) => plural(errors, "error"),
            (0, warnings) => plural(warnings, "warning"),
            (errors, warnings) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
        }
    }

    /// All of them as one JSON object.
    pub(crate) fn json(&self) -> String {
        let document = Document {
            diagnostics: self.each().map(|(diagnostic, files)| json(diagnostic, files)).collect(),
            errors: self.count(Severity::Error),
            warnings: self.count(Severity::Warning),
        };
        serde_json::to_string(&document).unwrap_or_default() + "\n"
    }
}

#[derive(Serialize)]
struct Document<'a> {
    diagnostics: Vec<Item<'a>>,
    errors: usize,
    warnings: usize,
}

#[derive(Serialize)]
struct Item<'a> {
    code: &'static str,
    severity: Severity,
    message: &'a str,
    #[serde(flatten)]
    at: Range<'a>,
    labels: Vec<Text<'a>>,
    help: Option<&'a str>,
    fixes: Vec<Repair<'a>>,
}

/// A piece of a file; the end is the place behind it.
#[derive(Serialize)]
pub(super) struct Range<'a> {
    pub(super) file: &'a str,
    pub(super) start: LineColumn,
    pub(super) end: LineColumn,
}

#[derive(Serialize)]
struct Text<'a> {
    #[serde(flatten)]
    at: Range<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Repair<'a> {
    title: &'a str,
    edits: Vec<Text<'a>>,
}

fn json<'a>(diagnostic: &'a Diagnostic, files: &'a Files) -> Item<'a> {
    let text = |span: Span, text: &'a str| Text { at: range(span, files), text };
    Item {
        code: diagnostic.code.as_str(),
        severity: diagnostic.severity,
        message: &diagnostic.message,
        at: range(diagnostic.span, files),
        labels: diagnostic.labels.iter().map(|label| text(label.span, &label.text)).collect(),
        help: diagnostic.help.as_deref(),
        fixes: diagnostic
            .fixes
            .iter()
            .map(|fix| Repair {
                title: &fix.title,
                edits: fix.edits.iter().map(|edit| text(edit.span, &edit.text)).collect(),
            })
            .collect(),
    }
}

fn line(diagnostic: &Diagnostic, files: &Files) -> String {
    let Range { file, start, .. } = range(diagnostic.span, files);
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let help = diagnostic.help.as_deref().map_or(String::new(), |help| format!(" ({help})"));
    let text = format!("{}{help}", diagnostic.message).replace('\n', " ");
    format!("{file}:{}:{}: {severity}[{}]: {text}\n", start.line, start.column, diagnostic.code.as_str())
}

/// Where `span` lies; at the start of no file when it is in none.
pub(super) fn range(span: Span, files: &Files) -> Range<'_> {
    let start = LineColumn { line: 1, column: 1 };
    files.of(span).map_or(Range { file: "", start, end: start }, |(file, source)| Range {
        file,
        start: source.place(span.start),
        end: source.place(span.end),
    })
}
