//! The Python of a `.pipe` file as a module of typed functions: what type checkers such as mypy and pyright need to look
//! into bodies and into the functions that tasks call. Nothing runs it.

use std::fmt::Write as _;

use smol_str::SmolStr;
use standpipe_plan::Frame;
use standpipe_syntax::FileId;
use standpipe_syntax::ast::{Attr, AttrValue, DeclKind, Raw, Task};

use crate::Analysis;
use crate::check::Signature;
use crate::embed::{self, FunctionRef};
use crate::resolve::{DeclId, File};
use crate::types::{Field, Type};

/// What bodies find in scope, and what the annotations below are made of.
const HEAD: &str = "from __future__ import annotations

import datetime
import os
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Optional, SupportsFloat, SupportsIndex, TypedDict, Union
";
const GIVEN: &str = "
checkpoint: pathlib.Path


def report(step: Optional[SupportsIndex] = None, **metrics: SupportsFloat) -> None: ...


def log(*parts: object) -> None: ...
";

/// Names that a function or a class may not have.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// The module for a file of `analysis`; `None` when it has no Python.
#[must_use]
pub fn stubs(analysis: &Analysis, file: FileId) -> Option<String> {
    let file = analysis.checked.resolved.files.get(file.0 as usize)?;
    let mut stubs = Stubs { classes: String::new(), functions: String::new(), frames: Vec::new() };
    for (index, decl) in (0..).zip(&file.tree.decls) {
        let DeclKind::Task(task) = &decl.kind else { continue };
        let id = DeclId { file: file.source.id, index };
        let Some(signature) = analysis.checked.signatures.get(&id) else { continue };
        let Some(attr) = task.attrs.iter().find(|attr| attr.name.text == "python") else { continue };
        match (&attr.value, analysis.embedded.functions.get(&id)) {
            (AttrValue::Raw(raw), _) => stubs.body(file, task, signature, attr, raw),
            (AttrValue::Expr(_), Some(function)) => stubs.call(file, task, signature, attr, function),
            (AttrValue::Expr(_), None) => {}
        }
    }
    if stubs.functions.is_empty() {
        return None;
    }
    let mut out = format!(
        "# The Python of {} as typed functions, for type checkers. Written by `standpipe check --stubs`.\n{HEAD}",
        file.source.name
    );
    stubs.frames.sort_unstable();
    stubs.frames.dedup();
    if !stubs.frames.is_empty() {
        out.push('\n');
    }
    for frame in &stubs.frames {
        let _ = writeln!(out, "import {frame}");
    }
    out.push_str(GIVEN);
    out.push_str(&stubs.classes);
    out.push_str(&stubs.functions);
    Some(out)
}

struct Stubs {
    classes: String,
    functions: String,
    /// Modules of the data frames in use.
    frames: Vec<&'static str>,
}

impl Stubs {
    /// A raw body, as the function that it is.
    fn body(&mut self, file: &File, task: &Task, signature: &Signature, attr: &Attr, raw: &Raw) {
        let frame = embed::frame(&task.attrs);
        let params: Vec<String> = signature
            .params
            .iter()
            .map(|param| {
                let ty = self.given(&param.ty, &format!("{}_{}", task.name.text, param.name), frame);
                format!("{}: {ty}", param.name)
            })
            .collect();
        let result = match &signature.result {
            Type::Record(fields) if embed::returns_dicts(&raw.text) => self.record(&task.name.text, fields),
            ty => wanted(ty),
        };
        let line = file.source.place(attr.span.start).line;
        let name = safe(&task.name.text);
        let _ = write!(self.functions, "\n\ndef {name}({}) -> {result}:\n", params.join(", "));
        let _ = writeln!(self.functions, "    # {}, line {}", file.source.name, line + 1);
        for line in raw.text.lines() {
            let _ = writeln!(self.functions, "{}", format!("    {line}").trim_end());
        }
    }

    /// A function of a file, called with a task's inputs.
    fn call(&mut self, file: &File, task: &Task, signature: &Signature, attr: &Attr, function: &FunctionRef) {
        let frame = function.frame.unwrap_or_else(|| embed::frame(&task.attrs));
        let mut params = Vec::new();
        let mut args = Vec::new();
        for param in &signature.params {
            // What holds records and strings of a union may be wanted as dataclasses and enums, and becomes them.
            let ty = if converted(&param.ty) {
                "Any".to_owned()
            } else {
                self.given(&param.ty, &format!("{}_{}", task.name.text, param.name), frame)
            };
            params.push(format!("{}: {ty}", param.name));
            args.push(format!("{0}={0}", param.name));
        }
        let line = file.source.place(attr.span.start).line;
        let result = wanted(&signature.result);
        let _ = write!(self.functions, "\n\ndef {}({}) -> {result}:\n", safe(&task.name.text), params.join(", "));
        let _ = writeln!(self.functions, "    # {}, line {line}", file.source.name);
        let (top, rest) = function.function.split_once('.').unwrap_or((&function.function, ""));
        let dot = if rest.is_empty() { "" } else { "." };
        let _ = writeln!(self.functions, "    from {} import {top}", function.module);
        let _ = writeln!(self.functions, "\n    return {top}{dot}{rest}({})", args.join(", "));
    }

    /// The type of an input; `name` is what a class for it is called.
    fn given(&mut self, ty: &Type, name: &str, frame: Frame) -> String {
        match ty {
            Type::Error
            | Type::None
            | Type::Json
            | Type::Artifact { .. }
            | Type::Tensor { .. }
            | Type::Extent(_)
            | Type::Param { .. }
            | Type::Var(_) => "Any".into(),
            Type::Nothing => "None".into(),
            Type::Bool => "bool".into(),
            Type::Int(_) | Type::Size => "int".into(),
            Type::Float(_) => "float".into(),
            Type::String | Type::Secret => "str".into(),
            Type::OneOf(members) => format!("Literal[{}]", literals(members)),
            Type::Duration => "datetime.timedelta".into(),
            Type::Date => "datetime.date".into(),
            Type::Time => "datetime.datetime".into(),
            Type::File(_) | Type::Dir => "pathlib.Path".into(),
            Type::Table(_) => {
                let (module, class) = match frame {
                    Frame::Pandas => ("pandas", "DataFrame"),
                    Frame::Polars => ("polars", "DataFrame"),
                    Frame::Pyarrow => ("pyarrow", "Table"),
                };
                self.frames.push(module);
                format!("{module}.{class}")
            }
            Type::List(item) => format!("list[{}]", self.given(item, name, frame)),
            Type::Map(item) => format!("dict[str, {}]", self.given(item, name, frame)),
            Type::Optional(inner) => format!("Optional[{}]", self.given(inner, name, frame)),
            Type::Record(fields) => {
                let mut body = String::new();
                for field in fields.iter().filter(|field| !KEYWORDS.contains(&field.name.as_str())) {
                    let ty = self.given(&field.ty, &format!("{name}_{}", field.name), frame);
                    let _ = writeln!(body, "    {}: {ty}", field.name);
                }
                if body.is_empty() {
                    body.push_str("    ...\n");
                }
                // Its fields are attributes and items.
                let class = class_name(name);
                let _ = write!(self.classes, "\n\nclass {class}(dict[str, Any]):\n{body}");
                class
            }
        }
    }

    /// The class of dictionaries that a task may return.
    fn record(&mut self, task: &str, fields: &[Field]) -> String {
        let class = format!("{}Result", class_name(task));
        let (optional, needed): (Vec<_>, Vec<_>) =
            fields.iter().partition(|field| matches!(field.ty, Type::Optional(_)));
        let entries = |fields: &[&Field]| {
            let entries: Vec<_> =
                fields.iter().map(|field| format!("{:?}: {:?}", field.name, wanted(&field.ty))).collect();
            entries.join(", ")
        };
        // Written as calls, in which any name of a field may stand.
        let base = if optional.is_empty() { class.clone() } else { format!("{class}Needed") };
        let _ = write!(self.classes, "\n\n{base} = TypedDict({base:?}, {{{}}})\n", entries(&needed));
        if !optional.is_empty() {
            let other = format!("{class}Optional");
            let _ = writeln!(self.classes, "{other} = TypedDict({other:?}, {{{}}}, total=False)", entries(&optional));
            let _ = write!(self.classes, "\n\nclass {class}({base}, {other}): ...\n");
        }
        class
    }
}

/// The type of a result, as wide as what the worker takes for it.
fn wanted(ty: &Type) -> String {
    match ty {
        Type::Error
        | Type::Nothing
        | Type::None
        | Type::Json
        | Type::Table(_)
        | Type::Record(_)
        | Type::Artifact { .. }
        | Type::Secret
        | Type::Tensor { .. }
        | Type::Extent(_)
        | Type::Param { .. }
        | Type::Var(_) => "Any".into(),
        Type::Bool => "bool".into(),
        Type::Int(_) | Type::Size => "SupportsIndex".into(),
        Type::Float(_) => "SupportsFloat".into(),
        Type::String => "str".into(),
        // Members of enums are taken too.
        Type::OneOf(_) => "Any".into(),
        Type::Duration => "datetime.timedelta".into(),
        Type::Date => "datetime.date".into(),
        Type::Time => "datetime.datetime".into(),
        Type::File(_) | Type::Dir => "Union[str, os.PathLike[str]]".into(),
        Type::List(item) => format!("Iterable[{}]", wanted(item)),
        Type::Map(item) => format!("Mapping[str, {}]", wanted(item)),
        Type::Optional(inner) => format!("Optional[{}]", wanted(inner)),
    }
}

fn converted(ty: &Type) -> bool {
    match ty {
        Type::Record(_) | Type::OneOf(_) => true,
        Type::List(inner) | Type::Map(inner) | Type::Optional(inner) => converted(inner),
        Type::Error
        | Type::Nothing
        | Type::None
        | Type::Bool
        | Type::Int(_)
        | Type::Float(_)
        | Type::String
        | Type::Duration
        | Type::Size
        | Type::Date
        | Type::Time
        | Type::Json
        | Type::File(_)
        | Type::Dir
        | Type::Table(_)
        | Type::Artifact { .. }
        | Type::Secret
        | Type::Tensor { .. }
        | Type::Extent(_)
        | Type::Param { .. }
        | Type::Var(_) => false,
    }
}

fn literals(members: &[SmolStr]) -> String {
    let members: Vec<String> = members.iter().map(|member| format!("{member:?}")).collect();
    members.join(", ")
}

fn safe(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// `fit_candidate` as `FitCandidate`.
fn class_name(name: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    name.split('_').map(capital).collect()
}
