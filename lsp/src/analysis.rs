//! The one thread that owns the open documents and analyses them. Knows nothing of how messages travel.
//!
//! Handlers only send; because they send before they wait for anything, edits and questions are answered in the order
//! in which the editor made them. A burst of edits is analysed once, after its last.

use std::sync::mpsc::{Receiver, TryRecvError};

use standpipe_syntax::Source;
use tokio::sync::{mpsc, oneshot};
use tower_lsp::ls_types::{self as lsp, PublishDiagnosticsParams, TextDocumentContentChangeEvent, TextEdit, Uri};

use crate::Open;
use crate::convert;
use crate::documents::{Document, Documents};
use crate::overlay::{self, Overlay};

/// What the editor did or asks.
pub(crate) enum Message {
    Opened(Document),
    Changed {
        uri: Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    },
    Closed(Uri),
    /// Something on disk may be different now.
    Saved,
    Format {
        uri: Uri,
        reply: oneshot::Sender<Option<Vec<TextEdit>>>,
    },
}

/// Runs until the senders are gone.
pub(crate) fn run(
    messages: &Receiver<Message>,
    publish: &mpsc::UnboundedSender<PublishDiagnosticsParams>,
    open: &Open,
) {
    let mut documents = Documents::default();
    while let Ok(first) = messages.recv() {
        let mut next = Some(first);
        let mut stale = false;
        while let Some(message) = next {
            stale |= apply(message, &mut documents, publish);
            next = match messages.try_recv() {
                Ok(message) => Some(message),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Disconnected) => return,
            };
        }
        if stale {
            // An edit of one file may mend or break any other that imports it.
            for (path, document) in documents.iter() {
                if publish.send(diagnostics(path, document, &documents, open)).is_err() {
                    return;
                }
            }
        }
    }
}

/// Takes a message in; says whether diagnostics may be different now.
fn apply(
    message: Message,
    documents: &mut Documents,
    publish: &mpsc::UnboundedSender<PublishDiagnosticsParams>,
) -> bool {
    match message {
        Message::Opened(document) => documents.insert(document),
        Message::Changed { uri, version, changes } => documents.change(&uri, version, changes),
        Message::Closed(uri) => {
            documents.remove(&uri);
            // A closed file keeps no marks in the editor. Nobody listens any more when this fails.
            let _ = publish.send(PublishDiagnosticsParams::new(uri, Vec::new(), None));
        }
        Message::Saved => {}
        Message::Format { uri, reply } => {
            // The editor may have withdrawn the question.
            let _ = reply.send(format(&uri, documents));
            return false;
        }
    }
    true
}

fn diagnostics(
    path: &std::path::Path,
    document: &Document,
    documents: &Documents,
    open: &Open,
) -> PublishDiagnosticsParams {
    let (root, disk) = open(path);
    let name = overlay::name(&root, path);
    let world = Overlay { root: root.clone(), disk, documents };
    let analysis = standpipe_compiler::analyse(&world, &name);
    let sources = analysis.sources();
    let files = &analysis.checked.resolved.files;
    // No editor can open a file of the standard library.
    let is_std = |source: &Source| files.get(source.id.0 as usize).is_some_and(|file| file.std);
    let uri_of =
        |source: &Source| if is_std(source) { None } else { Uri::from_file_path(root.join(source.name.as_str())) };
    let own = analysis.diagnostics.iter().filter(|diagnostic| diagnostic.span.file.0 == 0);
    let found: Vec<lsp::Diagnostic> =
        own.filter_map(|diagnostic| convert::diagnostic(diagnostic, &sources, &uri_of)).collect();
    PublishDiagnosticsParams::new(document.uri.clone(), found, Some(document.version))
}

/// One edit that replaces the whole text, or none when it is formatted already.
fn format(uri: &Uri, documents: &Documents) -> Option<Vec<TextEdit>> {
    let source = documents.source(uri)?;
    let formatted = standpipe_syntax::format(&source).text;
    if formatted == *source.text {
        return Some(Vec::new());
    }
    Some(vec![TextEdit::new(convert::range(&source, source.span()), formatted)])
}
