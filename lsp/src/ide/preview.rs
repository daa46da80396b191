//! The plan of a pipeline as a picture that follows the file, with the way back from each step to its line.

use serde::{Deserialize, Serialize};
use standpipe_compiler::view;
use standpipe_plan::{NodeKind, Plan, Region};
use standpipe_syntax::diag::Code;
use tower_lsp::ls_types::{Position, Range, Uri};

use crate::planned::{Planned, plans};
use crate::snapshot::Snapshot;

/// The graph of a pipeline.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    pub(crate) pipeline: String,
    /// The pipelines of the file.
    pub(crate) pipelines: Vec<String>,
    /// Empty when the file has errors; so are the other pictures.
    pub(crate) svg: String,
    pub(crate) mermaid: String,
    pub(crate) dot: String,
    pub(crate) nodes: Vec<PreviewNode>,
    pub(crate) errors: u32,
}

/// A step, what holds steps, or a parameter.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PreviewNode {
    /// Its name in the pictures; in `svg` it is the `data-id`.
    pub(crate) id: String,
    pub(crate) name: String,
    pub kind: String,
    /// The step or step's container around it.
    pub(crate) parent: Option<String>,
    /// Where it stands, in the file it stands in.
    pub(crate) uri: Option<Uri>,
    pub(crate) range: Option<Range>,
}

/// The graph of the pipeline of that name, or of the first one.
pub fn preview(snapshot: &Snapshot, uri: &Uri, pipeline: Option<&str>) -> Option<Preview> {
    let file = snapshot.file(uri)?;
    let pipelines = file.analysis.pipelines();
    let chosen = match pipeline {
        Some(name) => pipelines.iter().find(|known| known.name == name)?,
        None => pipelines.first()?,
    };
    let mut preview = Preview {
        pipeline: chosen.name.to_string(),
        pipelines: pipelines.iter().map(|known| known.name.to_string()).collect(),
        svg: String::new(),
        mermaid: String::new(),
        dot: String::new(),
        nodes: Vec::new(),
        errors: u32::try_from(file.analysis.diagnostics.iter().filter(|found| found.is_error()).count()).ok()?,
    };
    if let Some(Planned { plan, .. }) = plans(snapshot, &file).iter().find(|planned| planned.decl == chosen.decl) {
        preview.svg = view::svg(plan);
        preview.mermaid = view::mermaid(plan);
        preview.dot = view::dot(plan);
        let place = |of: u32, line: u32| {
            let uri = file.uri_of(standpipe_syntax::FileId(of));
            let start = Position::new(line.saturating_sub(1), 0);
            (uri, Some(Range::new(start, start)))
        };
        nodes(plan, &plan.root, None, &place, &mut preview.nodes);
    }
    Some(preview)
}

fn nodes(
    plan: &Plan,
    region: &Region,
    parent: Option<&str>,
    place: &dyn Fn(u32, u32) -> (Option<Uri>, Option<Range>),
    out: &mut Vec<PreviewNode>,
) {
    for node in &region.nodes {
        let id = format!("n{}", node.id.0);
        let kind = match &node.kind {
            NodeKind::Item | NodeKind::Value(_) => continue,
            NodeKind::Param(_) => "param",
            NodeKind::Step(_) => "step",
            NodeKind::If { .. } => "if",
            NodeKind::For { .. } => "for",
            NodeKind::Match { .. } => "match",
            NodeKind::Loop { .. } => "loop",
            NodeKind::Try { .. } => "try",
            NodeKind::Sweep(_) => "sweep",
        };
        let name = match &node.kind {
            NodeKind::Param(index) => plan.params.get(*index as usize).map_or("", |param| param.name.as_str()),
            _ => node.name.as_str(),
        };
        let (uri, range) = place(node.origin.file, node.origin.line);
        out.push(PreviewNode {
            id: id.clone(),
            name: name.into(),
            kind: kind.into(),
            parent: parent.map(str::to_owned),
            uri,
            range,
        });
        for region in node.kind.regions() {
            nodes(plan, region, Some(&id), place, out);
        }
    }
}

/// The text of `standpipe:/std/table.pipe` and `standpipe:/errors/E0305.md`, which lie in no folder.
pub fn source_text(uri: &Uri) -> Option<String> {
    if uri.scheme().as_str() != "standpipe" {
        return None;
    }
    let path = uri.path().to_string();
    let (folder, name) = path.trim_start_matches('/').split_once('/')?;
    match folder {
        "std" => standpipe_stdlib::source(name.strip_suffix(".pipe")?).map(str::to_owned),
        "errors" => {
            let entry = Code::find(name.strip_suffix(".md")?)?;
            Some(format!("# {}: {}\n\n{}", entry.code, entry.title, entry.page))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

    #[test]
    fn steps_lead_back_to_their_lines() {
        let editor = Editor::with(
            "task f(n: Int) -> Int {\n  sh:\n    echo $n > $out\n}\n\npipeline main(n: Int) -> List[Int] {\n  a = f(n)\n  for m in 1..n {\n    f(m + a)\n  }\n}\n",
        );
        let found = super::preview(&editor.snapshot, &editor.uri, None).unwrap();
        assert!(found.mermaid.starts_with("flowchart"), "{}", found.mermaid);
        let shown: Vec<_> = found
            .nodes
            .iter()
            .map(|node| (node.kind.as_str(), node.range.unwrap().start.line, node.parent.is_some(), node.uri.is_some()))
            .collect();
        assert_eq!(
            shown,
            [("param", 5, false, true), ("step", 6, false, true), ("for", 7, false, true), ("step", 8, true, true)]
        );
        for node in &found.nodes {
            assert!(found.svg.contains(&format!("data-id=\"{}\"", node.id)), "{}: {}", node.id, found.svg);
        }
        assert!(super::preview(&editor.snapshot, &editor.uri, Some("other")).is_none());
    }

    #[test]
    fn what_lies_in_no_folder_has_a_text() {
        let text = |uri: &str| super::source_text(&uri.parse().unwrap()).is_some();
        assert!(text("standpipe:/std/table.pipe") && text("standpipe:/errors/E0305.md"));
        assert!(!text("standpipe:/std/nothing.pipe") && !text("file:///std/table.pipe"));
    }
}
