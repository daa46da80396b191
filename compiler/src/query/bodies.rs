//! Names of the pipeline inside bodies of other languages: inputs, columns of tables, fields of the result. Says only
//! what is certain from the text.

use standpipe_syntax::Span;
use standpipe_syntax::ast::{Raw, Task};

use super::occurrences::Collect;
use super::symbol::{Role, Symbol};
use crate::check::Signature;
use crate::embed::{self, Mention};
use crate::resolve::DeclId;
use crate::types::{Fields, Type, find};

/// A raw body and whose it is.
#[derive(Clone, Copy)]
pub(super) struct Body<'a> {
    pub(super) decl: DeclId,
    pub(super) task: &'a Task,
    pub(super) signature: Option<&'a Signature>,
    pub(super) raw: &'a Raw,
}

/// Collects the names in a body of `language`.
pub(super) fn collect(language: &str, body: Body<'_>, into: &mut Collect<'_>) {
    let mentions = match language {
        "python" => embed::python_mentions(&body.raw.text),
        "sh" | "probe" => shell(&body.raw.text),
        _ => Vec::new(),
    };
    for mention in mentions {
        if let Some((place, symbol)) = body.meant(&mention) {
            let start = embed::offset(body.raw, place.start);
            let end = start + u32::try_from(place.len()).unwrap_or(0);
            into.push(Span { file: body.decl.file, start, end }, symbol, Role::Embedded);
        }
    }
}

impl Body<'_> {
    fn meant(&self, mention: &Mention) -> Option<(std::ops::Range<usize>, Symbol)> {
        match mention {
            Mention::Name { name, place } => {
                let (index, _) = self.param(name)?;
                Some((place.clone(), Symbol::Param(self.decl, index)))
            }
            Mention::Part { of, name, place } => {
                let (_, ty) = self.param(of)?;
                let span = find(row(ty?)?, name)?.span?;
                Some((place.clone(), Symbol::Field(span)))
            }
            Mention::Result { name, place } => {
                let span = find(row(&self.signature?.result)?, name)?.span?;
                Some((place.clone(), Symbol::Field(span)))
            }
        }
    }

    fn param(&self, name: &str) -> Option<(u32, Option<&Type>)> {
        let index = self.task.params.iter().position(|param| param.name.text == name)?;
        let ty = self.signature.and_then(|signature| signature.params.get(index)).map(|param| &param.ty);
        Some((u32::try_from(index).ok()?, ty))
    }
}

/// The fields of a record, or the columns of a table.
fn row(ty: &Type) -> Option<&Fields> {
    match ty {
        Type::Record(fields) => Some(fields),
        Type::Table(Some(row)) | Type::Optional(row) => row_of(row),
        _ => None,
    }
}

fn row_of(ty: &Type) -> Option<&Fields> {
    match ty {
        Type::Record(fields) => Some(fields),
        _ => None,
    }
}

/// `$name` and `${name…}`, and `$out_field`.
fn shell(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut quoted = false;
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if !quoted => at += 1,
            b'\'' => quoted = !quoted && !in_double_quotes(text, at),
            b'$' if !quoted => {
                let start = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'{'));
                let rest = text.get(start..).unwrap_or("");
                let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                let name = &rest[..length];
                match name.strip_prefix("out_") {
                    Some(field) => found.push(Mention::Result { name: field.into(), place: start + 4..start + length }),
                    None if length > 0 => {
                        found.push(Mention::Name { name: name.into(), place: start..start + length });
                    }
                    None => {}
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Whether a single quote at `at` stands inside double quotes of its line, where it means nothing.
fn in_double_quotes(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[line..at].bytes().filter(|byte| *byte == b'"').count() % 2 == 1
}
