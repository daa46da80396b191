//! Requests that the protocol does not have: the plan as a picture, bodies as documents, the text of what lies in no folder.

use serde::Deserialize;
use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{Position, Uri};

use crate::backend::Backend;
use standpipe_lsp::ide;

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
