//! Shell bodies, written out or in a script: what can be known of them before they run.

mod errors;
pub(super) mod facts;
mod grammar;
mod known;
mod lex;
mod read;
mod scan;
mod syntax;
#[cfg(test)]
mod tests;
mod words;

use std::rc::Rc;

use rustc_hash::FxHashSet;
use standpipe_syntax::Span;
use standpipe_syntax::ast::AttrValue;
use standpipe_syntax::diag::{Code, Diagnostic};

pub(super) use self::read::read;

use self::facts::{Facts, Use};
use super::errors::unreadable;
use super::text::Text;
use super::{Body, Embedder, literal};
use crate::paths::beside;
use crate::types::Type;
use standpipe_syntax::nearest::nearest;

/// Checks one body, or a probe.
pub(super) fn check(embedder: &mut Embedder<'_>, body: Body<'_>) {
    if let AttrValue::Raw(raw) = &body.attr.value {
        embedder.script(body, Text::Raw(raw, body.file.source.id), &raw.text, body.attr.name.span);
        return;
    }
    let Some((expr, name)) = literal(&body.attr.value) else { return };
    let path = beside(&body.file.path, &name);
    match embedder.read(&path) {
        Ok(source) => {
            embedder.script(body, Text::File(&source), &source.text, expr.span);
            let texts = if is_probe(body) { &mut embedder.out.probes } else { &mut embedder.out.scripts };
            texts.insert(body.id, source.text.to_string());
        }
        Err(why) => {
            let near = embedder.files_like(&path, "sh");
            embedder.report(unreadable(expr.span, &name, &why, &near));
        }
    }
}

impl Embedder<'_> {
    /// Checks the script `script`; `place` is where to speak of all of it.
    fn script(&mut self, body: Body<'_>, text: Text<'_>, script: &str, place: Span) {
        let facts = match self.world.readings() {
            Some(readings) => readings.shell.get(script, read::read),
            None => self.ahead.shell(script).unwrap_or_else(|| Rc::new(read::read(script))),
        };
        if let Some(error) = &facts.error {
            self.report(errors::syntax(text.span(&error.place), &error.message, error.help.as_deref()));
            return;
        }
        if facts.open {
            return;
        }
        let meant = self.check_variables(body, &facts, text);
        if !facts.foreign {
            self.check_outputs(body, script, place, &meant);
            if matches!(text, Text::File(_)) && !is_probe(body) {
                self.check_inputs(body, script);
            }
        }
    }

    /// Reports each variable once: nothing sets it, it may be unset, it is more than one value. Gives the outputs that
    /// were written under another name.
    fn check_variables(&mut self, body: Body<'_>, facts: &Facts, text: Text<'_>) -> Vec<String> {
        let outputs = outputs(body);
        let mut meant = Vec::new();
        let mut said = FxHashSet::default();
        for found in &facts.uses {
            let name = found.name.as_str();
            if facts.set.contains(name) || facts.guarded.contains(name) || !said.insert(name) {
                continue;
            }
            let input = body.task.params.iter().position(|param| param.name.text == name);
            if let Some(index) = input {
                let ty = body.signature.and_then(|signature| signature.params.get(index)).map(|param| &param.ty);
                self.check_input(found, ty, body.task.params[index].name.span, text);
            } else if !outputs.iter().any(|output| output == name) {
                meant.extend(self.check_unknown(body, found, facts, &outputs, text));
            }
        }
        meant
    }

    fn check_input(&mut self, found: &Use, ty: Option<&Type>, declared: Span, text: Text<'_>) {
        let span = text.span(&found.place);
        let whole = found.whole.as_ref().map(|place| text.span(place));
        match ty {
            Some(Type::Optional(inner)) if !matches!(**inner, Type::List(_)) => {
                self.report(errors::may_be_unset(span, &found.name, declared, whole));
            }
            // `$xs` and `${xs}`; `${xs[@]}` and what asks for its parts is what people want.
            Some(Type::List(_)) if whole.is_some() => {
                self.report(errors::first_only(span, &found.name, declared, whole));
            }
            _ => {}
        }
    }

    /// Gives the outputs that this may have been meant to be.
    fn check_unknown(
        &mut self,
        body: Body<'_>,
        found: &Use,
        facts: &Facts,
        outputs: &[String],
        text: Text<'_>,
    ) -> Vec<String> {
        let name = found.name.as_str();
        let inputs: Vec<&str> = body.task.params.iter().map(|param| param.name.text.as_str()).collect();
        let own: Vec<&str> = inputs.iter().copied().chain(outputs.iter().map(String::as_str)).collect();
        let mut near: Vec<&str> = if known::from_outside(name) {
            // In upper case it may well be there, unless only its case is wrong.
            let same = own.iter().copied().filter(|own| own.eq_ignore_ascii_case(name)).collect::<Vec<_>>();
            if same.is_empty() {
                return Vec::new();
            }
            same
        } else {
            let mut known: Vec<&str> = facts.set.iter().map(String::as_str).chain(own).collect();
            known.sort_unstable();
            nearest(name, known)
        };
        near.truncate(3);
        for param in &body.task.params {
            if near.contains(&param.name.text.as_str()) {
                self.out.meant.insert(param.name.span);
            }
        }
        self.report(errors::unknown_variable(text.span(&found.place), name, &near));
        match outputs.iter().filter(|output| near.contains(&output.as_str())).cloned().collect::<Vec<_>>() {
            // `$out` beside fields, or a field that there is not: any of them.
            none if none.is_empty() && name.starts_with("out") => outputs.to_vec(),
            some => some,
        }
    }

    /// Results that the script surely leaves unwritten: it mentions them nowhere, and runs nothing that could.
    fn check_outputs(&mut self, body: Body<'_>, script: &str, place: Span, meant: &[String]) {
        let Some(signature) = body.signature else { return };
        let needed = |ty: &Type| !matches!(ty, Type::Optional(_) | Type::Nothing | Type::None | Type::Error);
        let mut absent: Vec<String> = match &signature.result {
            Type::Record(fields) => {
                let needed = fields.iter().filter(|field| needed(&field.ty));
                needed.map(|field| format!("out_{}", field.name)).filter(|name| !mentions(script, name)).collect()
            }
            ty if needed(ty) && !mentions(script, "out") => vec!["out".to_owned()],
            _ => Vec::new(),
        };
        absent.retain(|name| !meant.contains(name));
        // Names that are made while it runs.
        let made = || ["out_$", "out_{", "{!"].iter().any(|start| script.contains(start));
        if !absent.is_empty() && !made() {
            let result = body.task.result.as_ref().map(|result| result.span);
            self.report(errors::not_written(place, &absent, result));
        }
    }

    /// Inputs that a script in a file of its own never mentions; of raw bodies that is known before.
    fn check_inputs(&mut self, body: Body<'_>, script: &str) {
        for param in &body.task.params {
            let name = param.name.text.as_str();
            let elsewhere = body.task.attrs.iter().any(|attr| mentions(body.file.source.slice(attr.span), name));
            if !elsewhere
                && !mentions(script, name)
                && !name.starts_with('_')
                && !self.out.meant.contains(&param.name.span)
            {
                let message = format!("the input `{name}` is never used");
                self.report(
                    Diagnostic::new(Code::UNUSED_INPUT, param.name.span, message)
                        .help("remove it, or start its name with `_` if it is only there to order steps"),
                );
            }
        }
    }
}

fn is_probe(body: Body<'_>) -> bool {
    body.attr.name.text == "probe"
}

/// The variables that name files to write.
fn outputs(body: Body<'_>) -> Vec<String> {
    match body.signature.map(|signature| &signature.result) {
        Some(Type::Nothing) => Vec::new(),
        Some(Type::Record(fields)) => fields.iter().map(|field| format!("out_{}", field.name)).collect(),
        _ => vec!["out".to_owned()],
    }
}

/// Whether `word` stands in `text` as a whole word.
fn mentions(text: &str, word: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}
