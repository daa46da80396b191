//! What the compiler wants to know of Python text. Says nothing of how it is found out, so that the parser behind it can
//! be replaced.

pub(crate) use super::super::text::Place;

/// What a text holds. Where it has a syntax error, nothing but that.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    pub(crate) error: Option<SyntaxError>,
    /// Every import, also those inside functions, in order.
    pub(crate) imports: Vec<Import>,
    /// Functions at the top.
    pub(crate) functions: Vec<Function>,
    /// Every name that the top binds, sorted: functions, classes, variables, imports.
    pub(crate) names: Vec<String>,
    /// Every name that is bound anywhere, sorted: for suggestions.
    pub(crate) bound: Vec<String>,
    /// `from x import *`, `exec` and the like: names may come from anywhere.
    pub(crate) open: bool,
    /// Names that are read and that nothing in the text binds: each once, where it is read first. Builtins are among them.
    pub(crate) free: Vec<(String, Place)>,
    /// The top's statements as a function's body.
    pub(crate) body: Body,
    /// Dataclasses that inherit from nothing: the names of their fields, by the class's name.
    pub(crate) dataclasses: Vec<(String, Vec<String>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) place: Place,
    pub(crate) message: String,
    /// The line starts with a word that looks like one of these keywords: `retrun`.
    pub(crate) keywords: Option<(Place, Vec<&'static str>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// Dotted, without leading dots; empty in `from . import x`.
    pub(crate) module: String,
    /// How many dots lead.
    pub(crate) level: u32,
    /// The names after `from … import`; none for `import module`.
    pub(crate) names: Vec<String>,
    /// The module's name; the whole statement for `from . import x`.
    pub(crate) place: Place,
    /// Whether it runs whenever the code around it does: not in a branch, a `try` or a function of its own.
    pub(crate) certain: bool,
    /// The function at the top that it stands in.
    pub(crate) within: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) params: Vec<Param>,
    /// `*args`
    pub(crate) rest: bool,
    /// `**kwargs`
    pub(crate) keywords: bool,
    /// Decorators may change how it is called.
    pub(crate) decorated: bool,
    pub(crate) body: Body,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) default: bool,
    /// Cannot be given by name.
    pub(crate) positional: bool,
    /// The module that its annotation names: `polars` for `pl.DataFrame` after `import polars as pl`.
    pub(crate) annotation: Option<String>,
}

/// How a function's body ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Body {
    /// Some `return` has a value.
    pub(crate) returns: bool,
    /// It yields.
    pub(crate) generator: bool,
    /// Its end may be reached: it does not end in `raise` or a loop.
    pub(crate) falls_off: bool,
    /// What its last statement is, where the end is surely reached behind it on some path.
    pub(crate) open_end: Option<Place>,
    /// Every `return` without a value.
    pub(crate) bare: Vec<Place>,
    /// What each `return` gives, as far as it is written there.
    pub(crate) values: Vec<Value>,
    /// Parts of names that nothing in the body changes, in order.
    pub(crate) reads: Vec<Read>,
    /// Names of whose values the body surely reads only parts, sorted.
    pub(crate) parts: Vec<Parts>,
}

/// What is read of a value, by `of["key"]` and `of[["key", …]]` alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) of: String,
    /// Sorted.
    pub(crate) keys: Vec<String>,
}

/// `of["key"]`, `of[["key", …]]` or `of.key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) of: String,
    pub(crate) key: String,
    pub(crate) kind: ReadKind,
    /// The key, with its quotes.
    pub(crate) place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadKind {
    Subscript,
    Attribute,
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    pub(crate) place: Place,
    pub(crate) kind: ValueKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ValueKind {
    None,
    Bool,
    /// With its sign, where it fits.
    Int(Option<i64>),
    Float(f64),
    /// What it is, unless it is put together while it runs.
    Text(Option<String>),
    Bytes,
    /// A list or tuple that is written out, without `*`.
    List(Vec<Value>),
    Set,
    Dict(Dict),
    /// `pd.DataFrame({…})` and the like: its columns.
    Frame(Dict),
    /// `Name(…)`, as it is for a class.
    Call(String),
    /// Anything else.
    Other,
}

/// A dictionary as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dict {
    pub(crate) place: Place,
    /// Keys that are string literals, with their quotes' places, and what stands behind them.
    pub(crate) entries: Vec<(String, Place, Value)>,
    /// It has a `**other` or a computed key, so it may have others.
    pub(crate) open: bool,
}
