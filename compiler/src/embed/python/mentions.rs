//! Where Python text mentions names that come from outside of it: variables that nothing in it binds, their columns,
//! and the keys of dictionaries that it returns.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

use super::facts::ValueKind;
use super::read::{self, place};

/// Longest text that is looked at, in operators and brackets: an editor's question is not worth a thread of its own.
const DEEPEST: usize = 400;

/// A name from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mention {
    /// A variable.
    Name { name: String, place: std::ops::Range<usize> },
    /// `of["name"]` or `of.name`.
    Part { of: String, name: String, place: std::ops::Range<usize> },
    /// A key of `return { … }`.
    Result { name: String, place: std::ops::Range<usize> },
}

/// The mentions in `text`, in order. What cannot be parsed mentions nothing.
#[must_use]
pub fn mentions(text: &str) -> Vec<Mention> {
    if text.bytes().filter(|byte| b"([{.+-*/".contains(byte)).count() > DEEPEST * 8 || deepest(text) > DEEPEST {
        return Vec::new();
    }
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    if !parsed.errors().is_empty() {
        return Vec::new();
    }
    let facts = read::read(text);
    let Some(module) = parsed.try_into_module() else { return Vec::new() };
    let mut finder = Finder { text, shadowed: Vec::new(), out: Vec::new() };
    finder.visit_body(module.suite());
    for value in &facts.body.values {
        if let ValueKind::Dict(dict) = &value.kind {
            for (key, quoted, _) in &dict.entries {
                finder.key(key, quoted.clone(), |name, place| Mention::Result { name, place });
            }
        }
    }
    let mut out = finder.out;
    out.sort_by_key(|mention| match mention {
        Mention::Name { place, .. } | Mention::Part { place, .. } | Mention::Result { place, .. } => place.start,
    });
    out
}

/// How deep brackets nest.
fn deepest(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

struct Finder<'t> {
    text: &'t str,
    /// Parameters of functions inside, which hide what is outside.
    shadowed: Vec<Vec<String>>,
    out: Vec<Mention>,
}

impl Finder<'_> {
    fn hidden(&self, name: &str) -> bool {
        self.shadowed.iter().flatten().any(|hidden| hidden == name)
    }

    /// A string literal that is `key` and nothing else, without its quotes.
    fn key(&mut self, key: &str, quoted: std::ops::Range<usize>, make: fn(String, std::ops::Range<usize>) -> Mention) {
        let inside = quoted.start + 1..quoted.end.saturating_sub(1);
        if self.text.get(inside.clone()) == Some(key) {
            self.out.push(make(key.to_owned(), inside));
        }
    }

    fn part(&mut self, of: &str, key: &str, range: TextRange) {
        let quoted = place(range);
        let inside = quoted.start + 1..quoted.end.saturating_sub(1);
        if self.text.get(inside.clone()) == Some(key) {
            self.out.push(Mention::Part { of: of.to_owned(), name: key.to_owned(), place: inside });
        }
    }
}

impl<'a> Visitor<'a> for Finder<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                let names = function.parameters.iter().map(|param| param.name().to_string()).collect();
                self.shadowed.push(names);
                walk_stmt(self, stmt);
                self.shadowed.pop();
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if !self.hidden(&name.id) => {
                self.out.push(Mention::Name { name: name.id.to_string(), place: place(name.range()) });
            }
            Expr::Subscript(subscript) => {
                if let Expr::Name(of) = &*subscript.value
                    && !self.hidden(&of.id)
                {
                    let items: Vec<&Expr> = match &*subscript.slice {
                        Expr::List(list) => list.elts.iter().collect(),
                        Expr::Tuple(tuple) => tuple.elts.iter().collect(),
                        other => vec![other],
                    };
                    for item in items {
                        if let Expr::StringLiteral(key) = item {
                            self.part(&of.id, key.value.to_str(), key.range());
                        }
                    }
                }
                walk_expr(self, expr);
            }
            Expr::Attribute(attribute) => {
                if let Expr::Name(of) = &*attribute.value
                    && !self.hidden(&of.id)
                {
                    self.out.push(Mention::Part {
                        of: of.id.to_string(),
                        name: attribute.attr.to_string(),
                        place: place(attribute.attr.range()),
                    });
                }
                walk_expr(self, expr);
            }
            Expr::Lambda(lambda) => {
                let names = lambda.parameters.iter().flat_map(|params| params.iter());
                self.shadowed.push(names.map(|param| param.name().to_string()).collect());
                walk_expr(self, expr);
                self.shadowed.pop();
            }
            _ => walk_expr(self, expr),
        }
    }
}
