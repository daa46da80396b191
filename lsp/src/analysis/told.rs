//! What is wrong with a file, told to the editor: of what is open after each edit, of the rest when there is time, of files
//! in other languages where what is said of them changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tower_lsp::ls_types::{Diagnostic, PublishDiagnosticsParams, Uri};

use super::desk::Desk;
use super::{Said, guarded};
use crate::ide::{diagnostics_of, elsewhere};

impl Desk<'_> {
    pub(super) fn look_at_open(&mut self, path: &Path) {
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

    pub(super) fn say(&self, found: PublishDiagnosticsParams) {
        // Nobody listens any more when this fails.
        let _ = self.ears.publish.send(Said::Found(found));
    }

    /// Sends what is wrong in files of other languages, where `path` says something else of them now.
    pub(super) fn say_of_others(&mut self, path: &Path, new: BTreeMap<String, Vec<Diagnostic>>) {
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

    pub(super) fn look_at_closed(&mut self, path: &Path) {
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
