//! A new name for something, everywhere it is meant: in other files, in names of arguments, in bodies of other languages.
//! Refused when the program would then mean something else.

use std::collections::HashMap;
use std::rc::Rc;

use standpipe_compiler::query::{Occurrence, Role, Symbol};
use standpipe_compiler::resolve::LocalKind;
use standpipe_syntax::ast::DeclKind;
use standpipe_syntax::diag::Diagnostic;
use tower_lsp::ls_types::{Position, PrepareRenameResponse, TextEdit, Uri, WorkspaceEdit};

use super::references::{main_meaning, occurrences};
use super::shared::decl;
use crate::snapshot::{File, Snapshot};

/// Words that are no names.
const RESERVED: [&str; 18] = [
    "and", "else", "false", "for", "if", "in", "loop", "match", "none", "not", "or", "sweep", "true", "try", "until",
    "using", "maximize", "minimize",
];

pub fn prepare_rename(
    snapshot: &Snapshot,
    uri: &Uri,
    position: Position,
) -> Result<Option<PrepareRenameResponse>, String> {
    let Some(file) = snapshot.file(uri) else { return Ok(None) };
    let names = file.names_at(file.offset(position));
    let Some(name) = main_meaning(&names) else { return Ok(None) };
    may_change(&file, name)?;
    let placeholder = file.text(name.span).to_owned();
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range: file.range(name.span), placeholder }))
}

pub fn rename(snapshot: &Snapshot, uri: &Uri, position: Position, new: &str) -> Result<Option<WorkspaceEdit>, String> {
    let Some(file) = snapshot.file(uri) else { return Ok(None) };
    let names = file.names_at(file.offset(position));
    let Some(name) = main_meaning(&names) else { return Ok(None) };
    may_change(&file, name)?;
    may_be(&file, name, new)?;
    let edits = edits(snapshot, &file, name, new);
    unharmed(snapshot, &edits, new)?;
    Ok(Some(WorkspaceEdit { changes: Some(edits), ..WorkspaceEdit::default() }))
}

fn may_change(file: &File, name: &Occurrence) -> Result<(), String> {
    let text = file.text(name.span);
    let Some(span) = file.declared_at(&name.symbol) else {
        return Err(format!("`{text}` belongs to the language and keeps its name"));
    };
    let is_std = file.analysis.checked.resolved.files.get(span.file.0 as usize).is_some_and(|file| file.std);
    match name.symbol {
        Symbol::Module { .. } => Ok(()),
        _ if is_std => Err(format!("`{text}` belongs to the standard library and keeps its name")),
        _ => Ok(()),
    }
}

fn may_be(file: &File, name: &Occurrence, new: &str) -> Result<(), String> {
    let fine = new.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && new.chars().all(|part| part.is_ascii_alphanumeric() || part == '_');
    if !fine || RESERVED.contains(&new) {
        return Err(format!("`{new}` is not a name"));
    }
    let upper = match &name.symbol {
        Symbol::TypeParam(..) => true,
        Symbol::Decl(id) => {
            matches!(decl(file, *id).map(|decl| &decl.kind), Some(DeclKind::Type(_) | DeclKind::Artifact(_)))
        }
        _ => false,
    };
    match (upper, new.starts_with(char::is_uppercase)) {
        (true, false) => Err("types and artifacts start with a capital letter".into()),
        (false, true) => Err("only types and artifacts start with a capital letter".into()),
        _ => Ok(()),
    }
}

fn edits(snapshot: &Snapshot, file: &Rc<File>, name: &Occurrence, new: &str) -> HashMap<Uri, Vec<TextEdit>> {
    let old = file.text(name.span).to_owned();
    let declared = file.declared_at(&name.symbol).map(|span| file.text(span).to_owned());
    // An alias has a name of its own, known to this file only.
    let alias = !matches!(name.symbol, Symbol::Module { .. }) && declared.is_some_and(|declared| declared != old);
    let mut symbols = vec![name.symbol.clone()];
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    let mut done: Vec<(Rc<File>, Symbol)> = Vec::new();
    while let Some(symbol) = symbols.pop() {
        if done.iter().any(|(_, other)| *other == symbol) {
            continue;
        }
        done.push((Rc::clone(file), symbol.clone()));
        let places = match alias {
            true => file
                .occurrences()
                .iter()
                .filter(|found| found.symbol == symbol)
                .map(|found| (Rc::clone(file), found.clone()))
                .collect(),
            false => occurrences(snapshot, file, &symbol),
        };
        for (other, found) in places {
            symbols.extend(joined(file, &other, &found));
            edit(&other, &found, &old, new, &mut changes);
        }
    }
    for edits in changes.values_mut() {
        edits.sort_by_key(|edit| (edit.range.start, edit.new_text.len()));
        // Of the two meanings of a short field the later edit says both.
        edits.dedup_by_key(|edit| edit.range);
    }
    changes
}

/// A name of `{ a } = …` is a field's and a local's: both change.
fn joined(file: &File, other: &File, found: &Occurrence) -> Option<Symbol> {
    if file.path != other.path {
        return None;
    }
    let pair = other.occurrences().iter().find(|pair| pair.span == found.span && pair.symbol != found.symbol)?;
    let unpacks = found.role == Role::Unpacks || pair.role == Role::Unpacks;
    unpacks.then(|| pair.symbol.clone())
}

fn edit(file: &File, found: &Occurrence, old: &str, new: &str, changes: &mut HashMap<Uri, Vec<TextEdit>>) {
    let text = file.text(found.span);
    let (range, text) = match found.role {
        // The path stays, and what it is called here follows it.
        Role::Declares if matches!(found.symbol, Symbol::Module { .. }) => {
            (file.range(found.span.after()), format!(" as {new}"))
        }
        _ if text != old => return,
        Role::ShortLabel => (file.range(found.span), format!("{new}: {text}")),
        Role::ShortValue => (file.range(found.span), format!("{text}: {new}")),
        Role::Declares | Role::Uses | Role::Label | Role::Unpacks | Role::Alias | Role::Embedded => {
            (file.range(found.span), new.to_owned())
        }
    };
    changes.entry(file.uri.clone()).or_default().push(TextEdit::new(range, text));
}

/// The program has no error after the edits that it did not have before.
fn unharmed(snapshot: &Snapshot, edits: &HashMap<Uri, Vec<TextEdit>>, new: &str) -> Result<(), String> {
    let after = snapshot.with_edits(edits);
    for uri in edits.keys() {
        let (Some(before), Some(after)) = (snapshot.file(uri), after.file(uri)) else { continue };
        let errors = |file: &File| file.analysis.diagnostics.iter().filter(|found| found.is_error()).count();
        if errors(&after) > errors(&before) {
            let first = after.analysis.diagnostics.iter().find(|found| Diagnostic::is_error(found));
            let why = first.map_or_else(String::new, |first| format!(": {}", first.message));
            return Err(format!("the program would not be right with `{new}`{why}"));
        }
        // A name of another kind may take its place without an error.
        let locals = |file: &File| {
            let file = &file.analysis.checked.resolved.files[0];
            file.locals.iter().filter(|local| matches!(local.kind, LocalKind::Bind { .. })).count()
        };
        if locals(&after) != locals(&before) {
            return Err(format!("`{new}` means something else here"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

    fn rename(files: &[(&str, &str)], new: &str) -> Vec<String> {
        let editor = Editor::among(files);
        match super::rename(&editor.snapshot, &editor.uri, editor.cursor(), new) {
            Ok(Some(edit)) => files.iter().map(|(name, _)| editor.file_after(name, &edit)).collect(),
            Ok(None) => vec!["nothing".into()],
            Err(why) => vec![why],
        }
    }

    const LIB: &str = "task load(n: Int) -> Int {\n  python:\n    return n + 1\n}\n";
    const MAIN: &str = "import \"./lib.pipe\" { load }\n\npipeline main(n: Int = 1) -> Int {\n  load(n: n)\n}\n";

    #[test]
    fn an_input_changes_in_its_body_and_in_the_calls_of_other_files() {
        let lib = LIB.replace("load(n", "load(‸n");
        let after = rename(&[("lib.pipe", &lib), ("main.pipe", MAIN)], "count");
        assert_eq!(after[0], LIB.replace("n: Int", "count: Int").replace("return n", "return count"));
        assert_eq!(after[1], MAIN.replace("load(n: n)", "load(count: n)"));
    }

    #[test]
    fn a_task_changes_where_it_is_imported() {
        let main = MAIN.replace("  load", "  lo‸ad");
        let after = rename(&[("main.pipe", &main), ("lib.pipe", LIB)], "read");
        assert_eq!(after, [MAIN.replace("load", "read"), LIB.replace("load", "read")]);
    }

    #[test]
    fn a_short_field_is_written_out() {
        let text = "pipeline main() -> { a: Int } {\n  ‸a = 1\n  { a }\n}\n";
        assert_eq!(rename(&[("a.pipe", text)], "b"), ["pipeline main() -> { a: Int } {\n  b = 1\n  { a: b }\n}\n"]);
        let text = "pipeline main() -> { ‸a: Int } {\n  a = 1\n  { a }\n}\n";
        assert_eq!(rename(&[("a.pipe", text)], "b"), ["pipeline main() -> { b: Int } {\n  a = 1\n  { b: a }\n}\n"]);
    }

    #[test]
    fn a_column_changes_in_python() {
        let text = "type Row = { i‸d: Int }\n\ntask f(rows: Table[Row]) -> Int {\n  python:\n    return rows[\"id\"].sum() + rows.id.max()\n}\n\npipeline main(rows: Table[Row]) -> Int {\n  f(rows)\n}\n";
        let after = rename(&[("a.pipe", text)], "key");
        assert!(
            after[0].contains("{ key: Int }") && after[0].contains("rows[\"key\"].sum() + rows.key.max()"),
            "{after:?}"
        );
    }

    #[test]
    fn a_module_gets_a_name_of_its_own() {
        let main = "import \"./lib.pipe\"\n\npipeline main() -> Int {\n  l‸ib.load(1)\n}\n";
        let after = rename(&[("main.pipe", main), ("lib.pipe", LIB)], "other");
        assert_eq!(after[0], "import \"./lib.pipe\" as other\n\npipeline main() -> Int {\n  other.load(1)\n}\n");
    }

    #[test]
    fn what_would_break_the_program_is_refused() {
        let at = |new: &str| rename(&[("main.pipe", &MAIN.replace("main(n", "main(‸n")), ("lib.pipe", LIB)], new);
        assert_eq!(at("if"), ["`if` is not a name"]);
        assert_eq!(at("Rows"), ["only types and artifacts start with a capital letter"]);
        let text = "pipeline main() -> Int {\n  ‸a = 1\n  b = 2\n  a + b\n}\n";
        assert!(rename(&[("a.pipe", text)], "b")[0].starts_with("the program would not be right with `b`"));
        let text = "pipeline main() -> Int {\n  l‸en([1])\n}\n";
        assert_eq!(rename(&[("a.pipe", text)], "length"), ["`len` belongs to the language and keeps its name"]);
    }
}
