//! What the names in a query stand for: for editors, and to tell what a query leaves unused.

use smol_str::SmolStr;
use standpipe_sql::{Query, Referent};
use standpipe_syntax::ast::AttrValue;
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Source, Span};

use super::super::{Body, Embedded};

/// A name in a SQL body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlName {
    /// Where it stands: in the `.pipe` file or in the `.sql` file.
    pub span: Span,
    pub referent: Referent,
    /// Its type as the language writes it; empty where unknown.
    pub ty: SmolStr,
    /// Where what it stands for is declared in a `.pipe` file: an input's name, or a field's.
    pub declared: Option<Span>,
}

/// The names at byte `at` of a file, the shortest first.
#[must_use]
pub fn names_at(embedded: &Embedded, file: FileId, at: u32) -> Vec<&SqlName> {
    let all = embedded.sql_names.values().flatten();
    let mut found: Vec<&SqlName> =
        all.filter(|name| name.span.file == file && name.span.start <= at && at <= name.span.end).collect();
    found.sort_by_key(|name| (name.span.end - name.span.start, name.span.start));
    found.dedup();
    found
}

/// Inputs that neither the query in `source` nor an attribute reads.
pub(super) fn unused(query: &Query, body: Body<'_>, source: &Source) -> Vec<Diagnostic> {
    let reads = |name: &str| {
        query.references.iter().any(|reference| match &reference.referent {
            Referent::Table { name: own } | Referent::Parameter { name: own } => own == name,
            Referent::Column { .. } | Referent::Own { .. } => false,
        })
    };
    let attributes: Vec<&str> = body
        .task
        .attrs
        .iter()
        .filter_map(|attr| match &attr.value {
            AttrValue::Expr(expr) => Some(body.file.source.slice(expr.span)),
            AttrValue::Raw(_) => None,
        })
        .collect();
    let unused = body.task.params.iter().filter(|param| {
        let name = param.name.text.as_str();
        !name.starts_with('_') && !reads(name) && !attributes.iter().any(|text| text.contains(name))
    });
    let diagnostic = |param: &standpipe_syntax::ast::Param| {
        let message = format!("the input `{}` is never used", param.name.text);
        Diagnostic::new(Code::UNUSED_INPUT, param.name.span, message)
            .help(format!("`{}` does not read it: remove it, or start its name with `_`", source.name))
    };
    unused.map(diagnostic).collect()
}
