//! What can be done with a declaration, above it: run and plan a pipeline, run a test; and how it went the last time, above
//! each step too. The editor carries the commands out; nothing is started here.

use serde_json::json;
use standpipe_compiler::resolve::declared;
use standpipe_syntax::ast::DeclKind;
use tower_lsp::ls_types::{CodeLens, Command, Position, Range, Uri};

use super::past;
use crate::planned::plans;
use crate::snapshot::{File, Snapshot};

pub fn lenses(snapshot: &Snapshot, uri: &Uri) -> Option<Vec<CodeLens>> {
    let file = snapshot.file(uri)?;
    let mut out = Vec::new();
    for decl in &file.tree().decls {
        let (name, span) = match (declared(decl), &decl.kind) {
            (Some(name), _) => (name.text.clone(), name.span),
            (None, DeclKind::Test(test)) => (test.name.value.clone(), test.name.span),
            (None, _) => continue,
        };
        let commands: &[(&str, &str)] = match &decl.kind {
            DeclKind::Pipeline(_) => {
                &[("▶ run", "standpipe.run"), ("plan", "standpipe.plan"), ("graph", "standpipe.preview")]
            }
            DeclKind::Test(_) => &[("▶ test", "standpipe.test")],
            DeclKind::Import(_)
            | DeclKind::Type(_)
            | DeclKind::Artifact(_)
            | DeclKind::Const(_)
            | DeclKind::Env(_)
            | DeclKind::Task(_)
            | DeclKind::Service(_)
            | DeclKind::Schedule(_)
            | DeclKind::Broken(_) => &[],
        };
        for (title, command) in commands {
            out.push(CodeLens {
                range: file.range(span),
                command: Some(Command {
                    title: (*title).into(),
                    command: (*command).into(),
                    arguments: Some(vec![json!(uri), json!(name.as_str())]),
                }),
                data: None,
            });
        }
    }
    if snapshot.history.any(&file.root) {
        out.extend(last(snapshot, &file));
    }
    Some(out)
}

/// How the last run of each pipeline and test ended, and what it made of their steps.
fn last(snapshot: &Snapshot, file: &File) -> Vec<CodeLens> {
    let lens = |line: u32, run: &str, title: String| {
        let start = Position::new(line, 0);
        CodeLens {
            range: Range::new(start, start),
            command: Some(Command {
                title,
                command: "standpipe.showRun".into(),
                arguments: Some(vec![json!(file.uri), json!(run), json!(file.root)]),
            }),
            data: None,
        }
    };
    let mut out: Vec<CodeLens> = Vec::new();
    for planned in plans(snapshot, file) {
        let runs = past::runs(snapshot, file, &planned.plan.pipeline);
        let (Some(run), Some(decl)) = (runs.first(), file.tree().decls.get(planned.decl.index as usize)) else {
            continue;
        };
        let line = file.source().line_of(decl.span.start);
        out.push(lens(line, &run.name, format!("last run: {}", past::outcome(run))));
        for last in past::last(snapshot, file, planned) {
            // A step of a pipeline that others call has run in each of them: the first says enough.
            if out.iter().any(|known| known.range.start.line == last.line) {
                continue;
            }
            out.push(lens(last.line, &last.run, last.told));
            if let Some(only) = last.only.filter(|_| matches!(decl.kind, DeclKind::Pipeline(_))) {
                let mut again = lens(last.line, "", "▶ only this step".into());
                if let Some(command) = &mut again.command {
                    command.command = "standpipe.run".into();
                    command.arguments = Some(vec![json!(file.uri), json!(planned.plan.pipeline.as_str()), json!(only)]);
                }
                out.push(again);
            }
        }
    }
    out.sort_by_key(|lens| lens.range.start);
    out
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use crate::ide::past::tests::{Past, TEXT};
    use crate::ide::testing::Editor;

    #[test]
    fn the_last_run_is_shown_above_what_ran() {
        let mut editor = Editor::with(TEXT);
        editor.snapshot.history = Rc::new(Past);
        let found = super::lenses(&editor.snapshot, &editor.uri).unwrap();
        let shown: Vec<String> = found
            .iter()
            .filter_map(|lens| lens.command.as_ref().map(|command| (lens.range.start.line, command)))
            .filter(|(_, command)| command.command == "standpipe.showRun")
            .map(|(line, command)| {
                format!("{line} {} {}", command.title, command.arguments.as_ref().unwrap()[1].as_str().unwrap())
            })
            .collect();
        let again: Vec<_> = found
            .iter()
            .filter_map(|lens| lens.command.as_ref().filter(|command| command.arguments.as_ref().unwrap().len() == 3))
            .filter(|command| command.command == "standpipe.run")
            .map(|command| format!("{} {}", command.title, command.arguments.as_ref().unwrap()[2]))
            .collect();
        assert_eq!(again, ["▶ only this step \"main.load\""]);
        assert_eq!(
            shown,
            [
                "10 last run: succeeded in 1 m 15 s brave-otter",
                "11 reused brave-otter",
                "13 2 ran in 5.0 s, at most 3.0 GiB, 1 failed brave-otter",
                "18 last run: failed: an expectation does not hold calm-crab",
                "19 40 ms, 41.0 MiB calm-crab"
            ]
        );
    }

    #[test]
    fn a_pipeline_can_be_run_and_planned() {
        let editor = Editor::with(
            "const a: Int = 1\n\npipeline main() -> Int {\n  a\n}\n\ntest \"one\" {\n  expect a == 1\n}\n",
        );
        let found = super::lenses(&editor.snapshot, &editor.uri).unwrap();
        let shown: Vec<String> = found
            .iter()
            .map(|lens| {
                let command = lens.command.as_ref().unwrap();
                format!("{} {} {:?}", lens.range.start.line, command.command, command.arguments.as_ref().unwrap()[1])
            })
            .collect();
        assert_eq!(
            shown,
            [
                "2 standpipe.run String(\"main\")",
                "2 standpipe.plan String(\"main\")",
                "2 standpipe.preview String(\"main\")",
                "6 standpipe.test String(\"one\")"
            ]
        );
    }
}
