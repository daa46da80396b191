//! What can be done with a declaration, above it: run and plan a pipeline, run a test. The editor carries the commands out; nothing
//! is started here.

use serde_json::json;
use standpipe_compiler::resolve::declared;
use standpipe_syntax::ast::DeclKind;
use tower_lsp::ls_types::{CodeLens, Command, Uri};

use crate::snapshot::Snapshot;

pub(crate) fn lenses(snapshot: &Snapshot, uri: &Uri) -> Option<Vec<CodeLens>> {
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
    Some(out)
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

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
