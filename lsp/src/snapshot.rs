//! What the editor sees at one moment: its open files, and what the compiler says of each file together with all that it
//! imports. Made on demand and kept until something that it was made of changes.

mod file;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use standpipe_compiler::{Analysis, World};
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, TextEdit, Uri};

pub use self::file::File;
pub(crate) use self::file::Place;
use crate::Open;
use crate::convert::{Encoding, Lines};
use crate::documents::{Document, Documents, path_of};
use crate::history::History;
use crate::index::{self, Index, Known};
use crate::overlay::{self, Memory, Overlay, tidy};
use crate::reports::Reports;

/// Analyses of files that are not open are kept up to so much text in them, in bytes.
const KEPT: usize = 128 << 10;

/// The open files, and what is known of them and of what they import.
pub struct Snapshot {
    pub documents: Documents,
    pub encoding: Encoding,
    /// The editor's folders.
    pub folders: Vec<PathBuf>,
    /// The editor can open files of the standard library by asking for their text.
    pub library: bool,
    pub(crate) history: Rc<dyn History>,
    /// What the folders hold on disk.
    pub index: Rc<RefCell<Index>>,
    open: Open,
    memory: Rc<Memory>,
    /// How files are looked at.
    look: fn(&dyn World, &str) -> Analysis,
    /// See [`Overlay::held`].
    held: Rc<HashMap<PathBuf, Arc<str>>>,
    files: RefCell<BTreeMap<PathBuf, Rc<File>>>,
    /// What was reported of files, for editors that ask.
    pub reports: RefCell<Reports>,
    /// Set once nobody waits any more for what is being answered.
    withdrawn: RefCell<Arc<AtomicBool>>,
}

impl Snapshot {
    pub fn new(open: Open, history: Box<dyn History>) -> Self {
        Self {
            documents: Documents::default(),
            encoding: Encoding::default(),
            folders: Vec::new(),
            library: false,
            history: history.into(),
            index: Rc::default(),
            open,
            memory: Rc::default(),
            look: standpipe_compiler::analyse,
            held: Rc::default(),
            files: RefCell::default(),
            reports: RefCell::default(),
            withdrawn: RefCell::default(),
        }
    }

    /// The same with other text in one file; this snapshot stays what it is.
    pub(crate) fn with_text(&self, path: &Path, text: String) -> Self {
        let mut documents = self.documents.clone();
        if let Some(uri) = Uri::from_file_path(path) {
            documents.insert(Document::new(uri, 0, text));
        }
        Self {
            documents,
            encoding: self.encoding,
            folders: self.folders.clone(),
            library: self.library,
            history: Rc::clone(&self.history),
            index: Rc::clone(&self.index),
            open: Arc::clone(&self.open),
            memory: Rc::clone(&self.memory),
            look: self.look,
            held: Rc::clone(&self.held),
            files: RefCell::default(),
            reports: RefCell::default(),
            withdrawn: self.withdrawn.clone(),
        }
    }

    /// The same, in which nobody asks what is wrong, only what names mean, and all that `file` imports is as it was when
    /// that was looked at.
    pub(crate) fn meanings(self, file: &File) -> Self {
        Self { look: standpipe_compiler::meanings, held: Rc::new(file.imported()), ..self }
    }

    /// The same after `edits`.
    pub(crate) fn with_edits(&self, edits: &HashMap<Uri, Vec<TextEdit>>) -> Self {
        let mut edits: Vec<_> = edits.iter().collect();
        edits.sort_by_key(|(uri, _)| uri.to_string());
        let mut out = self.with_text(Path::new(""), String::new());
        for (uri, edits) in edits {
            let Some(path) = path_of(uri) else { continue };
            let text = self.text(&path).unwrap_or_default();
            out.documents.insert(Document::new(uri.clone(), 0, apply(&text, edits, self.encoding)));
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
        match path.filter(|_| same) {
            Some(path) => drop(self.files.get_mut().remove(path)),
            None => self.forget_all(),
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
        self.reports.get_mut().edited(path.clone());
        let mut stale: BTreeSet<PathBuf> = BTreeSet::from([path.clone()]);
        self.files.get_mut().retain(|of, file| {
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
        self.reports.get_mut().forget();
    }

    /// What is answered from now on is for nobody once `withdrawn` is set.
    pub fn asked(&self, withdrawn: Arc<AtomicBool>) {
        *self.withdrawn.borrow_mut() = withdrawn;
    }

    /// Whether nobody waits any more for what is being answered: what takes long may be left undone.
    pub(crate) fn is_withdrawn(&self) -> bool {
        self.withdrawn.borrow().load(Ordering::Relaxed)
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

    /// The root of the project that the file at `path` belongs to.
    pub(crate) fn root_of(&self, path: &Path) -> PathBuf {
        (self.open)(path).0
    }

    fn world<'a>(&'a self, root: &'a Path, disk: Box<dyn World>) -> Overlay<'a> {
        Overlay {
            root,
            folders: &self.folders,
            disk,
            documents: &self.documents,
            memory: &self.memory,
            held: &self.held,
        }
    }

    /// Asks the project of `path` for something.
    pub(crate) fn in_world<T>(&self, path: &Path, ask: impl FnOnce(&dyn World, &str) -> T) -> T {
        let (root, disk) = (self.open)(path);
        ask(&self.world(&root, disk), &overlay::name(&root, path))
    }

    /// The file at that address, analysed.
    pub fn file(&self, uri: &Uri) -> Option<Rc<File>> {
        self.file_at(&path_of(uri)?)
    }

    pub fn file_at(&self, path: &Path) -> Option<Rc<File>> {
        if let Some(file) = self.files.borrow().get(path) {
            return Some(Rc::clone(file));
        }
        let uri = match self.documents.get(path) {
            Some(document) => document.uri.clone(),
            None => Uri::from_file_path(path)?,
        };
        let (root, disk) = (self.open)(path);
        let analysis = (self.look)(&self.world(&root, disk), &overlay::name(&root, path));
        let sources = analysis.sources();
        let file = Rc::new(File {
            uri,
            path: path.to_owned(),
            paths: sources.iter().map(|source| tidy(&root.join(source.name.as_str()))).collect(),
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

    /// Every `.pipe` file that the editor shows or has open, in order, with what it declares.
    pub fn known(&self) -> Vec<Known> {
        self.index.borrow().over(self.documents.entries())
    }

    /// The files that may mean `word` as it is declared in the file at `place`: they have the word, and import that file
    /// or are it. Analysed, `first` first.
    pub(crate) fn files_with(&self, word: &str, first: &Rc<File>, place: &Place) -> Vec<Rc<File>> {
        let known = self.known();
        let (declared, own) = match place {
            Place::Library => (PathBuf::from(index::LIBRARY), None),
            Place::File(path) => (path.clone(), Some(path)),
        };
        let having: BTreeSet<&Path> =
            known.iter().filter(|(_, entry)| entry.has(word)).map(|(path, _)| &**path).collect();
        let importing = index::importers(&known, &declared).into_iter().map(|path| &**path);
        let paths: BTreeSet<&Path> =
            importing.filter(|path| having.contains(path)).chain(own.map(PathBuf::as_path)).collect();
        let mut files = vec![Rc::clone(first)];
        for path in paths.into_iter().filter(|path| **path != first.path) {
            if self.is_withdrawn() {
                break;
            }
            files.extend(self.file_at(path));
        }
        files
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
