//! Which comment belongs to which token.

use std::cell::RefCell;

use rustc_hash::FxHashSet;

use crate::Source;
use crate::lex::Comment;
use crate::tree::Tokens;

/// For each token, by number, the comments on lines of their own before it and the one after it on its line. What
/// stands after the last token is before the one past the end.
pub(super) struct Attached {
    before: Vec<Vec<Comment>>,
    after: Vec<Option<Comment>>,
    /// Where the comments start that stand inside an item and stay there.
    staying: RefCell<FxHashSet<u32>>,
}

impl Attached {
    pub(super) fn new(tokens: &Tokens<'_>, comments: &[Comment]) -> Self {
        let count = tokens.len();
        let mut attached =
            Self { before: vec![Vec::new(); count + 1], after: vec![None; count + 1], staying: RefCell::default() };
        let mut next = 0;
        for comment in comments {
            while tokens.get(next).is_some_and(|token| token.start < comment.span.start) {
                next += 1;
            }
            match next.checked_sub(1).and_then(|last| attached.after.get_mut(last)) {
                Some(after) if !comment.alone => *after = Some(*comment),
                _ => attached.before[next].push(*comment),
            }
        }
        attached
    }

    pub(super) fn before(&self, at: usize) -> &[Comment] {
        self.before.get(at).map_or(&[], Vec::as_slice)
    }

    pub(super) fn after(&self, at: usize) -> Option<Comment> {
        self.after.get(at).copied().flatten()
    }

    /// `comment` is to be set where it stands, and not before or after its item.
    pub(super) fn stay(&self, comment: Comment) {
        self.staying.borrow_mut().insert(comment.span.start);
    }

    pub(super) fn stays(&self, comment: Comment) -> bool {
        self.staying.borrow().contains(&comment.span.start)
    }
}

/// An empty line stands between bytes `from` and `to`, which have only white space between them.
pub(super) fn blank_between(source: &Source, from: u32, to: u32) -> bool {
    source.line_of(to) > source.line_of(from) + 1
}
