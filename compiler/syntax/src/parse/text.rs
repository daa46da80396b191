//! Strings and raw bodies: what they say, and where each piece of it stands in the file.

use smol_str::SmolStr;

use super::token::{Start, Tok};
use super::{Item, Parser, errors};
use crate::Span;
use crate::ast::{Raw, StrPart};
use crate::diag::Edit;
use crate::lex::{self, raw, small};

/// A string in a string costs as much of what may nest as so many brackets: each is scanned by all around it.
const INTERPOLATION_DEPTH: u32 = 10;

impl Parser<'_> {
    /// Reads the string at `at`, with the expressions in it.
    pub(super) fn string(&mut self, at: usize) -> Tok {
        let span = self.tokens.span(at);
        let text = self.tokens.text(at);
        let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or("");
        let base = span.start + 1;
        let (mut parts, mut plain, mut start) = (Vec::new(), String::new(), 0);
        while let Some((rest, char)) = inner.get(start..).and_then(|rest| Some((rest, rest.chars().next()?))) {
            if char == '\\' {
                let (length, value) = escape(rest);
                match value {
                    Some(value) => plain.push(value),
                    None => {
                        let span = Span { start: base + small(start), end: base + small(start + length), ..span };
                        self.report(errors::bad_escape(span, rest.get(..length).unwrap_or("")));
                    }
                }
                start += length;
            } else if let Some(code) = rest.strip_prefix("${") {
                let Some(length) = lex::string::interpolation_end(code) else {
                    let from = base + small(start);
                    self.report(errors::not_closed_interpolation(Span { start: from, end: from + 2, ..span }));
                    break;
                };
                if !plain.is_empty() {
                    parts.push(StrPart::Text(SmolStr::new(std::mem::take(&mut plain))));
                }
                let from = base + small(start) + 2;
                let span = Span { start: from, end: from + small(length) - 1, ..span };
                if let Some(expr) = self.interpolation(span) {
                    parts.push(StrPart::Expr(expr));
                }
                start += 2 + length;
            } else {
                plain.push(char);
                start += char.len_utf8();
            }
        }
        if !plain.is_empty() {
            parts.push(StrPart::Text(SmolStr::new(plain)));
        }
        Tok::Str(self.builder.put_string(parts))
    }

    /// The expression inside `${ }`.
    fn interpolation(&mut self, span: Span) -> Option<crate::ast::Expr> {
        let lexed = lex::lex_part(&self.tokens.source.text, span);
        if lexed.tokens.is_empty() {
            self.report(errors::empty_interpolation(span));
            return None;
        }
        let count = lexed.tokens.len();
        let outer = self.enter(lexed.tokens);
        self.depth += INTERPOLATION_DEPTH;
        let item = self.item(Start::Expr, 0..count);
        self.depth -= INTERPOLATION_DEPTH;
        self.leave(outer);
        match item {
            Some(Item::Expr(expr)) => Some(expr),
            _ => Some(self.broken(span)),
        }
    }

    /// Reads the raw body at `at`.
    pub(super) fn raw(&mut self, at: usize) -> Raw {
        let span = self.tokens.span(at);
        let body = self.tokens.text(at);
        let margin = raw::common_margin(body);
        self.check_margins(span, body);
        let (mut text, mut starts) = (String::with_capacity(body.len()), Vec::new());
        for (start, line) in raw::lines(body) {
            let kept = raw::less(line, margin);
            starts.push(span.start + small(start + line.len() - kept.len()));
            text.push_str(kept);
            text.push('\n');
        }
        Raw { text: text.into(), span, lines: starts }
    }

    /// Tabs here and spaces there, at the left of one body.
    fn check_margins(&mut self, span: Span, body: &str) {
        let margins: Vec<(usize, &str)> = raw::lines(body)
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(start, line)| (start, raw::margin(line)))
            .collect();
        let Some((_, least)) = margins.iter().min_by_key(|(_, margin)| raw::width(margin)) else { return };
        let agree = margins.iter().all(|(_, margin)| margin.starts_with(least));
        if agree && !(least.contains(' ') && least.contains('\t')) {
            return;
        }
        let tab = tab_width(&margins);
        let edits = margins
            .iter()
            .filter(|(_, margin)| margin.contains('\t'))
            .map(|(start, margin)| Edit {
                span: Span { start: span.start + small(*start), end: span.start + small(start + margin.len()), ..span },
                text: " ".repeat(expanded(margin, tab)),
            })
            .collect();
        self.report(errors::mixed_margin(edits, span));
    }
}

/// How wide a tab was meant: so that lines with tabs stand where lines with spaces do.
fn tab_width(margins: &[(usize, &str)]) -> usize {
    let spaces: Vec<usize> =
        margins.iter().filter(|(_, margin)| !margin.contains('\t')).map(|(_, margin)| margin.len()).collect();
    let tabs = || margins.iter().filter(|(_, margin)| margin.contains('\t')).map(|(_, margin)| *margin);
    [4, 2, 8].into_iter().find(|tab| tabs().any(|margin| spaces.contains(&expanded(margin, *tab)))).unwrap_or(4)
}

fn expanded(margin: &str, tab: usize) -> usize {
    margin.bytes().map(|byte| if byte == b'\t' { tab } else { 1 }).sum()
}

/// The escape that `text` starts with: how long it is, and what it stands for.
fn escape(text: &str) -> (usize, Option<char>) {
    let mut chars = text.chars();
    chars.next();
    match chars.next() {
        Some('n') => (2, Some('\n')),
        Some('t') => (2, Some('\t')),
        Some('"') => (2, Some('"')),
        Some('\\') => (2, Some('\\')),
        Some('$') => (2, Some('$')),
        Some('u') => {
            let Some(inner) = text.strip_prefix("\\u{") else { return (2, None) };
            let Some(end) = inner.find('}').filter(|end| *end <= 8) else { return (2, None) };
            let digits = inner.get(..end).unwrap_or("");
            (end + 4, u32::from_str_radix(digits, 16).ok().and_then(char::from_u32))
        }
        Some(other) => (1 + other.len_utf8(), None),
        None => (1, None),
    }
}
