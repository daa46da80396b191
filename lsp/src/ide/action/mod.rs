//! What can be done to the text at the cursor: the repairs of diagnostics, and changes that keep the meaning.

mod arguments;
mod body;
mod computed;
mod extract;
mod imports;
mod names;
mod repair;
mod settings;
mod shape;
mod test;
#[cfg(test)]
mod tests;
mod types;
mod value;

use std::collections::HashMap;

use standpipe_syntax::Span;
use standpipe_syntax::ast::{Arg, Expr, ExprKind};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::walk::{Node, path_at};
use tower_lsp::ls_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, Range, TextEdit, Uri, WorkspaceEdit,
};

use crate::snapshot::{File, Snapshot};

/// What is selected, and where.
struct Site<'a> {
    snapshot: &'a Snapshot,
    file: &'a File,
    span: Span,
}

/// Something to be done.
struct Offer {
    title: String,
    kind: CodeActionKind,
    edits: Vec<TextEdit>,
    /// Instead of `edits`, when other files change too.
    whole: Option<WorkspaceEdit>,
    /// The diagnostic that it repairs.
    repairs: Option<Diagnostic>,
}

impl Offer {
    fn new(title: impl Into<String>, kind: CodeActionKind, edits: Vec<TextEdit>) -> Self {
        Self { title: title.into(), kind, edits, whole: None, repairs: None }
    }

    fn repair(title: impl Into<String>, edits: Vec<TextEdit>, found: &Diagnostic) -> Self {
        Self { repairs: Some(found.clone()), ..Self::new(title, CodeActionKind::QUICKFIX, edits) }
    }
}

/// Finds what can be done.
type Find = fn(&Site<'_>) -> Vec<Offer>;

/// Every family of actions; what repairs comes first.
const ACTIONS: &[Find] = &[
    repair::offers,
    arguments::offers,
    names::offers,
    types::offers,
    body::offers,
    settings::offers,
    imports::offers,
    extract::offers,
    computed::offers,
    shape::offers,
    test::offers,
];

pub fn actions(
    snapshot: &Snapshot,
    uri: &Uri,
    range: Range,
    context: &CodeActionContext,
) -> Option<Vec<CodeActionOrCommand>> {
    let file = snapshot.file(uri)?;
    let site = Site { snapshot, file: &file, span: file.span(range) };
    let mut out = Vec::new();
    let mut preferred: Vec<Span> = Vec::new();
    for offer in ACTIONS.iter().flat_map(|find| find(&site)) {
        let wanted = context
            .only
            .as_ref()
            .is_none_or(|only| only.iter().any(|kind| offer.kind.as_str().starts_with(kind.as_str())));
        if !wanted {
            continue;
        }
        // The first repair of a diagnostic is the likeliest.
        let first = offer.repairs.as_ref().is_some_and(|found| !preferred.contains(&found.span));
        preferred.extend(offer.repairs.as_ref().map(|found| found.span));
        let known = offer
            .repairs
            .map(|found| crate::convert::diagnostic(&found, file.range(found.span), None, &|span| file.location(span)));
        let edit = offer.whole.unwrap_or_else(|| WorkspaceEdit {
            changes: Some(HashMap::from([(uri.clone(), offer.edits)])),
            ..WorkspaceEdit::default()
        });
        out.push(CodeActionOrCommand::CodeAction(CodeAction {
            title: offer.title,
            kind: Some(offer.kind),
            is_preferred: first.then_some(true),
            diagnostics: known.map(|known| vec![known]),
            edit: Some(edit),
            ..CodeAction::default()
        }));
    }
    Some(out)
}

impl<'a> Site<'a> {
    /// The file's diagnostics of that code which touch the selection.
    fn diagnostics(&self, code: Code) -> impl Iterator<Item = &'a Diagnostic> + use<'a> {
        let span = self.span;
        self.file.analysis.diagnostics.iter().filter(move |found| {
            found.code == code && found.span.file.0 == 0 && found.span.start <= span.end && span.start <= found.span.end
        })
    }

    /// The nodes around the selection's start, outermost first.
    fn path(&self) -> Vec<Node<'a>> {
        path_at(self.file.tree(), self.span.start)
            .into_iter()
            .filter(|node| node.span().end >= self.trimmed().end)
            .collect()
    }

    /// The selection without white space at its ends.
    fn trimmed(&self) -> Span {
        let text = self.file.text(self.span);
        let before = text.len() - text.trim_start().len();
        let start = self.span.start + u32::try_from(before).unwrap_or(0);
        let end = start + u32::try_from(text.trim().len()).unwrap_or(0);
        Span { start, end, ..self.span }
    }

    fn innermost_expr(&self) -> Option<&'a Expr> {
        self.path().into_iter().rev().find_map(|node| match node {
            Node::Expr(expr) => Some(expr),
            _ => None,
        })
    }

    /// Every call of the file.
    fn calls(&self) -> Vec<(&'a Expr, &'a [Arg])> {
        let mut out = Vec::new();
        for decl in &self.file.tree().decls {
            Node::Decl(decl).walk(&mut |node| {
                if let Node::Expr(expr) = node
                    && let ExprKind::Call { args, .. } = &expr.kind
                {
                    out.push((expr, args.as_slice()));
                }
            });
        }
        out
    }

    fn replace(&self, span: Span, text: impl Into<String>) -> TextEdit {
        TextEdit::new(self.file.range(span), text.into())
    }

    fn insert(&self, at: u32, text: impl Into<String>) -> TextEdit {
        self.replace(Span { start: at, end: at, ..self.span }, text)
    }

    /// The white space that the line of byte `at` starts with.
    fn margin(&self, at: u32) -> String {
        let line = self.file.source().line_of(at);
        let start = self.file.source().line_start(line).unwrap_or(at);
        let text = self.file.text(Span { start, end: at, ..self.span });
        text.chars().take_while(|c| c.is_whitespace()).collect()
    }

    /// `span` with the margin before it and the line's end behind it, when nothing else stands there.
    fn line(&self, span: Span) -> Span {
        let before = self.file.line_before(span.start);
        let rest = self.file.source().text.get(span.end as usize..).unwrap_or("");
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        if before.trim().is_empty() && rest[..end].trim().is_empty() {
            let start = span.start - u32::try_from(before.len()).unwrap_or(0);
            return Span { start, end: span.end + u32::try_from(end).unwrap_or(0), ..span };
        }
        span
    }

    fn remove_line(&self, span: Span) -> TextEdit {
        // A raw body brings its last line's end along.
        let text = self.file.text(span);
        let span = Span { end: span.start + u32::try_from(text.trim_end().len()).unwrap_or(0), ..span };
        self.replace(self.line(span), "")
    }

    /// `span` with the empty lines behind it.
    fn with_line_ends(&self, span: Span) -> Span {
        let rest = self.file.source().text.get(span.end as usize..).unwrap_or("");
        let blank = rest.len() - rest.trim_start_matches(['\n', '\r']).len();
        Span { end: span.end + u32::try_from(blank).unwrap_or(0), ..span }
    }
}
