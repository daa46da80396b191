//! The one thread that owns the snapshot and answers from it. Knows nothing of how messages travel.
//!
//! Handlers only send; because they send before they wait for anything, edits and questions are answered in the order
//! in which the editor made them. A burst of edits is analysed once, after its last; what the editor has not open is
//! looked at file by file, whenever there is nothing else to do.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use tokio::sync::mpsc;
use tower_lsp::ls_types::{Diagnostic, PublishDiagnosticsParams, TextDocumentContentChangeEvent, Uri};

use crate::Open;
use crate::convert::Encoding;
use crate::documents::{Document, path_of};
use crate::history::History;
use crate::ide::{diagnostics_of, elsewhere};
use crate::snapshot::Snapshot;
use crate::workspace;

/// So long nothing must happen before files that are not open are looked at.
const REST: Duration = Duration::from_millis(200);

/// A question and where its answer goes; it must not panic.
pub(crate) type Question = Box<dyn FnOnce(&Snapshot) + Send>;

/// What the editor agreed on when it started.
pub(crate) struct Session {
    pub(crate) encoding: Encoding,
    pub(crate) folders: Vec<PathBuf>,
    /// Diagnostics are sent without being asked for.
    pub(crate) push: bool,
    /// The editor can open what lies in no folder.
    pub(crate) library: bool,
}

/// What the editor did or asks.
pub(crate) enum Message {
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
    Ask(Question),
}

/// What is told without having been asked for.
#[derive(Debug)]
pub(crate) enum Said {
    Found(PublishDiagnosticsParams),
    /// Something that a person should know.
    Warning(String),
}

/// Runs until the senders are gone.
pub(crate) fn run(
    messages: &Receiver<Message>,
    publish: &mpsc::UnboundedSender<Said>,
    open: Open,
    history: Box<dyn History>,
) {
    let mut desk = Desk {
        snapshot: Snapshot::new(open, history),
        publish,
        push: true,
        stale: BTreeSet::new(),
        resting: VecDeque::new(),
        marked: BTreeMap::new(),
        needs: BTreeMap::new(),
        elsewhere: BTreeMap::new(),
        warned: false,
    };
    loop {
        let message = if desk.resting.is_empty() {
            messages.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            messages.recv_timeout(REST)
        };
        match message {
            Ok(message) => desk.take(message),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                while let Some(path) = desk.resting.pop_front() {
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

struct Desk<'a> {
    snapshot: Snapshot,
    publish: &'a mpsc::UnboundedSender<Said>,
    push: bool,
    /// Open files whose diagnostics may be different now.
    stale: BTreeSet<PathBuf>,
    /// Files that are not open and wait to be looked at.
    resting: VecDeque<PathBuf>,
    /// Files that are not open and have marks in the editor, or had; and what was said last.
    marked: BTreeMap<PathBuf, Vec<Diagnostic>>,
    /// What files that are not open were made of when they were looked at.
    needs: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// What files say of files of other languages that they name, by the address of those.
    elsewhere: BTreeMap<PathBuf, BTreeMap<String, Vec<Diagnostic>>>,
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
                let (open, closed): (Vec<_>, Vec<_>) =
                    stale.into_iter().partition(|path| self.snapshot.documents.get(path).is_some());
                self.stale.extend(open);
                self.rest(closed);
                if let Some(path) = path_of(&uri) {
                    let needs = self.needs.iter().filter(|(_, needs)| needs.contains(&path));
                    self.rest(needs.map(|(of, _)| of.clone()).collect());
                }
            }
            Message::Closed(uri) => {
                let others = self.snapshot.closed(&uri);
                if self.push {
                    // Nobody listens any more when this fails.
                    let _ =
                        self.publish.send(Said::Found(PublishDiagnosticsParams::new(uri.clone(), Vec::new(), None)));
                }
                if others {
                    self.everything();
                } else if let Some(path) = path_of(&uri).filter(|path| self.snapshot.all_files().contains(path)) {
                    // What was said of it was just taken back.
                    self.marked.remove(&path);
                    self.rest(vec![path]);
                }
            }
            Message::Saved => {
                self.snapshot.forget_all();
                self.everything();
            }
            Message::Ask(question) => question(&self.snapshot),
        }
        if !self.warned && self.snapshot.is_cut() {
            self.warned = true;
            let _ = self.publish.send(Said::Warning(workspace::too_many()));
        }
    }

    /// Everything has to be looked at again.
    fn everything(&mut self) {
        self.stale.extend(self.snapshot.documents.iter().map(|(path, _)| path.clone()));
        if self.push && !self.snapshot.folders.is_empty() {
            self.resting.clear();
            self.rest(self.snapshot.all_files().to_vec());
        }
    }

    fn rest(&mut self, paths: Vec<PathBuf>) {
        if self.push && !self.snapshot.folders.is_empty() {
            let waiting: BTreeSet<&PathBuf> = self.resting.iter().collect();
            let closed = |path: &PathBuf| self.snapshot.documents.get(path).is_none() && !waiting.contains(path);
            let new: Vec<PathBuf> = paths.into_iter().filter(closed).collect();
            self.resting.extend(new);
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
        let _ = self.publish.send(Said::Found(PublishDiagnosticsParams::new(uri, found, Some(version))));
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
                let _ = self.publish.send(Said::Found(PublishDiagnosticsParams::new(uri, found, None)));
            }
        }
    }

    fn look_at_closed(&mut self, path: &Path) {
        if self.snapshot.documents.get(path).is_some() {
            return;
        }
        let Some((found, others, needs)) = guarded(|| {
            let file = self.snapshot.file_at(path)?;
            let pages = self.snapshot.library;
            Some((diagnostics_of(&file, pages), elsewhere(&file, pages), file.dependencies()))
        }) else {
            return;
        };
        self.say_of_others(path, others);
        self.needs.insert(path.to_owned(), needs);
        let Some(uri) = Uri::from_file_path(path) else { return };
        let said = self.marked.get(path).map_or(&[] as &[Diagnostic], Vec::as_slice);
        if said != found {
            self.marked.insert(path.to_owned(), found.clone());
            let _ = self.publish.send(Said::Found(PublishDiagnosticsParams::new(uri, found, None)));
        }
    }
}

/// What `work` gives, or none when it panics: one bad file must not cost the others their help.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
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
        let open: Open = Box::new(|_| ("/w".into(), Box::new(MemoryWorld::new()) as Box<dyn World>));
        let thread = std::thread::spawn(move || run(&messages, &publish, open, Box::new(())));
        sender.send(Message::Ask(Box::new(|_| assert!(guarded::<()>(|| panic!("on purpose")).is_none())))).unwrap();
        let uri: Uri = "file:///w/a.pipe".parse().unwrap();
        sender.send(Message::Opened(Document { uri, version: 1, text: "pipe".into() })).unwrap();
        assert!(matches!(findings.blocking_recv().unwrap(), Said::Found(found) if found.diagnostics.len() == 1));
        drop(sender);
        thread.join().unwrap();
    }
}
