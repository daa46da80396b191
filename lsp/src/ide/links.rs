//! Texts that are names of files: imports, bodies in files of their own, literals where a file is wanted.

use standpipe_syntax::ast::{AttrValue, DeclKind, ExprKind, StrPart};
use standpipe_syntax::walk::Node;
use standpipe_syntax::{FileId, Span};
use tower_lsp::ls_types::{DocumentLink, Uri};

use super::shared::file_named;
use crate::overlay::tidy;
use crate::snapshot::{File, Snapshot};

pub fn links(snapshot: &Snapshot, uri: &Uri) -> Option<Vec<DocumentLink>> {
    let file = snapshot.file(uri)?;
    let mut out = Vec::new();
    for (index, decl) in (0_u32..).zip(&file.tree().decls) {
        match &decl.kind {
            DeclKind::Import(import) => {
                let target = file.analysis.checked.resolved.imports.get(&(FileId(0), index));
                // A folder is nothing that an editor shows.
                let target = target.filter(|target| file.parts(**target).is_empty());
                if let Some(target) = target.and_then(|target| file.uri_of(*target)) {
                    out.push(link(&file, import.path_span, target));
                }
            }
            DeclKind::Task(task) | DeclKind::Service(task) => {
                for attr in task.attrs.iter().filter(|attr| matches!(attr.name.text.as_str(), "python" | "sh" | "sql"))
                {
                    if let AttrValue::Expr(value) = &attr.value
                        && let ExprKind::String(parts) = &value.kind
                        && let [StrPart::Text(text)] = parts.as_slice()
                    {
                        let name =
                            if attr.name.text == "python" { text.split(':').next().unwrap_or(text) } else { text };
                        out.extend(beside(&file, name).map(|target| link(&file, value.span, target)));
                    }
                }
            }
            DeclKind::Type(_)
            | DeclKind::Artifact(_)
            | DeclKind::Const(_)
            | DeclKind::Env(_)
            | DeclKind::Pipeline(_)
            | DeclKind::Schedule(_)
            | DeclKind::Test(_)
            | DeclKind::Broken(_) => {}
        }
        Node::Decl(decl).walk(&mut |node| {
            if let Node::Expr(expr) = node {
                out.extend(file_named(snapshot, &file, expr).map(|target| link(&file, expr.span, target)));
            }
        });
    }
    Some(out)
}

fn link(file: &File, span: Span, target: Uri) -> DocumentLink {
    DocumentLink { range: file.range(span), target: Some(target), tooltip: None, data: None }
}

fn beside(file: &File, name: &str) -> Option<Uri> {
    Uri::from_file_path(tidy(&file.path.parent()?.join(name)))
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

    #[test]
    fn names_of_files_lead_to_them() {
        let main = "import \"./lib.pipe\" { f }\n\ntask g(data: File) -> Int {\n  python: \"code.py:g\"\n}\n\npipeline main() -> Int {\n  f(g(\"in.csv\"))\n}\n\npipeline other(a: File = \"in.csv\", b: Dir = \"sub\", c: File = \"gone.csv\") -> Int {\n  g(a)\n}\n";
        let lib = "task f(n: Int) -> Int {\n  sh:\n    echo $n > $out\n}\n";
        let editor = Editor::among(&[
            ("a.pipe", main),
            ("lib.pipe", lib),
            ("code.py", "def g(data):\n    return 1\n"),
            ("in.csv", "a\n1\n"),
            ("sub/in.csv", ""),
        ]);
        let found = super::links(&editor.snapshot, &editor.uri).unwrap();
        let shown: Vec<String> = found.iter().map(|link| link.target.as_ref().unwrap().to_string()).collect();
        assert_eq!(shown, ["file:///w/lib.pipe", "file:///w/code.py", "file:///w/in.csv", "file:///w/in.csv"]);
    }
}
