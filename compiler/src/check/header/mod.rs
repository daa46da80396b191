//! Files that are there before the run, against the rows that they are said to have. Looks at the header and the first
//! rows only, and says nothing of what it is not sure of.

mod cell;
mod csv;
mod errors;
mod parquet;

use smol_str::SmolStr;
use standpipe_syntax::ast::Expr;

use super::Checker;
use crate::types::{Field, Fields, Format, Type};
use crate::{ReadError, World};

/// The columns of a file, and what was seen of them.
#[derive(Debug, Default)]
struct Header {
    columns: Vec<SmolStr>,
    seen: Seen,
}

#[derive(Debug)]
enum Seen {
    /// Rows as text, each with its line.
    Cells(Vec<(u64, Vec<String>)>),
    /// What each column is said to hold; none where that is not known.
    Kinds(Vec<Option<Kind>>),
}

impl Default for Seen {
    fn default() -> Self {
        Self::Cells(Vec::new())
    }
}

/// What a column holds by the file's own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bool,
    Int,
    Float,
    String,
    Date,
    Time,
    Nested,
}

/// Why a file has no header to look at.
#[derive(Debug)]
enum Problem {
    Read(ReadError),
    /// What is wrong with it, as a clause: `it is empty`.
    Content(&'static str),
}

impl Checker<'_> {
    /// Whether the file at `path`, which `expr` names, has the rows that `wanted` speaks of.
    pub(super) fn header(&mut self, expr: &Expr, path: &str, wanted: &Type) -> bool {
        let Type::File(Some(Format { name, row: Some(row) })) = wanted else { return true };
        let Type::Record(fields) = &**row else { return true };
        let header = match name.as_str() {
            "csv" => csv::read(self.world, path, b','),
            "tsv" => csv::read(self.world, path, b'\t'),
            "parquet" => parquet::read(self.world, path),
            // Of other formats nothing is known before they are read.
            _ => return true,
        };
        let header = match header {
            Ok(header) => header,
            Err(problem) => {
                self.report(errors::unreadable(expr.span, path, name, &problem));
                return false;
            }
        };
        let found = compare(&header, fields);
        let fine = found.is_empty();
        if !found.absent.is_empty() {
            self.report(errors::lacks_columns(expr.span, path, &header.columns, &found.absent));
        }
        for misfit in &found.misfits {
            self.report(errors::misfit(expr.span, path, misfit));
        }
        fine
    }
}

/// How a file differs from what is declared of it.
#[derive(Default)]
struct Differences<'a> {
    absent: Vec<&'a Field>,
    misfits: Vec<Misfit<'a>>,
}

impl Differences<'_> {
    fn is_empty(&self) -> bool {
        self.absent.is_empty() && self.misfits.is_empty()
    }
}

/// A column whose type is not the declared one.
struct Misfit<'a> {
    field: &'a Field,
    what: What<'a>,
}

enum What<'a> {
    /// The cell in that line.
    Cell(u64, &'a str, cell::Wrong),
    Kind(Kind),
}

fn compare<'a>(header: &'a Header, fields: &'a Fields) -> Differences<'a> {
    let mut found = Differences::default();
    for field in fields.iter() {
        let Some(index) = header.columns.iter().position(|column| *column == field.name) else {
            found.absent.push(field);
            continue;
        };
        let what = match &header.seen {
            Seen::Cells(rows) => rows.iter().find_map(|(line, cells)| {
                let text = cells.get(index)?;
                Some(What::Cell(*line, text, cell::wrong(text, &field.ty)?))
            }),
            Seen::Kinds(kinds) => {
                let kind = kinds.get(index).copied().flatten();
                kind.filter(|kind| !holds(*kind, &field.ty)).map(What::Kind)
            }
        };
        found.misfits.extend(what.map(|what| Misfit { field, what }));
    }
    found
}

/// Whether a column of that kind can be read as `ty`.
fn holds(kind: Kind, ty: &Type) -> bool {
    match ty {
        Type::Optional(inner) => holds(kind, inner),
        Type::Bool => kind == Kind::Bool,
        // Whole numbers beside missing ones are often kept as floats.
        Type::Int(_) | Type::Float(_) | Type::Size | Type::Duration => matches!(kind, Kind::Int | Kind::Float),
        Type::String | Type::OneOf(_) => kind == Kind::String,
        // A day may be kept as the instant at which it begins.
        Type::Date | Type::Time => matches!(kind, Kind::Date | Kind::Time),
        Type::List(_) | Type::Map(_) | Type::Record(_) => kind == Kind::Nested,
        Type::Json
        | Type::Error
        | Type::Nothing
        | Type::None
        | Type::File(_)
        | Type::Dir
        | Type::Table(_)
        | Type::Artifact { .. }
        | Type::Secret
        | Type::Tensor { .. }
        | Type::Extent(_)
        | Type::Param { .. }
        | Type::Var(_) => true,
    }
}

/// At most this many bytes of a file are looked at.
const SAMPLE: usize = 64 << 10;
/// And at most this many rows.
const ROWS: usize = 200;

/// The start of a file, and whether that is all of it.
fn sample(world: &dyn World, path: &str) -> Result<(Vec<u8>, bool), Problem> {
    let bytes = world.start(path, SAMPLE).map_err(Problem::Read)?;
    let whole = bytes.len() < SAMPLE;
    Ok((bytes, whole))
}
