//! Which columns and fields of its inputs Python text reads by their written names. Only inputs that nothing in the text
//! could have changed count: a table that got a new column in between has it.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{
    Arguments, Expr, ExprAttribute, ExprCall, ExprContext, ExprSubscript, Parameters, Pattern, Stmt,
};
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;

use super::facts::{Read, ReadKind};
use super::read::place;
use super::scopes::bound;

/// Methods after which a table may have other columns, or that hand it to a function.
const CHANGING: [&str; 9] =
    ["drop_in_place", "hstack", "insert", "insert_column", "pipe", "pop", "replace_column", "update", "setdefault"];
/// What writes to a table when it is assigned to.
const ACCESSORS: [&str; 4] = ["at", "iat", "iloc", "loc"];
/// Functions that only look at what they are given.
const LOOKING: [&str; 8] = ["id", "isinstance", "iter", "len", "print", "repr", "str", "type"];
/// Modules whose functions give new tables, under the names that everybody gives them.
const MODULES: [&str; 10] = ["duckdb", "np", "numpy", "pa", "pandas", "pd", "pl", "polars", "pyarrow", "plt"];

/// The reads in the statements of a body, in order.
pub(super) fn reads(suite: &[Stmt]) -> Vec<Read> {
    let mut finder = Finder::default();
    finder.visit_body(suite);
    let Finder { mut reads, changed, .. } = finder;
    reads.retain(|read| !changed.contains(&read.of));
    reads.sort_by_key(|read| read.place.start);
    reads
}

#[derive(Default)]
struct Finder {
    reads: Vec<Read>,
    /// Names that stand for something else somewhere, or whose value something else can reach.
    changed: FxHashSet<String>,
    /// Parameters of the functions around, which hide what is outside.
    shadowed: Vec<Vec<String>>,
    /// Inside how many `try`s, where a missing column may be meant.
    caught: u32,
}

impl Finder {
    fn hidden(&self, name: &str) -> bool {
        self.shadowed.iter().flatten().any(|hidden| hidden == name)
    }

    fn read(&mut self, of: &str, key: &str, kind: ReadKind, range: ruff_text_size::TextRange) {
        if self.caught == 0 && !self.hidden(of) {
            self.reads.push(Read { of: of.to_owned(), key: key.to_owned(), kind, place: place(range) });
        }
    }

    fn change(&mut self, name: &str) {
        if !self.hidden(name) {
            self.changed.insert(name.to_owned());
        }
    }

    /// What is assigned to or deleted: the name that it hangs on has changed.
    fn target(&mut self, expr: &Expr) {
        let mut at = expr;
        loop {
            at = match at {
                Expr::Subscript(subscript) => &subscript.value,
                Expr::Attribute(attribute) => &attribute.value,
                Expr::Call(call) => &call.func,
                Expr::Name(name) => return self.change(&name.id),
                _ => return,
            };
        }
    }

    fn subscript(&mut self, subscript: &ExprSubscript) {
        match (&*subscript.value, subscript.ctx) {
            (Expr::Name(of), ExprContext::Load) => {
                let items = match &*subscript.slice {
                    Expr::List(list) => list.elts.as_slice(),
                    other => std::slice::from_ref(other),
                };
                for item in items {
                    if let Expr::StringLiteral(key) = item {
                        self.read(&of.id, key.value.to_str(), ReadKind::Subscript, key.range());
                    }
                }
            }
            // `table.loc[…]`
            (Expr::Attribute(accessor), ExprContext::Load) if ACCESSORS.contains(&accessor.attr.as_str()) => {
                if !accessor.value.is_name_expr() {
                    self.visit_expr(&accessor.value);
                }
            }
            (value, ExprContext::Load) => self.visit_expr(value),
            (value, ExprContext::Store | ExprContext::Del | ExprContext::Invalid) => {
                self.target(value);
                self.visit_expr(value);
            }
        }
        self.visit_expr(&subscript.slice);
    }

    fn attribute(&mut self, attribute: &ExprAttribute) {
        let Expr::Name(of) = &*attribute.value else {
            if attribute.ctx != ExprContext::Load {
                self.target(&attribute.value);
            }
            return self.visit_expr(&attribute.value);
        };
        let name = attribute.attr.as_str();
        if attribute.ctx != ExprContext::Load || CHANGING.contains(&name) || ACCESSORS.contains(&name) {
            self.change(&of.id);
        } else {
            self.read(&of.id, name, ReadKind::Attribute, attribute.attr.range());
        }
    }

    fn call(&mut self, call: &ExprCall) {
        self.visit_expr(&call.func);
        if in_place(&call.arguments) {
            self.target(&call.func);
        }
        let looking = match &*call.func {
            Expr::Name(name) => LOOKING.contains(&name.id.as_str()),
            Expr::Attribute(attribute) => {
                matches!(&*attribute.value, Expr::Name(module) if MODULES.contains(&module.id.as_str()))
            }
            _ => false,
        };
        let values = call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|keyword| &keyword.value));
        for value in values {
            self.argument(value, looking);
        }
    }

    /// A value that a call is given; one that only looks may have the table itself, alone or in a list.
    fn argument(&mut self, value: &Expr, looking: bool) {
        match value {
            Expr::Name(_) if looking => {}
            Expr::List(list) if looking => list.elts.iter().for_each(|item| self.argument(item, looking)),
            _ => self.visit_expr(value),
        }
    }

    fn function(&mut self, parameters: &Parameters, body: impl FnOnce(&mut Self)) {
        for default in parameters.iter_non_variadic_params().filter_map(|param| param.default()) {
            self.visit_expr(default);
        }
        self.shadowed.push(parameters.iter().map(|param| param.name().to_string()).collect());
        body(self);
        self.shadowed.pop();
    }
}

/// Whether the call may change what it is a method of.
fn in_place(arguments: &Arguments) -> bool {
    arguments.keywords.iter().any(|keyword| match keyword.arg.as_ref().map(|arg| arg.as_str()) {
        Some("inplace" | "in_place") => !matches!(&keyword.value, Expr::BooleanLiteral(literal) if !literal.value),
        Some(_) => false,
        None => true,
    })
}

impl<'a> Visitor<'a> for Finder {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                self.change(function.name.as_str());
                function.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
                self.function(&function.parameters, |finder| finder.visit_body(&function.body));
            }
            Stmt::ClassDef(class) => {
                self.change(class.name.as_str());
                walk_stmt(self, stmt);
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.change(alias.asname.as_ref().unwrap_or(&alias.name).as_str());
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.change(alias.asname.as_ref().unwrap_or(&alias.name).as_str());
                }
            }
            // What is given back is looked at by nobody here.
            Stmt::Return(result) if result.value.as_deref().is_some_and(Expr::is_name_expr) => {}
            Stmt::Try(attempt) => {
                self.caught += 1;
                self.visit_body(&attempt.body);
                self.caught -= 1;
                attempt.handlers.iter().for_each(|handler| self.visit_except_handler(handler));
                self.visit_body(&attempt.orelse);
                self.visit_body(&attempt.finalbody);
            }
            // `with suppress(KeyError):`
            Stmt::With(_) => {
                self.caught += 1;
                walk_stmt(self, stmt);
                self.caught -= 1;
            }
            Stmt::Global(names) => names.names.iter().for_each(|name| self.change(name.as_str())),
            Stmt::Nonlocal(names) => names.names.iter().for_each(|name| self.change(name.as_str())),
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => self.change(&name.id),
            Expr::Subscript(subscript) => self.subscript(subscript),
            Expr::Attribute(attribute) => self.attribute(attribute),
            Expr::Call(call) => self.call(call),
            Expr::Lambda(lambda) => match &lambda.parameters {
                Some(parameters) => self.function(parameters, |finder| finder.visit_expr(&lambda.body)),
                None => self.visit_expr(&lambda.body),
            },
            _ => walk_expr(self, expr),
        }
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        if let Some(name) = bound(pattern) {
            self.change(name);
        }
        walk_pattern(self, pattern);
    }
}
