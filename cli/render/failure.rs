//! A step's failure, drawn like a compiler's message: what, where in the source, the traceback, the end of its log.

use std::path::Path;

use standpipe_runtime::Failure;
use standpipe_syntax::diag::Severity;
use standpipe_syntax::{FileId, Source, Span};

use super::excerpt::visible;
use super::paint::Paint;
use super::report::{Files, Look, Report};
use crate::call::Call;
use crate::project::Project;
use crate::world::read_regular;

/// Largest source whose line is shown, in bytes.
const MAX_SOURCE: u64 = 16 << 20;
/// Lines of the traceback or log that are shown: its end.
const MAX_DETAIL: usize = 30;

/// The failure of `step` in the run called `run`, which was called with `call`.
pub(crate) fn draw(
    step: &str,
    failure: &Failure,
    run: &str,
    call: Option<&Call>,
    project: &Project,
    look: Look,
) -> String {
    let mut message = String::new();
    let said = failure.message.replace('\n', " ");
    let named = said.starts_with(&format!("`{step}` "));
    visible(&if named { said } else { format!("`{step}` failed: {said}") }, &mut message);
    let (files, labels) = match place(failure, project) {
        Some((files, span)) => (files, vec![(span, String::new())]),
        None => (Files::default(), Vec::new()),
    };
    let mut text =
        Report::new(&failure.code, Severity::Error, &message, labels, failure.help.as_deref(), &files).draw(look);
    let paint = Paint { on: look.color };
    let detail: Vec<_> = failure.detail.trim_end().lines().collect();
    if detail.len() > MAX_DETAIL {
        text.push_str(&paint.dimmed(&format!("  … {} lines before\n", detail.len() - MAX_DETAIL)));
    }
    for line in &detail[detail.len().saturating_sub(MAX_DETAIL)..] {
        let mut shown = String::from("  ");
        visible(line, &mut shown);
        text.push_str(&paint.dimmed(&shown));
        text.push('\n');
    }
    if !failure.inputs.is_empty() {
        let inputs: Vec<_> = failure.inputs.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let mut shown = String::from("  its inputs: ");
        visible(&inputs.join(", "), &mut shown);
        text.push_str(&paint.dimmed(&shown));
        text.push('\n');
    }
    if let Some(again) = call.and_then(|call| call.only(step)) {
        text.push_str(&format!("  only this step again: {again}\n"));
    }
    text.push_str(&format!("  the whole log: standpipe runs logs {run} --step '{step}'{}\n", project.elsewhere()));
    text
}

/// The line that failed, where the source can be read.
fn place(failure: &Failure, project: &Project) -> Option<(Files, Span)> {
    let (file, line) = (failure.file.as_ref()?, failure.line?.checked_sub(1)?);
    let text = String::from_utf8(read_regular(&project.root.join(Path::new(file)), MAX_SOURCE).ok()?).ok()?;
    let source = Source::new(FileId(0), file, &text);
    let start = source.line_start(line)?;
    let all = source.text.get(start as usize..)?.lines().next()?;
    let indent = all.len() - all.trim_start().len();
    let start = start + u32::try_from(indent).ok()?;
    let span = Span { file: FileId(0), start, end: start + u32::try_from(all.trim().len()).ok()? };
    Some((Files { files: vec![(project.shown(file), source)] }, span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_line_the_traceback_and_the_log() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.pipe"), "task fit() -> Int {\n  python:\n    return 1 / 0\n}\n").unwrap();
        let project = Project::at(folder.path().into()).unwrap();
        let failure = Failure {
            code: "E0601".into(),
            message: "ZeroDivisionError: division by zero".into(),
            file: Some("a.pipe".into()),
            line: Some(3),
            detail: (0..40).map(|line| format!("line {line}\n")).collect(),
            help: None,
            inputs: vec![("depth".into(), "3".into())],
        };
        let words = ["run", "a.pipe", "--depth", "3"].map(str::to_owned).into();
        let call = Call { words, ..Call::default() };
        let look = Look { color: false, width: 80 };
        let text = draw("train.fit", &failure, "brave-otter", Some(&call), &project, look);
        let text = text.replace(&crate::project::shown(folder.path()), "[root]");
        let gone = draw("train.fit", &Failure { line: Some(9), ..failure }, "brave-otter", None, &project, look);
        insta::assert_snapshot!(format!("{text}\n{}", gone.lines().take(4).collect::<Vec<_>>().join("\n")));
    }
}
