//! What was said last of files whose diagnostics the editor asks for, as a digest, while nothing has changed that they are
//! made of: a workspace is not checked again and again because somebody keeps asking.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::index::{Known, importers};

#[derive(Debug, Default)]
pub struct Reports {
    said: HashMap<Arc<Path>, String>,
    /// What imports these may be something else now.
    edited: BTreeSet<PathBuf>,
}

impl Reports {
    /// The text of `path` is another.
    pub(crate) fn edited(&mut self, path: PathBuf) {
        self.edited.insert(path);
    }

    /// Everything may be another.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Forgets what was said of files that were edited and of those that import them, of which `known` tells.
    pub fn settle(&mut self, known: &[Known]) {
        for path in std::mem::take(&mut self.edited) {
            self.said.remove(path.as_path());
            for path in importers(known, &path) {
                self.said.remove(path);
            }
        }
    }

    pub fn said(&self, path: &Path) -> Option<&str> {
        self.said.get(path).map(String::as_str)
    }

    pub fn say(&mut self, path: Arc<Path>, digest: String) {
        self.said.insert(path, digest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Entry;

    #[test]
    fn an_edit_takes_back_what_was_said_of_those_that_import_the_file() {
        let file = |name: &str, text: &str| -> Known {
            let path: Arc<Path> = Arc::from(Path::new("/w").join(name));
            (Arc::clone(&path), Arc::new(Entry::of(&path, text)))
        };
        let known = [file("a", "import \"./b\"\n"), file("b", ""), file("c", "")];
        let mut reports = Reports::default();
        for (path, _) in &known {
            reports.say(Arc::clone(path), "1".into());
        }
        reports.edited("/w/b".into());
        reports.settle(&known);
        let said: Vec<_> = known.iter().map(|(path, _)| reports.said(path)).collect();
        assert_eq!(said, [None, None, Some("1")]);
        reports.forget();
        assert_eq!(reports.said(Path::new("/w/c")), None);
    }
}
