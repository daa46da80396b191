//! The editor's connection: a language server over standard input and output. What is asked is answered by `standpipe-lsp`;
//! here it is only read, sent there, and its answer written.

mod backend;
mod capabilities;
mod handlers;
mod input;
mod pull;
mod requests;
mod texts;
mod tokens;
mod watches;

use std::time::Duration;

use standpipe_lsp::{History, Open};
use tower_lsp::{LspService, Server};

use backend::Backend;
use input::Input;

/// Handlers of one connection under way at once. They are thin and never wait for the client, so that many cost little
/// and a reply can always be read.
const CONCURRENCY: usize = 256;

/// How long answers may still take when the editor has closed its end.
const GRACE: Duration = Duration::from_secs(5);

/// Serves one editor until it says `exit` or closes its end.
///
/// # Errors
/// When the asynchronous runtime cannot be started.
pub fn serve(open: Open, history: Box<dyn History>) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let build = LspService::build(|client| Backend::start(client, open, history));
        let build = build
            .custom_method("standpipe/preview", Backend::preview)
            .custom_method("standpipe/embedded", Backend::embedded)
            .custom_method("standpipe/source", Backend::source);
        let (service, socket) = build.finish();
        let (input, end) = Input::new(tokio::io::stdin());
        let served = Server::new(input, tokio::io::stdout(), socket).concurrency_level(CONCURRENCY).serve(service);
        // What waits for something to change is for nobody once the editor is gone.
        let gone = async {
            let _ = end.await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            () = served => {}
            () = gone => {}
        }
    });
    // A read of standard input cannot be interrupted; do not wait for it.
    runtime.shutdown_background();
    Ok(())
}
