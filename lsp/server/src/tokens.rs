//! The semantic tokens that were sent last, so that the next answer says only what changed.

use std::collections::HashMap;
use std::sync::Mutex;

use tower_lsp::ls_types::{SemanticToken, Uri};

/// So many files' tokens are remembered.
const MOST: usize = 64;

#[derive(Default)]
pub(crate) struct Remembered(Mutex<Tokens>);

#[derive(Default)]
struct Tokens {
    next: u64,
    /// With the number they were sent under.
    sent: HashMap<Uri, (String, Vec<SemanticToken>)>,
}

impl Remembered {
    /// Remembers what is sent, under a new number.
    pub(crate) fn remember(&self, uri: Uri, data: Vec<SemanticToken>) -> String {
        let Ok(mut tokens) = self.0.lock() else { return String::new() };
        tokens.next += 1;
        let id = tokens.next.to_string();
        if tokens.sent.len() >= MOST {
            tokens.sent.clear();
        }
        tokens.sent.insert(uri, (id.clone(), data));
        id
    }

    /// What was sent of a file under the number `id`, when that was the last time.
    pub(crate) fn sent(&self, uri: &Uri, id: &str) -> Option<Vec<SemanticToken>> {
        let tokens = self.0.lock().ok()?;
        tokens.sent.get(uri).filter(|(known, _)| known == id).map(|(_, data)| data.clone())
    }
}
