//! Which bracket closes which. Where they do not match, indentation says which one is at fault.

use std::ops::Range;

use super::Tokens;
use crate::diag::{Code, Diagnostic};
use crate::lex::{Kind, small};

/// So far out a bracket looks for its partner, when not all match.
const FAR: usize = 256;

/// More than so many in one declaration say nothing that the first did not.
const MOST: usize = 10;

/// Matches the brackets of one declaration; a message for each that stays alone, one at most for each line.
pub(crate) fn balance(tokens: &mut Tokens<'_>, range: Range<usize>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if !plain(tokens, range.clone()) {
        let (mut alone, mut line) = (by_indent(tokens, range.clone()), None);
        alone.sort_unstable();
        for at in alone {
            let here = tokens.source.line_of(tokens.span(at).start);
            if found.len() < MOST && line.replace(here) != Some(here) {
                found.push(alone_message(tokens, at, range.end));
            }
        }
    }
    found
}

fn pair(tokens: &mut Tokens<'_>, open: usize, close: usize) {
    tokens.partners[open] = small(close);
    tokens.partners[close] = small(open);
}

fn closes(open: Kind, close: Kind) -> bool {
    open.closer() == Some(close)
}

/// Matches brackets as they come; false when they do not all match.
fn plain(tokens: &mut Tokens<'_>, range: Range<usize>) -> bool {
    let mut open: Vec<usize> = Vec::new();
    for at in range {
        let Some(kind) = tokens.kind(at) else { break };
        if kind.opens() {
            open.push(at);
        } else if kind.closes() {
            match open.pop() {
                Some(opening) if tokens.kind(opening).is_some_and(|other| closes(other, kind)) => {
                    pair(tokens, opening, at);
                }
                _ => return false,
            }
        }
    }
    open.is_empty()
}

/// Matches what can be matched; the answer is what stays alone.
fn by_indent(tokens: &mut Tokens<'_>, range: Range<usize>) -> Vec<usize> {
    for at in range.clone() {
        tokens.partners[at] = super::ALONE;
    }
    let (mut open, mut alone): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for at in range {
        let Some(token) = tokens.get(at) else { break };
        if token.first && token.kind.is_word() && tokens.kind(at + 1) == Some(Kind::Eq) {
            // A new step: what the line before left open ended with it.
            let brace = open.iter().rposition(|open| tokens.kind(*open) == Some(Kind::LeftBrace));
            alone.extend(open.drain(brace.map_or(0, |brace| brace + 1)..));
        }
        if token.kind.opens() {
            open.push(at);
        } else if token.kind.closes() {
            match opening(tokens, &open, at) {
                Some(depth) => {
                    alone.extend(open.drain(depth + 1..));
                    if let Some(opening) = open.pop() {
                        pair(tokens, opening, at);
                    }
                }
                None => alone.push(at),
            }
        }
    }
    alone.extend(open);
    alone
}

/// Which of the open brackets the one at `at` closes: the innermost of its kind; when it starts its line, rather the
/// one whose line is indented alike.
fn opening(tokens: &Tokens<'_>, open: &[usize], at: usize) -> Option<usize> {
    let token = tokens.get(at)?;
    let fits = |depth: &usize| {
        open.get(*depth).and_then(|opening| tokens.kind(*opening)).is_some_and(|kind| closes(kind, token.kind))
    };
    let candidates = (open.len().saturating_sub(FAR)..open.len()).rev().filter(fits);
    if !token.first {
        // Past a brace, a parenthesis or bracket on another line is not meant.
        let innermost = candidates.clone().next()?;
        let brace_between = open.iter().skip(innermost + 1).any(|other| tokens.kind(*other) == Some(Kind::LeftBrace));
        return (token.kind == Kind::RightBrace || !brace_between).then_some(innermost);
    }
    let indent_of = |depth: &usize| open.get(*depth).and_then(|opening| tokens.get(*opening)).map(|token| token.indent);
    let alike = candidates.clone().find(|depth| indent_of(depth) == Some(token.indent));
    alike.or_else(|| candidates.clone().find(|depth| indent_of(depth).is_some_and(|indent| indent > token.indent)))
}

/// `end` is the end of the declaration.
fn alone_message(tokens: &Tokens<'_>, at: usize, end: usize) -> Diagnostic {
    let (span, text) = (tokens.span(at), tokens.text(at));
    let Some(close) = closing(text) else {
        return Diagnostic::new(Code::UNMATCHED_BRACKET, span, format!("`{text}` closes nothing"))
            .here("nothing is open here that it could close")
            .help("take it away, or add the bracket that should open before it")
            .fix(format!("remove the `{text}`"), span, "");
    };
    let diagnostic = Diagnostic::new(Code::UNMATCHED_BRACKET, span, format!("this `{text}` is never closed"))
        .here(format!("opened here, and no `{close}` follows"))
        .help(format!("add a `{close}`"));
    // Only the end of the declaration is plain.
    let whole = tokens.get(at).is_some_and(|token| token.indent == 0 && token.kind == Kind::LeftBrace);
    if !whole {
        return diagnostic;
    }
    diagnostic.fix("add `}` at the end", tokens.span(end.saturating_sub(1)).after(), "\n}")
}

fn closing(open: &str) -> Option<&'static str> {
    match open {
        "{" => Some("}"),
        "(" => Some(")"),
        "[" => Some("]"),
        _ => None,
    }
}
