//! From a name to where it is declared, to what its type is, and to the code behind a task.

use standpipe_compiler::query::{Occurrence, Symbol};
use standpipe_compiler::resolve::declared;
use standpipe_compiler::types::Type;
use standpipe_syntax::ast::{AttrValue, Decl, DeclKind, ExprKind, StrPart};
use standpipe_syntax::walk::{Node, path_at};
use standpipe_syntax::{FileId, Span};
use tower_lsp::ls_types::{Location, Position, Range, Uri};

use super::hover::{type_of, type_read};
use super::shared::{decl, decl_at, file_named};
use crate::overlay::tidy;
use crate::snapshot::{File, Snapshot};

/// Where the name under the cursor is declared; an import leads to the file, or the files of a folder.
pub fn definition(snapshot: &Snapshot, uri: &Uri, position: Position) -> Option<Vec<Location>> {
    let file = snapshot.file(uri)?;
    let at = file.offset(position);
    let mut places: Vec<Location> = Vec::new();
    for name in file.names_at(at) {
        if let Symbol::Module { of, .. } = &name.symbol
            && let parts @ [_, ..] = file.parts(*of)
        {
            let start = |part: &FileId| file.location(Span { file: *part, start: 0, end: 0 });
            places.extend(parts.iter().filter_map(start));
            continue;
        }
        places.extend(file.declared_at(&name.symbol).and_then(|span| file.location(span)));
    }
    if places.is_empty() {
        places.extend(reference_at(snapshot, &file, at).or_else(|| file_at(snapshot, &file, at)));
    }
    places.dedup();
    (!places.is_empty()).then_some(places)
}

/// Where the type of the name under the cursor is declared.
pub fn type_definition(snapshot: &Snapshot, uri: &Uri, position: Position) -> Option<Vec<Location>> {
    let file = snapshot.file(uri)?;
    let at = file.offset(position);
    let path = path_at(file.tree(), at);
    let expr = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) => Some(*expr),
        _ => None,
    });
    let of_name = |name: &Occurrence| {
        let read = expr.and_then(|expr| type_read(&file, &name.symbol, file.text(name.span), expr));
        read.or_else(|| type_of(&file, &name.symbol))
    };
    let ty = file.names_at(at).iter().find_map(|name| of_name(name)).or_else(|| file.type_of(expr?).cloned())?;
    let span = declaration(&file, &ty)?;
    file.location(span).map(|location| vec![location])
}

/// Where a type was declared that has a name.
fn declaration(file: &File, ty: &Type) -> Option<Span> {
    match ty {
        Type::Record(fields) => {
            let first = fields.iter().find_map(|field| field.span)?;
            let within = file.analysis.checked.resolved.files.get(first.file.0 as usize)?;
            let alias = within.tree.decls.iter().find(|decl| {
                matches!(decl.kind, DeclKind::Type(_)) && decl.span.start <= first.start && first.end <= decl.span.end
            });
            alias.and_then(declared).map(|name| name.span).or(Some(first))
        }
        Type::Artifact { decl: id, .. } => declared(decl(file, *id)?).map(|name| name.span),
        Type::List(inner) | Type::Map(inner) | Type::Optional(inner) | Type::Table(Some(inner)) => {
            declaration(file, inner)
        }
        _ => None,
    }
}

/// The code behind a task: the function or file that it names, or its body.
pub fn implementation(snapshot: &Snapshot, uri: &Uri, position: Position) -> Option<Vec<Location>> {
    let file = snapshot.file(uri)?;
    let at = file.offset(position);
    if let Some(location) = reference_at(snapshot, &file, at) {
        return Some(vec![location]);
    }
    let called = file.names_at(at).into_iter().find_map(|name| match &name.symbol {
        Symbol::Decl(id) => Some(*id),
        _ => None,
    });
    let id = called.or_else(|| decl_at(&file, at).map(|(id, _)| id))?;
    let task = decl(&file, id)?;
    let (DeclKind::Task(of) | DeclKind::Service(of)) = &task.kind else { return None };
    let body = of.attrs.iter().find(|attr| matches!(attr.name.text.as_str(), "python" | "sh" | "sql"))?;
    let location = match &body.value {
        AttrValue::Raw(raw) => file.location(raw.span),
        AttrValue::Expr(_) if id.file.0 == 0 => reference(snapshot, &file, task),
        AttrValue::Expr(value) => file.location(value.span),
    };
    location.map(|location| vec![location])
}

/// The cursor stands in `python: "file.py:function"` or its like.
fn reference_at(snapshot: &Snapshot, file: &File, at: u32) -> Option<Location> {
    let (_, decl) = decl_at(file, at)?;
    let (DeclKind::Task(task) | DeclKind::Service(task)) = &decl.kind else { return None };
    let inside = task.attrs.iter().any(|attr| match &attr.value {
        AttrValue::Expr(value) => value.span.start <= at && at <= value.span.end,
        AttrValue::Raw(_) => false,
    });
    if inside { reference(snapshot, file, decl) } else { None }
}

/// The file that the text under the cursor names.
fn file_at(snapshot: &Snapshot, file: &File, at: u32) -> Option<Location> {
    let uri = path_at(file.tree(), at).iter().rev().find_map(|node| match node {
        Node::Expr(expr) => file_named(snapshot, file, expr),
        _ => None,
    })?;
    Some(Location { uri, range: Range::default() })
}

/// What the body of `decl` refers to.
fn reference(snapshot: &Snapshot, file: &File, decl: &Decl) -> Option<Location> {
    let (DeclKind::Task(task) | DeclKind::Service(task)) = &decl.kind else { return None };
    let (language, text) = task.attrs.iter().find_map(|attr| match &attr.value {
        AttrValue::Expr(value) if matches!(attr.name.text.as_str(), "python" | "sh" | "sql") => match &value.kind {
            ExprKind::String(parts) => match parts.as_slice() {
                [StrPart::Text(text)] => Some((attr.name.text.as_str(), text.as_str())),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })?;
    let (name, function) = match text.rsplit_once(':') {
        Some((name, function)) if language == "python" => (name, Some(function)),
        _ => (text, None),
    };
    let path = file.path.parent()?.join(name);
    let path = tidy(&path);
    let uri = Uri::from_file_path(&path)?;
    let source = snapshot.text(&path)?;
    let line = function.and_then(|function| {
        let starts = [format!("def {function}("), format!("async def {function}("), format!("class {function}")];
        source.lines().position(|line| starts.iter().any(|start| line.starts_with(start.as_str())))
    });
    let place = Position::new(u32::try_from(line.unwrap_or(0)).ok()?, 0);
    Some(Location { uri, range: Range::new(place, place) })
}

#[cfg(test)]
mod tests {
    use tower_lsp::ls_types::Location;

    use crate::ide::testing::Editor;

    fn shown(found: Option<Vec<Location>>) -> Vec<String> {
        let found = found.unwrap_or_default();
        let shown = found.iter().map(|location| {
            let start = location.range.start;
            format!("{} {}:{}", location.uri.as_str().rsplit('/').next().unwrap(), start.line, start.character)
        });
        shown.collect()
    }

    fn definition(files: &[(&str, &str)]) -> Vec<String> {
        let editor = Editor::among(files);
        shown(super::definition(&editor.snapshot, &editor.uri, editor.cursor()))
    }

    const LIB: (&str, &str) =
        ("lib.pipe", "type Row = { id: Int }\n\ntask load(from: File) -> Table[Row] {\n  sh:\n    cp $from $out\n}\n");

    #[test]
    fn names_lead_to_their_declarations_in_other_files_too() {
        let main =
            "import \"./lib.pipe\" { load, Row }\n\npipeline main(path: File) -> Table[R‸ow] {\n  load(path)\n}\n";
        assert_eq!(definition(&[("a.pipe", main), LIB]), ["lib.pipe 0:5"]);
        let at = |from: &str, to: &str| definition(&[("a.pipe", &main.replace('‸', "").replace(from, to)), LIB]);
        assert_eq!(at("  load(path)", "  lo‸ad(path)"), ["lib.pipe 2:5"]);
        assert_eq!(at("load(path)", "load(pa‸th)"), ["a.pipe 2:14"]);
        assert_eq!(at("load(path)", "load(fr‸om: path)"), ["lib.pipe 2:10"]);
        assert_eq!(at("./lib", "./l‸ib"), ["lib.pipe 0:0"]);
    }

    #[test]
    fn a_folder_leads_to_its_files_and_its_names_to_their_declarations() {
        let main =
            "import \"./steps\" as steps\n\npipeline main(path: File) -> Table[st‸eps.Row] {\n  steps.load(path)\n}\n";
        let part = (
            "steps/b.pipe",
            "import \"./a.pipe\" { Row }\n\ntask load(from: File) -> Table[Row] {\n  sh:\n    cp $from $out\n}\n",
        );
        let files = |text: &str| -> Vec<String> {
            definition(&[("m.pipe", text), ("steps/a.pipe", "type Row = { id: Int }\n"), part])
        };
        assert_eq!(files(main), ["a.pipe 0:0", "b.pipe 0:0"]);
        let at = |from: &str, to: &str| files(&main.replace('‸', "").replace(from, to));
        assert_eq!(at("\"./steps", "\"./st‸eps"), ["a.pipe 0:0", "b.pipe 0:0"]);
        assert_eq!(at("steps.load", "steps.lo‸ad"), ["b.pipe 2:5"]);
        assert_eq!(at("steps.Row", "steps.Ro‸w"), ["a.pipe 0:5"]);
    }

    #[test]
    fn columns_in_python_lead_to_their_declaration() {
        let text = "type Row = { id: Int }\n\ntask f(rows: Table[Row]) -> Int {\n  python:\n    return rows[\"i‸d\"].sum()\n}\n";
        assert_eq!(definition(&[("a.pipe", text)]), ["a.pipe 0:13"]);
    }

    #[test]
    fn a_reference_leads_to_the_function() {
        let text = "task f(n: Int) -> Int {\n  python: \"c‸ode.py:twice\"\n}\n\npipeline main() -> Int {\n  f(1)\n}\n";
        let code = ("code.py", "import os\n\ndef twice(n):\n    return n * 2\n");
        assert_eq!(definition(&[("a.pipe", text), code]), ["code.py 2:0"]);
        let editor = Editor::among(&[("a.pipe", &text.replace('‸', "").replace("  f(1)", "  ‸f(1)")), code]);
        let found = super::implementation(&editor.snapshot, &editor.uri, editor.cursor());
        assert_eq!(shown(found), ["code.py 2:0"]);
    }

    #[test]
    fn the_name_of_a_file_leads_to_it() {
        let text = "task size_of(data: File) -> Int {\n  sh:\n    wc -c < $data > $out\n}\n\npipeline main(data: File = \"data/in.csv\", all: Dir = \"data\") -> Int {\n  size_of(\"in.csv\") + size_of(data) + size_of(\"gone.csv\")\n}\n";
        let at = |from: &str, to: &str| {
            definition(&[("a.pipe", &text.replace(from, to)), ("in.csv", "a\n"), ("data/in.csv", "b\n")])
        };
        assert_eq!(at("\"in", "\"i‸n"), ["in.csv 0:0"]);
        assert_eq!(at("data/in", "data/i‸n"), ["in.csv 0:0"]);
        assert_eq!(at("gone", "go‸ne"), [""; 0]);
        assert_eq!(at("\"data\"", "\"da‸ta\""), [""; 0]);
    }

    #[test]
    fn a_step_leads_to_the_declaration_of_its_type() {
        let main = "import \"./lib.pipe\" { load }\n\npipeline main(path: File) -> Int {\n  rows = load(path)\n  ro‸ws.rows\n}\n";
        let half = main
            .replace("{ load }", "{ load }\nimport std/table { holdout }")
            .replace("ro‸ws.rows", "holdout(rows, share: 0.5).te‸st.rows");
        for text in [main, &half] {
            let editor = Editor::among(&[("a.pipe", text), LIB]);
            let found = super::type_definition(&editor.snapshot, &editor.uri, editor.cursor());
            assert_eq!(shown(found), ["lib.pipe 0:5"]);
        }
    }
}
