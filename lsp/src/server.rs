//! The protocol's handlers: thin, each sends to the analysis thread before it waits for anything.

use std::io::Write as _;
use std::sync::mpsc::{Sender, channel};

use tokio::sync::{mpsc, oneshot};
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, DocumentFormattingParams, InitializeParams, InitializeResult, OneOf,
    PublishDiagnosticsParams, ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, TextEdit,
};
use tower_lsp::{Client, LanguageServer};

use crate::Open;
use crate::analysis::{self, Message};
use crate::documents::Document;

/// As much as a main thread has: what the command line can check, an editor can.
const STACK: usize = 8 << 20;

pub(crate) struct Backend {
    analysis: Sender<Message>,
}

impl Backend {
    /// Starts the analysis thread, and the task that hands its findings to the editor.
    pub(crate) fn start(client: Client, open: Open) -> Self {
        let (sender, messages) = channel();
        let (publish, mut findings) = mpsc::unbounded_channel::<PublishDiagnosticsParams>();
        tokio::spawn(async move {
            while let Some(found) = findings.recv().await {
                client.publish_diagnostics(found.uri, found.diagnostics, found.version).await;
            }
        });
        let thread = std::thread::Builder::new().name("analysis".into()).stack_size(STACK);
        if let Err(error) = thread.spawn(move || analysis::run(&messages, &publish, &open)) {
            // Without it there is nothing to serve; the editor shows what stands on standard error.
            let _ = writeln!(std::io::stderr(), "standpipe lsp: no thread for the analysis: {error}");
        }
        Self { analysis: sender }
    }

    fn send(&self, message: Message) {
        // The thread ends before us only by a panic of the compiler; the editor then keeps its last diagnostics.
        let _ = self.analysis.send(message);
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, _params: InitializeParams) -> Result<InitializeResult> {
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::Supported(true)),
            ..TextDocumentSyncOptions::default()
        };
        Ok(InitializeResult {
            capabilities: ServerCapabilities {
                text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
                document_formatting_provider: Some(OneOf::Left(true)),
                ..ServerCapabilities::default()
            },
            server_info: Some(ServerInfo { name: "standpipe".into(), version: Some(env!("CARGO_PKG_VERSION").into()) }),
            ..InitializeResult::default()
        })
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        self.send(Message::Opened(Document { uri: document.uri, version: document.version, text: document.text }));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let document = params.text_document;
        self.send(Message::Changed { uri: document.uri, version: document.version, changes: params.content_changes });
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.send(Message::Closed(params.text_document.uri));
    }

    async fn did_save(&self, _params: DidSaveTextDocumentParams) {
        self.send(Message::Saved);
    }

    async fn did_change_watched_files(&self, _params: DidChangeWatchedFilesParams) {
        self.send(Message::Saved);
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Format { uri: params.text_document.uri, reply });
        Ok(answer.await.unwrap_or(None))
    }
}
