//! What each piece of a file is, for colours: names by what they mean, the rest by how it is written, bodies by their own
//! language.

use std::collections::{BTreeMap, BTreeSet};

use standpipe_compiler::embed;
use standpipe_compiler::query::{Role, Symbol};
use standpipe_compiler::resolve::deprecated;
use standpipe_syntax::ast::{AttrValue, DeclKind};
use standpipe_syntax::{Class, Span};
use tower_lsp::ls_types::{SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokensEdit, Uri};

use super::shared::decl;
use crate::snapshot::{File, Snapshot};

/// The kinds of tokens, by their number.
pub const LEGEND: ([SemanticTokenType; 14], [SemanticTokenModifier; 4]) = (
    [
        SemanticTokenType::NAMESPACE,
        SemanticTokenType::TYPE,
        SemanticTokenType::TYPE_PARAMETER,
        SemanticTokenType::PARAMETER,
        SemanticTokenType::VARIABLE,
        SemanticTokenType::PROPERTY,
        SemanticTokenType::FUNCTION,
        SemanticTokenType::EVENT,
        SemanticTokenType::KEYWORD,
        SemanticTokenType::COMMENT,
        SemanticTokenType::STRING,
        SemanticTokenType::NUMBER,
        SemanticTokenType::OPERATOR,
        SemanticTokenType::ENUM_MEMBER,
    ],
    [
        SemanticTokenModifier::DECLARATION,
        SemanticTokenModifier::READONLY,
        SemanticTokenModifier::DEFAULT_LIBRARY,
        SemanticTokenModifier::DEPRECATED,
    ],
);

const DECLARATION: u32 = 1;
const READONLY: u32 = 2;
const LIBRARY: u32 = 4;
const DEPRECATED: u32 = 8;

/// A token's number in the legend.
fn number(kind: &SemanticTokenType) -> u32 {
    u32::try_from(LEGEND.0.iter().position(|known| known == kind).unwrap_or(0)).unwrap_or(0)
}

/// The tokens of the file that touch `span`, all without one.
pub fn semantic_tokens(
    snapshot: &Snapshot,
    uri: &Uri,
    range: Option<tower_lsp::ls_types::Range>,
) -> Option<Vec<SemanticToken>> {
    let file = snapshot.file(uri)?;
    let wanted = range.map(|range| file.span(range));
    let mut found: Vec<(Span, u32, u32)> = names(&file);
    found.extend(bodies(&file));
    let named: BTreeMap<u32, u32> = found.iter().map(|(span, _, _)| (span.start, span.end)).collect();
    for (span, class) in standpipe_syntax::classes(file.source()) {
        if named.contains_key(&span.start) {
            continue;
        }
        let kind = match class {
            Class::Comment => SemanticTokenType::COMMENT,
            Class::Keyword => SemanticTokenType::KEYWORD,
            Class::Number => SemanticTokenType::NUMBER,
            Class::String => SemanticTokenType::STRING,
            Class::Operator => SemanticTokenType::OPERATOR,
            Class::Name | Class::Raw | Class::Other => continue,
        };
        for piece in around(span, &named) {
            found.push((piece, number(&kind), 0));
        }
    }
    if let Some(wanted) = wanted {
        found.retain(|(span, _, _)| span.start <= wanted.end && wanted.start <= span.end);
    }
    found.sort_by_key(|(span, _, _)| (span.start, span.end));
    found.dedup_by_key(|(span, _, _)| span.start);
    Some(encode(&file, &found))
}

/// The parts of `span` between the names in it: a string holds values, too.
fn around(span: Span, named: &BTreeMap<u32, u32>) -> Vec<Span> {
    let mut out = Vec::new();
    let mut at = span.start;
    for (start, end) in named.range(span.start..span.end) {
        if at < *start {
            out.push(Span { start: at, end: *start, ..span });
        }
        at = *end;
    }
    if at < span.end {
        out.push(Span { start: at, ..span });
    }
    out
}

fn names(file: &File) -> Vec<(Span, u32, u32)> {
    let found = file.occurrences().iter().filter(|found| found.role != Role::ShortLabel && found.role != Role::Unpacks);
    // The path of an import is coloured as the text it is.
    let found = found.filter(|found| !file.text(found.span).contains(['"', '/']));
    let library = |id: standpipe_compiler::resolve::DeclId| {
        file.analysis.checked.resolved.files.get(id.file.0 as usize).is_some_and(|file| file.std)
    };
    found
        .filter_map(|found| {
            let (kind, mut modifiers) = match &found.symbol {
                Symbol::Decl(id) => {
                    let found = decl(file, *id)?;
                    let kind = match &found.kind {
                        DeclKind::Import(_) | DeclKind::Env(_) => SemanticTokenType::NAMESPACE,
                        DeclKind::Type(_) | DeclKind::Artifact(_) => SemanticTokenType::TYPE,
                        DeclKind::Const(_) => SemanticTokenType::VARIABLE,
                        DeclKind::Task(task) if task.effect => SemanticTokenType::EVENT,
                        DeclKind::Task(_)
                        | DeclKind::Pipeline(_)
                        | DeclKind::Service(_)
                        | DeclKind::Schedule(_)
                        | DeclKind::Test(_)
                        | DeclKind::Broken(_) => SemanticTokenType::FUNCTION,
                    };
                    let is_const = matches!(found.kind, DeclKind::Const(_));
                    let old = u32::from(deprecated(found).is_some()) * DEPRECATED;
                    (kind, u32::from(library(*id)) * LIBRARY + u32::from(is_const) * READONLY + old)
                }
                Symbol::Module { .. } => (SemanticTokenType::NAMESPACE, 0),
                Symbol::Param(..) => (SemanticTokenType::PARAMETER, 0),
                Symbol::TypeParam(..) => (SemanticTokenType::TYPE_PARAMETER, 0),
                Symbol::Local(..) => (SemanticTokenType::VARIABLE, READONLY),
                Symbol::Field(_) | Symbol::Attribute(_) => (SemanticTokenType::PROPERTY, 0),
                Symbol::Rows => (SemanticTokenType::PROPERTY, LIBRARY),
                Symbol::Builtin(_) => (SemanticTokenType::FUNCTION, LIBRARY),
                Symbol::BuiltinType(_) => (SemanticTokenType::TYPE, LIBRARY),
                Symbol::Limit(_) => (SemanticTokenType::NAMESPACE, 0),
                Symbol::Codec(_) => (SemanticTokenType::ENUM_MEMBER, LIBRARY),
                Symbol::Attempt => (SemanticTokenType::VARIABLE, LIBRARY),
            };
            if found.role == Role::Declares {
                modifiers |= DECLARATION;
            }
            Some((found.span, number(&kind), modifiers))
        })
        .collect()
}

/// Bodies in their own language: words, strings, numbers, comments.
fn bodies(file: &File) -> Vec<(Span, u32, u32)> {
    let mut out = Vec::new();
    for decl in &file.tree().decls {
        let attrs = match &decl.kind {
            DeclKind::Task(task) | DeclKind::Service(task) => &task.attrs,
            DeclKind::Import(_)
            | DeclKind::Type(_)
            | DeclKind::Artifact(_)
            | DeclKind::Const(_)
            | DeclKind::Env(_)
            | DeclKind::Pipeline(_)
            | DeclKind::Schedule(_)
            | DeclKind::Test(_)
            | DeclKind::Broken(_) => continue,
        };
        for attr in attrs {
            let AttrValue::Raw(raw) = &attr.value else { continue };
            for (range, class) in super::embedded::classes(&attr.name.text, &raw.text) {
                let start = embed::offset(raw, range.start);
                let end = start + u32::try_from(range.len()).unwrap_or(0);
                out.push((Span { start, end, ..raw.span }, number(&class), 0));
            }
        }
    }
    let meant: BTreeSet<u32> =
        file.occurrences().iter().filter(|found| found.role == Role::Embedded).map(|found| found.span.start).collect();
    // What is known to mean something has its colour already.
    out.retain(|(span, _, _)| !meant.contains(&span.start));
    out
}

/// Differences from token to token, a token for each line of those that are longer.
fn encode(file: &File, found: &[(Span, u32, u32)]) -> Vec<SemanticToken> {
    let mut out = Vec::with_capacity(found.len());
    let (mut line, mut column) = (0, 0);
    let mut last_end = 0;
    for (span, kind, modifiers) in found {
        if span.start < last_end {
            continue;
        }
        last_end = span.end;
        let mut start = span.start;
        for part in file.text(*span).split_inclusive('\n') {
            let text = part.trim_end_matches(['\r', '\n']);
            let place = file.position(start);
            start += u32::try_from(part.len()).unwrap_or(0);
            if text.is_empty() {
                continue;
            }
            let delta_line = place.line - line;
            let delta_start = if delta_line == 0 { place.character - column } else { place.character };
            (line, column) = (place.line, place.character);
            out.push(SemanticToken {
                delta_line,
                delta_start,
                length: file.encoding.length(text),
                token_type: *kind,
                token_modifiers_bitset: *modifiers,
            });
        }
    }
    out
}

/// The one edit that makes `old` into `new`.
pub fn delta(old: &[SemanticToken], new: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let (removed, added) = (old.len() - start - end, &new[start..new.len() - end]);
    if removed == 0 && added.is_empty() {
        return Vec::new();
    }
    let number = |tokens: usize| u32::try_from(tokens * 5).unwrap_or(u32::MAX);
    vec![SemanticTokensEdit { start: number(start), delete_count: number(removed), data: Some(added.to_vec()) }]
}

#[cfg(test)]
mod tests {
    use tower_lsp::ls_types::{Position, Range};

    use super::*;
    use crate::ide::testing::Editor;

    fn shown(editor: &Editor, tokens: &[SemanticToken]) -> Vec<String> {
        let (mut line, mut column) = (0, 0);
        let mut out = Vec::new();
        for token in tokens {
            column = if token.delta_line == 0 { column + token.delta_start } else { token.delta_start };
            line += token.delta_line;
            let range = Range::new(Position::new(line, column), Position::new(line, column + token.length));
            let kind = &LEGEND.0[token.token_type as usize];
            out.push(format!("{} {}", editor.slice(range), kind.as_str()));
        }
        out
    }

    const TEXT: &str =
        "# 😀 comment\ntask f(n: Int) -> Int {\n  memory: 1GiB\n  python:\n    x = \"😀\" + n  # c\n    return 1\n}\n";

    #[test]
    fn names_words_and_bodies_have_their_kinds() {
        let editor = Editor::with(TEXT);
        let found = semantic_tokens(&editor.snapshot, &editor.uri, None).unwrap();
        assert_eq!(
            shown(&editor, &found),
            [
                "# 😀 comment comment",
                "task keyword",
                "f function",
                "n parameter",
                "Int type",
                "-> operator",
                "Int type",
                "memory property",
                "1GiB number",
                "python property",
                "\"😀\" string",
                "n parameter",
                "# c comment",
                "return keyword",
                "1 number"
            ]
        );
        let range = Range::new(Position::new(2, 0), Position::new(2, 12));
        let part = semantic_tokens(&editor.snapshot, &editor.uri, Some(range)).unwrap();
        assert_eq!(part.len(), 2);
        assert_eq!(part[0].delta_line, 2);
    }

    #[test]
    fn a_delta_makes_the_old_into_the_new() {
        let all = |text: &str| {
            let editor = Editor::with(text);
            semantic_tokens(&editor.snapshot, &editor.uri, None).unwrap()
        };
        let old = all(TEXT);
        for changed in
            [TEXT.replace("1GiB", "1GiB * n"), TEXT.replace("f(n: Int)", "f()"), TEXT.to_owned(), String::new()]
        {
            let new = all(&changed);
            let edits = delta(&old, &new);
            let mut data: Vec<SemanticToken> = old.clone();
            for edit in &edits {
                let start = edit.start as usize / 5;
                data.splice(start..start + edit.delete_count as usize / 5, edit.data.clone().unwrap_or_default());
            }
            assert_eq!(data, new);
        }
    }
}
