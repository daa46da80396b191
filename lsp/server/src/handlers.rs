//! The protocol's handlers: thin, each sends to the analysis thread before it waits for anything.

use std::path::PathBuf;
use std::time::Duration;

use tower_lsp::LanguageServer;
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
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentDiagnosticParams, DocumentDiagnosticReportResult,
    DocumentFormattingParams, DocumentHighlight, DocumentHighlightParams, DocumentLink, DocumentLinkParams,
    DocumentOnTypeFormattingParams, DocumentRangeFormattingParams, DocumentSymbolParams, DocumentSymbolResponse,
    FoldingRange, FoldingRangeParams, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams,
    InitializeParams, InitializeResult, InitializedParams, InlayHint, InlayHintParams, LinkedEditingRangeParams,
    LinkedEditingRanges, Location, Position, PrepareRenameResponse, ReferenceParams, RenameParams, SelectionRange,
    SelectionRangeParams, SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaParams,
    SemanticTokensFullDeltaResult, SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult,
    SemanticTokensResult, ServerInfo, SignatureHelp, SignatureHelpParams, TextDocumentPositionParams, TextEdit, Uri,
    WorkspaceDiagnosticParams, WorkspaceDiagnosticReportResult, WorkspaceEdit, WorkspaceFolder, WorkspaceSymbolParams,
    WorkspaceSymbolResponse,
};

use crate::backend::Backend;
use crate::capabilities::capabilities;
use crate::pull;
use standpipe_lsp::analysis::{Message, Session};
use standpipe_lsp::convert::Encoding;
use standpipe_lsp::documents::{Document, path_of};
use standpipe_lsp::ide;
use standpipe_lsp::snapshot::Snapshot;
use standpipe_lsp::survey::Task;

/// So long a search for names waits until it is known which there are.
const PATIENCE: Duration = Duration::from_millis(80);

fn folders(folders: &[WorkspaceFolder]) -> Vec<PathBuf> {
    folders.iter().filter_map(|folder| path_of(&folder.uri)).collect()
}

fn refused(why: String) -> Error {
    Error { code: ErrorCode::InvalidParams, message: why.into(), data: None }
}

impl Backend {
    async fn goto(
        &self,
        params: TextDocumentPositionParams,
        find: fn(&Snapshot, &Uri, Position) -> Option<Vec<Location>>,
    ) -> Result<Option<GotoDefinitionResponse>> {
        let found = self.ask(move |snapshot| find(snapshot, &params.text_document.uri, params.position)).await?;
        Ok(found.map(GotoDefinitionResponse::Array))
    }
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
        self.texts.counted_in(encoding);
        self.watches.of(&workspace, &[]);
        let of_workspace = params.capabilities.workspace.as_ref();
        let watched = of_workspace.and_then(|of| of.did_change_watched_files.as_ref());
        self.watches.can(watched.and_then(|watched| watched.dynamic_registration) == Some(true));
        let refresh = of_workspace.and_then(|of| of.code_lens.as_ref()?.refresh_support) == Some(true);
        let pulls = params.capabilities.text_document.as_ref().is_some_and(|document| document.diagnostic.is_some());
        let library = params
            .initialization_options
            .as_ref()
            .and_then(|options| options.get("virtualDocuments"))
            .and_then(serde_json::Value::as_bool)
            .unwrap_or(false);
        self.send(Message::Started(Session { encoding, folders: workspace.clone(), push: !pulls, library, refresh }));
        self.survey(Task::Folders { added: workspace, removed: Vec::new() });
        Ok(InitializeResult {
            capabilities: capabilities(encoding),
            server_info: Some(ServerInfo { name: "standpipe".into(), version: Some(env!("CARGO_PKG_VERSION").into()) }),
            ..InitializeResult::default()
        })
    }

    async fn initialized(&self, _params: InitializedParams) {
        self.watches.begin(&self.client);
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        self.texts.opened(document.uri.clone(), document.text.clone());
        self.send(Message::Opened(Document::new(document.uri, document.version, document.text)));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let document = params.text_document;
        self.texts.changed(&document.uri, &params.content_changes);
        self.send(Message::Changed { uri: document.uri, version: document.version, changes: params.content_changes });
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.texts.closed(&params.text_document.uri);
        self.send(Message::Closed(params.text_document.uri));
    }

    async fn did_save(&self, _params: DidSaveTextDocumentParams) {
        // Who watches the files tells of it, and of all others.
        if !self.watches.are_there() {
            self.look_again();
        }
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        if params.changes.iter().any(|change| self.watches.concerns(&change.uri)) {
            self.look_again();
        }
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let (added, removed) = (folders(&params.event.added), folders(&params.event.removed));
        self.watches.of(&added, &removed);
        self.send(Message::Folders { added: added.clone(), removed: removed.clone() });
        self.survey(Task::Folders { added, removed });
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        pull::document(self, params).await
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        pull::workspace(self, params).await
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
        self.ask_of_all(move |snapshot| ide::references(snapshot, &at.text_document.uri, at.position, declarations))
            .await
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
        let answer =
            self.ask_of_all(move |snapshot| ide::rename(snapshot, &at.text_document.uri, at.position, &new)).await?;
        answer.map_err(refused)
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        let uri = params.text_document.uri;
        let found = self.ask(move |snapshot| ide::document_symbols(snapshot, &uri)).await?;
        Ok(found.map(DocumentSymbolResponse::Nested))
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        // Some of the names at once are better than all of them too late.
        let _ = tokio::time::timeout(PATIENCE, self.surveyed()).await;
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
        self.ask_of_all(move |snapshot| ide::incoming(snapshot, &params.item)).await
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
        let result_id = Some(self.tokens.remember(uri, data.clone()));
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
        let before = self.tokens.sent(&uri, &params.previous_result_id);
        let result_id = Some(self.tokens.remember(uri, data.clone()));
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
        let uri = params.text_document.uri;
        let Some(text) = self.texts.of(&uri) else {
            return self.ask(move |snapshot| ide::format(snapshot, &uri)).await;
        };
        // One that panics is answered with an error.
        let edits = tokio::task::spawn_blocking(move || ide::format_text(&text)).await;
        edits.map(Some).map_err(|_| Error::internal_error())
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.ask(move |snapshot| ide::format_range(snapshot, &params.text_document.uri, params.range)).await
    }

    async fn on_type_formatting(&self, params: DocumentOnTypeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        let at = params.text_document_position;
        self.ask(move |snapshot| ide::format_on_type(snapshot, &at.text_document.uri, at.position, &params.ch)).await
    }
}
