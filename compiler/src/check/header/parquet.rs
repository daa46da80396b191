//! The columns of a Parquet file, from the schema in its footer.
//!
//! The footer is a Thrift structure in the compact protocol, and its schema the second field: see `parquet.thrift` of
//! Apache Parquet for the numbers here, and Thrift's `thrift-compact-protocol.md` for the encoding. What is not the
//! schema is skipped.

use smol_str::SmolStr;

use super::{Header, Kind, Problem, SAMPLE, Seen};
use crate::World;

/// What the file begins and ends with.
const MAGIC: &[u8] = b"PAR1";
/// No longer footer is read.
const LONGEST: usize = 16 << 20;
/// Structures inside one another that are skipped.
const DEEPEST: u32 = 32;

/// Reads the schema of the file at `path`.
pub(super) fn read(world: &dyn World, path: &str) -> Result<Header, Problem> {
    let mut end = world.end(path, SAMPLE).map_err(Problem::Read)?;
    let length = footer(&end).ok_or(Problem::Content("it is no Parquet file"))?;
    let whole = length.saturating_add(8);
    if whole > LONGEST {
        return Err(Problem::Content("what it says of itself is longer than 16 MiB"));
    }
    if whole > end.len() {
        end = world.end(path, whole).map_err(Problem::Read)?;
    }
    let broken = Problem::Content("its schema is broken");
    let Some(start) = end.len().checked_sub(whole) else { return Err(broken) };
    let mut reader = Reader { bytes: &end[start..end.len() - 8] };
    let Some(elements) = reader.schema() else { return Err(broken) };
    let columns = top(&elements);
    Ok(Header {
        columns: columns.iter().map(|element| element.name.clone()).collect(),
        seen: Seen::Kinds(columns.iter().map(|element| element.kind()).collect()),
    })
}

/// How many bytes the footer has, whose last ones these are.
fn footer(end: &[u8]) -> Option<usize> {
    let rest = end.strip_suffix(MAGIC)?;
    let length = rest.last_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*length)).ok()
}

/// One node of the schema.
#[derive(Debug, Default)]
struct Element {
    physical: Option<i64>,
    repeated: bool,
    name: SmolStr,
    children: usize,
    converted: Option<i64>,
    logical: Option<i16>,
}

impl Element {
    fn kind(&self) -> Option<Kind> {
        if self.children > 0 || self.repeated {
            return Some(Kind::Nested);
        }
        match (self.logical, self.converted, self.physical?) {
            (Some(1 | 4), _, _) | (None, Some(0 | 4), _) => Some(Kind::String),
            (Some(5), _, _) | (None, Some(5), _) => Some(Kind::Float),
            (Some(6), _, _) | (None, Some(6), _) => Some(Kind::Date),
            (Some(8), _, _) | (None, Some(9 | 10), _) | (None, None, 3) => Some(Kind::Time),
            (Some(10) | None, None | Some(11..=18), 1 | 2) => Some(Kind::Int),
            (None, None, 0) => Some(Kind::Bool),
            (None, None, 4 | 5) => Some(Kind::Float),
            _ => None,
        }
    }
}

/// The columns: the nodes right below the first.
fn top(elements: &[Element]) -> Vec<&Element> {
    let mut columns = Vec::new();
    let Some(root) = elements.first() else { return columns };
    let mut at = 1;
    while columns.len() < root.children && at < elements.len() {
        columns.push(&elements[at]);
        // A node stands before all that are below it.
        let mut below = 1_usize;
        while below > 0 && at < elements.len() {
            below = below - 1 + elements[at].children;
            at += 1;
        }
    }
    columns
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn take(&mut self, length: usize) -> Option<&[u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn int(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.varint()?).ok()
    }

    /// A field's number and type; none at the end of its structure.
    fn field(&mut self, last: &mut i16) -> Option<Option<(i16, u8)>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        *last = match i16::from(head >> 4) {
            0 => i16::try_from(self.int()?).ok()?,
            more => last.checked_add(more)?,
        };
        Some(Some((*last, head & 0x0f)))
    }

    /// How many of what type a list holds.
    fn list(&mut self) -> Option<(usize, u8)> {
        let head = self.byte()?;
        let count = match usize::from(head >> 4) {
            15 => self.length()?,
            few => few,
        };
        Some((count, head & 0x0f))
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match kind {
            1 | 2 => {}
            3 => drop(self.byte()?),
            4..=6 => drop(self.varint()?),
            7 => drop(self.take(8)?),
            8 => {
                let length = self.length()?;
                self.take(length)?;
            }
            9 | 10 => {
                let (count, kind) = self.list()?;
                // Here a Bool takes a byte of its own.
                let kind = if kind <= 2 { 3 } else { kind };
                for _ in 0..count {
                    self.skip(kind, depth + 1)?;
                }
            }
            11 => {
                let count = self.length()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                for _ in 0..count {
                    self.skip(kinds >> 4, depth + 1)?;
                    self.skip(kinds & 0x0f, depth + 1)?;
                }
            }
            12 => {
                let mut last = 0;
                while let Some((_, kind)) = self.field(&mut last)? {
                    self.skip(kind, depth + 1)?;
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn schema(&mut self) -> Option<Vec<Element>> {
        let mut last = 0;
        while let Some((number, kind)) = self.field(&mut last)? {
            if (number, kind) == (2, 9) {
                let (count, _) = self.list()?;
                return (0..count).map(|_| self.element()).collect();
            }
            self.skip(kind, 0)?;
        }
        None
    }

    fn element(&mut self) -> Option<Element> {
        let mut element = Element::default();
        let mut last = 0;
        while let Some((number, kind)) = self.field(&mut last)? {
            match (number, kind) {
                (1, 5) => element.physical = Some(self.int()?),
                (3, 5) => element.repeated = self.int()? == 2,
                (4, 8) => {
                    let length = self.length()?;
                    element.name = SmolStr::new(String::from_utf8_lossy(self.take(length)?));
                }
                (5, 5) => element.children = usize::try_from(self.int()?).ok()?,
                (6, 5) => element.converted = Some(self.int()?),
                (10, 12) => {
                    let mut variant = 0;
                    while let Some((number, kind)) = self.field(&mut variant)? {
                        element.logical = Some(number);
                        self.skip(kind, 0)?;
                    }
                }
                _ => self.skip(kind, 0)?,
            }
        }
        Some(element)
    }
}
