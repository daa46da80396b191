//! The one thread that owns the snapshot and answers from it. Knows nothing of how messages travel.
//!
//! Handlers only send; because they send before they wait for anything, edits and questions are answered in the order
//! in which the editor made them. A burst of edits is analysed once, after its last; what the editor has not open is
//! looked at file by file, whenever there is nothing else to do.

mod desk;
mod resting;
mod told;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tower_lsp::ls_types::{PublishDiagnosticsParams, TextDocumentContentChangeEvent, Uri};

use self::desk::Desk;
use crate::Open;
use crate::convert::Encoding;
use crate::documents::Document;
use crate::history::History;
use crate::snapshot::Snapshot;
use crate::survey::Finding;

/// What follows an edit that soon is taken in before the file is looked at: more of the edit, or a question that needs
/// only the text.
const GATHER: Duration = Duration::from_millis(1);

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
    let mut desk = Desk::new(ears, open, history);
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
                Err(TryRecvError::Empty) if desk.stale.is_empty() => break,
                Err(TryRecvError::Empty) => match messages.recv_timeout(GATHER) {
                    Ok(message) => desk.take(message),
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => {
                        if let Some(path) = desk.stale.pop_first() {
                            desk.look_at_open(&path);
                        }
                    }
                },
            }
        }
    }
}

/// What `work` gives, or none when it panics: one bad file must not cost the others their help.
pub fn guarded<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok().flatten()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
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
