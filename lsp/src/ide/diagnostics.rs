//! What is wrong with a file: the compiler's own words, with related places.

use std::collections::BTreeMap;

use tower_lsp::ls_types::Diagnostic;

use crate::convert;
use crate::snapshot::File;

/// The file's diagnostics, those inside of its bodies included; with `pages`, each leads to the page of its code.
pub fn diagnostics_of(file: &File, pages: bool) -> Vec<Diagnostic> {
    let own = file.analysis.diagnostics.iter().filter(|diagnostic| diagnostic.span.file.0 == 0);
    own.map(|diagnostic| shown(file, diagnostic, pages)).collect()
}

/// What is wrong in the files of other languages that its tasks name, by address.
pub fn elsewhere(file: &File, pages: bool) -> BTreeMap<String, Vec<Diagnostic>> {
    // Files of the program say what is wrong with them when they are looked at themselves.
    let programs = file.analysis.checked.resolved.files.len();
    let mut found: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
    for diagnostic in file.analysis.diagnostics.iter().filter(|found| found.span.file.0 as usize >= programs) {
        if let Some(uri) = file.uri_of(diagnostic.span.file) {
            found.entry(uri.to_string()).or_default().push(shown(file, diagnostic, pages));
        }
    }
    found
}

fn shown(file: &File, diagnostic: &standpipe_syntax::diag::Diagnostic, pages: bool) -> Diagnostic {
    let locate = |span| file.location(span);
    let page = pages.then(|| format!("standpipe:/errors/{}.md", diagnostic.code));
    convert::diagnostic(diagnostic, file.range(diagnostic.span), page, &locate)
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

    #[test]
    fn related_places_and_tags_come_along() {
        let editor = Editor::with(
            "task f(n: Int, text: String) -> Int {\n  sh:\n    echo $n $text > $out\n}\n\npipeline main() -> Int {\n  unused = f(1, \"a\")\n  f(1)\n}\n",
        );
        let found = super::diagnostics_of(&editor.snapshot.file(&editor.uri).unwrap(), false);
        let shown: Vec<String> = found
            .iter()
            .map(|found| {
                let related = found.related_information.iter().flatten().map(|related| related.message.clone());
                format!(
                    "{}:{} {} {:?} {:?}",
                    found.range.start.line,
                    found.range.start.character,
                    found.message.replace('\n', "; "),
                    related.collect::<Vec<_>>(),
                    found.tags.is_some(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                "6:2 `unused` is never used; use it, remove it, or leave out its name if only the effect matters [] true",
                "7:2 `f` also needs the input `text`; add `text: …` (`String`) [\"declared here\"] false"
            ]
        );
    }

    #[test]
    fn what_is_deprecated_is_struck() {
        use tower_lsp::ls_types::{CompletionItemTag, DiagnosticTag, SymbolTag};

        let text = "## Deprecated: use `new`.\ntask old() -> Int {\n  sh:\n    echo 1 > $out\n}\n\npipeline main() -> Int {\n  old()\n}\n\npipeline other() -> Int {\n  ‸\n}\n";
        let editor = Editor::with(text);
        let found = super::diagnostics_of(&editor.snapshot.file(&editor.uri).unwrap(), false);
        let struck = found.iter().find(|found| found.message == "`old` is deprecated\nuse `new`").unwrap();
        assert_eq!(struck.tags, Some(vec![DiagnosticTag::DEPRECATED]));
        let offered = crate::ide::complete(&editor.snapshot, &editor.uri, editor.cursor()).unwrap();
        let old = offered.iter().find(|item| item.label == "old").unwrap();
        assert_eq!(old.tags, Some(vec![CompletionItemTag::DEPRECATED]));
        let symbols = crate::ide::document_symbols(&editor.snapshot, &editor.uri).unwrap();
        let tags: Vec<_> = symbols.iter().map(|symbol| (symbol.name.as_str(), symbol.tags.as_deref())).collect();
        assert_eq!(tags, [("old", Some(&[SymbolTag::DEPRECATED][..])), ("main", None), ("other", None)]);
    }
}
