//! Everywhere that a name means the same, in all files that the editor shows.

use std::rc::Rc;

use standpipe_compiler::query::{Occurrence, Role, Symbol};
use tower_lsp::ls_types::{Location, Position, Uri};

use crate::snapshot::{File, Snapshot};

/// The places, in order of file and place; declarations only when they are wanted.
pub fn references(snapshot: &Snapshot, uri: &Uri, position: Position, declarations: bool) -> Option<Vec<Location>> {
    let file = snapshot.file(uri)?;
    let names = file.names_at(file.offset(position));
    let name = main_meaning(&names)?;
    let mut places: Vec<Location> = occurrences(snapshot, &file, &name.symbol)
        .into_iter()
        .filter(|(_, found)| declarations || found.role != Role::Declares)
        .filter_map(|(file, found)| file.location(found.span))
        .collect();
    places.sort_by_key(|place| (place.uri.to_string(), place.range.start));
    places.dedup();
    Some(places)
}

/// Of several meanings at one place, the value.
pub(super) fn main_meaning<'a>(names: &[&'a Occurrence]) -> Option<&'a Occurrence> {
    let value = names.iter().find(|name| matches!(name.role, Role::ShortValue | Role::Declares));
    value.or(names.first()).copied()
}

/// Where `symbol` of `file` is meant: what belongs to one file is only looked for there.
pub(super) fn occurrences(snapshot: &Snapshot, file: &Rc<File>, symbol: &Symbol) -> Vec<(Rc<File>, Occurrence)> {
    let key = file.key(symbol);
    let same = |other: &File, found: &Occurrence| match &key {
        Some(key) => other.key(&found.symbol).as_ref() == Some(key),
        None => found.symbol == *symbol,
    };
    let declared = file.declared_at(symbol).and_then(|span| Some((file.text(span), file.place_of(span)?)));
    let files = match (symbol, declared) {
        (Symbol::Decl(_) | Symbol::Param(..) | Symbol::Field(_), Some((word, place))) => {
            snapshot.files_with(word, file, &place)
        }
        _ => vec![Rc::clone(file)],
    };
    let mut out = Vec::new();
    for other in files {
        let found = other.occurrences().iter().filter(|found| same(&other, found)).cloned();
        out.extend(found.map(|found| (Rc::clone(&other), found)).collect::<Vec<_>>());
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

    fn references(files: &[(&str, &str)]) -> Vec<String> {
        let editor = Editor::among(files);
        let found = super::references(&editor.snapshot, &editor.uri, editor.cursor(), true).unwrap_or_default();
        let shown = found.iter().map(|location| {
            let start = location.range.start;
            format!("{} {}:{}", location.uri.as_str().rsplit('/').next().unwrap(), start.line, start.character)
        });
        shown.collect()
    }

    #[test]
    fn a_task_is_found_in_the_files_that_import_it() {
        let lib =
            "task lo‸ad(n: Int) -> Int {\n  sh:\n    echo $n > $out\n}\n\npipeline one() -> Int {\n  load(1)\n}\n";
        let main = "import \"./lib.pipe\" { load as l }\n\npipeline main() -> Int {\n  l(n: 1)\n}\n";
        let other = "import \"./lib.pipe\"\n\npipeline main() -> Int {\n  lib.load(1)\n}\n";
        let alone = "task load() -> Int {\n  sh:\n    echo 1 > $out\n}\n";
        let files = [("lib.pipe", lib), ("main.pipe", main), ("other.pipe", other), ("alone.pipe", alone)];
        assert_eq!(
            references(&files),
            ["lib.pipe 0:5", "lib.pipe 6:2", "main.pipe 0:22", "main.pipe 0:30", "main.pipe 3:2", "other.pipe 3:6"]
        );
    }

    #[test]
    fn a_local_is_found_in_its_pipeline_only() {
        let text = "pipeline a() -> Int {\n  x = 1\n  ‸x + x\n}\n\npipeline b() -> Int {\n  x = 2\n  x\n}\n";
        assert_eq!(references(&[("a.pipe", text)]), ["a.pipe 1:2", "a.pipe 2:2", "a.pipe 2:6"]);
    }
}
