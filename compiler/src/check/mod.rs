//! Every expression has a type. Side tables over the tree; the tree itself is never changed.

mod attrs;
mod block;
mod call;
mod constant;
mod cron;
mod declare;
mod effects;
mod expect;
mod expr;
mod flow;
mod header;
mod narrow;
mod operator;
mod schedule;
mod secret;
mod service;
mod space;
mod sweep;
mod tensor;

pub use attrs::{ENV_ATTRIBUTES, SCHEDULE_ATTRIBUTES, SERVICE_ATTRIBUTES, TASK_ATTRIBUTES};
pub use constant::{binary, unary};
pub use declare::{CODECS, ROW_FORMATS};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use standpipe_plan::{Builtin, Value};
use standpipe_syntax::ast::{DeclKind, Expr, ExprId, Pipeline, StmtKind, Test};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use crate::World;
use crate::resolve::{DeclId, Resolved, Target};
use crate::types::Type;

/// A checked program: the tree, and what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    pub resolved: Resolved,
    /// The type of each expression before any conversion, by file and [`ExprId`].
    pub types: Vec<Vec<Type>>,
    /// Expressions that become another type where they stand.
    pub conversions: FxHashMap<(FileId, ExprId), Conversion>,
    /// What each call calls and with what; keyed by the `Call` expression (for `x |> f(y)`: the right side's id).
    pub calls: FxHashMap<(FileId, ExprId), Call>,
    /// Of tasks, effects and pipelines.
    pub signatures: FxHashMap<DeclId, Signature>,
    /// Of consts: folded.
    pub consts: FxHashMap<DeclId, Value>,
    /// Of consts: as declared, or of their value.
    pub const_types: FxHashMap<DeclId, Type>,
    /// Of reading, parsing, resolving and checking, in order of file and place.
    pub diagnostics: Vec<Diagnostic>,
}

/// An implicit conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// Int to Float.
    ToFloat,
    /// A String literal to a File or Dir: relative to the file it stands in, existence already checked.
    ToPath,
    /// A String literal to a Date or Time, form already checked.
    ToDate,
    ToTime,
}

/// Whether something within `span` could not be read or found: what follows from that is not reported too.
pub(crate) fn broken_within(diagnostics: &[Diagnostic], span: Span) -> bool {
    diagnostics.iter().any(|diagnostic| {
        let (code, inner) = (diagnostic.code.as_str(), diagnostic.span);
        let within = inner.file == span.file && span.start <= inner.start && inner.end <= span.end;
        within && (code.starts_with("E01") || code.starts_with("E02"))
    })
}

/// A resolved call.
#[derive(Clone, Debug)]
pub struct Call {
    pub callee: Callee,
    /// For each parameter of the callee, in order, where its value comes from.
    pub args: Vec<Given>,
    /// What the callee's type parameters are here.
    pub type_args: Vec<Type>,
    /// The result's type, type parameters replaced.
    pub result: Type,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A task, effect or pipeline.
    Decl(DeclId),
    Builtin(Builtin),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// `args[index]` of the call expression.
    Arg(u32),
    /// What stands left of `|>`.
    Piped,
    /// The parameter's default.
    Default,
}

/// The outside of a task, effect or pipeline.
#[derive(Clone, Debug)]
pub struct Signature {
    pub type_params: Vec<SmolStr>,
    /// What each type parameter has at least.
    pub bounds: Vec<Option<Type>>,
    pub params: Vec<ParamType>,
    pub result: Type,
}

#[derive(Clone, Debug)]
pub struct ParamType {
    pub name: SmolStr,
    pub ty: Type,
    /// Folded default, where there is one.
    pub default: Option<Value>,
}

/// Gives every expression of every file a type, and says what does not fit.
#[must_use]
pub fn check(world: &dyn World, resolved: Resolved) -> Checked {
    let all = resolved.files.len();
    check_some(world, resolved, all)
}

/// The same of what the first `some` files declare; of the others only the heads of their declarations.
pub(crate) fn check_some(world: &dyn World, mut resolved: Resolved, some: usize) -> Checked {
    let diagnostics = std::mem::take(&mut resolved.diagnostics);
    let types = resolved.files.iter().map(|file| vec![Type::Error; file.tree.expr_count as usize]).collect();
    let mut checker = Checker {
        world,
        resolved: &resolved,
        types,
        conversions: FxHashMap::default(),
        calls: FxHashMap::default(),
        signatures: FxHashMap::default(),
        consts: FxHashMap::default(),
        constants: FxHashMap::default(),
        aliases: FxHashMap::default(),
        effectful: effects::effectful(&resolved),
        in_pipeline: false,
        deploying: None,
        facts: narrow::Facts::new(),
        states: FxHashMap::default(),
        spared: FxHashSet::default(),
        nesting: 0,
        recursive: false,
        diagnostics,
    };
    checker.declare();
    checker.recursion();
    checker.bodies(some);
    let Checker { types, conversions, calls, signatures, consts, constants, mut diagnostics, spared, .. } = checker;
    let const_types = constants.into_iter().filter_map(|(id, progress)| Some((id, progress.done()?))).collect();
    diagnostics.retain(|diagnostic| diagnostic.code != Code::UNUSED_STEP || !spared.contains(&diagnostic.span));
    Checked { resolved, types, conversions, calls, signatures, consts, const_types, diagnostics }
}

/// The state of checking: side tables that grow over a tree that stays.
struct Checker<'a> {
    world: &'a dyn World,
    resolved: &'a Resolved,
    types: Vec<Vec<Type>>,
    conversions: FxHashMap<(FileId, ExprId), Conversion>,
    calls: FxHashMap<(FileId, ExprId), Call>,
    signatures: FxHashMap<DeclId, Signature>,
    consts: FxHashMap<DeclId, Value>,
    constants: FxHashMap<DeclId, constant::Progress>,
    aliases: FxHashMap<DeclId, declare::Alias>,
    /// Effects, and pipelines that call one.
    effectful: FxHashSet<DeclId>,
    /// Whether calls are allowed where the checker is.
    in_pipeline: bool,
    /// The call that stands behind `deploy`.
    deploying: Option<ExprId>,
    /// What conditions around the place where the checker is tell of names.
    facts: narrow::Facts,
    /// The type of a loop's state, by what it begins with.
    states: FxHashMap<(FileId, ExprId), Type>,
    /// Names that nothing is said of when nothing uses them.
    spared: FxHashSet<Span>,
    /// How many declarations are being looked up, each for the one before.
    nesting: u32,
    /// Some pipeline leads back to itself.
    recursive: bool,
    diagnostics: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn bodies(&mut self, some: usize) {
        let resolved = self.resolved;
        for file in resolved.files.iter().take(some) {
            for (index, decl) in (0_u32..).zip(&file.tree.decls) {
                let id = DeclId { file: file.source.id, index };
                match &decl.kind {
                    DeclKind::Env(env) => self.env(env, id.file),
                    DeclKind::Task(task) => {
                        self.task(task, decl.span, id.file);
                        self.queried(task, id);
                    }
                    DeclKind::Pipeline(pipeline) => self.pipeline(pipeline, id),
                    DeclKind::Import(_)
                    | DeclKind::Type(_)
                    | DeclKind::Artifact(_)
                    | DeclKind::Const(_)
                    | DeclKind::Broken(_) => {}
                    DeclKind::Test(test) => self.test(test, id.file),
                    DeclKind::Service(service) => self.service(service, decl.span, id.file),
                    DeclKind::Schedule(schedule) => self.schedule(schedule, id),
                }
            }
        }
    }

    fn test(&mut self, test: &Test, file: FileId) {
        if let Some(first) = self.same_test(test, file) {
            self.report(
                Diagnostic::new(
                    Code::SAME_TEST,
                    test.name.span,
                    format!("another test is called {:?}", test.name.value),
                )
                .also(first, "the first one")
                .help("say in its name what this one shows"),
            );
        }
        self.in_pipeline = true;
        let before = self.diagnostics.len();
        self.block(&test.body, None, block::Use::Nobody, file);
        self.in_pipeline = false;
        if let Some(StmtKind::Expr(last)) = test.body.stmts.last().map(|stmt| &stmt.kind)
            && self.diagnostics.len() == before
        {
            self.nobody_uses(last, file);
        }
    }

    /// The test of the same name that is declared before `test`.
    fn same_test(&self, test: &Test, file: FileId) -> Option<Span> {
        let decls = self.resolved.file(file).tree.decls.iter();
        let tests = decls.filter_map(|decl| if let DeclKind::Test(test) = &decl.kind { Some(test) } else { None });
        let mut before = tests.take_while(|other| other.name.span.start < test.name.span.start);
        before.find(|other| other.name.value == test.name.value).map(|other| other.name.span)
    }

    fn pipeline(&mut self, pipeline: &Pipeline, id: DeclId) {
        let wanted = self.signatures.get(&id).map_or(Type::Error, |signature| signature.result.clone());
        self.in_pipeline = true;
        let result = (wanted != Type::Nothing).then_some(&wanted);
        let used = if pipeline.result.is_some() { block::Use::Value } else { block::Use::Nobody };
        let before = self.diagnostics.len();
        let found = self.block(&pipeline.body, result, used, id.file);
        let clean = self.diagnostics.len() == before;
        self.in_pipeline = false;
        let declared = pipeline.result.as_ref().map(|result| result.span);
        match pipeline.body.stmts.last().map(|stmt| &stmt.kind) {
            Some(StmtKind::Expr(last)) if pipeline.result.is_some() => {
                let cause = declared.map(|span| (span, "the pipeline's result"));
                let mut none = crate::types::Bindings::default();
                self.expect_found(last, &found, &wanted, &mut none, id.file, cause);
            }
            Some(StmtKind::Expr(last)) => {
                if clean && !self.has_effect(last, id.file) && found != Type::Error {
                    self.report(
                        Diagnostic::new(Code::UNUSED_RESULT, last.span, "nothing uses this result, so this never runs")
                            .help(format!("declare it as the pipeline's result: `-> {found}`")),
                    );
                }
            }
            Some(StmtKind::Broken) => {}
            _ => {
                // What was meant to be the result is not unused besides.
                if let Some(StmtKind::Bind { name, .. }) = pipeline.body.stmts.last().map(|stmt| &stmt.kind) {
                    self.spared.insert(name.span);
                }
                if let (Some(declared), true) = (declared, wanted != Type::Error) {
                    let end = Span { start: pipeline.body.span.end.saturating_sub(1), ..pipeline.body.span };
                    self.report(
                        Diagnostic::new(
                            Code::NO_VALUE,
                            end,
                            format!("the pipeline ends without its result, `{wanted}`"),
                        )
                        .also(declared, "declared here")
                        .help("the last line of a block is its value"),
                    );
                }
            }
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Runs `run` and forgets what it reported: the same has been reported elsewhere.
    fn quietly<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.diagnostics.len();
        let result = run(self);
        self.diagnostics.truncate(before);
        result
    }

    fn note(&mut self, file: FileId, expr: &Expr, ty: Type) {
        if let Some(slot) = self.types.get_mut(file.0 as usize).and_then(|types| types.get_mut(expr.id.0 as usize)) {
            *slot = ty;
        }
    }

    fn type_of(&self, file: FileId, expr: &Expr) -> Type {
        self.type_of_id(file, expr.id)
    }

    fn type_of_id(&self, file: FileId, id: ExprId) -> Type {
        self.types.get(file.0 as usize).and_then(|types| types.get(id.0 as usize)).cloned().unwrap_or(Type::Error)
    }

    fn target(&self, file: FileId, id: ExprId) -> Option<Target> {
        self.resolved.file(file).names.get(&id).copied()
    }

    fn has_default(&self, decl: DeclId, name: &str) -> bool {
        self.params_of(decl).iter().any(|param| param.name.text == name && param.default.is_some())
    }

    fn param_span(&self, decl: DeclId, index: usize) -> Option<Span> {
        self.params_of(decl).get(index).map(|param| param.name.span)
    }

    fn params_of(&self, decl: DeclId) -> &[standpipe_syntax::ast::Param] {
        self.resolved.decl(decl).kind.params()
    }
}
