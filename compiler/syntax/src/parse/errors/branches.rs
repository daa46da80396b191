//! What is wrong around what decides and repeats: the cases of a `match`, the `else` of an `if`, and their blocks.

use super::syntax::Site;
use crate::diag::Diagnostic;
use crate::lex::Kind;
use crate::nearest::nearest_word;
use crate::parse::token::Start;

/// What stands for a case, or between it and its block.
pub(super) fn arm(site: &Site<'_, '_>) -> Option<Diagnostic> {
    if site.start != Start::Arm {
        return None;
    }
    let message = if site.expects().has("block") && site.at > site.range.start {
        format!("expected `{{` and what is done in this case, found {}", site.found())
    } else if site.expects().has("string") {
        format!("expected a case, found {}", site.found())
    } else {
        return None;
    };
    let diagnostic = site.error(message);
    if let Some(word) = case_meant(site) {
        let help = match word {
            "else" => "all other cases are `else { … }`".to_owned(),
            _ => format!("did you mean `{word}`?"),
        };
        return Some(diagnostic.help(help).fix(format!("write `{word}`"), site.span(), word));
    }
    Some(diagnostic.help("an arm is `\"a\" | \"b\" { … }`, `1 { … }`, `true { … }`, `none { … }` or `else { … }`"))
}

/// The word that somebody means who writes `els {`, `default {` or `_ {`.
fn case_meant(site: &Site<'_, '_>) -> Option<&'static str> {
    if site.kind() != Some(Kind::Name) || !matches!(site.kind_after(1), Some(Kind::LeftBrace | Kind::Bar)) {
        return None;
    }
    match site.text() {
        "_" | "default" | "otherwise" => Some("else"),
        word => nearest_word(word, ["else", "none", "true", "false"].into_iter()),
    }
}

/// `if a { … } els { … }`, `} elif b { … }`
pub(super) fn else_meant(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let after_block = site.kind_before(1) == Some(Kind::RightBrace) && site.expects().has("\"else\"");
    if !after_block || site.kind() != Some(Kind::Name) {
        return None;
    }
    let word = match (site.text(), site.kind_after(1)) {
        ("elif" | "elsif" | "elseif", _) => "else if",
        (word, Some(Kind::LeftBrace)) => nearest_word(word, ["else"].into_iter())?,
        _ => return None,
    };
    let diagnostic = site.error(format!("{} does not go on an `if`", site.found()));
    Some(diagnostic.help(format!("did you mean `{word}`?")).fix(format!("write `{word}`"), site.span(), word))
}

/// `if x`, `for x in xs`
pub(super) fn missing_block(site: &Site<'_, '_>) -> Option<Diagnostic> {
    if !site.expects().has("block") {
        return None;
    }
    Some(
        site.error(format!("expected `{{` and a block, found {}", site.found()))
            .help("`if`, `else`, `for`, `loop` and `sweep` are followed by steps in braces"),
    )
}
