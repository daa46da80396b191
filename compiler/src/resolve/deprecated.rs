//! Declarations that should not be used any more, as their documentation says, and who uses them all the same.

use standpipe_syntax::ast::{Decl, Name};
use standpipe_syntax::diag::{Code, Diagnostic};

use super::names::Walk;
use super::{DeclId, declared};

/// The word that begins the paragraph.
const WORD: &str = "Deprecated:";

/// What the documentation of a declaration says of what to do instead, in the paragraph that begins with `Deprecated:`,
/// which may be nothing; `None` of a declaration that may be used.
#[must_use]
pub fn deprecated(decl: &Decl) -> Option<String> {
    let text = &decl.doc.as_ref()?.text;
    let mut lines = text.lines().skip_while(|line| !line.trim_start().starts_with(WORD));
    let first = lines.next()?.trim_start().strip_prefix(WORD)?;
    let rest = lines.take_while(|line| !line.trim().is_empty());
    let words: Vec<&str> = std::iter::once(first).chain(rest).map(str::trim).filter(|line| !line.is_empty()).collect();
    Some(words.join(" ").trim_end_matches('.').to_owned())
}

impl Walk<'_> {
    /// Warns of a use of what should not be used any more. What is old itself may use it, and the standard library is not
    /// the user's to mend.
    pub(super) fn warn_of_old(&mut self, used: DeclId, name: &Name) {
        let of = |id: DeclId| match id.file == self.decl.file {
            true => self.own.get(id.index as usize),
            false => self.resolved.files.get(id.file.0 as usize)?.tree.decls.get(id.index as usize),
        };
        let Some((decl, instead)) = of(used).and_then(|decl| Some((decl, deprecated(decl)?))) else { return };
        if self.file.std || of(self.decl).and_then(deprecated).is_some() {
            return;
        }
        let mut diagnostic = Diagnostic::new(Code::DEPRECATED, name.span, format!("`{}` is deprecated", name.text));
        if let Some(declared) = declared(decl) {
            diagnostic = diagnostic.also(declared.span, "declared here");
        }
        if !instead.is_empty() {
            diagnostic = diagnostic.help(instead);
        }
        self.diagnostics.push(diagnostic);
    }
}
