//! The texts of open files as the editor has them: what needs nothing else is answered from them, beside the analysis, which
//! may be busy with the edit before. Kept in step because handlers change it before they wait for anything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use standpipe_lsp::convert::Encoding;
use standpipe_lsp::documents::apply;
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, Uri};

#[derive(Default)]
pub(crate) struct Texts(Mutex<Open>);

#[derive(Default)]
struct Open {
    encoding: Encoding,
    texts: HashMap<Uri, Arc<String>>,
}

impl Texts {
    /// How the editor counts columns.
    pub(crate) fn counted_in(&self, encoding: Encoding) {
        self.with(|open| open.encoding = encoding);
    }

    pub(crate) fn opened(&self, uri: Uri, text: String) {
        self.with(|open| open.texts.insert(uri, Arc::new(text)));
    }

    pub(crate) fn changed(&self, uri: &Uri, changes: &[TextDocumentContentChangeEvent]) {
        self.with(|open| {
            if let Some(text) = open.texts.get_mut(uri) {
                apply(Arc::make_mut(text), changes, open.encoding);
            }
        });
    }

    pub(crate) fn closed(&self, uri: &Uri) {
        self.with(|open| open.texts.remove(uri));
    }

    /// What the file holds now; `None` of one that is not open.
    pub(crate) fn of(&self, uri: &Uri) -> Option<Arc<String>> {
        self.with(|open| open.texts.get(uri).cloned())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Open) -> T) -> T {
        // Whoever panicked has left a text as it was, or half changed, which the next edit of all of it mends.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
