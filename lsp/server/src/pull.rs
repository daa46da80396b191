//! Diagnostics that the editor asks for: of one file at once; of all files in small steps, between which other questions are
//! answered, and again only once something changed.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{
    Diagnostic, DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportKind,
    DocumentDiagnosticReportResult, FullDocumentDiagnosticReport, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport, Uri, WorkspaceDiagnosticParams,
    WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

use crate::backend::Backend;
use standpipe_lsp::ide;
use standpipe_lsp::snapshot::Snapshot;
use standpipe_lsp::workspace::CHECKED;

/// So long nothing must change before all files are looked at again.
const REST: Duration = Duration::from_millis(500);

pub(crate) async fn document(
    backend: &Backend,
    params: DocumentDiagnosticParams,
) -> Result<DocumentDiagnosticReportResult> {
    let uri = params.text_document.uri;
    let found = backend
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

pub(crate) async fn workspace(
    backend: &Backend,
    params: WorkspaceDiagnosticParams,
) -> Result<WorkspaceDiagnosticReportResult> {
    let before: HashMap<Uri, String> =
        params.previous_result_ids.into_iter().map(|known| (known.uri, known.value)).collect();
    let mut news = backend.news.clone();
    loop {
        news.mark_unchanged();
        let mut gone = before.clone();
        let mut items = Vec::new();
        for path in backend.ask_of_all(files).await? {
            let Some(uri) = Uri::from_file_path(&path) else { continue };
            let known = gone.remove(&uri);
            items.extend(backend.ask(move |snapshot| report(snapshot, path, uri, known)).await?);
        }
        let nothing = digest(&[]);
        items.extend(gone.into_iter().filter(|(_, id)| *id != nothing).map(|(uri, _)| full(uri, None, Vec::new())));
        // An editor that knows all of it keeps asking: it is answered when there is something to say.
        let is_new =
            |item: &WorkspaceDocumentDiagnosticReport| matches!(item, WorkspaceDocumentDiagnosticReport::Full(_));
        if before.is_empty() || items.iter().any(is_new) {
            return Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }));
        }
        news.changed().await.map_err(|_| Error::internal_error())?;
        while tokio::time::timeout(REST, news.changed()).await.is_ok() {}
    }
}

/// The files that there is something to say of, open ones first.
fn files(snapshot: &Snapshot) -> Vec<Arc<Path>> {
    let known = snapshot.known();
    snapshot.reports.borrow_mut().settle(&known);
    let (mut files, closed): (Vec<_>, Vec<_>) =
        known.into_iter().map(|(path, _)| path).partition(|path| snapshot.documents.get(path).is_some());
    files.extend(closed.into_iter().take(CHECKED));
    files
}

fn report(
    snapshot: &Snapshot,
    path: Arc<Path>,
    uri: Uri,
    known: Option<String>,
) -> Option<WorkspaceDocumentDiagnosticReport> {
    let version = snapshot.documents.get(&path).map(|document| i64::from(document.version));
    let unchanged = |result_id: String| {
        WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
            uri: uri.clone(),
            version,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id },
        })
    };
    if known.is_some() && snapshot.reports.borrow().said(&path) == known.as_deref() {
        return known.map(unchanged);
    }
    let file = snapshot.file_at(&path)?;
    let found = ide::diagnostics_of(&file, snapshot.library);
    let id = digest(&found);
    snapshot.reports.borrow_mut().say(path, id.clone());
    Some(if known.as_ref() == Some(&id) { unchanged(id) } else { full(uri, version, found) })
}

fn full(uri: Uri, version: Option<i64>, items: Vec<Diagnostic>) -> WorkspaceDocumentDiagnosticReport {
    WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
        uri,
        version,
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: Some(digest(&items)), items },
    })
}

/// A digest of what is said: equal when nothing changed.
fn digest(found: &[Diagnostic]) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(found).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
