//! What the editor sees at one moment: its open files, and what the compiler says of each file together with all that it
//! imports. Made on demand and kept until something that it was made of changes.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use smol_str::SmolStr;
use standpipe_compiler::query::{self, Occurrence, Symbol};
use standpipe_compiler::types::Type;
use standpipe_compiler::{Analysis, World};
use standpipe_syntax::ast::{Expr, Tree};
use standpipe_syntax::{FileId, Source, Span};
use tower_lsp::ls_types::{Location, Position, Range, TextDocumentContentChangeEvent, TextEdit, Uri};

use crate::Open;
use crate::convert::{Encoding, Lines};
use crate::documents::{Document, Documents, path_of};
use crate::history::History;
use crate::ide;
use crate::overlay::{self, Memory, Overlay};
use crate::planned::Planned;
use crate::workspace::{self, Found};

/// Analyses of files that are not open are kept up to so much text in them, in bytes.
const KEPT: usize = 128 << 10;

/// The scheme of files of the standard library, for editors that ask for their text.
const LIBRARY: &str = "standpipe";

/// Length and time of a file.
type Stamp = (u64, SystemTime);

/// A file as it was, and the names in it that can be called.
type Callables = (Stamp, Rc<[SmolStr]>);

/// The open files, and what is known of them and of what they import.
pub(crate) struct Snapshot {
    pub(crate) documents: Documents,
    pub(crate) encoding: Encoding,
    /// The editor's folders.
    pub(crate) folders: Vec<PathBuf>,
    /// The editor can open files of the standard library by asking for their text.
    pub(crate) library: bool,
    pub(crate) history: Rc<dyn History>,
    open: Rc<Open>,
    memory: Rc<Memory>,
    files: RefCell<BTreeMap<PathBuf, Rc<File>>>,
    /// What can be called in files that are not open, while they are as they were.
    callables: Rc<RefCell<HashMap<PathBuf, Callables>>>,
    /// What the folders hold on disk, and that with the open files.
    disk: RefCell<Option<Rc<Found>>>,
    found: RefCell<Option<Rc<Vec<PathBuf>>>>,
}

/// A file, with all that it imports: number 0 of its analysis.
pub(crate) struct File {
    pub(crate) uri: Uri,
    pub(crate) path: PathBuf,
    pub(crate) root: PathBuf,
    pub(crate) version: Option<i32>,
    pub(crate) analysis: Analysis,
    pub(crate) encoding: Encoding,
    library: bool,
    sources: Vec<Source>,
    lines: Vec<OnceCell<Lines>>,
    occurrences: OnceCell<Vec<Occurrence>>,
    /// See [`crate::planned::plans`].
    pub(crate) plans: OnceCell<Vec<Planned>>,
}

/// A declaration, the same in whatever analysis it is met.
pub(crate) type Key = (PathBuf, u32);

impl Snapshot {
    pub(crate) fn new(open: Open, history: Box<dyn History>) -> Self {
        Self {
            documents: Documents::default(),
            encoding: Encoding::default(),
            folders: Vec::new(),
            library: false,
            history: history.into(),
            open: Rc::new(open),
            memory: Rc::default(),
            files: RefCell::default(),
            callables: Rc::default(),
            disk: RefCell::default(),
            found: RefCell::default(),
        }
    }

    /// The same with other text in one file; this snapshot stays what it is.
    pub(crate) fn with_text(&self, path: &Path, text: String) -> Self {
        let mut documents = self.documents.clone();
        if let Some(uri) = Uri::from_file_path(path) {
            documents.insert(Document { uri, version: 0, text });
        }
        Self {
            documents,
            encoding: self.encoding,
            folders: self.folders.clone(),
            library: self.library,
            history: Rc::clone(&self.history),
            open: Rc::clone(&self.open),
            memory: Rc::clone(&self.memory),
            files: RefCell::default(),
            callables: Rc::clone(&self.callables),
            disk: RefCell::new(self.disk.borrow().clone()),
            found: RefCell::new(self.found.borrow().clone()),
        }
    }

    /// The same after `edits`.
    pub(crate) fn with_edits(&self, edits: &HashMap<Uri, Vec<TextEdit>>) -> Self {
        let mut edits: Vec<_> = edits.iter().collect();
        edits.sort_by_key(|(uri, _)| uri.to_string());
        let mut out = self.with_text(Path::new(""), String::new());
        for (uri, edits) in edits {
            let Some(path) = path_of(uri) else { continue };
            let text = self.text(&path).unwrap_or_default();
            out.documents.insert(Document { uri: uri.clone(), version: 0, text: apply(&text, edits, self.encoding) });
        }
        out
    }

    /// Takes in that a file was opened; the answer is whether other files may mean something else now.
    pub(crate) fn opened(&mut self, document: Document) -> bool {
        let path = path_of(&document.uri);
        let same = path.as_ref().is_some_and(|path| self.text(path).as_deref() == Some(&*document.text));
        self.documents.insert(document);
        self.after_exchange(path.as_deref(), same)
    }

    /// The same of a file that was closed.
    pub(crate) fn closed(&mut self, uri: &Uri) -> bool {
        let path = path_of(uri);
        let before = path.as_ref().and_then(|path| self.text(path));
        self.documents.remove(uri);
        let same = path.as_ref().is_some_and(|path| self.text(path) == before);
        self.after_exchange(path.as_deref(), same)
    }

    /// A file's text comes from elsewhere now, and is the same or not.
    fn after_exchange(&mut self, path: Option<&Path>, same: bool) -> bool {
        *self.found.get_mut() = None;
        match path.filter(|_| same) {
            Some(path) => drop(self.files.get_mut().remove(path)),
            None => self.files.get_mut().clear(),
        }
        !same
    }

    /// Applies an edit; the answer is which files have to be looked at again.
    pub(crate) fn changed(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) -> BTreeSet<PathBuf> {
        self.documents.change(uri, version, changes, self.encoding);
        let Some(path) = path_of(uri) else { return BTreeSet::new() };
        let mut stale: BTreeSet<PathBuf> = BTreeSet::from([path.clone()]);
        self.files.borrow_mut().retain(|of, file| {
            let kept = !file.depends_on(&path);
            if !kept {
                stale.insert(of.clone());
            }
            kept
        });
        stale
    }

    /// Files on disk may be different now.
    pub(crate) fn forget_all(&mut self) {
        self.files.get_mut().clear();
        *self.disk.get_mut() = None;
        *self.found.get_mut() = None;
    }

    /// The file's text, unsaved or on disk.
    pub(crate) fn text(&self, path: &Path) -> Option<String> {
        if let Some(text) = self.documents.text(path) {
            return Some(text.to_owned());
        }
        let (root, disk) = (self.open)(path);
        let bytes = self.world(&root, disk).read(&overlay::name(&root, path)).ok()?;
        String::from_utf8(bytes).ok()
    }

    fn world<'a>(&'a self, root: &'a Path, disk: Box<dyn World>) -> Overlay<'a> {
        Overlay { root, folders: &self.folders, disk, documents: &self.documents, memory: &self.memory }
    }

    /// Asks the project of `path` for something.
    pub(crate) fn in_world<T>(&self, path: &Path, ask: impl FnOnce(&dyn World, &str) -> T) -> T {
        let (root, disk) = (self.open)(path);
        ask(&self.world(&root, disk), &overlay::name(&root, path))
    }

    /// The file at that address, analysed.
    pub(crate) fn file(&self, uri: &Uri) -> Option<Rc<File>> {
        self.file_at(&path_of(uri)?)
    }

    pub(crate) fn file_at(&self, path: &Path) -> Option<Rc<File>> {
        if let Some(file) = self.files.borrow().get(path) {
            return Some(Rc::clone(file));
        }
        let uri = match self.documents.get(path) {
            Some(document) => document.uri.clone(),
            None => Uri::from_file_path(path)?,
        };
        let (root, disk) = (self.open)(path);
        let analysis = standpipe_compiler::analyse(&self.world(&root, disk), &overlay::name(&root, path));
        let sources = analysis.sources();
        let file = Rc::new(File {
            uri,
            path: path.to_owned(),
            version: self.documents.get(path).map(|document| document.version),
            root,
            analysis,
            encoding: self.encoding,
            library: self.library,
            lines: sources.iter().map(|_| OnceCell::new()).collect(),
            sources,
            occurrences: OnceCell::new(),
            plans: OnceCell::new(),
        });
        let mut files = self.files.borrow_mut();
        let closed = files.iter().filter(|(path, _)| self.documents.get(path).is_none());
        if closed.map(|(_, file)| file.size()).sum::<usize>() > KEPT {
            files.retain(|path, _| self.documents.get(path).is_some());
        }
        files.insert(path.to_owned(), Rc::clone(&file));
        Some(file)
    }

    /// The names in a file that can be called.
    pub(crate) fn callables(&self, path: &Path) -> Rc<[SmolStr]> {
        let read = || Rc::from(ide::callables(&self.text(path).unwrap_or_default()));
        // Of the file itself, not of what a link leads to.
        let stamp = path.symlink_metadata().ok().and_then(|about| Some((about.len(), about.modified().ok()?)));
        let Some(stamp) = stamp.filter(|_| self.documents.get(path).is_none()) else { return read() };
        if let Some((known, names)) = self.callables.borrow().get(path)
            && *known == stamp
        {
            return Rc::clone(names);
        }
        let names: Rc<[SmolStr]> = read();
        self.callables.borrow_mut().insert(path.to_owned(), (stamp, Rc::clone(&names)));
        names
    }

    fn on_disk(&self) -> Rc<Found> {
        Rc::clone(self.disk.borrow_mut().get_or_insert_with(|| Rc::new(workspace::scan(&self.folders))))
    }

    /// Whether the folders were looked through, and hold more than is looked at.
    pub(crate) fn is_cut(&self) -> bool {
        self.disk.borrow().as_ref().is_some_and(|found| found.cut)
    }

    /// Every `.pipe` file that the editor shows or has open.
    pub(crate) fn all_files(&self) -> Rc<Vec<PathBuf>> {
        if let Some(found) = &*self.found.borrow() {
            return Rc::clone(found);
        }
        let mut paths = self.on_disk().files.clone();
        paths.extend(self.documents.iter().map(|(path, _)| path.clone()));
        paths.sort_unstable();
        paths.dedup();
        let paths = Rc::new(paths);
        *self.found.borrow_mut() = Some(Rc::clone(&paths));
        paths
    }

    /// The files whose text has `word` in it, analysed, this one first.
    pub(crate) fn files_with(&self, word: &str, first: &Rc<File>) -> Vec<Rc<File>> {
        let mut files = vec![Rc::clone(first)];
        let imported = first.sources.iter().skip(1).filter(|source| source.name.ends_with(".pipe"));
        let imported = imported.map(|source| first.root.join(source.name.as_str()));
        let mut paths: BTreeSet<PathBuf> = self.all_files().iter().cloned().chain(imported).collect();
        paths.remove(&first.path);
        for path in paths {
            if self.text(&path).is_some_and(|text| text.contains(word)) {
                files.extend(self.file_at(&path));
            }
        }
        files
    }
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
        let is_std = self.analysis.checked.resolved.files.get(file.0 as usize).is_some_and(|file| file.std);
        match is_std {
            true if self.library => format!("{LIBRARY}:/{}.pipe", source.name).parse().ok(),
            true => None,
            false => Uri::from_file_path(self.root.join(source.name.as_str())),
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
        let source = self.sources.get(span.file.0 as usize)?;
        Some((if span.file.0 == 0 { self.path.clone() } else { self.root.join(source.name.as_str()) }, span.start))
    }

    pub(crate) fn type_of(&self, expr: &Expr) -> Option<&Type> {
        self.analysis.checked.types.first()?.get(expr.id.0 as usize).filter(|ty| **ty != Type::Error)
    }

    /// The text that it was made of, in bytes.
    fn size(&self) -> usize {
        self.sources.iter().map(|source| source.text.len()).sum()
    }

    /// The files that it was made of.
    pub(crate) fn dependencies(&self) -> Vec<PathBuf> {
        self.sources.iter().map(|source| self.root.join(source.name.as_str())).collect()
    }

    fn depends_on(&self, path: &Path) -> bool {
        self.path == path || self.sources.iter().any(|source| self.root.join(source.name.as_str()) == path)
    }

    /// The text of the line that holds byte `at`, up to there.
    pub(crate) fn line_before(&self, at: u32) -> &str {
        let text = &self.source().text;
        let before = text.get(..at as usize).unwrap_or(text);
        &before[before.rfind('\n').map_or(0, |end| end + 1)..]
    }
}

/// `text` after `edits`, which do not overlap.
pub(crate) fn apply(text: &str, edits: &[TextEdit], encoding: Encoding) -> String {
    let lines = Lines::of(text);
    let place = |position| lines.offset(text, position, encoding) as usize;
    let mut edits: Vec<_> =
        edits.iter().map(|edit| (place(edit.range.start), place(edit.range.end), edit.new_text.as_str())).collect();
    edits.sort_by_key(|(start, end, _)| (*start, *end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end, new) in edits {
        out.push_str(text.get(at..start).unwrap_or_default());
        out.push_str(new);
        at = end.max(at);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}
