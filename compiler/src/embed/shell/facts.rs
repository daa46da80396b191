//! What the compiler wants to know of a shell script. Says nothing of how it is found out.

use rustc_hash::FxHashSet;

pub(super) use super::super::text::Place;

/// What a script holds. Where it has a syntax error, nothing but that.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::embed) struct Facts {
    pub(super) error: Option<SyntaxError>,
    /// Variables that are read, in order of place.
    pub(super) uses: Vec<Use>,
    /// Variables that something in the script sets, wherever it stands.
    pub(super) set: FxHashSet<String>,
    /// Variables of which the script somewhere asks whether they are set.
    pub(super) guarded: FxHashSet<String>,
    /// Variables may come from elsewhere, or need not be set: `source`, `eval`, `set +u` and the like.
    pub(super) open: bool,
    /// It starts programs that may look at the variables themselves.
    pub(super) foreign: bool,
}

impl Facts {
    /// Notes an error of a text that stands at byte `base`, if it is the first one.
    pub(super) fn fail(&mut self, base: usize, error: SyntaxError) {
        let place = base + error.place.start..base + error.place.end;
        self.error.get_or_insert(SyntaxError { place, ..error });
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct SyntaxError {
    pub(super) place: Place,
    /// A clause: ``a `"` is never closed``.
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// A variable that is read where it has to be set.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Use {
    pub(super) name: String,
    /// The name alone.
    pub(super) place: Place,
    /// All of `$name` or `${name}`, where it is one of these two.
    pub(super) whole: Option<Place>,
}
