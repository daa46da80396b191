//! Types as the checker sees them. Knows nothing of expressions or where types were written.

mod extent;
mod fields;
mod fits;
mod shape;
mod show;

pub(crate) use extent::Extent;
pub use fields::Fields;
pub use fits::find;
pub(crate) use fits::{Bindings, Difference, Kind, differences, fits, join, optional};
pub use shape::shape;
pub(crate) use show::float_bound;
use smol_str::SmolStr;
pub use standpipe_plan::Bound;

use crate::resolve::DeclId;

/// Names of types that the language itself has.
pub const BUILTIN_TYPES: [&str; 17] = [
    "Bool", "Date", "Dir", "Duration", "Endpoint", "File", "Float", "Int", "Json", "List", "Map", "Secret", "Size",
    "String", "Table", "Tensor", "Time",
];

/// A type. Aliases are already expanded.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Something is wrong and has been reported: fits everywhere, so that one mistake gives one message.
    Error,
    /// The result of an effect that returns nothing, and of a block without a value.
    Nothing,
    /// The type of `none` before it meets an optional.
    None,
    Bool,
    Int(Option<Bound>),
    Float(Option<Bound>),
    String,
    /// `"free" | "pro"`, members in source order.
    OneOf(Vec<SmolStr>),
    Duration,
    Size,
    Date,
    Time,
    Json,
    File(Option<Format>),
    Dir,
    /// Its row: [`Type::Record`], a type parameter, an inference variable, or absent when unknown.
    Table(Option<Box<Type>>),
    List(Box<Type>),
    Map(Box<Type>),
    Optional(Box<Type>),
    Record(Fields),
    Artifact {
        decl: DeclId,
        name: SmolStr,
        args: Vec<Type>,
    },
    /// A String that nobody may see.
    Secret,
    /// What its numbers are, and how many of them in each direction: a [`Type::Extent`], or a name as a parameter.
    Tensor {
        of: SmolStr,
        sizes: Vec<Type>,
    },
    /// A size of a tensor.
    Extent(Extents),
    /// Type parameter `index` of `decl`, inside its declaration.
    Param {
        decl: DeclId,
        index: u32,
        name: SmolStr,
        /// What it has at least.
        bound: Option<Box<Type>>,
    },
    /// An inference variable; none are left in a [`crate::check::Checked`].
    Var(u32),
}

/// A size of a tensor, once it stands for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extents {
    Known(u64),
    /// Known only when it runs; what its task calls it.
    Unknown(SmolStr),
}

/// What a tensor may be made of: the names of NumPy.
pub const NUMBERS: [&str; 12] =
    ["Bool", "Float16", "Float32", "Float64", "Int16", "Int32", "Int64", "Int8", "UInt16", "UInt32", "UInt64", "UInt8"];

/// What is known of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Format {
    /// `csv`.
    pub name: SmolStr,
    /// What its rows have at least, where it is said: as in [`Type::Table`].
    pub row: Option<Box<Type>>,
}

/// A field of a record or a column of a row.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: SmolStr,
    pub ty: Type,
    /// Where it was declared, for second labels.
    pub span: Option<standpipe_syntax::Span>,
}

/// Where a field was declared says nothing about what it is.
impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.ty == other.ty
    }
}
