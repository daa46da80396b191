//! What a check found as workflow commands, which GitHub shows beside the lines of a change. Knows nothing of how it
//! was found.
//!
//! After GitHub, "Workflow commands for GitHub Actions".

use std::fmt::Write as _;

use standpipe_syntax::diag::{Diagnostic, Severity};

use super::diagnostics::{Findings, Range, range};
use super::report::Files;

/// All findings, each as `::error file=a.pipe,line=3,col=5,…::message`.
pub(crate) fn commands(findings: &Findings) -> String {
    findings.each().map(|(diagnostic, files)| command(diagnostic, files)).collect()
}

fn command(diagnostic: &Diagnostic, files: &Files) -> String {
    let kind = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let Range { file, start, end } = range(diagnostic.span, files);
    let mut at = format!("file={},line={},endLine={}", property(file), start.line, end.line);
    // Columns are refused of what goes over several lines.
    if start.line == end.line {
        let _ = write!(at, ",col={},endColumn={}", start.column, end.column);
    }
    let mut message = diagnostic.message.clone();
    if let Some(help) = &diagnostic.help {
        let _ = write!(message, "\n{help}");
    }
    format!("::{kind} {at},title={}::{}\n", diagnostic.code.as_str(), data(&message))
}

/// Text as the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text as the value of a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use standpipe_syntax::diag::Code;
    use standpipe_syntax::{FileId, Source, Span};

    use super::*;

    #[test]
    fn what_would_end_a_command_is_written_otherwise() {
        let name = "a,b:c%.pipe";
        let files = Files { files: vec![(name.into(), Source::new(FileId(0), name, "one\ntwo\n"))] };
        let span = Span { file: FileId(0), start: 1, end: 6 };
        let diagnostic = Diagnostic::new(Code::UNKNOWN_NAME, span, "100 %\nwrong").help("mend it");
        assert_eq!(
            command(&diagnostic, &files),
            "::error file=a%2Cb%3Ac%25.pipe,line=1,endLine=2,title=E0201::100 %25%0Awrong%0Amend it\n"
        );
    }
}
