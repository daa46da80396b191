//! How a Python body ends: what its `return`s give, and whether it can end without one.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, ExprCall, ExprDict, Keyword, Number, Stmt, StmtClassDef, UnaryOp};
use ruff_text_size::Ranged;

use super::facts::{Body, Dict, Place, Value, ValueKind};
use super::parts::parts;
use super::read::place;
use super::reads::reads;

/// Values inside one another that are looked at.
const DEEPEST: u32 = 8;

/// How the body made of these statements ends.
pub(super) fn body(suite: &[Stmt]) -> Body {
    let mut ends = Ends::default();
    ends.visit_body(suite);
    let open_end = falls_off(suite).map(head);
    Body { falls_off: !never_ends(suite), open_end, reads: reads(suite), parts: parts(suite), ..ends.0 }
}

/// Collects the `return`s of a body, without those of functions inside it.
#[derive(Default)]
struct Ends(Body);

impl<'a> Visitor<'a> for Ends {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Return(result) => {
                match result.value.as_deref() {
                    Some(given) => {
                        self.0.returns = true;
                        self.0.values.push(value(given, 0));
                    }
                    None => self.0.bare.push(place(result.range)),
                }
                walk_stmt(self, stmt);
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(_) | Expr::Generator(_) => {}
            Expr::Yield(_) | Expr::YieldFrom(_) => self.0.generator = true,
            _ => walk_expr(self, expr),
        }
    }
}

/// What is written there.
fn value(expr: &Expr, depth: u32) -> Value {
    let kind = match expr {
        _ if depth > DEEPEST => ValueKind::Other,
        Expr::NoneLiteral(_) => ValueKind::None,
        Expr::BooleanLiteral(_) => ValueKind::Bool,
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(int) => ValueKind::Int(int.as_i64()),
            Number::Float(float) => ValueKind::Float(*float),
            Number::Complex { .. } => ValueKind::Other,
        },
        Expr::UnaryOp(unary) if unary.op == UnaryOp::USub => match value(&unary.operand, depth + 1).kind {
            ValueKind::Int(int) => ValueKind::Int(int.and_then(i64::checked_neg)),
            ValueKind::Float(float) => ValueKind::Float(-float),
            _ => ValueKind::Other,
        },
        Expr::StringLiteral(text) => ValueKind::Text(Some(text.value.to_str().to_owned())),
        Expr::FString(_) => ValueKind::Text(None),
        Expr::BytesLiteral(_) => ValueKind::Bytes,
        Expr::Set(_) | Expr::SetComp(_) => ValueKind::Set,
        Expr::List(list) => items(&list.elts, depth),
        Expr::Tuple(tuple) => items(&tuple.elts, depth),
        Expr::Dict(dict) => ValueKind::Dict(written(dict, depth)),
        Expr::Call(call) => match (&*call.func, frame(call)) {
            (_, Some(columns)) => ValueKind::Frame(written(columns, depth)),
            (Expr::Name(name), None) => ValueKind::Call(name.id.to_string()),
            _ => ValueKind::Other,
        },
        _ => ValueKind::Other,
    };
    Value { place: place(expr.range()), kind }
}

/// The dictionary of columns in `pd.DataFrame({…})`, when nothing else says what its columns are.
fn frame(call: &ExprCall) -> Option<&ExprDict> {
    let made = match &*call.func {
        Expr::Name(name) => name.id == "DataFrame",
        Expr::Attribute(attribute) => match (&*attribute.value, attribute.attr.as_str()) {
            (Expr::Name(module), "DataFrame") => ["pandas", "pd", "pl", "polars"].contains(&module.id.as_str()),
            (Expr::Name(module), "table") => ["pa", "pyarrow"].contains(&module.id.as_str()),
            _ => false,
        },
        _ => false,
    };
    let only = |keyword: &Keyword| keyword.arg.as_ref().is_some_and(|arg| ["index", "copy"].contains(&arg.as_str()));
    match &*call.arguments.args {
        [Expr::Dict(columns)] if made && call.arguments.keywords.iter().all(only) => Some(columns),
        _ => None,
    }
}

fn items(elements: &[Expr], depth: u32) -> ValueKind {
    if elements.iter().any(|element| matches!(element, Expr::Starred(_))) {
        return ValueKind::Other;
    }
    ValueKind::List(elements.iter().map(|element| value(element, depth + 1)).collect())
}

fn written(dict: &ExprDict, depth: u32) -> Dict {
    let mut entries = Vec::new();
    let mut open = false;
    for item in &dict.items {
        match &item.key {
            Some(Expr::StringLiteral(text)) => {
                entries.push((text.value.to_str().to_owned(), place(text.range), value(&item.value, depth + 1)));
            }
            _ => open = true,
        }
    }
    Dict { place: place(dict.range), entries, open }
}

/// Whether control surely does not leave `suite` at its end, as far as its last statement tells.
fn never_ends(suite: &[Stmt]) -> bool {
    match suite.last() {
        Some(Stmt::Raise(_) | Stmt::Return(_) | Stmt::While(_)) => true,
        Some(Stmt::With(with)) => never_ends(&with.body),
        Some(Stmt::If(branch)) => {
            let last = branch.elif_else_clauses.last();
            never_ends(&branch.body)
                && last.is_some_and(|clause| clause.test.is_none())
                && branch.elif_else_clauses.iter().all(|clause| never_ends(&clause.body))
        }
        // Calls such as `sys.exit()` and `pytest.fail()` may not come back; `try` and `match` have too many ways out.
        Some(Stmt::Try(_) | Stmt::Match(_)) => true,
        Some(Stmt::Expr(expr)) => matches!(&*expr.value, Expr::Call(call) if calls_exit(&call.func)),
        _ => false,
    }
}

/// The statement behind which control surely can leave `suite` at its end. Of loops with a condition and of `match` that
/// is not sure: whoever wrote them may know that they always return.
fn falls_off(suite: &[Stmt]) -> Option<&Stmt> {
    let last = suite.last()?;
    match last {
        Stmt::Raise(_) | Stmt::Return(_) | Stmt::While(_) | Stmt::Match(_) | Stmt::Assert(_) => None,
        Stmt::With(with) => falls_off(&with.body),
        Stmt::For(each) if !each.orelse.is_empty() => falls_off(&each.orelse),
        Stmt::If(branch) => {
            let otherwise = branch.elif_else_clauses.iter().any(|clause| clause.test.is_none());
            let bodies = branch.elif_else_clauses.iter().map(|clause| clause.body.as_slice());
            let found = std::iter::once(branch.body.as_slice()).chain(bodies).find_map(falls_off);
            found.or((!otherwise).then_some(last))
        }
        Stmt::Try(attempt) => {
            if !attempt.finalbody.is_empty() && falls_off(&attempt.finalbody).is_none() {
                return None;
            }
            let body = if attempt.orelse.is_empty() { &attempt.body } else { &attempt.orelse };
            falls_off(body).or_else(|| {
                attempt.handlers.iter().find_map(|handler| {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    falls_off(&handler.body)
                })
            })
        }
        Stmt::Expr(expr) if matches!(&*expr.value, Expr::Call(call) if may_not_return(&call.func)) => None,
        _ => Some(last),
    }
}

/// The place to point at: a simple statement, the first line of a compound one.
fn head(stmt: &Stmt) -> Place {
    place(stmt.range())
}

fn calls_exit(callee: &Expr) -> bool {
    matches!(name(callee), Some("exit" | "_exit" | "quit" | "abort"))
}

/// Functions so called often raise.
fn may_not_return(callee: &Expr) -> bool {
    const WORDS: [&str; 8] = ["exit", "quit", "abort", "fail", "error", "raise", "die", "never"];
    name(callee).is_some_and(|name| WORDS.iter().any(|word| name.to_lowercase().contains(word)))
}

fn name(callee: &Expr) -> Option<&str> {
    match callee {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// The dataclasses among these statements, whose fields are all written there.
pub(super) fn dataclasses(suite: &[Stmt]) -> Vec<(String, Vec<String>)> {
    let class = |stmt: &Stmt| match stmt {
        Stmt::ClassDef(class) if is_dataclass(class) => Some((class.name.to_string(), fields(class))),
        _ => None,
    };
    suite.iter().filter_map(class).collect()
}

fn is_dataclass(class: &StmtClassDef) -> bool {
    let plain =
        class.arguments.as_ref().is_none_or(|arguments| arguments.args.is_empty() && arguments.keywords.is_empty());
    let decorated = class.decorator_list.iter().any(|decorator| match &decorator.expression {
        Expr::Call(call) => name(&call.func) == Some("dataclass"),
        other => name(other) == Some("dataclass"),
    });
    plain && decorated && class.decorator_list.len() == 1
}

/// What instances have: annotated names, properties and methods, and what methods assign to `self`.
fn fields(class: &StmtClassDef) -> Vec<String> {
    let mut fields = Attributes::default();
    for stmt in &class.body {
        match stmt {
            Stmt::AnnAssign(assign) => fields.0.extend(name(&assign.target).map(str::to_owned)),
            Stmt::Assign(assign) => fields.0.extend(assign.targets.iter().filter_map(name).map(str::to_owned)),
            Stmt::FunctionDef(function) => {
                fields.0.push(function.name.to_string());
                fields.visit_body(&function.body);
            }
            _ => {}
        }
    }
    fields.0
}

#[derive(Default)]
struct Attributes(Vec<String>);

impl<'a> Visitor<'a> for Attributes {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let targets = match stmt {
            Stmt::Assign(assign) => assign.targets.as_slice(),
            Stmt::AnnAssign(assign) => std::slice::from_ref(&*assign.target),
            _ => &[],
        };
        for target in targets {
            if let Expr::Attribute(attribute) = target {
                self.0.push(attribute.attr.to_string());
            }
        }
        walk_stmt(self, stmt);
    }
}
