//! Has the editor watch the files that analyses are made of, where it can: then nothing has to be looked through because a
//! file was saved.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tower_lsp::Client;
use tower_lsp::ls_types::{Registration, Uri};

use standpipe_lsp::documents::path_of;
use standpipe_lsp::workspace::is_looked_into;

/// What analyses are made of: programs, the files that tasks name, what a project says of itself.
const FILES: [&str; 3] = ["**/*.{pipe,py,sql,sh,bash}", "**/standpipe.toml", "**/*.{csv,parquet,json}"];

#[derive(Default)]
pub(crate) struct Watches {
    folders: Mutex<Vec<PathBuf>>,
    /// The editor can be asked to.
    can: AtomicBool,
    are_there: Arc<AtomicBool>,
}

impl Watches {
    /// The editor shows other folders.
    pub(crate) fn of(&self, added: &[PathBuf], removed: &[PathBuf]) {
        if let Ok(mut folders) = self.folders.lock() {
            folders.retain(|folder| !removed.contains(folder));
            folders.extend_from_slice(added);
        }
    }

    /// Whether an analysis may be made of that file: not, when it lies where programs put what they make.
    pub(crate) fn concerns(&self, uri: &Uri) -> bool {
        let (Some(path), Ok(folders)) = (path_of(uri), self.folders.lock()) else { return false };
        let below = folders
            .iter()
            .filter_map(|folder| path.strip_prefix(folder).ok())
            .min_by_key(|path| path.as_os_str().len());
        below.is_none_or(|below| {
            below.parent().into_iter().flatten().all(|part| is_looked_into(&part.to_string_lossy()))
        })
    }

    pub(crate) fn can(&self, can: bool) {
        self.can.store(can, Ordering::Relaxed);
    }

    /// Asks the editor, without waiting for what it says: meanwhile its messages have to be read.
    pub(crate) fn begin(&self, client: &Client) {
        if !self.can.load(Ordering::Relaxed) {
            return;
        }
        let (client, are_there) = (client.clone(), Arc::clone(&self.are_there));
        let watchers: Vec<_> = FILES.iter().map(|pattern| json!({ "globPattern": pattern })).collect();
        let registration = Registration {
            id: "files".into(),
            method: "workspace/didChangeWatchedFiles".into(),
            register_options: Some(json!({ "watchers": watchers })),
        };
        tokio::spawn(async move {
            if client.register_capability(vec![registration]).await.is_ok() {
                are_there.store(true, Ordering::Relaxed);
            }
        });
    }

    /// Whether the editor watches.
    pub(crate) fn are_there(&self) -> bool {
        self.are_there.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_make_is_nothing_new() {
        let watches = Watches::default();
        watches.of(&["/home/dist/project".into()], &[]);
        let concerns = |path: &str| watches.concerns(&Uri::from_file_path(path).unwrap());
        assert!(concerns("/home/dist/project/a.pipe") && concerns("/home/dist/project/.env.sh"));
        assert!(concerns("/elsewhere/.code/a.py"));
        assert!(!concerns("/home/dist/project/.standpipe/store/x.json") && !concerns("/home/dist/project/a/dist/b.py"));
    }
}
