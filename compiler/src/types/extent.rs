//! How large a type is. Types are trees once the names in them are replaced, so a few lines can make one that no memory
//! holds.

use super::Type;

/// Most parts of a type: a hundred times the columns of a very wide table.
const MAX_PARTS: u32 = 100_000;

/// Most levels of a type.
const MAX_DEPTH: u32 = 64;

/// How large a type is, and whether something in it is still to be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    parts: u32,
    depth: u32,
    /// Whether it holds type parameters or variables.
    pub(super) open: bool,
}

impl Extent {
    /// Of a type made of `inner` ones.
    pub(super) fn around<'a>(inner: impl IntoIterator<Item = &'a Type>) -> Self {
        let mut whole = Self { parts: 1, depth: 1, open: false };
        for inner in inner.into_iter().map(Type::extent) {
            whole.parts = whole.parts.saturating_add(inner.parts);
            whole.depth = whole.depth.max(inner.depth.saturating_add(1));
            whole.open |= inner.open;
        }
        whole
    }

    /// Whether a type of this extent is too much to be shown inside another.
    pub(super) fn is_large(self) -> bool {
        self.parts > 40
    }

    /// Whether a type of this extent is larger than any that somebody would write.
    pub(crate) fn is_too_large(self) -> bool {
        self.parts > MAX_PARTS || self.depth > MAX_DEPTH
    }
}

impl Type {
    pub(crate) fn extent(&self) -> Extent {
        match self {
            Self::Record(fields) => fields.extent,
            Self::Table(inner) => Extent::around(inner.as_deref()),
            Self::File(Some(format)) => Extent::around(format.row.as_deref()),
            Self::List(inner) | Self::Map(inner) | Self::Optional(inner) => Extent::around([&**inner]),
            Self::Artifact { args, .. } => Extent::around(args),
            Self::Tensor { sizes, .. } => Extent::around(sizes),
            Self::Param { .. } | Self::Var(_) => Extent { open: true, ..Extent::around([]) },
            Self::Error
            | Self::Nothing
            | Self::None
            | Self::Bool
            | Self::Int(_)
            | Self::Float(_)
            | Self::String
            | Self::OneOf(_)
            | Self::Duration
            | Self::Size
            | Self::Date
            | Self::Time
            | Self::Json
            | Self::File(None)
            | Self::Dir
            | Self::Secret
            | Self::Extent(_) => Extent::around([]),
        }
    }
}
