//! The editor's view of the compiler: a language server over standard input and output.
//!
//! Opening a file is not running it: nothing of a project is executed or fetched here, files are only read, and only
//! those below the project's root or the editor's folders, through the [`World`] the caller provides; what earlier runs left
//! on record comes through [`History`].

mod analysis;
mod capabilities;
mod convert;
mod documents;
mod history;
mod ide;
mod index;
mod overlay;
mod planned;
mod reports;
mod server;
mod snapshot;
mod survey;
mod workspace;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use standpipe_compiler::World;
use tower_lsp::{LspService, Server};

pub use history::{History, Outcome, PastRun, PastStep, StepEnd};
pub use ide::words;

/// Finds the project's root of a file and opens it: the root, and the files below it.
pub type Open = Arc<dyn Fn(&Path) -> (PathBuf, Box<dyn World>) + Send + Sync>;

/// Handlers of one connection under way at once. They are thin and never wait for the client, so that many cost little
/// and a reply can always be read.
const CONCURRENCY: usize = 256;

/// Serves one editor until it says `exit` or closes its end.
///
/// # Errors
/// When the asynchronous runtime cannot be started.
pub fn serve(open: Open, history: Box<dyn History>) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let build = LspService::build(|client| server::Backend::start(client, open, history));
        let build = build
            .custom_method("standpipe/preview", server::Backend::preview)
            .custom_method("standpipe/embedded", server::Backend::embedded)
            .custom_method("standpipe/source", server::Backend::source);
        let (service, socket) = build.finish();
        Server::new(tokio::io::stdin(), tokio::io::stdout(), socket)
            .concurrency_level(CONCURRENCY)
            .serve(service)
            .await;
    });
    // A read of standard input cannot be interrupted; do not wait for it.
    runtime.shutdown_background();
    Ok(())
}
