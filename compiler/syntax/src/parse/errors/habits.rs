//! What people write who come from another language, Python most of all: known by what stands there, answered with what
//! does the same here.

use super::syntax::Site;
use crate::Span;
use crate::diag::{Code, Diagnostic, Edit};
use crate::lex::{Kind, SCRIPTS};
use crate::parse::token::Start;

/// `@task` at the left edge.
pub(in crate::parse) fn decorator(span: Span) -> Diagnostic {
    Diagnostic::new(Code::BAD_CHARACTER, span, "`@` means nothing here")
        .help("there are no decorators: what a task takes and how it runs stands in it, `task name(…) -> Type { … }`")
}

/// `def f(x):` with its lines indented below: more than another word makes it a task.
pub(in crate::parse) fn python_function(span: Span) -> Diagnostic {
    Diagnostic::new(Code::NOT_A_DECLARATION, span, "`def` starts no declaration").help(
        "a task is `task name(input: Type) -> Type { … }`: the function goes into its `python:` body, or stays in a file \
         that this names, `python: \"file.py:name\"`",
    )
}

/// `task f() -> Int:` with its lines indented below.
pub(super) fn colon_for_block(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let next = site.tokens.get(site.at + 1).filter(|_| site.at + 1 < site.range.end);
    let last = site.kind() == Some(Kind::Colon) && next.is_none_or(|next| next.first);
    if site.start != Start::Head || !last || site.kind_before(1).is_some_and(Kind::opens) {
        return None;
    }
    let word = site.tokens.text(site.range.start.checked_sub(1)?);
    let inside = if word == "pipeline" { "steps" } else { "attributes" };
    let help = format!("the {inside} of the {word} stand in braces, `{{ … }}`, not indented after a colon");
    Some(site.error("expected `{`, found `:`").help(help))
}

/// `python` without its colon, above its body.
pub(super) fn body_without_colon(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let at = site.before(1).filter(|_| site.start == Start::Attr && site.kind() == Some(Kind::Raw))?;
    let (word, span) = (site.tokens.text(at), site.tokens.span(at));
    SCRIPTS.contains(&word).then(|| {
        let diagnostic = Diagnostic::new(Code::SYNTAX, span, format!("`{word}` has no `:` before its body"));
        diagnostic.help(format!("write `{word}:`")).fix("add `:`", span.after(), ":")
    })
}

/// `cpu: 2 memory: 4GiB`
pub(super) fn two_attributes(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let before = site.before(1).filter(|before| *before >= site.range.start + 2)?;
    let ended = site.kind_before(1).is_some_and(|kind| kind.closes() || matches!(kind, Kind::String | Kind::Number));
    let another = site.kind().is_some_and(Kind::is_word) && site.kind_after(1) == Some(Kind::Colon);
    (site.start == Start::Attr && ended && another).then(|| {
        site.error(format!("a second attribute, {}, stands on this line", site.found()))
            .help("attributes stand on lines of their own, or have a comma between them")
            .fix("add `,`", site.tokens.span(before).after(), ",")
    })
}

/// `send("hi")` among the attributes of a task.
pub(super) fn step_in_task(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let name = site.before(1).filter(|name| *name == site.range.start)?;
    if site.start != Start::Attr || site.kind() != Some(Kind::LeftParen) {
        return None;
    }
    let message = format!("`{}(…)` is a step, and this block has attributes", site.tokens.text(name));
    let diagnostic = Diagnostic::new(Code::SYNTAX, site.tokens.span(name), message);
    Some(diagnostic.help("call it in a pipeline; what a task does stands in its one body"))
}

/// `"a" => { … }`, `"a" -> { … }`, `"a": { … }`
pub(super) fn arrow_in_arm(site: &Site<'_, '_>) -> Option<Diagnostic> {
    if site.start != Start::Arm || !site.expects().has("block") {
        return None;
    }
    let width = match (site.kind()?, site.kind_after(1)) {
        (Kind::Eq, Some(Kind::Greater)) => 2,
        (Kind::Arrow | Kind::Colon, _) => 1,
        _ => return None,
    };
    let sign = site.span().to(site.tokens.span(site.at + width - 1));
    let text = site.tokens.source.slice(sign);
    let diagnostic = Diagnostic::new(Code::SYNTAX, sign, format!("`{text}` stands between a case and its block"));
    let diagnostic = diagnostic.help("the block follows at once: `\"a\" { … }`");
    let gap = Span { start: site.tokens.span(site.before(1)?).end, ..sign };
    let block = site.kind_after(width) == Some(Kind::LeftBrace);
    Some(if block { diagnostic.fix(format!("remove `{text}`"), gap, "") } else { diagnostic })
}

/// `[f(x) for x in xs]`
pub(super) fn comprehension(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let inside = site.kind() == Some(Kind::For) && (site.expects().has("\",\"") || site.expects().has("\"]\""));
    inside.then(|| {
        site.error("`for` stands inside a list")
            .help("alone it gives one: `all = for x in xs { f(x) }`, without brackets")
    })
}

/// `f"dear {who}"`
pub(super) fn prefixed_string(site: &Site<'_, '_>) -> Option<Diagnostic> {
    let prefix = site.before(1).filter(|at| matches!(site.tokens.text(*at), "f" | "F"))?;
    let (letter, string) = (site.tokens.span(prefix), site.span());
    if site.kind() != Some(Kind::String) || letter.end != string.start {
        return None;
    }
    let text = site.text();
    let diagnostic = Diagnostic::new(Code::SYNTAX, letter, "a string has no letter before it");
    let diagnostic = diagnostic.help("any string can hold a value: `\"dear ${name}\"`");
    // Doubled braces and formats are left to whoever knows what was meant.
    if text.contains(['\\', '$', ':', '!']) || text.contains("{{") {
        return Some(diagnostic);
    }
    let open = |(at, _): (usize, _)| Edit {
        span: Span { start: string.start + crate::lex::small(at), end: string.start + crate::lex::small(at), ..string },
        text: "$".to_owned(),
    };
    let letter = Edit { span: letter, text: String::new() };
    let edits = std::iter::once(letter).chain(text.match_indices('{').map(open));
    Some(diagnostic.fix_all("write it as a string", edits.collect()))
}
