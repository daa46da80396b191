//! Reads Python text into [`Facts`] with ruff's parser: the one place, with `scopes`, `returns` and `reads`,
//! that knows of it.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;

use super::facts::{Facts, Function, Import, Param, Place, SyntaxError};
use super::returns::{body, dataclasses};
use super::scopes;
use standpipe_syntax::nearest::nearest;

/// Operators and brackets that a text may have and still be read on this thread's stack.
const SHALLOW: usize = 400;
/// More of them than any text needs.
const DEEPEST: usize = 100_000;
/// Stack for each of them, in bytes, at least: an operand nests as deep as there are operators.
const STACK: usize = 4 << 10;

/// Keywords that a statement with something after them starts with.
const STATEMENTS: [&str; 15] = [
    "assert", "async", "class", "def", "del", "elif", "except", "for", "from", "global", "if", "import", "raise",
    "return", "while",
];

/// What `text` holds. Text so deeply nested that it cannot be read gives no facts, and no error.
pub(crate) fn read(text: &str) -> Facts {
    let depth = text.bytes().filter(|byte| b"+-*/%@|&^.([{~<>=".contains(byte)).count()
        + text.matches("not ").count()
        + text.matches("lambda").count()
        + text.matches(" if ").count();
    if depth <= SHALLOW {
        return read_here(text);
    }
    if depth > DEEPEST {
        return Facts { open: true, ..Facts::default() };
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size((8 << 20) + depth * STACK);
        let result = thread.spawn_scoped(scope, || read_here(text)).map(std::thread::ScopedJoinHandle::join);
        result.ok().and_then(Result::ok).unwrap_or(Facts { open: true, ..Facts::default() })
    })
}

fn read_here(text: &str) -> Facts {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    if let Some(error) = parsed.errors().first() {
        let place = place(error.location);
        let keywords = misspelt(text, place.start);
        let error = SyntaxError { place, message: sentence(&error.error.to_string()), keywords };
        return Facts { error: Some(error), ..Facts::default() };
    }
    let Some(module) = parsed.try_into_module() else { return Facts::default() };
    let suite = module.suite();
    let mut reader = Reader::default();
    reader.visit_body(suite);
    let scopes = scopes::walk(suite);
    Facts {
        error: None,
        functions: functions(suite, &reader.aliases),
        imports: reader.imports,
        names: scopes.names,
        bound: scopes.bound,
        open: scopes.open,
        free: scopes.free,
        body: body(suite),
        dataclasses: dataclasses(suite),
    }
}

pub(super) fn place(range: TextRange) -> Place {
    range.start().to_usize()..range.end().to_usize()
}

/// The parser's message as part of a sentence: it starts small.
fn sentence(message: &str) -> String {
    let mut chars = message.trim_end_matches('.').chars();
    let first = chars.next().map(|first| first.to_lowercase().collect::<String>());
    first.unwrap_or_default() + chars.as_str()
}

/// The keywords that the first word of the line around byte `at` may have been meant to be, when it is nearly one.
fn misspelt(text: &str, at: usize) -> Option<(Place, Vec<&'static str>)> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let line = text.get(start..)?.lines().next()?;
    let word = line.trim_start();
    let start = start + line.len() - word.len();
    let word = word.split(|ch: char| !ch.is_alphanumeric() && ch != '_').next()?;
    let mut rest = text.get(start + word.len()..)?.chars();
    // What stands before an operator or a bracket is a name.
    let alone =
        rest.next() == Some(' ') && rest.next().is_some_and(|ch| ch.is_alphanumeric() || "_\"'{[(".contains(ch));
    let keywords = nearest(word, STATEMENTS);
    let nearly = alone && !STATEMENTS.contains(&word) && !keywords.is_empty();
    nearly.then_some((start..start + word.len(), keywords))
}

/// Collects imports.
#[derive(Default)]
struct Reader {
    imports: Vec<Import>,
    /// What a name at the top stands for, when it is a module: `pl` is `polars`.
    aliases: FxHashMap<String, String>,
    /// Inside a branch, a `try`, a class or a function of its own.
    uncertain: u32,
    within: Option<String>,
}

impl Reader {
    fn import(&mut self, module: &str, level: u32, names: Vec<String>, range: TextRange) {
        let certain = self.uncertain == 0;
        let within = self.within.clone();
        self.imports.push(Import { module: module.to_owned(), level, names, place: place(range), certain, within });
    }
}

impl<'a> Visitor<'a> for Reader {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.name.as_str();
                    self.import(name, 0, Vec::new(), alias.name.range());
                    let bound = alias.asname.as_ref().map_or(name, |bound| bound.as_str());
                    self.aliases.insert(bound.to_owned(), name.to_owned());
                }
            }
            Stmt::ImportFrom(import) => {
                let names = import.names.iter().map(|alias| alias.name.to_string()).collect();
                let (module, range) = match &import.module {
                    Some(module) => (module.as_str(), module.range()),
                    None => ("", import.range),
                };
                self.import(module, import.level, names, range);
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.aliases.insert(bound.to_string(), module.to_owned());
                }
            }
            Stmt::FunctionDef(function) => {
                let outer = self.within.clone();
                // At the top, what a function imports is certain for whoever calls it.
                let nested = outer.is_some() || self.uncertain > 0;
                self.uncertain += u32::from(nested);
                self.within = outer.clone().or_else(|| Some(function.name.to_string()));
                self.visit_body(&function.body);
                self.within = outer;
                self.uncertain -= u32::from(nested);
            }
            Stmt::If(_) | Stmt::Try(_) | Stmt::Match(_) | Stmt::ClassDef(_) => {
                self.uncertain += 1;
                walk_stmt(self, stmt);
                self.uncertain -= 1;
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, _expr: &'a Expr) {}
}

fn functions(suite: &[Stmt], aliases: &FxHashMap<String, String>) -> Vec<Function> {
    let function = |stmt: &Stmt| match stmt {
        Stmt::FunctionDef(function) => Some(Function {
            name: function.name.to_string(),
            place: place(function.name.range()),
            params: params(function, aliases),
            rest: function.parameters.vararg.is_some(),
            keywords: function.parameters.kwarg.is_some(),
            decorated: !function.decorator_list.is_empty(),
            body: body(&function.body),
        }),
        _ => None,
    };
    suite.iter().filter_map(function).collect()
}

fn params(function: &StmtFunctionDef, aliases: &FxHashMap<String, String>) -> Vec<Param> {
    let positional = function.parameters.posonlyargs.len();
    let param = |(index, param): (usize, &ruff_python_ast::ParameterWithDefault)| Param {
        name: param.name().to_string(),
        place: place(param.name().range()),
        default: param.default().is_some(),
        positional: index < positional,
        annotation: param.parameter.annotation().and_then(|annotation| module_of(annotation, aliases)),
    };
    function.parameters.iter_non_variadic_params().enumerate().map(param).collect()
}

/// The top module that an annotation names: `pl.DataFrame`, `"pl.DataFrame"`, `DataFrame` after `from polars import`.
fn module_of(annotation: &Expr, aliases: &FxHashMap<String, String>) -> Option<String> {
    let root = match annotation {
        Expr::Name(name) => name.id.to_string(),
        Expr::Attribute(attribute) => return module_of(&attribute.value, aliases),
        Expr::StringLiteral(text) => text.value.to_str().split('.').next().unwrap_or_default().to_owned(),
        _ => return None,
    };
    let module = aliases.get(&root)?;
    module.split('.').next().map(str::to_owned)
}
