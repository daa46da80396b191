//! The tree: one typed node for each thing a person can write. No names are resolved and no types known here; later
//! stages keep side tables indexed by [`ExprId`].

mod flow;
mod head;

pub use flow::*;
use smol_str::SmolStr;

use crate::Span;

/// An expression's number in its file, in parse order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

/// A file. Declarations that could not be read stand as [`DeclKind::Broken`], so that the others keep their places.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Documentation of the file: `##` lines before the first declaration, followed by an empty line.
    pub doc: Option<Doc>,
    pub decls: Vec<Decl>,
    /// How many [`ExprId`]s were given out.
    pub expr_count: u32,
}

/// `##` lines, without the marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doc {
    pub text: SmolStr,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    pub text: SmolStr,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Decl {
    pub doc: Option<Doc>,
    /// From its keyword to its end, without the documentation.
    pub span: Span,
    pub kind: DeclKind,
}

#[derive(Clone, Debug)]
pub enum DeclKind {
    Import(Import),
    Type(TypeAlias),
    Artifact(Artifact),
    Const(Const),
    Env(Env),
    Task(Task),
    Pipeline(Pipeline),
    /// `service predict(model: Model) { … }`: a task that stays up once it is deployed, and has no result.
    Service(Task),
    Schedule(Schedule),
    Test(Test),
    /// Could not be read at all; a diagnostic says why. The name is kept when it could be read, so that uses of it do
    /// not count as unknown.
    Broken(Option<Name>),
}

/// `import std/table { holdout }`, `import "./metrics.pipe" as metrics`.
#[derive(Clone, Debug)]
pub struct Import {
    pub path: ImportPath,
    pub path_span: Span,
    /// `{ a, b as c }`; the whole module under its name (or alias) when absent.
    pub items: Option<Vec<ImportItem>>,
    pub alias: Option<Name>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ImportPath {
    /// `std/table`: the part after `std/`.
    Std(SmolStr),
    /// Relative to the importing file.
    File(SmolStr),
}

#[derive(Clone, Debug)]
pub struct ImportItem {
    pub name: Name,
    pub alias: Option<Name>,
}

/// `type Customer = { … }`, `type Pair[A, B] = { first: A, second: B }`.
#[derive(Clone, Debug)]
pub struct TypeAlias {
    pub name: Name,
    pub params: Vec<TypeParam>,
    pub ty: TypeExpr,
}

/// `artifact Model[In]: joblib`.
#[derive(Clone, Debug)]
pub struct Artifact {
    pub name: Name,
    pub params: Vec<Name>,
    pub codec: Name,
}

/// `const limit: Int = 3`.
#[derive(Clone, Debug)]
pub struct Const {
    pub name: Name,
    pub ty: Option<TypeExpr>,
    pub value: Expr,
}

/// `env ml { … }`.
#[derive(Clone, Debug)]
pub struct Env {
    pub name: Name,
    pub attrs: Vec<Attr>,
}

/// `task` or `effect`.
#[derive(Clone, Debug)]
pub struct Task {
    pub effect: bool,
    pub name: Name,
    pub type_params: Vec<TypeParam>,
    pub params: Vec<Param>,
    /// May be left out of an effect, which then returns nothing.
    pub result: Option<TypeExpr>,
    pub attrs: Vec<Attr>,
}

/// `[R]`, `[R: { label: Bool }]`.
#[derive(Clone, Debug)]
pub struct TypeParam {
    pub name: Name,
    pub bound: Option<TypeExpr>,
}

#[derive(Clone, Debug)]
pub struct Param {
    pub doc: Option<Doc>,
    pub name: Name,
    pub ty: TypeExpr,
    pub default: Option<Box<Expr>>,
}

#[derive(Clone, Debug)]
pub struct Pipeline {
    pub name: Name,
    pub type_params: Vec<TypeParam>,
    pub params: Vec<Param>,
    pub result: Option<TypeExpr>,
    pub body: Block,
}

/// `schedule nightly { … }`: when a pipeline starts by itself.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub name: Name,
    pub attrs: Vec<Attr>,
}

/// `test "holdout keeps every row" { … }`.
#[derive(Clone, Debug)]
pub struct Test {
    pub name: StrLiteral,
    pub body: Block,
}

/// `name: value`, or `name:` and a raw body.
#[derive(Clone, Debug)]
pub struct Attr {
    pub name: Name,
    pub value: AttrValue,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum AttrValue {
    Expr(Expr),
    Raw(Raw),
}

/// A raw body: text of another language, less its margin.
#[derive(Clone, Debug)]
pub struct Raw {
    /// The lines joined by `\n`, each less the common indentation; ends with `\n`.
    pub text: SmolStr,
    /// The body's lines in the file, margins included.
    pub span: Span,
    /// Where each line of `text` starts in the file, after its margin: maps places inside back to the file.
    pub lines: Vec<u32>,
}

#[derive(Clone, Debug)]
pub struct TypeExpr {
    pub span: Span,
    pub kind: TypeKind,
}

#[derive(Clone, Debug)]
pub enum TypeKind {
    /// `Int`, `Customer`, `List[T]`, `File[csv]`, `metrics.Score` (then `module` is given).
    Named {
        module: Option<Box<Name>>,
        name: Name,
        args: Vec<TypeExpr>,
    },
    /// `T?`
    Optional(Box<TypeExpr>),
    /// `{ a: Int, b: String? }`
    Record(Vec<FieldType>),
    /// `"free" | "pro"`
    Union(Vec<StrLiteral>),
    /// `Int in 1..=64`; either end may be missing.
    Bounded {
        base: Box<TypeExpr>,
        low: Option<Box<Expr>>,
        high: Option<Box<Expr>>,
        inclusive: bool,
    },
    /// A size of a tensor: `28`.
    Number(i64),
    Broken,
}

#[derive(Clone, Debug)]
pub struct FieldType {
    pub doc: Option<Doc>,
    pub name: Name,
    pub ty: TypeExpr,
}

#[derive(Clone, Debug)]
pub struct StrLiteral {
    pub value: SmolStr,
    pub span: Span,
}

/// Statements in braces. Its value is its last statement's, when that is an expression.
#[derive(Clone, Debug)]
pub struct Block {
    pub span: Span,
    pub stmts: Vec<Stmt>,
}

#[derive(Clone, Debug)]
pub struct Stmt {
    pub span: Span,
    pub kind: StmtKind,
}

#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `name = e`
    Bind {
        name: Name,
        value: Expr,
    },
    /// `{ a, b } = e`
    Unpack {
        names: Vec<Name>,
        value: Expr,
    },
    /// `expect condition`: in tests only.
    Expect(Expr),
    Expr(Expr),
    Broken,
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub id: ExprId,
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    Int(i64),
    /// Percentages too: `20%` is 0.2.
    Float(f64),
    Bool(bool),
    None,
    /// Nanoseconds.
    Duration(i64),
    /// Bytes.
    Size(u64),
    String(Vec<StrPart>),
    Name(Name),
    Field {
        of: Box<Expr>,
        name: Name,
    },
    Index {
        of: Box<Expr>,
        index: Box<Expr>,
    },
    Call {
        callee: Box<Expr>,
        args: Vec<Arg>,
    },
    /// `x |> f(y)`; `call` is what stands on the right.
    Pipe {
        value: Box<Expr>,
        call: Box<Expr>,
    },
    /// `deploy service(…)`: what is deployed is a [`ExprKind::Call`], or could not be read.
    Deploy(Box<Expr>),
    Record(Vec<RecordField>),
    List(Vec<Expr>),
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        op_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Range {
        start: Box<Expr>,
        end: Box<Expr>,
        inclusive: bool,
    },
    /// `otherwise` is a block, or for `else if` an expression of this kind.
    If {
        condition: Box<Expr>,
        then: Box<Block>,
        otherwise: Option<Else>,
    },
    For {
        pattern: Pattern,
        items: Box<Expr>,
        limit: Option<Box<Expr>>,
        body: Box<Block>,
    },
    Match(Box<Match>),
    Loop(Box<Loop>),
    Sweep(Box<Sweep>),
    /// `try e`: `none` when a task in `e` fails.
    Try(Box<Expr>),
    Paren(Box<Expr>),
    Broken,
}

#[derive(Clone, Debug)]
pub enum Else {
    Block(Box<Block>),
    If(Box<Expr>),
}

#[derive(Clone, Debug)]
pub enum StrPart {
    /// Escapes already replaced.
    Text(SmolStr),
    Expr(Expr),
}

#[derive(Clone, Debug)]
pub struct Arg {
    pub name: Option<Name>,
    pub value: Expr,
}

/// `a: 1`, or `b` for `b: b` (then `value` is the expression `b`).
#[derive(Clone, Debug)]
pub struct RecordField {
    pub name: Name,
    pub value: Expr,
    pub short: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    Negate,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
    Coalesce,
}
