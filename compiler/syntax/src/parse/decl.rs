//! Declarations: which one it is, its head, and its body.

use std::ops::Range;

use super::build::{Head, Item};
use super::token::Start;
use super::{Parser, errors};
use crate::ast::{Decl, DeclKind, Env, Name, Pipeline, Schedule, Task, Test, TypeExpr, TypeKind, TypeParam};
use crate::diag::Diagnostic;
use crate::lex::Kind;
use crate::tree::{self, Balance};

/// Where a declaration stands.
pub(super) struct Site {
    /// Its tokens.
    pub(super) own: Range<usize>,
    /// Where what is left over after it ends.
    pub(super) end: usize,
}

impl Parser<'_> {
    /// Where the declarations stand. Lines at the left edge that start none are one mistake when they follow each other.
    pub(super) fn sites(&self) -> Vec<Site> {
        let mut sites: Vec<Site> = Vec::new();
        let (mut junk, mut decorated) = (false, false);
        for own in self.tokens.declarations() {
            let word = self.tokens.text(own.start);
            let keyword = tree::DECLARATIONS.contains(&word);
            let starts = keyword || self.meant(&own).is_some();
            // What a decorator stands above is the same mistake.
            let again = junk && !starts || decorated && !keyword;
            junk = !starts;
            decorated = word == "@" || decorated && again;
            match sites.last_mut() {
                Some(last) if again => last.end = own.end,
                _ => sites.push(Site { end: own.end, own }),
            }
        }
        sites
    }

    /// Reads the declaration at `site`.
    pub(super) fn at(&mut self, site: &Site) -> Decl {
        let mut decl = self.declaration(site.own.clone());
        if site.end > site.own.end {
            decl.span = decl.span.to(self.tokens.span_all(&(site.own.end..site.end)));
        }
        decl
    }

    /// Reads the declaration that is the tokens of `range`.
    fn declaration(&mut self, range: Range<usize>) -> Decl {
        self.too_deep = false;
        let doc = self.builder.doc(self.tokens.span_all(&range));
        let Balance { mut unmatched, hopeless } = tree::balance(&mut self.tokens, range.clone());
        let at = self.tokens.span(range.start);
        let word = self.tokens.text(range.start);
        let known = tree::DECLARATIONS.contains(&word);
        if known && self.tokens.get(range.start).is_some_and(|token| token.indent > 0) {
            self.report(
                errors::indented_declaration(at, word).fix_all("move it to the left edge", self.to_the_left(&range)),
            );
        }
        let mut end = range.end;
        let kind = match word {
            _ if hopeless && known => None,
            "import" => self.line(Start::Import, range.clone(), &mut end),
            "type" => self.line(Start::Type, range.clone(), &mut end),
            "artifact" => self.line(Start::Artifact, range.clone(), &mut end),
            "const" => self.line(Start::Const, range.clone(), &mut end),
            "env" | "task" | "effect" | "pipeline" | "service" | "schedule" | "test" => {
                self.with_body(word, range.clone(), &mut end, &mut unmatched)
            }
            _ => {
                self.not_a_declaration(&range);
                unmatched.clear();
                None
            }
        };
        self.builder.diagnostics.append(&mut unmatched);
        let kind = kind.unwrap_or_else(|| DeclKind::Broken(self.declared_name(&range)));
        self.check_names(&kind);
        Decl { doc, span: self.tokens.span_all(&(range.start..end)), kind }
    }

    fn to_the_left(&self, range: &Range<usize>) -> Vec<crate::diag::Edit> {
        let at = self.tokens.span(range.start);
        let source = self.tokens.source;
        let line = source.line_start(source.line_of(at.start)).unwrap_or(at.start);
        vec![crate::diag::Edit { span: crate::Span { start: line, end: at.start, ..at }, text: String::new() }]
    }

    fn not_a_declaration(&mut self, range: &Range<usize>) {
        let (span, word) = (self.tokens.span(range.start), self.tokens.text(range.start));
        match self.tokens.kind(range.start) {
            Some(Kind::Bad) if word == "@" => self.report(errors::decorator(span)),
            Some(Kind::Bad | Kind::Unterminated) => self.lexical(range.start),
            Some(Kind::Name) if word == "def" && self.body(range).is_none() => {
                self.report(errors::python_function(span));
            }
            Some(Kind::Slash) if self.slashes(range.start) => {
                let both = span.to(self.tokens.span(range.start + 1));
                self.report(errors::not_a_declaration(both, "//", None));
            }
            _ => self.report(errors::not_a_declaration(span, word, self.meant(range))),
        }
    }

    fn slashes(&self, at: usize) -> bool {
        self.tokens.kind(at + 1) == Some(Kind::Slash) && self.tokens.span(at).end == self.tokens.span(at + 1).start
    }

    /// The keyword that the first word of `range` was meant to be, when a name follows it.
    fn meant(&self, range: &Range<usize>) -> Option<&'static str> {
        let named = range.len() > 1 && self.tokens.kind(range.start + 1).is_some_and(Kind::is_word);
        if named { errors::meant_keyword(self.tokens.text(range.start)) } else { None }
    }

    /// The word after the keyword.
    fn declared_name(&self, range: &Range<usize>) -> Option<Name> {
        let at = range.start + 1;
        (at < range.end && self.tokens.kind(at) == Some(Kind::Name)).then(|| {
            let span = self.tokens.span(at);
            Name { text: self.tokens.text(at).into(), span }
        })
    }

    /// A declaration without a block. `end` becomes its end.
    fn line(&mut self, start: Start, range: Range<usize>, end: &mut usize) -> Option<DeclKind> {
        let mut lines = self.tokens.lines(range.start + 1..range.end).into_iter();
        let first = lines.next().unwrap_or(range.end..range.end);
        *end = first.end;
        let item = self.item(start, first);
        if let Some(second) = lines.next() {
            self.leftover(second);
        }
        match item? {
            Item::Import(import) => Some(DeclKind::Import(import)),
            Item::Type(alias) => Some(DeclKind::Type(alias)),
            Item::Artifact(artifact) => Some(DeclKind::Artifact(artifact)),
            Item::Const(constant) => Some(DeclKind::Const(constant)),
            Item::Env(_)
            | Item::Head(_)
            | Item::Attr(_)
            | Item::Stmt(_)
            | Item::Expr(_)
            | Item::Test(_)
            | Item::Arm(..) => None,
        }
    }

    /// Text after the end of a declaration.
    fn leftover(&mut self, range: Range<usize>) {
        if !self.tokens.has_alone(&range) && !range.is_empty() {
            self.report(errors::leftover(self.tokens.span(range.start), self.tokens.text(range.start)));
        }
    }

    /// A declaration with a head and a block. `end` becomes its end.
    fn with_body(
        &mut self,
        word: &str,
        range: Range<usize>,
        end: &mut usize,
        unmatched: &mut Vec<Diagnostic>,
    ) -> Option<DeclKind> {
        let start = match word {
            "env" | "schedule" => Start::Env,
            "test" => Start::Test,
            _ => Start::Head,
        };
        let Some(open) = self.body(&range) else {
            let lines = self.tokens.lines(range.start + 1..range.end);
            let head = lines.first().cloned().unwrap_or(range.end..range.end);
            let after = self.tokens.span_all(&head).after();
            if self.item(start, head).is_some() {
                let diagnostic = errors::no_body(after, word);
                // A brace that closes nothing: the one that is missing opened it.
                let stray = unmatched.pop().is_some();
                self.report(if stray { diagnostic.fix("add `{`", after, " {") } else { diagnostic });
            }
            return None;
        };
        let head = self.item(start, range.start + 1..open);
        let close = self.tokens.partner(open).unwrap_or(range.end);
        let kind = if word == "pipeline" {
            let body = self.block(open, close);
            match head {
                Some(Item::Head(Head { name, type_params, params, result })) => {
                    Some(DeclKind::Pipeline(Pipeline { name, type_params, params, result, body }))
                }
                _ => None,
            }
        } else if word == "test" {
            (self.in_test, self.test_around) = (true, true);
            let body = self.block(open, close);
            (self.in_test, self.test_around) = (false, false);
            match head {
                Some(Item::Test(name)) => Some(DeclKind::Test(Test { name, body })),
                _ => None,
            }
        } else {
            self.with_attributes(word, head, open, close)
        };
        *end = (close + 1).min(range.end);
        self.leftover(*end..range.end);
        kind
    }

    /// An `env`, `task`, `effect`, `service` or `schedule`.
    fn with_attributes(&mut self, word: &str, head: Option<Item>, open: usize, close: usize) -> Option<DeclKind> {
        let attrs = self.attributes(open, close);
        match head? {
            Item::Env(name) if word == "schedule" => Some(DeclKind::Schedule(Schedule { name, attrs })),
            Item::Env(name) => Some(DeclKind::Env(Env { name, attrs })),
            Item::Head(Head { name, type_params, params, result }) if word == "service" => {
                if let Some(result) = result {
                    self.report(errors::service_result(result.span));
                }
                Some(DeclKind::Service(Task { effect: true, name, type_params, params, result: None, attrs }))
            }
            Item::Head(Head { name, type_params, params, mut result }) => {
                let effect = word == "effect";
                if !effect && result.is_none() {
                    let at = self.tokens.span(open - 1).after();
                    self.report(errors::no_result(at));
                    result = Some(TypeExpr { span: at, kind: TypeKind::Broken });
                }
                Some(DeclKind::Task(Task { effect, name, type_params, params, result, attrs }))
            }
            Item::Import(_)
            | Item::Type(_)
            | Item::Artifact(_)
            | Item::Const(_)
            | Item::Attr(_)
            | Item::Stmt(_)
            | Item::Expr(_)
            | Item::Test(_)
            | Item::Arm(..) => None,
        }
    }

    /// Where the block of a declaration opens: its first brace outside of brackets that cannot be a type's.
    fn body(&self, range: &Range<usize>) -> Option<usize> {
        let mut at = range.start + 1;
        while at < range.end {
            let before = self.tokens.kind(at - 1)?;
            let in_type = before.opens() || matches!(before, Kind::Arrow | Kind::Comma | Kind::Colon | Kind::Eq);
            if self.tokens.kind(at) == Some(Kind::LeftBrace) && !in_type {
                return Some(at);
            }
            at = self.tokens.skip(at);
        }
        None
    }

    /// The first letter of what a declaration names: upper case for types and artifacts, lower case for the rest.
    fn check_names(&mut self, kind: &DeclKind) {
        match kind {
            DeclKind::Type(alias) => {
                self.check_name(&alias.name, true);
                self.check_type_params(&alias.params);
            }
            DeclKind::Artifact(artifact) => self.check_name(&artifact.name, true),
            DeclKind::Const(constant) => self.check_name(&constant.name, false),
            DeclKind::Env(env) => self.check_name(&env.name, false),
            DeclKind::Task(task) => {
                self.check_name(&task.name, false);
                self.check_type_params(&task.type_params);
            }
            DeclKind::Pipeline(pipeline) => {
                self.check_name(&pipeline.name, false);
                self.check_type_params(&pipeline.type_params);
            }
            DeclKind::Service(service) => {
                self.check_name(&service.name, false);
                self.check_type_params(&service.type_params);
            }
            DeclKind::Schedule(schedule) => self.check_name(&schedule.name, false),
            DeclKind::Import(_) | DeclKind::Test(_) | DeclKind::Broken(_) => {}
        }
    }

    fn check_type_params(&mut self, params: &[TypeParam]) {
        for param in params {
            self.check_name(&param.name, true);
        }
    }

    fn check_name(&mut self, name: &Name, upper: bool) {
        let fits = |c: char| if upper { c.is_ascii_uppercase() } else { !c.is_ascii_uppercase() };
        if name.text.chars().next().is_none_or(fits) {
            return;
        }
        let renamed = if upper { camel(&name.text) } else { snake(&name.text) };
        let uses = self.tokens.same_words(&name.text);
        self.report(errors::name_case(name, upper, &renamed, uses));
    }
}

/// `my_type` as `MyType`.
fn camel(name: &str) -> String {
    let mut parts = name.split('_').filter(|part| !part.is_empty()).map(|part| {
        let (first, rest) = part.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    let camel: String = parts.by_ref().collect();
    if camel.starts_with(|c: char| c.is_ascii_uppercase()) { camel } else { format!("T{camel}") }
}

/// `MyTask` as `my_task`, `URL` as `url`.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && after_lower {
            snake.push('_');
        }
        after_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        snake.push(c.to_ascii_lowercase());
    }
    snake
}
