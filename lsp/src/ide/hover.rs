//! What stands under the cursor: its type, what was written about it, and where its columns come from.

use standpipe_compiler::check::Callee;
use standpipe_compiler::query::{Occurrence, Origin, Role, Symbol, origin};
use standpipe_compiler::resolve::DeclId;
use standpipe_compiler::types::Type;
use standpipe_syntax::ast::{Attr, AttrValue, DeclKind, Expr, ExprKind, StmtKind};
use standpipe_syntax::walk::{Node, path_at};
use standpipe_syntax::{FileId, Span};
use tower_lsp::ls_types::{Hover, HoverContents, Position, Uri};

use super::past;
use super::shared::{decl, declarations_of, doc, head_text, kind, markdown, name_of};
use super::words::{ATTRIBUTES, FUNCTIONS, TYPES};
use crate::snapshot::{File, Snapshot};

/// More columns than this are counted.
const COLUMNS: usize = 24;

/// Attributes that say what a step takes.
const RESOURCES: [&str; 7] = ["env", "cpu", "gpu", "memory", "timeout", "retry", "cache"];

pub fn hover(snapshot: &Snapshot, uri: &Uri, position: Position) -> Option<Hover> {
    let file = snapshot.file(uri)?;
    let at = file.offset(position);
    let names = file.names_at(at);
    // Of the two meanings of `{ b }` and `{ a } = …` the value says more.
    let name = names.iter().find(|name| matches!(name.symbol, Symbol::Local(..) | Symbol::Param(..))).or(names.first());
    let path = path_at(file.tree(), at);
    let expr = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) => Some(*expr),
        _ => None,
    });
    let (text, span) = match name {
        Some(name) => {
            let mut text = of_symbol(&file, &name.symbol, file.text(name.span), expr)?;
            if let Some(past) = last_runs(snapshot, &file, name) {
                text = format!("{text}\n\n{past}");
            }
            (text, name.span)
        }
        None => {
            let expr = expr?;
            // The cases of a `match` are of what it looks at.
            let of = match &expr.kind {
                ExprKind::Match(of) if of.subject.span.end < at => &of.subject,
                _ => expr,
            };
            let ty = file.type_of(of)?;
            (code(&ty.to_string()), expr.span)
        }
    };
    Some(Hover { contents: HoverContents::Markup(markdown(text)), range: Some(file.range(span)) })
}

/// What earlier runs made of it.
fn last_runs(snapshot: &Snapshot, file: &File, name: &Occurrence) -> Option<String> {
    let lines = |span: Span| file.source().line_of(span.start)..=file.source().line_of(span.end);
    match &name.symbol {
        Symbol::Decl(id) => {
            let of = decl(file, *id)?;
            match &of.kind {
                DeclKind::Pipeline(_) if id.file == FileId(0) => past::of_pipeline(snapshot, file, name_of(of)),
                DeclKind::Task(_) | DeclKind::Service(_) => {
                    let here = (name.role == Role::Uses).then(|| lines(name.span));
                    past::of_task(snapshot, file, name_of(of), here.as_ref())
                }
                DeclKind::Pipeline(_)
                | DeclKind::Import(_)
                | DeclKind::Type(_)
                | DeclKind::Artifact(_)
                | DeclKind::Const(_)
                | DeclKind::Env(_)
                | DeclKind::Schedule(_)
                | DeclKind::Test(_)
                | DeclKind::Broken(_) => None,
            }
        }
        Symbol::Local(..) => {
            let declared = file.declared_at(&name.symbol)?;
            let path = path_at(file.tree(), declared.start);
            let value = path.iter().rev().find_map(|node| match node {
                Node::Stmt(stmt) => match &stmt.kind {
                    StmtKind::Bind { value, .. } | StmtKind::Unpack { value, .. } => Some(value),
                    StmtKind::Expect(_) | StmtKind::Expr(_) | StmtKind::Broken => None,
                },
                _ => None,
            })?;
            let maker = past::maker(value);
            // What is bound inside of a `for` is not what the `for` gives.
            if declared.start >= value.span.start {
                return None;
            }
            if !matches!(maker.kind, ExprKind::Call { .. }) {
                return past::of_rounds(snapshot, file, &lines(maker.span));
            }
            let Callee::Decl(id) = file.analysis.checked.calls.get(&(FileId(0), maker.id))?.callee else { return None };
            past::of_task(snapshot, file, name_of(decl(file, id)?), Some(&lines(value.span)))
        }
        _ => None,
    }
}

fn code(text: &str) -> String {
    format!("```pipe\n{text}\n```")
}

/// All that is known of a symbol.
fn of_symbol(file: &File, symbol: &Symbol, name: &str, expr: Option<&Expr>) -> Option<String> {
    let read = expr.and_then(|expr| type_read(file, symbol, name, expr));
    let title = read.as_ref().map(|ty| format!("{name}: {ty}")).or_else(|| title(file, symbol, name))?;
    let mut parts = vec![code(&title)];
    parts.extend(doc(file, symbol));
    match symbol {
        Symbol::Decl(id) => parts.extend(resources(file, *id)),
        Symbol::Local(..) | Symbol::Param(..) => {
            let ty = type_of(file, symbol);
            parts.extend(ty.as_ref().and_then(cardinality));
            parts.extend(ty.as_ref().and_then(columns));
            parts.extend(expr.and_then(|expr| stations(file, expr)));
        }
        Symbol::Field(span) => {
            let of_expr = || expr.and_then(|expr| file.type_of(expr).cloned());
            let ty = read.or_else(|| type_of(file, symbol)).or_else(of_expr);
            parts.extend(ty.as_ref().and_then(columns));
            let place = file.sources().get(span.file.0 as usize)?;
            parts.push(format!("declared in `{}`, line {}", place.name, place.place(span.start).line));
            parts.extend(expr.and_then(|expr| stations(file, expr)));
        }
        Symbol::Module { of, .. } => parts.extend(contents(file, *of)),
        Symbol::Builtin(_) => {
            let known = FUNCTIONS.iter().find(|(known, _, _)| *known == name);
            parts.extend(known.map(|(_, _, what)| (*what).to_owned()));
        }
        Symbol::BuiltinType(_) => {
            let known = TYPES.iter().find(|(known, _)| *known == name);
            parts.extend(known.map(|(_, what)| (*what).to_owned()));
        }
        Symbol::Attribute(_) => {
            let known = ATTRIBUTES.iter().find(|(known, _, _)| *known == name);
            parts.extend(known.map(|(_, _, what)| (*what).to_owned()));
        }
        Symbol::Limit(_) => parts.push("Steps that name this limit share its places.".into()),
        Symbol::Codec(_) => parts.push("How the artifact is written and read.".into()),
        Symbol::Attempt => parts.push("Which attempt this is, from 1.".into()),
        Symbol::Rows => parts.push("How many rows the table has.".into()),
        Symbol::TypeParam(..) => parts.push("Stands for a type that each call supplies.".into()),
    }
    Some(parts.join("\n\n"))
}

fn title(file: &File, symbol: &Symbol, name: &str) -> Option<String> {
    Some(match symbol {
        Symbol::Decl(id) => {
            let decl = decl(file, *id)?;
            match &decl.kind {
                DeclKind::Broken(_) => return None,
                DeclKind::Import(_)
                | DeclKind::Service(_)
                | DeclKind::Schedule(_)
                | DeclKind::Test(_)
                | DeclKind::Type(_)
                | DeclKind::Artifact(_)
                | DeclKind::Const(_)
                | DeclKind::Env(_)
                | DeclKind::Task(_)
                | DeclKind::Pipeline(_) => head_text(file, decl),
            }
        }
        Symbol::Module { of, .. } => format!("module {}", file.sources().get(of.0 as usize)?.name),
        Symbol::Param(..) | Symbol::Local(..) | Symbol::Field(_) => match type_of(file, symbol) {
            Some(ty) => format!("{name}: {ty}"),
            None => name.to_owned(),
        },
        Symbol::Builtin(_) => FUNCTIONS.iter().find(|(known, _, _)| *known == name)?.1.to_owned(),
        Symbol::Attribute(_) => {
            let takes = ATTRIBUTES.iter().find(|(known, _, _)| *known == name).map(|(_, takes, _)| *takes);
            format!("{name}: {}", takes?)
        }
        Symbol::Attempt => "attempt: Int".into(),
        Symbol::Rows => "rows: Int".into(),
        Symbol::Limit(_) => format!("limit {name}"),
        Symbol::Codec(_) => format!("codec {name}"),
        Symbol::BuiltinType(_) | Symbol::TypeParam(..) => format!("type {name}"),
    })
}

/// The type of the field `name` where `expr` reads it: what was declared may leave open what a call settles.
pub(super) fn type_read(file: &File, symbol: &Symbol, name: &str, expr: &Expr) -> Option<Type> {
    match (&expr.kind, symbol) {
        (ExprKind::Field { name: field, .. }, Symbol::Field(_)) if field.text == name => {
            file.type_of(expr).filter(|ty| **ty != Type::Error).cloned()
        }
        _ => None,
    }
}

/// The type of a name that has one.
pub(super) fn type_of(file: &File, symbol: &Symbol) -> Option<Type> {
    let checked = &file.analysis.checked;
    match symbol {
        Symbol::Param(id, index) => Some(checked.signatures.get(id)?.params.get(*index as usize)?.ty.clone()),
        Symbol::Local(of, local) => local_type(file, *of, local.0),
        Symbol::Field(span) => field_type(file, *span),
        Symbol::Decl(_)
        | Symbol::Module { .. }
        | Symbol::TypeParam(..)
        | Symbol::Builtin(_)
        | Symbol::BuiltinType(_)
        | Symbol::Attribute(_)
        | Symbol::Limit(_)
        | Symbol::Codec(_)
        | Symbol::Attempt
        | Symbol::Rows => None,
    }
    .filter(|ty| *ty != Type::Error)
}

fn local_type(file: &File, of: FileId, local: u32) -> Option<Type> {
    use standpipe_compiler::resolve::LocalKind;
    let checked = &file.analysis.checked;
    let local = checked.resolved.files.get(of.0 as usize)?.locals.get(local as usize)?;
    let of_expr = |id: standpipe_syntax::ast::ExprId| checked.types.get(of.0 as usize)?.get(id.0 as usize);
    match local.kind {
        LocalKind::Bind { value } | LocalKind::State { start: value } => of_expr(value).cloned(),
        LocalKind::Unpack { value } | LocalKind::StateField { start: value } => match of_expr(value)? {
            Type::Record(fields) => standpipe_compiler::types::find(fields, &local.name).map(|field| field.ty.clone()),
            _ => None,
        },
        LocalKind::ItemField { items } => match of_expr(items)? {
            Type::List(item) => match &**item {
                Type::Record(fields) => {
                    standpipe_compiler::types::find(fields, &local.name).map(|field| field.ty.clone())
                }
                _ => None,
            },
            _ => None,
        },
        LocalKind::Item { items } | LocalKind::Axis { space: items } => match of_expr(items)? {
            Type::List(item) => Some((**item).clone()),
            _ => None,
        },
    }
}

/// The type of the field declared at `span`: looked for in the types that the program has.
fn field_type(file: &File, span: standpipe_syntax::Span) -> Option<Type> {
    fn within(ty: &Type, span: standpipe_syntax::Span) -> Option<Type> {
        match ty {
            Type::Record(fields) => fields.iter().find_map(|field| {
                if field.span == Some(span) { Some(field.ty.clone()) } else { within(&field.ty, span) }
            }),
            Type::Table(Some(inner)) | Type::List(inner) | Type::Map(inner) | Type::Optional(inner) => {
                within(inner, span)
            }
            Type::Artifact { args, .. } => args.iter().find_map(|arg| within(arg, span)),
            _ => None,
        }
    }
    let checked = &file.analysis.checked;
    let mut ids: Vec<&DeclId> = checked.signatures.keys().collect();
    ids.sort_unstable();
    let heads = ids
        .into_iter()
        .filter_map(|id| checked.signatures.get(id))
        .flat_map(|signature| signature.params.iter().map(|param| &param.ty).chain(std::iter::once(&signature.result)));
    heads.chain(checked.types.first()?).find_map(|ty| within(ty, span))
}

/// One for many is what matters most in a pipeline.
fn cardinality(ty: &Type) -> Option<String> {
    match ty {
        Type::List(item) => Some(format!("many: a list of `{item}`")),
        Type::Optional(_) => Some("one or none".into()),
        _ => None,
    }
}

/// The columns of a table, one a line.
fn columns(ty: &Type) -> Option<String> {
    let Type::Table(Some(row)) = ty else { return None };
    let Type::Record(fields) = &**row else { return None };
    let mut lines: Vec<String> =
        fields.iter().take(COLUMNS).map(|field| format!("- `{}`: `{}`", field.name, field.ty)).collect();
    if fields.len() > COLUMNS {
        lines.push(format!("- … {} more", fields.len() - COLUMNS));
    }
    Some(format!("columns:\n\n{}", lines.join("\n")))
}

/// Which steps made a table and handed it on.
fn stations(file: &File, expr: &Expr) -> Option<String> {
    // Of a field that is read, the value that it is read of is followed.
    let is_data = |ty: &Type| matches!(ty, Type::Table(_) | Type::Artifact { .. } | Type::File(_) | Type::Dir);
    file.type_of(expr).filter(|ty| is_data(ty))?;
    let found = origin(&file.analysis.checked, FileId(0), expr);
    let shown: Vec<String> = found
        .iter()
        .map(|station| match station {
            Origin::Input { name, .. } => format!("comes in as `{name}`"),
            Origin::Made { by, call } => format!("made by `{by}`, line {}", file.source().place(call.start).line),
            Origin::Passed { by, call } => {
                format!("handed on by `{by}`, line {}", file.source().place(call.start).line)
            }
        })
        .collect();
    (!shown.is_empty()).then(|| shown.join(" ← "))
}

/// What a task says that it takes.
fn resources(file: &File, id: DeclId) -> Option<String> {
    let decl = decl(file, id)?;
    let (DeclKind::Task(task) | DeclKind::Service(task)) = &decl.kind else { return None };
    let given = |attr: &&Attr| RESOURCES.contains(&attr.name.text.as_str());
    let lines: Vec<String> = task
        .attrs
        .iter()
        .filter(given)
        .filter_map(|attr| match &attr.value {
            AttrValue::Expr(value) => Some(format!("{}: `{}`", attr.name.text, file.text(value.span))),
            AttrValue::Raw(_) => None,
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join(" · "))
}

/// What a module has.
fn contents(file: &File, of: FileId) -> Option<String> {
    let names: Vec<String> = declarations_of(file, of)
        .map(|(_, decl)| decl)
        .filter(|decl| decl.kind.head().is_some())
        .map(|decl| format!("`{}` {}", kind(decl).0, name_of(decl)))
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

#[cfg(test)]
mod tests {
    use tower_lsp::ls_types::HoverContents;

    use crate::ide::testing::Editor;

    fn hover(text: &str) -> String {
        let editor = Editor::with(text);
        match super::hover(&editor.snapshot, &editor.uri, editor.cursor()) {
            Some(hover) => match hover.contents {
                HoverContents::Markup(markup) => markup.value,
                _ => unreachable!(),
            },
            None => "nothing".into(),
        }
    }

    const PROGRAM: &str = "import std/table { holdout }\n\ntype Row = {\n  ## Who it is.\n  id: Int\n  score: Float\n}\n\n## Reads the rows.\ntask load(path: File) -> Table[Row] {\n  memory: 2GiB\n  python:\n    import pandas as pd\n    return pd.read_csv(path)\n}\n\npipeline main(path: File) -> Int {\n  parts = load(path) |> holdout(share: 20%, seed: 1)\n  half = parts.train\n  all = for n in 1..=3 {\n    n\n  }\n  half.rows + len(all)\n}\n";

    #[test]
    fn a_task_shows_its_head_what_it_is_for_and_what_it_takes() {
        assert_eq!(
            hover(&PROGRAM.replace("load(path)", "lo‸ad(path)")),
            "```pipe\ntask load(path: File) -> Table[Row]\n```\n\nReads the rows.\n\nmemory: `2GiB`"
        );
    }

    #[test]
    fn a_table_shows_its_columns_and_where_it_comes_from() {
        assert_eq!(
            hover(&PROGRAM.replace("half.rows", "hal‸f.rows")),
            "```pipe\nhalf: Table[Row]\n```\n\ncolumns:\n\n- `id`: `Int`\n- `score`: `Float`\n\nhanded on by `holdout`, line 18 ← made by `load`, line 18"
        );
    }

    #[test]
    fn a_field_that_is_read_is_what_the_call_made_of_it() {
        assert_eq!(
            hover(&PROGRAM.replace("parts.train", "parts.tra‸in")),
            "```pipe\ntrain: Table[Row]\n```\n\ncolumns:\n\n- `id`: `Int`\n- `score`: `Float`\n\ndeclared in `std/table`, line 13\n\nhanded on by `holdout`, line 18 ← made by `load`, line 18"
        );
    }

    #[test]
    fn a_case_is_of_what_the_match_looks_at() {
        let text = "type Plan = \"free\" | \"pro\"\n\npipeline main(plan: Plan) -> Int {\n  match plan {\n    \"fr‸ee\" { 1 }\n    else { 2 }\n  }\n}\n";
        assert_eq!(hover(text), "```pipe\n\"free\" | \"pro\"\n```");
    }

    #[test]
    fn a_list_says_that_it_is_many() {
        assert_eq!(
            hover(&PROGRAM.replace("len(all)", "len(al‸l)")),
            "```pipe\nall: List[Int]\n```\n\nmany: a list of `Int`"
        );
    }

    #[test]
    fn a_field_shows_its_documentation() {
        let shown = hover(&PROGRAM.replace("  id: Int", "  i‸d: Int"));
        assert_eq!(shown, "```pipe\nid: Int\n```\n\nWho it is.\n\ndeclared in `a.pipe`, line 5");
    }

    #[test]
    fn words_of_the_language_are_explained() {
        assert!(hover(&PROGRAM.replace("  memory: 2GiB", "  mem‸ory: 2GiB")).starts_with("```pipe\nmemory: Size\n```"));
        assert!(hover(&PROGRAM.replace("id: Int", "id: In‸t")).contains("64-bit"));
        assert!(hover(&PROGRAM.replace("len(all)", "le‸n(all)")).contains("The length."));
        assert_eq!(hover(&PROGRAM.replace("pipeline main", "‸\npipeline main")), "nothing");
    }

    #[test]
    fn other_declarations_stay_right_while_one_is_half_typed() {
        let broken = PROGRAM.replace("  all = for n in 1..=3 {\n    n\n  }\n", "  all = for n in (\n");
        assert!(hover(&broken.replace("load(path)", "lo‸ad(path)")).contains("Reads the rows."));
    }
}
