//! What is not written but known: types of steps, names of inputs, how often a `for` goes round, what a step takes.

use standpipe_compiler::check::Given;
use standpipe_compiler::types::Type;
use standpipe_plan::Value;
use standpipe_syntax::FileId;
use standpipe_syntax::ast::{BinaryOp, Expr, ExprKind, StmtKind};
use standpipe_syntax::walk::Node;
use tower_lsp::ls_types::{InlayHint, InlayHintKind, InlayHintLabel, Range, Uri};

use crate::snapshot::{File, Snapshot};

/// Longer types say less than they hide.
const WIDTH: usize = 48;

pub(crate) fn inlay_hints(snapshot: &Snapshot, uri: &Uri, range: Range) -> Option<Vec<InlayHint>> {
    let file = snapshot.file(uri)?;
    let wanted = file.span(range);
    let mut out = Vec::new();
    for decl in file.tree().decls.iter().filter(|decl| decl.span.start <= wanted.end && wanted.start <= decl.span.end) {
        Node::Decl(decl).walk(&mut |node| match node {
            Node::Stmt(stmt) => {
                if let StmtKind::Bind { name, value } = &stmt.kind
                    && let Some(ty) = file.type_of(value).and_then(|ty| worth_saying(value, ty))
                {
                    out.push(hint(&file, name.span.end, format!(": {ty}"), InlayHintKind::TYPE, false));
                }
            }
            Node::Expr(expr) => {
                inputs(&file, expr, &mut out);
                out.extend(rounds(&file, expr));
            }
            Node::Decl(_)
            | Node::ImportItem(_)
            | Node::TypeParam(_)
            | Node::Param(_)
            | Node::Attr(_)
            | Node::Type(_)
            | Node::FieldType(_)
            | Node::Block(_)
            | Node::Arg(_)
            | Node::RecordField(_) => {}
        });
    }
    out.retain(|hint| range.start <= hint.position && hint.position <= range.end);
    out.sort_by_key(|hint| hint.position);
    Some(out)
}

fn hint(file: &File, at: u32, label: String, kind: InlayHintKind, before: bool) -> InlayHint {
    InlayHint {
        position: file.position(at),
        label: InlayHintLabel::String(label),
        kind: Some(kind),
        text_edits: None,
        tooltip: None,
        padding_left: None,
        padding_right: before.then_some(true),
        data: None,
    }
}

/// The type, unless the value says it already.
fn worth_saying(value: &Expr, ty: &Type) -> Option<String> {
    let literal = matches!(
        value.kind,
        ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::String(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::None
    );
    if literal || matches!(ty, Type::Error | Type::Nothing) {
        return None;
    }
    let text = ty.to_string();
    Some(match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    })
}

/// The names of inputs that are given by place.
fn inputs(file: &File, expr: &Expr, out: &mut Vec<InlayHint>) {
    let ExprKind::Call { args, .. } = &expr.kind else { return };
    let Some(call) = file.analysis.checked.calls.get(&(FileId(0), expr.id)) else { return };
    let standpipe_compiler::check::Callee::Decl(id) = call.callee else { return };
    let Some(signature) = file.analysis.checked.signatures.get(&id) else { return };
    for (index, arg) in (0_u32..).zip(args).filter(|(_, arg)| arg.name.is_none()) {
        let Some(at) = call.args.iter().position(|given| *given == Given::Arg(index)) else { continue };
        let Some(param) = signature.params.get(at) else { continue };
        // `f(depth)` and `f(x.depth)` say it themselves.
        let said = match &arg.value.kind {
            ExprKind::Name(name) | ExprKind::Field { name, .. } => name.text == param.name,
            _ => false,
        };
        if !said && !param.name.starts_with('_') {
            out.push(hint(file, arg.value.span.start, format!("{}:", param.name), InlayHintKind::PARAMETER, true));
        }
    }
}

/// How many instances a `for` over a range or a list that is written out has.
fn rounds(file: &File, expr: &Expr) -> Option<InlayHint> {
    let ExprKind::For { items, .. } = &expr.kind else { return None };
    let rounds = length(file, items)?;
    let label = format!(" × {rounds}");
    Some(hint(file, items.span.end, label, InlayHintKind::TYPE, false))
}

fn length(file: &File, items: &Expr) -> Option<i64> {
    match &items.kind {
        ExprKind::Range { start, end, inclusive } => {
            let length = number(file, end)?.checked_sub(number(file, start)?)?.checked_add(i64::from(*inclusive))?;
            Some(length.max(0))
        }
        ExprKind::List(items) => i64::try_from(items.len()).ok(),
        ExprKind::Paren(inner) => length(file, inner),
        ExprKind::Name(_) => {
            use standpipe_compiler::resolve::Target;
            let Some(Target::Decl(id)) = file.analysis.checked.resolved.files[0].names.get(&items.id) else {
                return None;
            };
            match file.analysis.checked.consts.get(id)? {
                Value::List(items) => i64::try_from(items.len()).ok(),
                Value::Range { start, end } => end.checked_sub(*start),
                _ => None,
            }
        }
        _ => None,
    }
}

fn number(file: &File, expr: &Expr) -> Option<i64> {
    use standpipe_compiler::resolve::Target;
    match &expr.kind {
        ExprKind::Int(number) => Some(*number),
        ExprKind::Paren(inner) => number(file, inner),
        ExprKind::Binary { op: BinaryOp::Multiply, left, right, .. } => {
            number(file, left)?.checked_mul(number(file, right)?)
        }
        ExprKind::Name(_) => match file.analysis.checked.resolved.files[0].names.get(&expr.id)? {
            Target::Decl(id) => match file.analysis.checked.consts.get(id)? {
                Value::Int(number) => Some(*number),
                _ => None,
            },
            Target::Param(..)
            | Target::Local(_)
            | Target::Builtin(_)
            | Target::Module(_)
            | Target::Attempt
            | Target::Type
            | Target::Unknown => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tower_lsp::ls_types::{InlayHintLabel, Position, Range};

    use crate::ide::testing::Editor;

    #[test]
    fn types_inputs_and_rounds_are_shown() {
        let editor = Editor::with(
            "const most: Int = 4\n\ntask f(a: Int, b: Int) -> Int {\n  sh:\n    echo $a $b > $out\n}\n\npipeline main(a: Int) -> List[Int] {\n  x = f(a, 2)\n  y = 3\n  for n in 1..=most {\n    f(n, b: x + y)\n  }\n}\n",
        );
        let all = Range::new(Position::new(0, 0), Position::new(99, 0));
        let found = super::inlay_hints(&editor.snapshot, &editor.uri, all).unwrap();
        let shown: Vec<String> = found
            .iter()
            .map(|hint| match &hint.label {
                InlayHintLabel::String(label) => format!("{}:{} {label}", hint.position.line, hint.position.character),
                InlayHintLabel::LabelParts(_) => unreachable!(),
            })
            .collect();
        assert_eq!(shown, ["8:3 : Int", "8:11 b:", "10:19  × 4", "11:6 a:"]);
    }
}
