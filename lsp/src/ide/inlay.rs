//! What is not written but known: types of steps, names of inputs, how many instances a `for` or `sweep` has, how much memory
//! a pipeline takes at once.

use standpipe_compiler::check::Given;
use standpipe_compiler::estimate::{Known, Peak, peak};
use standpipe_compiler::types::Type;
use standpipe_plan::{NodeKind, Region, Value};
use standpipe_syntax::FileId;
use standpipe_syntax::ast::{BinaryOp, Decl, DeclKind, Expr, ExprKind, StmtKind};
use standpipe_syntax::walk::Node;
use tower_lsp::ls_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip, Range, Uri};

use crate::planned::plans;
use crate::snapshot::{File, Snapshot};

/// Longer types say less than they hide.
const WIDTH: usize = 48;

pub fn inlay_hints(snapshot: &Snapshot, uri: &Uri, range: Range) -> Option<Vec<InlayHint>> {
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
    if is_estimated(&file) {
        estimates(snapshot, &file, &mut out);
    }
    out.retain(|hint| range.start <= hint.position && hint.position <= range.end);
    out.sort_by_key(|hint| hint.position);
    Some(out)
}

/// Whether the plan knows more than the text: some task says what memory it takes, or something is swept.
fn is_estimated(file: &File) -> bool {
    let takes = |decl: &Decl| match &decl.kind {
        DeclKind::Task(task) | DeclKind::Service(task) => task.attrs.iter().any(|attr| attr.name.text == "memory"),
        DeclKind::Import(_)
        | DeclKind::Type(_)
        | DeclKind::Artifact(_)
        | DeclKind::Const(_)
        | DeclKind::Env(_)
        | DeclKind::Schedule(_)
        | DeclKind::Test(_)
        | DeclKind::Pipeline(_)
        | DeclKind::Broken(_) => false,
    };
    let files = &file.analysis.checked.resolved.files;
    file.source().text.contains("sweep ") || files.iter().any(|file| !file.std && file.tree.decls.iter().any(takes))
}

/// What the plans say beforehand.
fn estimates(snapshot: &Snapshot, file: &File, out: &mut Vec<InlayHint>) {
    for planned in plans(snapshot, file) {
        let Some(DeclKind::Pipeline(pipeline)) =
            file.tree().decls.get(planned.decl.index as usize).map(|decl| &decl.kind)
        else {
            continue;
        };
        if let Some(Peak { bytes, at_least }) = peak(&planned.plan) {
            let label = format!(" peak {}{}", if at_least { "≥ " } else { "" }, Value::Size(bytes));
            let mut hint = hint(file, pipeline.body.span.start + 1, label, InlayHintKind::TYPE, false);
            let text = "The memory that steps declare which may run side by side, on a machine that has it. \
                        `≥`: others say nothing, or only the run knows how many there are.";
            hint.tooltip = Some(InlayHintTooltip::String(text.into()));
            out.push(hint);
        }
        let known = Known::of(&planned.plan);
        let count = |expr: &Expr| counted(&known, &planned.plan.root, file.source().line_of(expr.span.start) + 1, expr);
        Node::Block(&pipeline.body).walk(&mut |node| {
            let Node::Expr(expr) = node else { return };
            let at = match &expr.kind {
                // Behind the word `sweep`.
                ExprKind::Sweep(_) => expr.span.start + 5,
                ExprKind::For { items, .. } if rounds(file, expr).is_none() => items.span.end,
                _ => return,
            };
            if let Some(count) = count(expr) {
                out.push(hint(file, at, format!(" × {count}"), InlayHintKind::TYPE, false));
            }
        });
    }
}

/// The instances of the `sweep` or `for` on that line of the file.
fn counted(known: &Known<'_>, region: &Region, line: u32, expr: &Expr) -> Option<u64> {
    region.nodes.iter().find_map(|node| {
        let same = match &node.kind {
            NodeKind::Sweep(_) => matches!(expr.kind, ExprKind::Sweep(_)),
            NodeKind::For { .. } => matches!(expr.kind, ExprKind::For { .. }),
            NodeKind::Param(_)
            | NodeKind::Item
            | NodeKind::Value(_)
            | NodeKind::Step(_)
            | NodeKind::If { .. }
            | NodeKind::Match { .. }
            | NodeKind::Loop { .. }
            | NodeKind::Try { .. } => false,
        };
        if same && node.origin.file == 0 && node.origin.line == line {
            return known.instances(&node.kind);
        }
        node.kind.regions().find_map(|region| counted(known, region, line, expr))
    })
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
        assert_eq!(shown(&editor), ["8:3 : Int", "8:11 b:", "10:19  × 4", "11:6 a:"]);
    }

    fn shown(editor: &Editor) -> Vec<String> {
        let all = Range::new(Position::new(0, 0), Position::new(99, 0));
        let found = super::inlay_hints(&editor.snapshot, &editor.uri, all).unwrap();
        let line = |hint: &tower_lsp::ls_types::InlayHint| match &hint.label {
            InlayHintLabel::String(label) => format!("{}:{} {label}", hint.position.line, hint.position.character),
            InlayHintLabel::LabelParts(_) => unreachable!(),
        };
        found.iter().map(line).collect()
    }

    /// The peak of a pipeline `main` with tasks that take 1, 2 and 4 GiB, and one that says nothing.
    fn peak(params: &str, body: &str) -> Vec<String> {
        let mut text = String::new();
        for (name, memory) in [
            ("one", "  memory: 1GiB\n"),
            ("two", "  memory: 2GiB * attempt\n"),
            ("four", "  memory: n * 4GiB\n"),
            ("none_said", ""),
        ] {
            text.push_str(&format!("task {name}(n: Int) -> Int {{\n{memory}  sh:\n    echo $n > $out\n}}\n\n"));
        }
        text.push_str(&format!("pipeline main({params}) -> Int {{\n{body}}}\n"));
        let found = shown(&Editor::with(&text));
        let wanted = |hint: &&String| hint.contains("peak") || hint.contains('×');
        found.iter().filter(wanted).map(|hint| hint.split_once(' ').unwrap().1.trim().to_owned()).collect()
    }

    #[test]
    fn a_pipeline_shows_the_memory_it_takes_at_once() {
        // Side by side, and one after the other.
        assert_eq!(peak("n: Int", "  one(n) + two(n)\n"), ["peak 3GiB"]);
        assert_eq!(peak("n: Int", "  two(one(n))\n"), ["peak 2GiB"]);
        assert_eq!(peak("n: Int", "  four(1) + none_said(n)\n"), ["peak ≥ 4GiB"]);
        assert_eq!(peak("n: Int", "  four(n) + one(n)\n"), ["peak ≥ 1GiB"]);
        assert_eq!(peak("n: Int", "  if n > 1 { two(n) } else { one(n) }\n"), ["peak 2GiB"]);
        let each = "  all = for m in 1..=8 {\n    two(m + n)\n  }\n  all[0]\n";
        assert_eq!(peak("n: Int", each), ["peak 16GiB", "× 8"]);
        assert_eq!(peak("n: Int", &each.replace("1..=8", "1..=8 limit 3")), ["peak 6GiB", "× 8"]);
        assert_eq!(peak("n: Int", &each.replace("1..=8", "1..n")), ["peak ≥ 2GiB"]);
        assert_eq!(peak("n: Int", "  none_said(n)\n"), Vec::<String>::new());
    }

    #[test]
    fn a_sweep_shows_how_many_trials_it_has() {
        let editor = |strategy: &str| {
            Editor::with(&format!(
                "import std/tune {{ grid, random }}\n\ntask fit(a: Int, b: String) -> {{ auc: Float }} {{\n  memory: 1GiB\n  python:\n    return {{\"auc\": 1.0 * a + len(b)}}\n}}\n\npipeline main() -> Float {{\n  tuned = sweep a in 1..=5, b in [\"x\", \"y\"] maximize auc using {strategy} {{\n    fit(a, b)\n  }}\n  tuned.score\n}}\n"
            ))
        };
        let trials = |strategy: &str| -> Vec<String> {
            let found = shown(&editor(strategy));
            found.into_iter().filter(|hint| hint.contains('×') || hint.contains("peak")).collect()
        };
        assert_eq!(trials("grid()"), ["8:26  peak ≥ 1GiB", "9:15  × 10"]);
        assert_eq!(trials("random(32, parallel: 2)"), ["8:26  peak 2GiB", "9:15  × 32"]);
    }
}
