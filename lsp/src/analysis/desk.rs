//! What the editor did, taken in: the snapshot that follows from it, and what has to be looked at again because of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tower_lsp::ls_types::{Diagnostic, PublishDiagnosticsParams, Uri};

use super::resting::Resting;
use super::{Ears, Message, Said};
use crate::Open;
use crate::documents::path_of;
use crate::history::History;
use crate::index::importers;
use crate::snapshot::Snapshot;
use crate::survey::Finding;
use crate::workspace;

/// So long nothing must happen before files that are not open are looked at.
const REST: Duration = Duration::from_millis(200);
/// How often it is looked whether something ran meanwhile.
const RUNS: Duration = Duration::from_secs(2);

pub(super) struct Desk<'a> {
    pub(super) snapshot: Snapshot,
    pub(super) ears: &'a Ears,
    pub(super) push: bool,
    /// Open files whose diagnostics may be different now.
    pub(super) stale: BTreeSet<PathBuf>,
    pub(super) resting: Resting,
    /// Files whose text is another: what imports them and is not open has to be looked at when there is time.
    pub(super) edited: BTreeSet<PathBuf>,
    /// Files that are not open and have marks in the editor, or had; and what was said last.
    pub(super) marked: BTreeMap<PathBuf, Vec<Diagnostic>>,
    /// What files say of files of other languages that they name, by the address of those.
    pub(super) elsewhere: BTreeMap<PathBuf, BTreeMap<String, Vec<Diagnostic>>>,
    /// What is on record of runs, by the root of each project that has an open file; where the editor wants to know.
    runs: Option<BTreeMap<PathBuf, u64>>,
    /// The editor was told that the folders hold more than is looked at.
    warned: bool,
}

impl<'a> Desk<'a> {
    /// Nothing is open yet.
    pub(super) fn new(ears: &'a Ears, open: Open, history: Box<dyn History>) -> Self {
        Self {
            snapshot: Snapshot::new(open, history),
            ears,
            push: true,
            stale: BTreeSet::new(),
            resting: Resting::default(),
            edited: BTreeSet::new(),
            marked: BTreeMap::new(),
            elsewhere: BTreeMap::new(),
            runs: None,
            warned: false,
        }
    }

    /// Takes a message in.
    pub(super) fn take(&mut self, message: Message) {
        match message {
            Message::Started(session) => {
                self.snapshot.encoding = session.encoding;
                self.snapshot.folders = session.folders;
                self.snapshot.library = session.library;
                self.push = session.push;
                self.runs = session.refresh.then(BTreeMap::new);
                self.everything();
            }
            Message::Folders { added, removed } => {
                self.snapshot.folders.retain(|folder| !removed.contains(folder));
                self.snapshot.folders.extend(added);
                self.everything();
            }
            Message::Opened(document) => {
                let path = path_of(&document.uri);
                if self.snapshot.opened(document) {
                    self.everything();
                }
                self.stale.extend(path);
            }
            Message::Changed { uri, version, changes } => {
                let stale = self.snapshot.changed(&uri, version, changes);
                self.stale.extend(stale.into_iter().filter(|path| self.snapshot.documents.get(path).is_some()));
                self.news();
                self.edited.extend(path_of(&uri).filter(|_| self.looks_at_closed()));
            }
            Message::Closed(uri) => {
                let others = self.snapshot.closed(&uri);
                if self.push {
                    self.say(PublishDiagnosticsParams::new(uri.clone(), Vec::new(), None));
                }
                if others {
                    self.everything();
                } else if let Some(path) = path_of(&uri).filter(|path| self.snapshot.index.borrow().has(path)) {
                    // What was said of it was just taken back.
                    self.marked.remove(&path);
                    self.rest([Arc::from(path)]);
                }
            }
            Message::Saved => {
                self.snapshot.forget_all();
                self.everything();
            }
            Message::Awaited => self.snapshot.index.borrow_mut().awaited += 1,
            Message::Survey(finding) => self.learn(finding),
            Message::Ask(question) => question(&self.snapshot),
        }
    }

    /// How long messages are waited for before there is something else to do; none when there is nothing.
    pub(super) fn patience(&self) -> Option<Duration> {
        let rests = !self.resting.is_empty() || !self.edited.is_empty();
        let follows = self.runs.is_some() && self.snapshot.documents.iter().next().is_some();
        match (rests, follows) {
            (true, _) => Some(REST),
            (false, true) => Some(RUNS),
            (false, false) => None,
        }
    }

    /// Tells when something ran in a project that has an open file.
    pub(super) fn look_at_runs(&mut self) {
        let Some(known) = &mut self.runs else { return };
        let roots: BTreeSet<PathBuf> =
            self.snapshot.documents.iter().map(|(path, _)| self.snapshot.root_of(path)).collect();
        let now: BTreeMap<PathBuf, u64> =
            roots.into_iter().map(|root| (root.clone(), self.snapshot.history.stamp(&root))).collect();
        let ran = now.iter().any(|(root, stamp)| known.get(root).is_some_and(|known| known != stamp));
        *known = now;
        if ran {
            let _ = self.ears.publish.send(Said::Ran);
        }
    }

    /// Takes in what the survey found.
    fn learn(&mut self, finding: Finding) {
        let mut index = self.snapshot.index.borrow_mut();
        match finding {
            Finding::Files { paths, cut } => {
                if !self.warned && (cut || paths.len() > workspace::CHECKED) {
                    self.warned = true;
                    let _ = self.ears.publish.send(Said::Warning(workspace::too_many(cut)));
                }
                index.found(paths);
            }
            Finding::Read(files) => index.read(files),
            Finding::Done(tasks) => {
                index.awaited = index.awaited.saturating_sub(tasks);
                if index.awaited == 0 {
                    drop(index);
                    self.news();
                    self.rest_all();
                }
            }
        }
    }

    /// Files that are not open are looked at without being asked for.
    fn looks_at_closed(&self) -> bool {
        self.push && !self.snapshot.folders.is_empty()
    }

    /// Everything has to be looked at again; what is not open, once it is known what there is.
    fn everything(&mut self) {
        self.stale.extend(self.snapshot.documents.iter().map(|(path, _)| path.clone()));
        self.news();
        if self.snapshot.index.borrow().awaited == 0 {
            self.rest_all();
        }
    }

    fn rest_all(&mut self) {
        self.resting = Resting::default();
        let is_gone =
            |path: &PathBuf| !self.snapshot.index.borrow().has(path) && self.snapshot.documents.get(path).is_none();
        let gone: Vec<PathBuf> =
            self.marked.keys().chain(self.elsewhere.keys()).filter(|path| is_gone(path)).cloned().collect();
        for path in gone {
            self.say_of_others(&path, BTreeMap::new());
            if let (Some(_), Some(uri)) = (self.marked.remove(&path), Uri::from_file_path(&path)) {
                self.say(PublishDiagnosticsParams::new(uri, Vec::new(), None));
            }
        }
        let paths: Vec<Arc<Path>> = self.snapshot.index.borrow().paths().take(workspace::CHECKED).cloned().collect();
        self.rest(paths);
    }

    fn rest(&mut self, paths: impl IntoIterator<Item = Arc<Path>>) {
        if self.looks_at_closed() {
            self.resting.add(paths.into_iter().filter(|path| self.snapshot.documents.get(path).is_none()));
        }
    }

    /// What imports a file that was edited has to be looked at again.
    pub(super) fn follow_edits(&mut self) {
        if self.edited.is_empty() {
            return;
        }
        let known = self.snapshot.known();
        for path in std::mem::take(&mut self.edited) {
            self.rest(importers(&known, &path).into_iter().cloned());
        }
    }

    fn news(&self) {
        self.ears.news.send_modify(|times| *times += 1);
    }
}
