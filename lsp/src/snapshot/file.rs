//! A file as it was looked at, with all that it imports: its text by place, its names, and where they are declared.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use standpipe_compiler::Analysis;
use standpipe_compiler::query::{self, Occurrence, Symbol};
use standpipe_compiler::types::Type;
use standpipe_syntax::ast::{Expr, Tree};
use standpipe_syntax::{FileId, Source, Span};
use tower_lsp::ls_types::{Location, Position, Range, Uri};

use crate::convert::{Encoding, Lines};
use crate::planned::Planned;

/// The scheme of files of the standard library, for editors that ask for their text.
const LIBRARY: &str = "standpipe";

/// A file, with all that it imports: number 0 of its analysis.
pub struct File {
    pub(crate) uri: Uri,
    pub(crate) path: PathBuf,
    pub(crate) root: PathBuf,
    pub version: Option<i32>,
    pub(crate) analysis: Analysis,
    pub encoding: Encoding,
    pub(super) library: bool,
    pub(super) sources: Vec<Source>,
    /// Where each of them lies; those of the standard library lie nowhere.
    pub(super) paths: Vec<PathBuf>,
    pub(super) lines: Vec<OnceCell<Lines>>,
    pub(super) occurrences: OnceCell<Vec<Occurrence>>,
    /// See [`crate::planned::plans`].
    pub(crate) plans: OnceCell<Vec<Planned>>,
}

/// A declaration, the same in whatever analysis it is met.
pub(crate) type Key = (PathBuf, u32);

/// Where something is declared.
pub(crate) enum Place {
    Library,
    File(PathBuf),
}

impl File {
    /// The file itself, without what it imports.
    pub(crate) fn source(&self) -> &Source {
        &self.sources[0]
    }

    pub(crate) fn sources(&self) -> &[Source] {
        &self.sources
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.analysis.checked.resolved.files[0].tree
    }

    pub(crate) fn text(&self, span: Span) -> &str {
        self.sources.get(span.file.0 as usize).map_or("", |source| source.slice(span))
    }

    fn lines(&self, file: FileId) -> Option<(&Lines, &str)> {
        let source = self.sources.get(file.0 as usize)?;
        Some((self.lines.get(file.0 as usize)?.get_or_init(|| Lines::of(&source.text)), &source.text))
    }

    pub(crate) fn offset(&self, position: Position) -> u32 {
        self.lines(FileId(0)).map_or(0, |(lines, text)| lines.offset(text, position, self.encoding))
    }

    pub(crate) fn position(&self, at: u32) -> Position {
        self.lines(FileId(0)).map_or_else(Position::default, |(lines, text)| lines.position(text, at, self.encoding))
    }

    /// The range of a span of any file of the analysis.
    pub(crate) fn range(&self, span: Span) -> Range {
        let place = |at| self.lines(span.file).map(|(lines, text)| lines.position(text, at, self.encoding));
        let start = place(span.start).unwrap_or_default();
        Range::new(start, place(span.end.max(span.start)).unwrap_or_default())
    }

    pub(crate) fn span(&self, range: Range) -> Span {
        let start = self.offset(range.start);
        Span { file: FileId(0), start, end: self.offset(range.end).max(start) }
    }

    /// Where the editor can open a file of the analysis.
    pub(crate) fn uri_of(&self, file: FileId) -> Option<Uri> {
        if file.0 == 0 {
            return Some(self.uri.clone());
        }
        let source = self.sources.get(file.0 as usize)?;
        let path = self.paths.get(file.0 as usize)?;
        let is_std = self.analysis.checked.resolved.files.get(file.0 as usize).is_some_and(|file| file.std);
        match is_std {
            true if self.library => format!("{LIBRARY}:/{}.pipe", source.name).parse().ok(),
            true => None,
            false => Uri::from_file_path(path),
        }
    }

    /// The files of a folder that is imported as one module; none of a file.
    pub(crate) fn parts(&self, module: FileId) -> &[FileId] {
        self.analysis.checked.resolved.files.get(module.0 as usize).map_or(&[], |file| &file.parts)
    }

    pub(crate) fn location(&self, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri_of(span.file)?, range: self.range(span) })
    }

    /// Every name in the file, in order of place.
    pub(crate) fn occurrences(&self) -> &[Occurrence] {
        self.occurrences.get_or_init(|| query::occurrences(&self.analysis, FileId(0)))
    }

    /// The names at byte `at`, or that end there.
    pub(crate) fn names_at(&self, at: u32) -> Vec<&Occurrence> {
        let found: Vec<&Occurrence> =
            self.occurrences().iter().filter(|found| found.span.start <= at && at <= found.span.end).collect();
        let latest = found.iter().map(|found| found.span.start).max();
        found.into_iter().filter(|found| Some(found.span.start) == latest).collect()
    }

    pub(crate) fn declared_at(&self, symbol: &Symbol) -> Option<Span> {
        query::declared_at(&self.analysis.checked, symbol)
    }

    /// What tells a declaration from all others, in all analyses.
    pub(crate) fn key(&self, symbol: &Symbol) -> Option<Key> {
        let span = self.declared_at(symbol)?;
        Some((self.path_of(span.file)?.to_owned(), span.start))
    }

    /// The file that a declaration stands in.
    pub(crate) fn place_of(&self, declared: Span) -> Option<Place> {
        let file = self.analysis.checked.resolved.files.get(declared.file.0 as usize);
        Some(match file.is_some_and(|file| file.std) {
            true => Place::Library,
            false => Place::File(self.path_of(declared.file)?.to_owned()),
        })
    }

    /// Where a file of the analysis lies.
    fn path_of(&self, file: FileId) -> Option<&Path> {
        if file.0 == 0 { Some(&self.path) } else { self.paths.get(file.0 as usize).map(PathBuf::as_path) }
    }

    pub(crate) fn type_of(&self, expr: &Expr) -> Option<&Type> {
        self.analysis.checked.types.first()?.get(expr.id.0 as usize).filter(|ty| **ty != Type::Error)
    }

    /// The texts of the files that it imports, by where they lie; those of the standard library lie nowhere.
    pub(super) fn imported(&self) -> HashMap<PathBuf, Arc<str>> {
        let files = self.analysis.checked.resolved.files.iter().zip(&self.paths).skip(1);
        let lie = files.filter(|(file, _)| !file.std && file.parts.is_empty());
        lie.map(|(file, path)| (path.clone(), Arc::clone(&file.source.text))).collect()
    }

    /// The text that it was made of, in bytes.
    pub(super) fn size(&self) -> usize {
        self.sources.iter().map(|source| source.text.len()).sum()
    }

    pub(super) fn depends_on(&self, path: &Path) -> bool {
        self.path == path || self.paths.iter().any(|own| own == path)
    }

    /// The text of the line that holds byte `at`, up to there.
    pub(crate) fn line_before(&self, at: u32) -> &str {
        let text = &self.source().text;
        let before = text.get(..at as usize).unwrap_or(text);
        &before[before.rfind('\n').map_or(0, |end| end + 1)..]
    }
}
