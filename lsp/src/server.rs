//! The protocol's handlers: thin, each sends to the analysis thread before it waits for anything.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};

use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::request::{
    GotoDeclarationParams, GotoDeclarationResponse, GotoImplementationParams, GotoImplementationResponse,
    GotoTypeDefinitionParams, GotoTypeDefinitionResponse,
};
use tower_lsp::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeActionParams, CodeActionResponse, CodeLens,
    CodeLensParams, CompletionItem, CompletionParams, CompletionResponse, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentDiagnosticParams, DocumentDiagnosticReport,
    DocumentDiagnosticReportKind, DocumentDiagnosticReportResult, DocumentFormattingParams, DocumentHighlight,
    DocumentHighlightParams, DocumentLink, DocumentLinkParams, DocumentOnTypeFormattingParams,
    DocumentRangeFormattingParams, DocumentSymbolParams, DocumentSymbolResponse, FoldingRange, FoldingRangeParams,
    FullDocumentDiagnosticReport, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams, InitializeParams,
    InitializeResult, InlayHint, InlayHintParams, LinkedEditingRangeParams, LinkedEditingRanges, Location, MessageType,
    Position, PrepareRenameResponse, ReferenceParams, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, RenameParams, SelectionRange, SelectionRangeParams, SemanticToken,
    SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaParams, SemanticTokensFullDeltaResult,
    SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult, SemanticTokensResult, ServerInfo,
    SignatureHelp, SignatureHelpParams, TextDocumentPositionParams, TextEdit, UnchangedDocumentDiagnosticReport, Uri,
    WorkspaceDiagnosticParams, WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult,
    WorkspaceDocumentDiagnosticReport, WorkspaceEdit, WorkspaceFolder, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceSymbolParams, WorkspaceSymbolResponse, WorkspaceUnchangedDocumentDiagnosticReport,
};
use tower_lsp::{Client, LanguageServer};

use crate::Open;
use crate::analysis::{self, Message, Said, Session, guarded};
use crate::capabilities::capabilities;
use crate::convert::Encoding;
use crate::documents::{Document, path_of};
use crate::history::History;
use crate::ide;
use crate::snapshot::Snapshot;

/// As much as a main thread has: what the command line can check, an editor can.
const STACK: usize = 8 << 20;

/// So many files' tokens are remembered, to answer with what changed.
const REMEMBERED: usize = 64;

pub(crate) struct Backend {
    analysis: Sender<Message>,
    /// The tokens that were sent last, with the number they were sent under.
    tokens: Mutex<Tokens>,
}

#[derive(Default)]
struct Tokens {
    next: u64,
    sent: HashMap<Uri, (String, Vec<SemanticToken>)>,
}

/// What `standpipe/preview` asks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PreviewParams {
    uri: Uri,
    pipeline: Option<String>,
}

/// What `standpipe/embedded` asks: the body at a place, or all of the file's.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EmbeddedParams {
    uri: Uri,
    position: Option<Position>,
}

/// What `standpipe/source` asks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SourceParams {
    uri: Uri,
}

impl Backend {
    /// Starts the analysis thread, and the task that hands its findings to the editor.
    pub(crate) fn start(client: Client, open: Open, history: Box<dyn History>) -> Self {
        let (sender, messages) = channel();
        let (publish, mut findings) = mpsc::unbounded_channel::<Said>();
        tokio::spawn(async move {
            while let Some(found) = findings.recv().await {
                match found {
                    Said::Found(found) => client.publish_diagnostics(found.uri, found.diagnostics, found.version).await,
                    Said::Warning(text) => client.show_message(MessageType::WARNING, text).await,
                }
            }
        });
        let thread = std::thread::Builder::new().name("analysis".into()).stack_size(STACK);
        if let Err(error) = thread.spawn(move || analysis::run(&messages, &publish, open, history)) {
            // Without it there is nothing to serve; the editor shows what stands on standard error.
            let _ = writeln!(std::io::stderr(), "standpipe lsp: no thread for the analysis: {error}");
        }
        Self { analysis: sender, tokens: Mutex::default() }
    }

    fn send(&self, message: Message) {
        // The thread ends before us only when it could not be started; then there is nothing to answer with.
        let _ = self.analysis.send(message);
    }

    /// Asks the analysis thread, which answers once all that came before has been taken in. A question that was
    /// withdrawn meanwhile is not looked at; one that panics is answered with an error.
    async fn ask<T: Send + 'static>(&self, question: impl FnOnce(&Snapshot) -> T + Send + 'static) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Ask(Box::new(move |snapshot| {
            if !reply.is_closed() {
                // The editor may have withdrawn the question.
                let _ = reply.send(guarded(|| Some(question(snapshot))));
            }
        })));
        match answer.await {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) | Err(_) => Err(Error::internal_error()),
        }
    }

    async fn goto(
        &self,
        params: TextDocumentPositionParams,
        find: fn(&Snapshot, &Uri, Position) -> Option<Vec<Location>>,
    ) -> Result<Option<GotoDefinitionResponse>> {
        let found = self.ask(move |snapshot| find(snapshot, &params.text_document.uri, params.position)).await?;
        Ok(found.map(GotoDefinitionResponse::Array))
    }

    /// Remembers what is sent under a new number.
    fn remember(&self, uri: Uri, data: Vec<SemanticToken>) -> String {
        let Ok(mut tokens) = self.tokens.lock() else { return String::new() };
        tokens.next += 1;
        let id = tokens.next.to_string();
        if tokens.sent.len() >= REMEMBERED {
            tokens.sent.clear();
        }
        tokens.sent.insert(uri, (id.clone(), data));
        id
    }

    pub(crate) async fn preview(&self, params: PreviewParams) -> Result<Option<ide::Preview>> {
        self.ask(move |snapshot| ide::preview(snapshot, &params.uri, params.pipeline.as_deref())).await
    }

    pub(crate) async fn embedded(&self, params: EmbeddedParams) -> Result<Option<Vec<ide::EmbeddedDocument>>> {
        self.ask(move |snapshot| ide::embedded(snapshot, &params.uri, params.position)).await
    }

    pub(crate) async fn source(&self, params: SourceParams) -> Result<Option<String>> {
        Ok(ide::source_text(&params.uri))
    }
}

fn folders(folders: &[WorkspaceFolder]) -> Vec<PathBuf> {
    folders.iter().filter_map(|folder| path_of(&folder.uri)).collect()
}

/// A digest of what is said: equal when nothing changed.
fn digest(found: &[tower_lsp::ls_types::Diagnostic]) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(found).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn refused(why: String) -> Error {
    Error { code: ErrorCode::InvalidParams, message: why.into(), data: None }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let general = params.capabilities.general.as_ref();
        let encoding = Encoding::choose(general.and_then(|general| general.position_encodings.as_deref()));
        let mut workspace = folders(params.workspace_folders.as_deref().unwrap_or_default());
        #[expect(deprecated, reason = "older editors say nothing else")]
        if let (true, Some(root)) = (workspace.is_empty(), params.root_uri.as_ref().and_then(path_of)) {
            workspace.push(root);
        }
        let pulls = params.capabilities.text_document.as_ref().is_some_and(|document| document.diagnostic.is_some());
        let library = params
            .initialization_options
            .as_ref()
            .and_then(|options| options.get("virtualDocuments"))
            .and_then(serde_json::Value::as_bool)
            .unwrap_or(false);
        self.send(Message::Started(Session { encoding, folders: workspace, push: !pulls, library }));
        Ok(InitializeResult {
            capabilities: capabilities(encoding),
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

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let (added, removed) = (folders(&params.event.added), folders(&params.event.removed));
        self.send(Message::Folders { added, removed });
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let uri = params.text_document.uri;
        let found = self
            .ask(move |snapshot| {
                let file = snapshot.file(&uri)?;
                Some((ide::diagnostics_of(&file, snapshot.library), ide::elsewhere(&file, snapshot.library)))
            })
            .await?;
        let (items, others) = found.unwrap_or_default();
        let related = others.into_iter().filter_map(|(uri, items)| {
            let report = FullDocumentDiagnosticReport { result_id: None, items };
            Some((uri.parse().ok()?, DocumentDiagnosticReportKind::Full(report)))
        });
        let related: HashMap<Uri, DocumentDiagnosticReportKind> = related.collect();
        let related_documents = (!related.is_empty()).then_some(related);
        let id = digest(&items);
        let report = if params.previous_result_id.as_deref() == Some(&id) {
            let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id: id };
            DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
                related_documents,
                unchanged_document_diagnostic_report,
            })
        } else {
            let full_document_diagnostic_report = FullDocumentDiagnosticReport { result_id: Some(id), items };
            DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
                related_documents,
                full_document_diagnostic_report,
            })
        };
        Ok(DocumentDiagnosticReportResult::Report(report))
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        let known: HashMap<Uri, String> =
            params.previous_result_ids.into_iter().map(|known| (known.uri, known.value)).collect();
        let items = self
            .ask(move |snapshot| {
                let mut items = Vec::new();
                for path in snapshot.all_files().iter() {
                    let Some(file) = snapshot.file_at(path) else { continue };
                    let found = ide::diagnostics_of(&file, snapshot.library);
                    let (id, version) = (digest(&found), file.version.map(i64::from));
                    let uri = file.uri.clone();
                    items.push(if known.get(&uri) == Some(&id) {
                        WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
                            uri,
                            version,
                            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
                        })
                    } else {
                        WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                            uri,
                            version,
                            full_document_diagnostic_report: FullDocumentDiagnosticReport {
                                result_id: Some(id),
                                items: found,
                            },
                        })
                    });
                }
                items
            })
            .await?;
        Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }))
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let at = params.text_document_position;
        let items = self.ask(move |snapshot| ide::complete(snapshot, &at.text_document.uri, at.position)).await?;
        Ok(items.map(CompletionResponse::Array))
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        self.ask(move |snapshot| ide::resolve(snapshot, item)).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        self.ask(move |snapshot| ide::hover(snapshot, &at.text_document.uri, at.position)).await
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        let at = params.text_document_position_params;
        self.ask(move |snapshot| ide::signature_help(snapshot, &at.text_document.uri, at.position)).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.goto(params.text_document_position_params, ide::definition).await
    }

    async fn goto_declaration(&self, params: GotoDeclarationParams) -> Result<Option<GotoDeclarationResponse>> {
        self.goto(params.text_document_position_params, ide::definition).await
    }

    async fn goto_type_definition(
        &self,
        params: GotoTypeDefinitionParams,
    ) -> Result<Option<GotoTypeDefinitionResponse>> {
        self.goto(params.text_document_position_params, ide::type_definition).await
    }

    async fn goto_implementation(
        &self,
        params: GotoImplementationParams,
    ) -> Result<Option<GotoImplementationResponse>> {
        self.goto(params.text_document_position_params, ide::implementation).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let (at, declarations) = (params.text_document_position, params.context.include_declaration);
        self.ask(move |snapshot| ide::references(snapshot, &at.text_document.uri, at.position, declarations)).await
    }

    async fn document_highlight(&self, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
        let at = params.text_document_position_params;
        self.ask(move |snapshot| ide::highlight(snapshot, &at.text_document.uri, at.position)).await
    }

    async fn linked_editing_range(&self, params: LinkedEditingRangeParams) -> Result<Option<LinkedEditingRanges>> {
        let at = params.text_document_position_params;
        self.ask(move |snapshot| ide::linked(snapshot, &at.text_document.uri, at.position)).await
    }

    async fn prepare_rename(&self, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        let answer =
            self.ask(move |snapshot| ide::prepare_rename(snapshot, &params.text_document.uri, params.position)).await?;
        answer.map_err(refused)
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let (at, new) = (params.text_document_position, params.new_name);
        let answer = self.ask(move |snapshot| ide::rename(snapshot, &at.text_document.uri, at.position, &new)).await?;
        answer.map_err(refused)
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        let uri = params.text_document.uri;
        let found = self.ask(move |snapshot| ide::document_symbols(snapshot, &uri)).await?;
        Ok(found.map(DocumentSymbolResponse::Nested))
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let found = self.ask(move |snapshot| ide::workspace_symbols(snapshot, &params.query)).await?;
        Ok(Some(WorkspaceSymbolResponse::Nested(found)))
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        let at = params.text_document_position_params;
        self.ask(move |snapshot| ide::prepare(snapshot, &at.text_document.uri, at.position)).await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        self.ask(move |snapshot| ide::incoming(snapshot, &params.item)).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        self.ask(move |snapshot| ide::outgoing(snapshot, &params.item)).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.ask(move |snapshot| ide::links(snapshot, &params.text_document.uri)).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.ask(move |snapshot| ide::folding(snapshot, &params.text_document.uri)).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        self.ask(move |snapshot| ide::selection(snapshot, &params.text_document.uri, &params.positions)).await
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        let uri = params.text_document.uri;
        let of = uri.clone();
        let Some(data) = self.ask(move |snapshot| ide::semantic_tokens(snapshot, &of, None)).await? else {
            return Ok(None);
        };
        let result_id = Some(self.remember(uri, data.clone()));
        Ok(Some(SemanticTokensResult::Tokens(SemanticTokens { result_id, data })))
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        let uri = params.text_document.uri;
        let of = uri.clone();
        let Some(data) = self.ask(move |snapshot| ide::semantic_tokens(snapshot, &of, None)).await? else {
            return Ok(None);
        };
        let before = self.tokens.lock().ok().and_then(|tokens| {
            tokens.sent.get(&uri).filter(|(id, _)| *id == params.previous_result_id).map(|(_, data)| data.clone())
        });
        let result_id = Some(self.remember(uri, data.clone()));
        Ok(Some(match before {
            Some(before) => SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta {
                result_id,
                edits: ide::delta(&before, &data),
            }),
            None => SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id, data }),
        }))
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let (uri, range) = (params.text_document.uri, params.range);
        let data = self.ask(move |snapshot| ide::semantic_tokens(snapshot, &uri, Some(range))).await?;
        Ok(data.map(|data| SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data })))
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.ask(move |snapshot| ide::inlay_hints(snapshot, &params.text_document.uri, params.range)).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.ask(move |snapshot| ide::lenses(snapshot, &params.text_document.uri)).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.ask(move |snapshot| ide::actions(snapshot, &params.text_document.uri, params.range, &params.context)).await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.ask(move |snapshot| ide::format(snapshot, &params.text_document.uri)).await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.ask(move |snapshot| ide::format_range(snapshot, &params.text_document.uri, params.range)).await
    }

    async fn on_type_formatting(&self, params: DocumentOnTypeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let at = params.text_document_position;
        self.ask(move |snapshot| ide::format_on_type(snapshot, &at.text_document.uri, at.position, &params.ch)).await
    }
}
