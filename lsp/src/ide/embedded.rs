//! Bodies of other languages as documents of their own, so that the tools of those languages can help in them.

use serde::{Deserialize, Serialize};
use standpipe_compiler::types::Type;
use standpipe_syntax::ast::{Attr, AttrValue, DeclKind, Raw, Task};
use tower_lsp::ls_types::{Position, Range, SemanticTokenType, Uri};

use super::shared::{decl_at, decls};
use crate::snapshot::{File, Snapshot};

/// A body as a document.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct EmbeddedDocument {
    /// `python`, `shellscript`, `sql`.
    pub(crate) language_id: String,
    /// The task's name.
    pub(crate) name: String,
    /// What stands before the body says what is in scope in it, in its own language; then its lines.
    pub(crate) text: String,
    /// The body's lines in the `.pipe` file.
    pub(crate) range: Range,
    /// The line of `text` that is the first line of `range`, and how far its lines are indented more (or, below zero,
    /// less) than in the `.pipe` file.
    pub(crate) first_line: u32,
    pub(crate) indent: i32,
}

/// The raw body at a place, or all of the file's.
pub fn embedded(snapshot: &Snapshot, uri: &Uri, position: Option<Position>) -> Option<Vec<EmbeddedDocument>> {
    let file = snapshot.file(uri)?;
    let at = position.map(|position| file.offset(position));
    let mut out = Vec::new();
    for (id, decl) in decls(&file) {
        let (DeclKind::Task(task) | DeclKind::Service(task)) = &decl.kind else { continue };
        for attr in &task.attrs {
            let AttrValue::Raw(raw) = &attr.value else { continue };
            if at.is_some_and(|at| at < raw.span.start || at > raw.span.end) {
                continue;
            }
            let signature = file.analysis.checked.signatures.get(&id);
            let types = signature
                .map(|signature| (signature.params.iter().map(|param| &param.ty).collect(), &signature.result));
            out.extend(document(&file, task, attr, raw, types));
        }
    }
    Some(out)
}

fn document(
    file: &File,
    task: &Task,
    attr: &Attr,
    raw: &Raw,
    types: Option<(Vec<&Type>, &Type)>,
) -> Option<EmbeddedDocument> {
    let first = raw.lines.first().copied().unwrap_or(raw.span.start);
    let margin = i32::try_from(first.saturating_sub(raw.span.start)).ok()?;
    let range = file.range(raw.span);
    let (language_id, preamble, indent) = match attr.name.text.as_str() {
        "python" => ("python", python_preamble(task, types), 4),
        "sh" | "probe" => ("shellscript", shell_preamble(task, types), 0),
        "sql" => ("sql", String::new(), 0),
        _ => return None,
    };
    let first_line = u32::try_from(preamble.lines().count()).ok()?;
    let body: String = raw
        .text
        .split_inclusive('\n')
        .map(|line| if line.trim().is_empty() { line.to_owned() } else { format!("{}{line}", " ".repeat(indent)) })
        .collect();
    Some(EmbeddedDocument {
        language_id: language_id.into(),
        name: task.name.text.to_string(),
        text: preamble + &body,
        range,
        first_line,
        indent: i32::try_from(indent).ok()? - margin,
    })
}

/// A function with the task's inputs, typed; the body is its body.
fn python_preamble(task: &Task, types: Option<(Vec<&Type>, &Type)>) -> String {
    let mut out = String::from(
        "from __future__ import annotations\nimport datetime, pathlib, typing\nimport pandas\n\ndef report(step: int | None = None, **metrics: float) -> None: ...\ndef log(text: str) -> None: ...\ncheckpoint: pathlib.Path = pathlib.Path()\n\n",
    );
    let params = task.params.iter().enumerate().map(|(index, param)| {
        let ty =
            types.as_ref().and_then(|(params, _)| params.get(index)).map_or("typing.Any".into(), |ty| python_type(ty));
        format!("{}: {ty}", param.name.text)
    });
    let params: Vec<String> = params.collect();
    let result = types.map_or("typing.Any".into(), |(_, result)| python_type(result));
    out.push_str(&format!("def {}({}) -> {result}:\n", task.name.text, params.join(", ")));
    out
}

/// What a value of the type is in Python.
fn python_type(ty: &Type) -> String {
    match ty {
        Type::Error
        | Type::Json
        | Type::Artifact { .. }
        | Type::Tensor { .. }
        | Type::Extent(_)
        | Type::Param { .. }
        | Type::Var(_) => "typing.Any".into(),
        Type::Nothing | Type::None => "None".into(),
        Type::Bool => "bool".into(),
        Type::Int(_) | Type::Size => "int".into(),
        Type::Float(_) => "float".into(),
        Type::String | Type::Secret => "str".into(),
        Type::OneOf(members) => {
            let members: Vec<String> = members.iter().map(|member| format!("{member:?}")).collect();
            format!("typing.Literal[{}]", members.join(", "))
        }
        Type::Duration => "datetime.timedelta".into(),
        Type::Date => "datetime.date".into(),
        Type::Time => "datetime.datetime".into(),
        Type::File(_) | Type::Dir => "pathlib.Path".into(),
        Type::Table(_) => "pandas.DataFrame".into(),
        Type::List(item) => format!("list[{}]", python_type(item)),
        Type::Map(item) => format!("dict[str, {}]", python_type(item)),
        Type::Optional(inner) => format!("{} | None", python_type(inner)),
        Type::Record(_) => "dict[str, typing.Any]".into(),
    }
}

/// The inputs as variables.
fn shell_preamble(task: &Task, types: Option<(Vec<&Type>, &Type)>) -> String {
    let mut out = String::from("#!/usr/bin/env bash\nset -euo pipefail\n");
    for param in &task.params {
        out.push_str(&format!("export {}=''\n", param.name.text));
    }
    match types {
        Some((_, Type::Record(fields))) => {
            for field in fields.iter() {
                out.push_str(&format!("export out_{}=''\n", field.name));
            }
        }
        _ => out.push_str("export out=''\n"),
    }
    out
}

/// The raw body around byte `at`, its language, and the task.
pub(super) fn raw_at(file: &File, at: u32) -> Option<(&str, &Raw, &Task)> {
    let (_, decl) = decl_at(file, at)?;
    let (DeclKind::Task(task) | DeclKind::Service(task)) = &decl.kind else { return None };
    task.attrs.iter().find_map(|attr| match &attr.value {
        AttrValue::Raw(raw) if raw.span.start <= at && at <= raw.span.end => Some((attr.name.text.as_str(), raw, task)),
        AttrValue::Raw(_) | AttrValue::Expr(_) => None,
    })
}

/// Words that a language has for itself.
fn keywords(language: &str) -> &'static [&'static str] {
    match language {
        "python" => &[
            "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
            "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
            "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
        ],
        "sh" | "probe" => &[
            "case", "do", "done", "elif", "else", "esac", "export", "fi", "for", "function", "if", "in", "local",
            "return", "select", "then", "until", "while",
        ],
        "sql" => &[
            "all",
            "and",
            "as",
            "asc",
            "between",
            "by",
            "case",
            "cast",
            "cross",
            "desc",
            "distinct",
            "else",
            "end",
            "except",
            "exists",
            "false",
            "from",
            "full",
            "group",
            "having",
            "in",
            "inner",
            "intersect",
            "is",
            "join",
            "left",
            "like",
            "limit",
            "not",
            "null",
            "offset",
            "on",
            "or",
            "order",
            "outer",
            "over",
            "partition",
            "right",
            "select",
            "then",
            "true",
            "union",
            "using",
            "values",
            "when",
            "where",
            "with",
        ],
        _ => &[],
    }
}

/// The pieces of a body that have a colour.
pub(super) fn classes(language: &str, text: &str) -> Vec<(std::ops::Range<usize>, SemanticTokenType)> {
    let mut out = Vec::new();
    let known = keywords(language);
    let comment: &str = if language == "sql" { "--" } else { "#" };
    let mut at = 0;
    let mut word_before = false;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = &text[at..];
        let length = match c {
            _ if rest.starts_with(comment) && !(language == "sh" && word_before) => {
                let length = rest.find('\n').unwrap_or(rest.len());
                out.push((at..at + length, SemanticTokenType::COMMENT));
                length
            }
            '"' | '\'' => {
                let length = string(language, rest, c);
                // Inside double quotes of the shell variables have their own colour.
                if language != "sh" || c == '\'' {
                    out.push((at..at + length, SemanticTokenType::STRING));
                }
                length
            }
            _ if c.is_ascii_digit() && !word_before => {
                let length =
                    rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len());
                out.push((at..at + length, SemanticTokenType::NUMBER));
                length
            }
            _ if c.is_alphabetic() || c == '_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let word = &rest[..length];
                let lower = word.to_ascii_lowercase();
                let found = if language == "sql" { known.contains(&lower.as_str()) } else { known.contains(&word) };
                if found {
                    out.push((at..at + length, SemanticTokenType::KEYWORD));
                }
                length
            }
            _ => c.len_utf8(),
        };
        word_before = rest[..length].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$' || c == '{');
        at += length.max(1);
    }
    out
}

/// How long the string is that `rest` starts with.
fn string(language: &str, rest: &str, quote: char) -> usize {
    let triple: String = std::iter::repeat_n(quote, 3).collect();
    if language == "python" && rest.starts_with(&triple) {
        return rest[3..].find(&triple).map_or(rest.len(), |at| at + 6);
    }
    if language == "sh" && quote == '"' {
        return 1;
    }
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' if language == "python" => return at,
            _ if escaped => escaped = false,
            '\\' if language == "python" => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

    #[test]
    fn a_python_body_is_a_function_with_typed_inputs() {
        let editor = Editor::with(
            "task f(n: Int, name: String?) -> { a: Float } {\n  python:\n    if n:\n      return {\"a\": ‸1.0}\n    raise ValueError(name)\n}\n",
        );
        let found = super::embedded(&editor.snapshot, &editor.uri, Some(editor.cursor())).unwrap().remove(0);
        let lines: Vec<&str> = found.text.lines().collect();
        assert_eq!(
            lines[found.first_line as usize - 1..],
            [
                "def f(n: int, name: str | None) -> dict[str, typing.Any]:",
                "    if n:",
                "      return {\"a\": 1.0}",
                "    raise ValueError(name)"
            ]
        );
        assert_eq!((found.language_id.as_str(), found.indent, found.range.start.line), ("python", 0, 2));
    }

    #[test]
    fn pieces_of_bodies_have_colours() {
        let shown = |language: &str, text: &str| -> Vec<String> {
            super::classes(language, text)
                .into_iter()
                .map(|(range, kind)| format!("{} {}", &text[range], kind.as_str()))
                .collect()
        };
        assert_eq!(
            shown("python", "x1 = '''a\nb''' + \"c\\\"\"  # d\nif x1: pass\n"),
            ["'''a\nb''' string", "\"c\\\"\" string", "# d comment", "if keyword", "pass keyword"]
        );
        assert_eq!(
            shown("sh", "for f in \"$a\"; do # x\n echo ${#a} 'it'\n"),
            ["for keyword", "in keyword", "do keyword", "# x comment", "'it' string"]
        );
        assert_eq!(shown("sql", "SELECT 1 -- c\n"), ["SELECT keyword", "1 number", "-- c comment"]);
    }
}
