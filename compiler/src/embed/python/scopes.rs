//! Which names Python text reads and nothing in it binds. Follows scopes, not the order of statements: a name bound
//! anywhere in a scope is bound in all of it.

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{Comprehension, ExceptHandler, Expr, ExprContext, Parameters, Pattern, Stmt};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

use super::facts::Place;
use super::read::place;

/// What the walk found.
pub(super) struct Scopes {
    /// Bound at the top, sorted.
    pub(super) names: Vec<String>,
    /// Bound anywhere, sorted.
    pub(super) bound: Vec<String>,
    /// Read and bound nowhere, in order of place, each once.
    pub(super) free: Vec<(String, Place)>,
    /// Names may come from where the walk cannot see.
    pub(super) open: bool,
}

/// Calls that make names out of nothing, or look at all of them.
const OPENING: [&str; 5] = ["exec", "globals", "locals", "vars", "NameError"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Function,
    Class,
    Comprehension,
}

struct Scope<'a> {
    kind: Kind,
    parent: usize,
    bound: FxHashSet<&'a str>,
    /// Said to be `global` here.
    global: FxHashSet<&'a str>,
}

struct Walker<'a> {
    scopes: Vec<Scope<'a>>,
    current: usize,
    uses: Vec<(usize, &'a str, TextRange)>,
    open: bool,
    /// Inside how many `try`s that would catch an unknown name.
    caught: u32,
}

/// Walks the statements at the top.
pub(super) fn walk(suite: &[Stmt]) -> Scopes {
    let mut walker = Walker { scopes: Vec::new(), current: 0, uses: Vec::new(), open: false, caught: 0 };
    walker.push(Kind::Function);
    walker.visit_body(suite);
    let mut first: FxHashMap<&str, TextRange> = FxHashMap::default();
    for (scope, name, range) in &walker.uses {
        if !walker.is_bound(*scope, name) {
            let earliest = first.entry(name).or_insert(*range);
            if range.start() < earliest.start() {
                *earliest = *range;
            }
        }
    }
    let mut free: Vec<_> = first.into_iter().map(|(name, range)| (name.to_owned(), place(range))).collect();
    free.sort_by_key(|(_, place)| place.start);
    let sorted = |scopes: &[Scope<'_>]| {
        let mut names: Vec<_> = scopes.iter().flat_map(|scope| &scope.bound).map(|name| (*name).to_owned()).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    Scopes { names: sorted(&walker.scopes[..1]), bound: sorted(&walker.scopes), free, open: walker.open }
}

impl<'a> Walker<'a> {
    fn push(&mut self, kind: Kind) -> usize {
        let outer = self.current;
        let scope = Scope { kind, parent: outer, bound: FxHashSet::default(), global: FxHashSet::default() };
        self.current = self.scopes.len();
        self.scopes.push(scope);
        outer
    }

    fn bind(&mut self, name: &'a str) {
        self.scopes[self.current].bound.insert(name);
    }

    fn is_bound(&self, scope: usize, name: &str) -> bool {
        let mut at = scope;
        if self.scopes[at].global.contains(name) {
            at = 0;
        }
        loop {
            let scope_ = &self.scopes[at];
            // A class's names are seen in the class itself, not in the functions inside it.
            if (scope_.kind != Kind::Class || at == scope) && scope_.bound.contains(name) {
                return true;
            }
            if at == 0 {
                return false;
            }
            at = scope_.parent;
        }
    }

    fn function(&mut self, parameters: &'a Parameters, body: impl FnOnce(&mut Self)) {
        for default in parameters.iter_non_variadic_params().filter_map(|param| param.default()) {
            self.visit_expr(default);
        }
        let outer = self.push(Kind::Function);
        for param in parameters {
            self.bind(param.name().as_str());
        }
        body(self);
        self.current = outer;
    }

    fn comprehension(&mut self, generators: &'a [Comprehension], parts: &[&'a Expr]) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        let outer = self.push(Kind::Comprehension);
        for (index, generator) in generators.iter().enumerate() {
            self.visit_expr(&generator.target);
            if index > 0 {
                self.visit_expr(&generator.iter);
            }
            generator.ifs.iter().for_each(|condition| self.visit_expr(condition));
        }
        parts.iter().for_each(|part| self.visit_expr(part));
        self.current = outer;
    }
}

/// The name that a pattern binds itself, without those inside it.
pub(super) fn bound(pattern: &Pattern) -> Option<&str> {
    let name = match pattern {
        Pattern::MatchAs(bound) => bound.name.as_ref(),
        Pattern::MatchStar(bound) => bound.name.as_ref(),
        Pattern::MatchMapping(bound) => bound.rest.as_ref(),
        _ => None,
    };
    name.map(|name| name.as_str())
}

/// `except:`, `except Exception:`, `except BaseException:`.
fn catches_all(handler: &ExceptHandler) -> bool {
    let ExceptHandler::ExceptHandler(handler) = handler;
    match handler.type_.as_deref() {
        None => true,
        Some(Expr::Name(name)) => matches!(name.id.as_str(), "Exception" | "BaseException"),
        Some(_) => false,
    }
}

impl<'a> Visitor<'a> for Walker<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                self.bind(function.name.as_str());
                function.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
                self.function(&function.parameters, |walker| {
                    if let Some(params) = &function.type_params {
                        params.iter().for_each(|param| walker.bind(param.name().as_str()));
                    }
                    walker.visit_body(&function.body);
                });
            }
            Stmt::ClassDef(class) => {
                self.bind(class.name.as_str());
                class.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
                let outer = self.push(Kind::Function);
                if let Some(params) = &class.type_params {
                    params.iter().for_each(|param| self.bind(param.name().as_str()));
                }
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                let inner = self.push(Kind::Class);
                ["__module__", "__qualname__"].into_iter().for_each(|name| self.bind(name));
                self.visit_body(&class.body);
                self.current = inner;
                self.bind("__class__");
                self.current = outer;
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let top = alias.name.as_str().split('.').next().unwrap_or_default();
                    self.bind(alias.asname.as_ref().map_or(top, |name| name.as_str()));
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.open |= alias.name.as_str() == "*";
                    self.bind(alias.asname.as_ref().unwrap_or(&alias.name).as_str());
                }
            }
            Stmt::Global(names) => {
                for name in &names.names {
                    self.scopes[self.current].global.insert(name.as_str());
                    self.scopes[0].bound.insert(name.as_str());
                }
            }
            Stmt::Nonlocal(_) => {}
            Stmt::Try(attempt) if attempt.handlers.iter().any(catches_all) => {
                self.caught += 1;
                self.visit_body(&attempt.body);
                self.caught -= 1;
                attempt.handlers.iter().for_each(|handler| self.visit_except_handler(handler));
                self.visit_body(&attempt.orelse);
                self.visit_body(&attempt.finalbody);
            }
            Stmt::TypeAlias(alias) => {
                if let Expr::Name(name) = &*alias.name {
                    self.bind(name.id.as_str());
                }
            }
            // Annotations are left alone: many are never evaluated.
            Stmt::AnnAssign(assign) => {
                self.visit_expr(&assign.target);
                assign.value.iter().for_each(|value| self.visit_expr(value));
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => match name.ctx {
                ExprContext::Store => self.bind(name.id.as_str()),
                ExprContext::Load => {
                    self.open |= OPENING.contains(&name.id.as_str());
                    if self.caught == 0 {
                        self.uses.push((self.current, name.id.as_str(), name.range()));
                    }
                }
                ExprContext::Del | ExprContext::Invalid => {}
            },
            Expr::Named(named) => {
                let inner = self.current;
                while self.scopes[self.current].kind == Kind::Comprehension {
                    self.current = self.scopes[self.current].parent;
                }
                self.visit_expr(&named.target);
                self.current = inner;
                self.visit_expr(&named.value);
            }
            Expr::Lambda(lambda) => match &lambda.parameters {
                Some(parameters) => self.function(parameters, |walker| walker.visit_expr(&lambda.body)),
                None => self.visit_expr(&lambda.body),
            },
            Expr::ListComp(list) => self.comprehension(&list.generators, &[&list.elt]),
            Expr::SetComp(set) => self.comprehension(&set.generators, &[&set.elt]),
            Expr::Generator(generator) => self.comprehension(&generator.generators, &[&generator.elt]),
            Expr::DictComp(dict) => {
                let parts: Vec<&Expr> = dict.key.as_deref().into_iter().chain([&*dict.value]).collect();
                self.comprehension(&dict.generators, &parts);
            }
            _ => walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name.as_str());
        }
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        if let Some(name) = bound(pattern) {
            self.bind(name);
        }
        walk_pattern(self, pattern);
    }
}
