//! The one thread that owns the snapshot and answers from it. Knows nothing of how messages travel.
//!
//! Handlers only send; because they send before they wait for anything, edits and questions are answered in the order
//! in which the editor made them. A burst of edits is analysed once, after its last; what the editor has not open is
//! looked at file by file, whenever there is nothing else to do.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tower_lsp::ls_types::{Diagnostic, PublishDiagnosticsParams, TextDocumentContentChangeEvent, Uri};

use crate::Open;
use crate::convert::Encoding;
use crate::documents::{Document, path_of};
use crate::history::History;
use crate::ide::{diagnostics_of, elsewhere};
use crate::index::importers;
use crate::snapshot::Snapshot;
use crate::survey::Finding;
use crate::workspace;

/// So long nothing must happen before files that are not open are looked at.
const REST: Duration = Duration::from_millis(200);
/// How often it is looked whether something ran meanwhile.
const RUNS: Duration = Duration::from_secs(2);

/// A question and where its answer goes; it must not panic.
pub(crate) type Question = Box<dyn FnOnce(&Snapshot) + Send>;

/// What the editor agreed on when it started.
pub struct Session {
    pub encoding: Encoding,
    pub folders: Vec<PathBuf>,
    /// Diagnostics are sent without being asked for.
    pub push: bool,
    /// The editor can open what lies in no folder.
    pub library: bool,
    /// The editor asks for lenses again when it is told that they are others.
    pub refresh: bool,
}

/// What the editor did or asks, and what the survey of its folders found.
pub enum Message {
    Started(Session),
    Folders {
        added: Vec<PathBuf>,
        removed: Vec<PathBuf>,
    },
    Opened(Document),
    Changed {
        uri: Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    },
    Closed(Uri),
    /// Something on disk may be different now.
    Saved,
    /// A survey was asked for.
    Awaited,
    Survey(Finding),
    Ask(Question),
}

/// What is told without having been asked for.
#[derive(Debug)]
pub enum Said {
    Found(PublishDiagnosticsParams),
    /// Something that a person should know.
    Warning(String),
    /// Something ran: what lenses say of it is another.
    Ran,
}

/// Where the thread tells things.
pub struct Ears {
    pub publish: mpsc::UnboundedSender<Said>,
    /// Rises whenever texts are others, and when everything that was asked to be surveyed is.
    pub news: watch::Sender<u64>,
}

/// Runs until the senders are gone.
pub fn run(messages: &Receiver<Message>, ears: &Ears, open: Open, history: Box<dyn History>) {
    let mut desk = Desk {
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
    };
    loop {
        let message = match desk.patience() {
            Some(time) => messages.recv_timeout(time),
            None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match message {
            Ok(message) => desk.take(message),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                desk.look_at_runs();
                desk.follow_edits();
                while let Some(path) = desk.resting.next() {
                    desk.look_at_closed(&path);
                    match messages.try_recv() {
                        Ok(message) => {
                            desk.take(message);
                            break;
                        }
                        Err(TryRecvError::Empty) => {}
                        Err(TryRecvError::Disconnected) => return,
                    }
                }
            }
        }
        // All that has arrived comes before what takes time.
        loop {
            match messages.try_recv() {
                Ok(message) => desk.take(message),
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => match desk.stale.pop_first() {
                    Some(path) => desk.look_at_open(&path),
                    None => break,
                },
            }
        }
    }
}

/// Files that are not open and wait to be looked at, each once.
#[derive(Default)]
struct Resting {
    queue: VecDeque<Arc<Path>>,
    there: HashSet<Arc<Path>>,
}

impl Resting {
    fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    fn next(&mut self) -> Option<Arc<Path>> {
        let path = self.queue.pop_front()?;
        self.there.remove(&path);
        Some(path)
    }

    fn add(&mut self, paths: impl IntoIterator<Item = Arc<Path>>) {
        for path in paths {
            if self.there.insert(Arc::clone(&path)) {
                self.queue.push_back(path);
            }
        }
    }
}

struct Desk<'a> {
    snapshot: Snapshot,
    ears: &'a Ears,
    push: bool,
    /// Open files whose diagnostics may be different now.
    stale: BTreeSet<PathBuf>,
    resting: Resting,
    /// Files whose text is another: what imports them and is not open has to be looked at when there is time.
    edited: BTreeSet<PathBuf>,
    /// Files that are not open and have marks in the editor, or had; and what was said last.
    marked: BTreeMap<PathBuf, Vec<Diagnostic>>,
    /// What files say of files of other languages that they name, by the address of those.
    elsewhere: BTreeMap<PathBuf, BTreeMap<String, Vec<Diagnostic>>>,
    /// What is on record of runs, by the root of each project that has an open file; where the editor wants to know.
    runs: Option<BTreeMap<PathBuf, u64>>,
    /// The editor was told that the folders hold more than is looked at.
    warned: bool,
}

impl Desk<'_> {
    /// Takes a message in.
    fn take(&mut self, message: Message) {
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
    fn patience(&self) -> Option<Duration> {
        let rests = !self.resting.is_empty() || !self.edited.is_empty();
        let follows = self.runs.is_some() && self.snapshot.documents.iter().next().is_some();
        match (rests, follows) {
            (true, _) => Some(REST),
            (false, true) => Some(RUNS),
            (false, false) => None,
        }
    }

    /// Tells when something ran in a project that has an open file.
    fn look_at_runs(&mut self) {
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
    fn follow_edits(&mut self) {
        if self.edited.is_empty() {
            return;
        }
        let known = self.snapshot.known();
        for path in std::mem::take(&mut self.edited) {
            self.rest(importers(&known, &path).into_iter().cloned());
        }
    }

    fn look_at_open(&mut self, path: &Path) {
        let Some(document) = self.snapshot.documents.get(path).filter(|_| self.push) else { return };
        let (uri, version) = (document.uri.clone(), document.version);
        let Some(found) = guarded(|| {
            let file = self.snapshot.file_at(path)?;
            Some((diagnostics_of(&file, self.snapshot.library), elsewhere(&file, self.snapshot.library)))
        }) else {
            return;
        };
        let (found, others) = found;
        self.marked.remove(path);
        self.say_of_others(path, others);
        self.say(PublishDiagnosticsParams::new(uri, found, Some(version)));
    }

    fn news(&self) {
        self.ears.news.send_modify(|times| *times += 1);
    }

    fn say(&self, found: PublishDiagnosticsParams) {
        // Nobody listens any more when this fails.
        let _ = self.ears.publish.send(Said::Found(found));
    }

    /// Sends what is wrong in files of other languages, where `path` says something else of them now.
    fn say_of_others(&mut self, path: &Path, new: BTreeMap<String, Vec<Diagnostic>>) {
        let old = self.elsewhere.remove(path).unwrap_or_default();
        let uris: BTreeSet<String> =
            old.keys().chain(new.keys()).filter(|uri| old.get(*uri) != new.get(*uri)).cloned().collect();
        if !new.is_empty() {
            self.elsewhere.insert(path.to_owned(), new);
        }
        for text in uris {
            // Several files may name one; what all of them say of it is said once.
            let mut found: Vec<Diagnostic> = Vec::new();
            for one in self.elsewhere.values().filter_map(|others| others.get(&text)).flatten() {
                if !found.contains(one) {
                    found.push(one.clone());
                }
            }
            if let Ok(uri) = text.parse::<Uri>() {
                self.say(PublishDiagnosticsParams::new(uri, found, None));
            }
        }
    }

    fn look_at_closed(&mut self, path: &Path) {
        if self.snapshot.documents.get(path).is_some() {
            return;
        }
        let Some((found, others)) = guarded(|| {
            let file = self.snapshot.file_at(path)?;
            Some((diagnostics_of(&file, self.snapshot.library), elsewhere(&file, self.snapshot.library)))
        }) else {
            return;
        };
        self.say_of_others(path, others);
        let Some(uri) = Uri::from_file_path(path) else { return };
        let said = self.marked.get(path).map_or(&[] as &[Diagnostic], Vec::as_slice);
        if said != found {
            self.marked.insert(path.to_owned(), found.clone());
            self.say(PublishDiagnosticsParams::new(uri, found, None));
        }
    }
}

/// What `work` gives, or none when it panics: one bad file must not cost the others their help.
pub fn guarded<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok().flatten()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use standpipe_compiler::{MemoryWorld, World};

    use super::*;

    #[test]
    fn a_question_that_panics_leaves_the_thread_alive() {
        let (sender, messages) = channel();
        let (publish, mut findings) = mpsc::unbounded_channel();
        let open: Open = Arc::new(|_| ("/w".into(), Box::new(MemoryWorld::new()) as Box<dyn World>));
        let ears = Ears { publish, news: watch::Sender::new(0) };
        let thread = std::thread::spawn(move || run(&messages, &ears, open, Box::new(())));
        sender.send(Message::Ask(Box::new(|_| assert!(guarded::<()>(|| panic!("on purpose")).is_none())))).unwrap();
        let uri: Uri = "file:///w/a.pipe".parse().unwrap();
        sender.send(Message::Opened(Document::new(uri, 1, "pipe".into()))).unwrap();
        assert!(matches!(findings.blocking_recv().unwrap(), Said::Found(found) if found.diagnostics.len() == 1));
        drop(sender);
        thread.join().unwrap();
    }
}
