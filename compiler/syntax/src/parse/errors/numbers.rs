//! What people write for numbers and ranges of them that is none.

use super::lexical::unit_meant;
use super::syntax::Site;
use crate::diag::{Code, Diagnostic};
use crate::lex::Kind;

/// `0...6`
pub(super) fn three_points(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let two = site.before(1).filter(|at| site.tokens.kind(*at) == Some(Kind::DotDot))?;
    let points = site.tokens.span(two).to(site.span());
    if site.kind() != Some(Kind::Dot) || site.tokens.source.slice(points).len() != 3 {
        return None;
    }
    let diagnostic = Diagnostic::new(Code::SYNTAX, points, "`...` is no operator");
    let diagnostic = diagnostic.help("a range is `0..6`, which ends before 6, or `0..=6`, which ends with it");
    Some(match site.kind_after(1) {
        // Its `=` stands there already.
        Some(Kind::Eq) => diagnostic.fix("write `..=`", points, ".."),
        _ => diagnostic.fix("write `..`", points, "..").fix("write `..=`", points, "..="),
    })
}

/// `1.`, `.5`
pub(super) fn point_without_digits(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let help = "a Float has digits on both sides of its point";
    if site.kind() == Some(Kind::Dot) && site.kind_after(1) == Some(Kind::Number) {
        let number = site.span().to(site.tokens.span(site.at + 1));
        let text = site.tokens.source.slice(number);
        return Some(
            Diagnostic::new(Code::SYNTAX, number, format!("`{text}` has no digit before its point")).help(help).fix(
                "add a zero",
                site.span(),
                "0.",
            ),
        );
    }
    let point = site.before(1).filter(|at| site.tokens.kind(*at) == Some(Kind::Dot))?;
    let number = site.before(2).filter(|at| site.tokens.kind(*at) == Some(Kind::Number))?;
    let span = site.tokens.span(number).to(site.tokens.span(point));
    let text = site.tokens.source.slice(span);
    Some(Diagnostic::new(Code::SYNTAX, span, format!("`{text}` has no digit after its point")).help(help).fix(
        "add a zero",
        span.after(),
        "0",
    ))
}

/// `30 s`
pub(super) fn unit_apart(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let number = site.before(1).filter(|at| site.tokens.kind(*at) == Some(Kind::Number))?;
    let unit = site.kind().filter(|kind| kind.is_word()).and_then(|_| unit_meant(site.text()))?;
    let field = site.kind_after(1) == Some(Kind::Colon);
    if field
        || site.tokens.get(site.at)?.first
        || !site.tokens.text(number).ends_with(|last: char| last.is_ascii_digit())
    {
        return None;
    }
    let (number, apart) = (site.tokens.span(number), site.span());
    let whole = format!("{}{unit}", site.tokens.source.slice(number));
    let diagnostic = Diagnostic::new(Code::SYNTAX, number.to(apart), "a unit touches its number");
    Some(diagnostic.help(format!("write `{whole}`")).fix(format!("write `{whole}`"), number.to(apart), whole))
}
