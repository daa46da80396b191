//! What is wrong with a file: the compiler's own words, with related places.

use tower_lsp::ls_types::{Diagnostic, Uri};

use crate::convert;
use crate::snapshot::{File, Snapshot};

/// The file's diagnostics, those inside of its bodies included.
pub(crate) fn diagnostics(snapshot: &Snapshot, uri: &Uri) -> Option<Vec<Diagnostic>> {
    let file = snapshot.file(uri)?;
    Some(diagnostics_of(&file, snapshot.library))
}

/// The diagnostics of a file that is analysed; with `pages`, each leads to the page of its code.
pub(crate) fn diagnostics_of(file: &File, pages: bool) -> Vec<Diagnostic> {
    let own = file.analysis.diagnostics.iter().filter(|diagnostic| diagnostic.span.file.0 == 0);
    let locate = |span| file.location(span);
    own.map(|diagnostic| {
        let page = pages.then(|| format!("standpipe:/errors/{}.md", diagnostic.code));
        convert::diagnostic(diagnostic, file.range(diagnostic.span), page, &locate)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

    #[test]
    fn related_places_and_tags_come_along() {
        let editor = Editor::with(
            "task f(n: Int, text: String) -> Int {\n  sh:\n    echo $n $text > $out\n}\n\npipeline main() -> Int {\n  unused = f(1, \"a\")\n  f(1)\n}\n",
        );
        let found = super::diagnostics(&editor.snapshot, &editor.uri).unwrap();
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
                "7:2 `f` also needs the input `text`; add `text: String` [\"declared here\"] false"
            ]
        );
    }
}
