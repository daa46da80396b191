//! What is wrong where the grammar stopped: the mistakes that people make, each known by what stands there, and a plain
//! "expected …, found …" for the rest.

use std::ops::Range;

use super::branches::{arm, else_meant, missing_block};
use super::expected::Expected;
use super::habits::{
    arrow_in_arm, body_without_colon, colon_for_block, comprehension, prefixed_string, step_in_task, two_attributes,
};
use super::numbers::{point_without_digits, three_points, unit_apart};
use crate::Span;
use crate::diag::{Code, Diagnostic, Edit};
use crate::lex::{Kind, SCRIPTS};
use crate::parse::token::Start;
use crate::tree::{DECLARATIONS, Tokens};

/// Where the grammar stopped.
pub(in crate::parse) struct Site<'t, 's> {
    pub(in crate::parse) tokens: &'t Tokens<'s>,
    /// What was being read.
    pub(in crate::parse) start: Start,
    pub(in crate::parse) range: Range<usize>,
    /// The token that did not fit; the end of `range` when more was wanted, or the line's end did not fit.
    pub(in crate::parse) at: usize,
    /// The end of a line, between fields, did not fit.
    pub(in crate::parse) line_end: bool,
    pub(in crate::parse) expected: &'t [String],
}

/// A known mistake: its message, when it is the one.
type Rule = fn(&Site<'_, '_>) -> Option<Diagnostic>;

/// In order: the first that knows wins.
const RULES: &[Rule] = &[
    indented_declaration,
    three_points,
    point_without_digits,
    unit_apart,
    prefixed_string,
    body_without_colon,
    step_in_task,
    two_attributes,
    body_on_one_line,
    arrow_in_arm,
    foreign_operator,
    arm,
    else_meant,
    reserved_word,
    binding_word,
    colon_for_equals,
    equals_for_colon,
    missing_colon,
    colon_for_block,
    head,
    comprehension,
    missing_comma,
    chained_comparison,
    assignment,
    brace_after_value,
    missing_block,
    second_on_line,
];

/// The message for what the grammar could not read.
pub(in crate::parse) fn syntax(site: &Site<'_, '_>) -> Diagnostic {
    RULES.iter().find_map(|rule| rule(site)).unwrap_or_else(|| site.plain())
}

impl Site<'_, '_> {
    pub(super) fn expects(&self) -> Expected<'_> {
        Expected(self.expected)
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        (!self.ended()).then(|| self.tokens.kind(self.at)).flatten()
    }

    /// The token `back` before the one that did not fit, in what was being read.
    pub(super) fn before(&self, back: usize) -> Option<usize> {
        self.at.checked_sub(back).filter(|at| *at >= self.range.start)
    }

    pub(super) fn kind_before(&self, back: usize) -> Option<Kind> {
        self.before(back).and_then(|at| self.tokens.kind(at))
    }

    pub(super) fn kind_after(&self, ahead: usize) -> Option<Kind> {
        Some(self.at + ahead).filter(|at| *at < self.range.end).and_then(|at| self.tokens.kind(at))
    }

    fn ended(&self) -> bool {
        self.line_end || self.at >= self.range.end
    }

    /// The smallest wrong piece: the token, or what follows the last one.
    pub(super) fn span(&self) -> Span {
        match self.at.checked_sub(1) {
            Some(last) if self.ended() => self.tokens.span(last).after(),
            _ => self.tokens.span(self.at),
        }
    }

    pub(super) fn text(&self) -> &str {
        self.tokens.text(self.at)
    }

    pub(super) fn found(&self) -> String {
        match self.kind() {
            None if self.start == Start::Expr => "the end of `${ }`".to_owned(),
            None => match self.tokens.get(self.at) {
                Some(token) if !token.first && !self.line_end => format!("`{}`", super::shown(self.text())),
                _ => "the end of the line".to_owned(),
            },
            Some(Kind::Raw) => "an indented body".to_owned(),
            Some(_) => format!("`{}`", super::shown(self.text())),
        }
    }

    pub(super) fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Code::SYNTAX, self.span(), message)
    }

    fn plain(&self) -> Diagnostic {
        let expects = self.expects();
        if !expects.operator()
            && let Some(words) = expects.words()
        {
            let diagnostic = self.error(format!("expected {words}, found {}", self.found()));
            return match (expects.expression(), expects.ty()) {
                (true, _) => {
                    diagnostic.help("write a value here: a literal, a name, a call, `( … )`, `[ … ]` or `{ … }`")
                }
                (_, true) => diagnostic.help("write a type here, such as `Int`, `List[String]` or `{ a: Int }`"),
                _ => diagnostic.help(format!("put {words} here")),
            };
        }
        if self.ended() {
            return self.error("the line ends too early").help("complete it");
        }
        self.error(format!("{} does not fit here", self.found())).help(match self.start {
            Start::Attr => "an attribute is `name: value`, one on a line",
            Start::Stmt | Start::Unpack => "a step is `name = value`, or a value alone, one on a line",
            Start::Expr => "`${ … }` holds one expression",
            Start::Expect => "`expect` is followed by one condition",
            Start::Test => "a test is `test \"what it shows\" { … }`",
            Start::Arm => "an arm is `case { … }`: a string, a number, `true`, `false`, `none` or `else`, and a block",
            Start::Import => "an import is `import std/table { holdout }` or `import \"./file.pipe\" as name`",
            Start::Type => "a type is `type Name = …`",
            Start::Artifact => "an artifact is `artifact Name[Params]: codec`",
            Start::Const => "a constant is `const name: Type = value`",
            Start::Env => "an environment or a schedule is its name and a block: `env name { … }`",
            Start::Head => "a head is `name(input: Type, …) -> Type`",
        })
    }
}

/// `task f() …` inside a block.
fn indented_declaration(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let first = site.range.start;
    let word = site.tokens.text(first);
    let inside = matches!(site.start, Start::Stmt | Start::Attr);
    let named = site.tokens.kind(first + 1).is_some_and(Kind::is_word) && first + 1 < site.range.end;
    if !inside || !named || site.at != first + 1 || !DECLARATIONS.contains(&word) {
        return None;
    }
    Some(super::indented_declaration(site.tokens.span(first), word))
}

/// `python: "a" + b`
fn body_on_one_line(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let inside = site.start == Start::Attr && site.at >= site.range.start + 2;
    if inside { body_beside(site.tokens, &site.range) } else { None }
}

/// `python: return 1`: the attribute that is the tokens of `range` has something on its line that is to be its body.
pub(in crate::parse) fn body_beside(tokens: &Tokens<'_>, range: &Range<usize>) -> Option<Diagnostic> {
    let (attribute, body) = (range.start, range.start + 2);
    let word = tokens.text(attribute);
    if range.end <= body || !SCRIPTS.contains(&word) || tokens.kind(attribute + 1) != Some(Kind::Colon) {
        return None;
    }
    let colon = tokens.span(attribute + 1);
    let text = tokens.span(body).to(tokens.span(range.end - 1));
    let indent = tokens.get(attribute)?.indent as usize + 2;
    let diagnostic = Diagnostic::new(Code::SYNTAX, text, format!("this body stands on the line of its `{word}:`"));
    Some(diagnostic.help("a body starts on the next line, indented deeper").fix(
        "move it to the next line",
        Span { start: colon.end, end: text.start, ..text },
        format!("\n{}", " ".repeat(indent.min(80))),
    ))
}

/// `||`, `//`, `=>`, `>>`
fn foreign_operator(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let both = site.tokens.span(site.at.checked_sub(1)?).to(site.tokens.span(site.at));
    let found = site.kind()?;
    let touching = site.tokens.source.slice(both).len() == 2;
    match (site.kind_before(1), found) {
        (_, Kind::Bar) if site.kind_after(1) == Some(Kind::Bar) => {
            let both = site.span().to(site.tokens.span(site.at + 1));
            let diagnostic = Diagnostic::new(Code::SYNTAX, both, "`||` is no operator");
            Some(diagnostic.help("either of two is `a or b`").fix("write `or`", both, "or"))
        }
        (Some(Kind::Slash), Kind::Slash) if touching => {
            let diagnostic = Diagnostic::new(Code::SYNTAX, both, "`//` is no operator");
            Some(diagnostic.help("a comment starts with `#`").fix("make it a comment", both, "#"))
        }
        (Some(Kind::Eq), Kind::Greater) if touching => {
            let diagnostic = Diagnostic::new(Code::SYNTAX, both, "`=>` is no operator");
            Some(diagnostic.help("`->` stands before a result's type, `>=` compares"))
        }
        (Some(Kind::Greater), Kind::Greater) if touching => {
            let diagnostic = Diagnostic::new(Code::SYNTAX, both, "`>>` is no operator");
            Some(diagnostic.help("steps run in the order of what they hand on: `b(a())`, or `a() |> b()`"))
        }
        (Some(Kind::Star), Kind::Star) if touching => {
            let diagnostic = Diagnostic::new(Code::SYNTAX, both, "`**` is no operator");
            Some(diagnostic.help("multiply with `*`"))
        }
        _ => None,
    }
}

/// `if = 3`, `task for()`
fn reserved_word(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let word = if site.kind() == Some(Kind::Eq) && site.kind_before(1).is_some_and(Kind::is_keyword) {
        site.before(1)?
    } else if site.kind().is_some_and(Kind::is_keyword)
        && (site.expects().name() || (site.expects().expression() && site.kind_after(1) == Some(Kind::Eq)))
    {
        site.at
    } else {
        return None;
    };
    let (span, text) = (site.tokens.span(word), site.tokens.text(word));
    Some(super::reserved_word(span, text))
}

/// `let x = 1`, `return x`
fn binding_word(site: &Site<'_, '_>) -> Option<Diagnostic> {
    if site.start != Start::Stmt || site.at != site.range.start + 1 {
        return None;
    }
    let (span, word) = (site.tokens.span(site.range.start), site.tokens.text(site.range.start));
    let help = match word {
        "let" | "var" | "val" | "def" | "const" | "final" | "auto" => "a step is named by `name = value` alone",
        "return" | "yield" => "a block's value is its last expression",
        _ => return None,
    };
    let whole = Span { end: site.span().start, ..span };
    Some(Diagnostic::new(Code::SYNTAX, span, format!("`{word}` is not needed")).help(help).fix(
        format!("remove `{word}`"),
        whole,
        "",
    ))
}

/// `x: 1` for a step.
fn colon_for_equals(site: &Site<'_, '_>) -> Option<Diagnostic> {
    if site.start != Start::Stmt || site.kind() != Some(Kind::Colon) || site.at != site.range.start + 1 {
        return None;
    }
    let equals = (site.at..site.range.end).find(|at| site.tokens.kind(*at) == Some(Kind::Eq));
    let diagnostic = site.error("a step is named with `=`, not with `:`");
    Some(match equals {
        Some(equals) => {
            let ty = Span { end: site.tokens.span(equals).start, ..site.tokens.span(site.range.start).after() };
            diagnostic.help("inside a pipeline nothing needs a type").fix("take the type away", ty, " ")
        }
        None => {
            let colon = site.tokens.span(site.range.start).after().to(site.span());
            diagnostic.help("write `name = value`").fix("write `=`", colon, " =")
        }
    })
}

/// `memory = 2GiB` for an attribute, `f(a = 1)`.
fn equals_for_colon(site: &Site<'_, '_>) -> Option<Diagnostic> {
    if site.kind() != Some(Kind::Eq) || !site.expects().has("\":\"") {
        return None;
    }
    let name = site.before(1)?;
    let gap = site.tokens.span(name).after().to(site.span());
    let diagnostic = site.error("expected `:`, found `=`");
    Some(if site.start == Start::Head {
        diagnostic.help("an input is `name: Type`, with `= value` after the type when it has a default")
    } else {
        let help = match site.start {
            Start::Artifact => format!("it is `{}: codec`", site.tokens.source.slice(site.tokens.span(name))),
            _ => "it is `name: value`".to_owned(),
        };
        diagnostic.help(help).fix("write `:`", gap, ":")
    })
}

/// `memory 2GiB`
fn missing_colon(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let wants = site.expects().has("\":\"") && (!site.expects().operator() && !site.expects().has("\",\""));
    if !wants || site.kind_before(1).is_none_or(|kind| !kind.is_word() && kind != Kind::RightBracket) {
        return None;
    }
    let name = site.tokens.span(site.before(1)?);
    let what = match site.start {
        Start::Attr => "value",
        Start::Artifact => "codec",
        _ => "type",
    };
    let message = format!("expected `:` and a {what}, found {}", site.found());
    let diagnostic = site.error(message).help(format!("it is `{}: {what}`", site.tokens.source.slice(name)));
    let starts_value = site.kind().is_some_and(|kind| {
        kind == Kind::Name || (site.start == Start::Attr && matches!(kind, Kind::Number | Kind::String))
    });
    Some(if starts_value { diagnostic.fix("add `:`", name.after(), ":") } else { diagnostic })
}

/// Heads: parentheses and arrow that are missing.
fn head(site: &Site<'_, '_>) -> Option<Diagnostic> {
    if site.start != Start::Head {
        return None;
    }
    let expects = site.expects();
    if expects.has("\"(\"") && !expects.expression() && !expects.ty() {
        let at = site.tokens.span(site.before(1)?).after();
        let diagnostic = site.error(format!("expected `(`, found {}", site.found()));
        let diagnostic = diagnostic.help("the parentheses always stand, also around no inputs");
        let no_inputs = site.ended() || site.kind() == Some(Kind::Arrow);
        return Some(if no_inputs { diagnostic.fix("add `()`", at, "()") } else { diagnostic });
    }
    if expects.has("\"->\"") {
        let diagnostic = site.error(format!("expected `->` and the result's type, found {}", site.found()));
        let diagnostic = diagnostic.help("a result is written `-> Type`");
        return Some(match site.kind() {
            Some(Kind::Colon) => {
                let gap = site.tokens.span(site.before(1)?).after().to(site.span());
                diagnostic.fix("write `->`", gap, " ->")
            }
            Some(Kind::Name) => diagnostic.fix("add `->`", Span { end: site.span().start, ..site.span() }, "-> "),
            _ => diagnostic,
        });
    }
    None
}

/// `f(a b)`
fn missing_comma(site: &Site<'_, '_>) -> Option<Diagnostic> {
    if site.ended() || !site.expects().has("\",\"") {
        return None;
    }
    let starts =
        site.kind().is_some_and(|kind| kind.is_word() || matches!(kind, Kind::Number | Kind::String | Kind::LeftBrace));
    if !starts {
        return None;
    }
    let before = site.tokens.span(site.before(1)?).after();
    Some(
        site.error(format!("expected `,`, found {}", site.found()))
            .help("a comma separates them")
            .fix("add `,`", before, ","),
    )
}

/// `a < b < c`
fn chained_comparison(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let compares =
        matches!(site.kind()?, Kind::EqEq | Kind::NotEq | Kind::Less | Kind::LessEq | Kind::Greater | Kind::GreaterEq);
    (compares && site.expects().operator() && !site.expects().has("\"==\"")).then(|| {
        site.error(format!("{} follows another comparison", site.found()))
            .help("compare two at a time and join them: `a < b and b < c`")
    })
}

/// `a = b = c`
fn assignment(site: &Site<'_, '_>) -> Option<Diagnostic> {
    (site.kind() == Some(Kind::Eq) && site.expects().operator()).then(|| {
        site.error("`=` stands inside an expression")
            .help("equality is `==`; a step is named once, at the start of its line")
            .fix("compare", site.span(), "==")
    })
}

/// `f { a: 1 }`
fn brace_after_value(site: &Site<'_, '_>) -> Option<Diagnostic> {
    (site.kind() == Some(Kind::LeftBrace) && site.expects().operator()).then(|| {
        site.error("`{` stands after a value")
            .help("a call is `name(…)`; a block follows only heads such as `if` and `for`")
    })
}

/// Two statements on one line; or a line that belongs to nothing, after a declaration.
fn second_on_line(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let kind = site.kind()?;
    if !(kind.is_word() || matches!(kind, Kind::Number | Kind::String)) || !site.expects().operator() {
        return None;
    }
    let first = site.tokens.get(site.at)?.first;
    let diagnostic = site.error(format!("{} does not go on what stands before it", site.found()));
    let gap = Span { start: site.tokens.span(site.before(1)?).end, end: site.span().start, ..site.span() };
    // `cpu: 2 cores`
    let number = site.before(1).filter(|at| site.start == Start::Attr && site.tokens.kind(*at) == Some(Kind::Number));
    if let (Some(number), true, false) = (number, site.at + 1 == site.range.end, first) {
        let (value, rest) = (site.tokens.text(number), Span { start: gap.start, ..site.span() });
        let help = format!("the value is `{value}` alone: what it counts, the attribute says");
        return Some(diagnostic.help(help).fix(format!("write `{value}`"), rest, ""));
    }
    Some(match (site.start, first) {
        (Start::Stmt | Start::Unpack | Start::Attr, false) => {
            let indent = site.tokens.get(site.at)?.indent as usize;
            diagnostic
                .help("put it on a line of its own, or an operator between them")
                .fix_all("break the line", vec![Edit { span: gap, text: format!("\n{}", " ".repeat(indent.min(80))) }])
        }
        (_, true) => diagnostic.help("take the line away, or start a declaration at the left edge"),
        _ => diagnostic.help("put an operator between them, or take one away"),
    })
}
