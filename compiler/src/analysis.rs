//! A file and all it imports, read and checked: everything that can be known before anything runs.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use standpipe_plan::{BinaryOp, Shape, Value};
use standpipe_syntax::ast::{Decl, DeclKind, Pipeline, Stmt, StmtKind};
use standpipe_syntax::diag::{Code, Diagnostic, Severity};
use standpipe_syntax::{Source, Span};

use crate::World;
use crate::check::{self, Checked, Signature};
use crate::embed::{self, Embedded};
use crate::lower;
use crate::resolve::{self, DeclId};
use crate::{sound, types};

/// What is known of a program before anything runs.
#[derive(Debug)]
pub struct Analysis {
    pub checked: Checked,
    pub embedded: Embedded,
    /// Of all stages, in order of file and place.
    pub diagnostics: Vec<Diagnostic>,
}

/// A pipeline as its callers see it.
#[derive(Clone, Debug)]
pub struct PipelineInfo {
    pub decl: DeclId,
    pub name: SmolStr,
    /// Markdown.
    pub doc: String,
    pub params: Vec<ParamInfo>,
    /// The result's type, as written.
    pub result: String,
}

/// A test, and what it expects.
#[derive(Clone, Debug)]
pub struct TestInfo {
    pub decl: DeclId,
    pub name: SmolStr,
    pub span: Span,
    /// In source order; [`outcome`](crate::lower::outcome) tells of each what it came to.
    pub expects: Vec<ExpectInfo>,
}

/// One `expect`.
#[derive(Clone, Copy, Debug)]
pub struct ExpectInfo {
    /// The condition.
    pub span: Span,
    /// What it compares, when it does.
    pub sides: Option<(BinaryOp, Span, Span)>,
}

/// A parameter of a pipeline.
#[derive(Clone, Debug)]
pub struct ParamInfo {
    pub name: SmolStr,
    /// Markdown.
    pub doc: String,
    /// Its type, as people write it.
    pub ty: String,
    pub shape: Shape,
    pub default: Option<Value>,
}

/// Reads `path` and all it imports, and checks everything that can be known before running.
#[must_use]
pub fn analyse(world: &dyn World, path: &str) -> Analysis {
    analyse_all(world, &[path])
}

/// The same of many files at once, each of which is read and checked once however many import it. What is wrong in one
/// keeps nothing from being found in those that do not import it.
#[must_use]
pub fn analyse_all(world: &dyn World, paths: &[&str]) -> Analysis {
    let resolved = resolve::resolve(world, paths);
    let begun = embed::begin(world, &resolved);
    let mut checked = check::check(world, resolved);
    let mut embedded = embed::check(world, &checked, begun);
    let mut diagnostics = std::mem::take(&mut checked.diagnostics);
    diagnostics.append(&mut embedded.diagnostics);
    diagnostics.retain(|found| found.code != Code::UNUSED_INPUT || !embedded.meant.contains(&found.span));
    let sound = sound::files(&checked.resolved, &diagnostics);
    diagnostics.append(&mut lower::check(&checked, &embedded, &world.machines(), &sound));
    one_message_each(&checked, &mut diagnostics);
    // What went wrong first explains what follows, so errors stand before warnings at one place.
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.severity, diagnostic.code));
    diagnostics.dedup();
    Analysis { checked, embedded, diagnostics }
}

/// What the names in `path` mean, and the types of its expressions: for whoever asks what could stand in a text, and not
/// what is wrong with it. Nothing is said of bodies in other languages, nor of how what it imports does what it does.
#[must_use]
pub fn meanings(world: &dyn World, path: &str) -> Analysis {
    let resolved = resolve::resolve(world, &[path]);
    let given = resolved.given;
    let checked = check::check_some(world, resolved, given);
    Analysis { checked, embedded: Embedded::default(), diagnostics: Vec::new() }
}

/// Drops what is only an echo of text that could not be read: whatever else is said of the same declaration.
fn one_message_each(checked: &Checked, diagnostics: &mut Vec<Diagnostic>) {
    let unread = |diagnostic: &Diagnostic| diagnostic.code.as_str().starts_with("E01");
    let mut broken: FxHashSet<DeclId> = FxHashSet::default();
    let decl_of = |diagnostic: &Diagnostic| {
        let span = diagnostic.span;
        let decls = &checked.resolved.files.get(span.file.0 as usize)?.tree.decls;
        let index = decls.partition_point(|decl| decl.span.start <= span.start).checked_sub(1)?;
        let index = u32::try_from(index).ok().filter(|_| span.start <= decls[index].span.end)?;
        Some(DeclId { file: span.file, index })
    };
    // What a query calls by another name is not unused besides.
    let misnamed: FxHashSet<DeclId> = diagnostics
        .iter()
        .filter(|diagnostic| {
            [Code::SQL_TABLE, Code::SQL_COLUMN, Code::SQL_PARAMETER, Code::SQL_SYNTAX].contains(&diagnostic.code)
        })
        .filter_map(decl_of)
        .collect();
    let is_echo = |diagnostic: &Diagnostic| {
        diagnostic.code == Code::UNUSED_INPUT && decl_of(diagnostic).is_some_and(|decl| misnamed.contains(&decl))
    };
    let echoes: Vec<bool> = diagnostics.iter().map(is_echo).collect();
    let mut echoes = echoes.into_iter();
    diagnostics.retain(|_| !echoes.next().unwrap_or_default());
    broken.extend(diagnostics.iter().filter(|diagnostic| unread(diagnostic)).filter_map(decl_of));
    if broken.is_empty() {
        return;
    }
    diagnostics
        .retain(|diagnostic| unread(diagnostic) || decl_of(diagnostic).is_none_or(|decl| !broken.contains(&decl)));
}

impl Analysis {
    /// The files, by [`standpipe_syntax::FileId`]: `.pipe` files, then those of other languages that they refer to.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        let files = self.checked.resolved.files.iter().map(|file| file.source.clone());
        files.chain(self.embedded.sources.iter().cloned()).collect()
    }

    /// Whether anything keeps the program from running.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The pipelines of the given file, in source order.
    #[must_use]
    pub fn pipelines(&self) -> Vec<PipelineInfo> {
        let Some(file) = self.checked.resolved.files.first() else { return Vec::new() };
        let decls = (0_u32..).zip(&file.tree.decls);
        decls
            .filter_map(|(index, decl)| {
                let DeclKind::Pipeline(pipeline) = &decl.kind else { return None };
                let id = DeclId { file: file.source.id, index };
                let signature = self.checked.signatures.get(&id)?;
                Some(self.pipeline(id, decl, pipeline, signature))
            })
            .collect()
    }

    /// The tests of the given file, in source order.
    #[must_use]
    pub fn tests(&self) -> Vec<TestInfo> {
        let Some(file) = self.checked.resolved.files.first() else { return Vec::new() };
        let expect = |stmt: &Stmt| match &stmt.kind {
            StmtKind::Expect(expr) => {
                let sides = lower::sides(expr).map(|(op, left, right)| (check::binary(op), left.span, right.span));
                Some(ExpectInfo { span: expr.span, sides })
            }
            StmtKind::Bind { .. } | StmtKind::Unpack { .. } | StmtKind::Expr(_) | StmtKind::Broken => None,
        };
        let tests = (0_u32..).zip(&file.tree.decls).filter_map(|(index, decl)| {
            let DeclKind::Test(test) = &decl.kind else { return None };
            Some(TestInfo {
                decl: DeclId { file: file.source.id, index },
                name: test.name.value.clone(),
                span: test.name.span,
                expects: test.body.stmts.iter().filter_map(expect).collect(),
            })
        });
        tests.collect()
    }

    fn pipeline(&self, id: DeclId, decl: &Decl, pipeline: &Pipeline, signature: &Signature) -> PipelineInfo {
        let text = |doc: &Option<standpipe_syntax::ast::Doc>| {
            doc.as_ref().map_or_else(String::new, |doc| doc.text.to_string())
        };
        let params = pipeline.params.iter().zip(&signature.params).map(|(param, known)| ParamInfo {
            name: known.name.clone(),
            doc: text(&param.doc),
            ty: known.ty.to_string(),
            shape: types::shape(&known.ty, &self.checked.resolved),
            default: known.default.clone(),
        });
        PipelineInfo {
            decl: id,
            name: pipeline.name.text.clone(),
            doc: text(&decl.doc),
            params: params.collect(),
            result: signature.result.to_string(),
        }
    }
}
