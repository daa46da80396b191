//! From the checked tree to the graph: pipelines inlined, defaults filled in, names gone. Optimises nothing, and knows
//! nothing of how a plan is written down.

mod control;
mod errors;
mod expr;
mod flow;
mod inline;
mod machine;
mod names;
mod schedule;
mod settings;
mod sweep;
mod task;
mod test;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use standpipe_plan::{EnvironmentId, Expr, NodeId, Origin, Param, Shape, TaskId};
use standpipe_syntax::ast::{DeclKind, Pipeline};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use self::names::Names;
pub(crate) use self::test::sides;
pub use self::test::{Outcome, outcome};
use crate::Machine;
use crate::check::Checked;
use crate::embed::Embedded;
use crate::graph::{Graph, NodeKind, RegionId};
use crate::resolve::{DeclId, File, LocalId};
use crate::types::{Bindings, Type, shape};

/// What lowering made; without a graph when something is wrong.
#[derive(Clone, Debug)]
pub struct Lowered {
    pub graph: Option<Graph>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Lowers the pipeline or test `id` of a program without errors.
#[must_use]
pub fn lower(checked: &Checked, embedded: &Embedded, id: DeclId) -> Lowered {
    let mut lowerer = match &checked.resolved.decl(id).kind {
        DeclKind::Pipeline(pipeline) => {
            let mut lowerer = Lowerer::new(checked, embedded, id, pipeline.name.text.clone());
            lowerer.pipeline(id, pipeline);
            lowerer.graph.schedules = lowerer.schedules(id);
            lowerer
        }
        DeclKind::Test(test) => {
            let mut lowerer = Lowerer::new(checked, embedded, id, test::path(&test.name.value));
            lowerer.test(test);
            lowerer
        }
        _ => return Lowered { graph: None, diagnostics: Vec::new() },
    };
    lowerer.graph.files = checked.resolved.files.iter().map(|file| file.path.clone()).collect();
    lowerer.graph.modules.clone_from(&embedded.modules);
    let Lowerer { graph, diagnostics, .. } = lowerer;
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    Lowered { graph: (!failed).then_some(graph), diagnostics }
}

/// What is wrong with the tasks of the user's files, called or not, and with the pipelines and tests of those that were
/// asked for, beyond what checking finds; `machines` are those that steps may run on. Only of `files`: neither they nor
/// what they import has errors.
#[must_use]
pub fn check(
    checked: &Checked,
    embedded: &Embedded,
    machines: &[Machine],
    files: &FxHashSet<FileId>,
) -> Vec<Diagnostic> {
    let resolved = &checked.resolved;
    let mut found: Vec<Diagnostic> = Vec::new();
    // A mistake is met wherever its pipeline is inlined.
    let mut known: FxHashMap<(Span, Code), Vec<usize>> = FxHashMap::default();
    for file in resolved.files.iter().filter(|file| !file.std && files.contains(&file.source.id)) {
        let given = resolved.is_given(file.source.id);
        for (index, decl) in (0..).zip(&file.tree.decls) {
            let id = DeclId { file: file.source.id, index };
            let mut lowerer = match &decl.kind {
                DeclKind::Task(task) | DeclKind::Service(task) => {
                    Lowerer::new(checked, embedded, id, task.name.text.clone())
                }
                DeclKind::Pipeline(pipeline) if given => {
                    Lowerer::new(checked, embedded, id, pipeline.name.text.clone())
                }
                DeclKind::Test(test) if given => Lowerer::new(checked, embedded, id, test::path(&test.name.value)),
                _ => continue,
            };
            match &decl.kind {
                DeclKind::Test(test) => lowerer.test(test),
                DeclKind::Pipeline(pipeline) => lowerer.pipeline(id, pipeline),
                DeclKind::Task(task) | DeclKind::Service(task) => {
                    let lowered = lowerer.task(id);
                    lowerer.too_large(task, lowered, machines);
                }
                _ => {}
            }
            for diagnostic in lowerer.diagnostics {
                let alike = known.entry((diagnostic.span, diagnostic.code)).or_default();
                if alike.iter().all(|at| found[*at] != diagnostic) {
                    alike.push(found.len());
                    found.push(diagnostic);
                }
            }
        }
    }
    found
}

fn origin(checked: &Checked, span: Span) -> Origin {
    let source = &checked.resolved.file(span.file).source;
    Origin { file: span.file.0, line: source.line_of(span.start) + 1 }
}

/// The pipeline that is being lowered, or one that is inlined into it: what its names stand for.
struct Frame<'a> {
    file: &'a File,
    decl: DeclId,
    params: Vec<Expr>,
    type_args: Bindings,
    locals: FxHashMap<LocalId, Expr>,
}

impl<'a> Frame<'a> {
    fn new(checked: &'a Checked, decl: DeclId, type_args: Vec<Type>) -> Self {
        Self {
            file: checked.resolved.file(decl.file),
            decl,
            params: Vec::new(),
            type_args: Bindings(type_args.into_iter().map(Some).collect()),
            locals: FxHashMap::default(),
        }
    }
}

struct Lowerer<'a> {
    checked: &'a Checked,
    embedded: &'a Embedded,
    graph: Graph,
    /// Where new nodes go.
    region: RegionId,
    frame: Frame<'a>,
    names: Names,
    tasks: FxHashMap<DeclId, TaskId>,
    environments: FxHashMap<DeclId, EnvironmentId>,
    /// How deep the expression at hand nests.
    depth: u32,
    /// How deep the region at hand nests.
    regions: u32,
    /// Calls of pipelines that are being inlined, outermost first.
    inlined: Vec<Span>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Lowerer<'a> {
    fn new(checked: &'a Checked, embedded: &'a Embedded, id: DeclId, name: SmolStr) -> Self {
        let result = checked.signatures.get(&id).map_or(Shape::Nothing, |ty| shape(&ty.result, &checked.resolved));
        Self {
            checked,
            embedded,
            graph: Graph::new(name, Vec::new(), result),
            region: Graph::ROOT,
            frame: Frame::new(checked, id, Vec::new()),
            names: Names::default(),
            tasks: FxHashMap::default(),
            environments: FxHashMap::default(),
            depth: 0,
            regions: 0,
            inlined: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    fn pipeline(&mut self, id: DeclId, pipeline: &Pipeline) {
        let Some(signature) = self.checked.signatures.get(&id) else { return };
        for (index, (param, ty)) in (0..).zip(pipeline.params.iter().zip(&signature.params)) {
            let node = self.add("", NodeKind::Param(index), param.name.span);
            self.graph.params.push(Param {
                name: param.name.text.clone(),
                node,
                shape: shape(&ty.ty, &self.checked.resolved),
                default: ty.default.clone(),
                doc: param.doc.as_ref().map(|doc| doc.text.clone()).unwrap_or_default(),
            });
            self.frame.params.push(Expr::Node(node));
        }
        let result = self.block(&pipeline.body);
        self.add("", NodeKind::Result(result), pipeline.body.span);
    }

    fn add(&mut self, name: &str, kind: NodeKind, span: Span) -> NodeId {
        let origin = self.origin(span);
        self.graph.add(self.region, SmolStr::new(name), kind, origin)
    }

    fn origin(&self, span: Span) -> Origin {
        origin(self.checked, span)
    }

    fn file(&self) -> FileId {
        self.frame.decl.file
    }

    /// Reports a mistake once, however often its place is inlined.
    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }
}
