//! What the grammar's actions make the tree with. Knows nothing of tokens.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::ast::*;
use crate::diag::Diagnostic;
use crate::{FileId, Span};

/// What one parse of the grammar yields.
pub(crate) enum Item {
    Import(Import),
    Type(TypeAlias),
    Artifact(Artifact),
    Const(Const),
    Env(Name),
    Head(Head),
    Attr(Attr),
    Stmt(StmtKind),
    Expr(Expr),
    Test(StrLiteral),
    Arm(Vec<Case>, Block),
}

/// `name[R](a: Int) -> T`
pub(crate) struct Head {
    pub(crate) name: Name,
    pub(crate) type_params: Vec<TypeParam>,
    pub(crate) params: Vec<Param>,
    pub(crate) result: Option<TypeExpr>,
}

/// Gives out expression numbers, and holds what was read before the grammar is asked.
#[derive(Default)]
pub(crate) struct Builder {
    pub(crate) file: FileId,
    pub(crate) expr_count: u32,
    /// Documentation by where the token after it starts.
    pub(crate) docs: Arc<FxHashMap<u32, Doc>>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Mistakes that were met again and not reported again.
    pub(crate) silent: usize,
    blocks: Vec<Block>,
    strings: Vec<Vec<StrPart>>,
    raws: Vec<Raw>,
    arms: Vec<(Vec<Arm>, bool)>,
}

impl Builder {
    pub(crate) fn new(file: FileId, docs: Arc<FxHashMap<u32, Doc>>) -> Self {
        Self { file, docs, ..Self::default() }
    }

    pub(crate) fn span(&self, start: u32, end: u32) -> Span {
        Span { file: self.file, start, end }
    }

    pub(crate) fn put_block(&mut self, block: Block) -> u32 {
        self.blocks.push(block);
        crate::lex::small(self.blocks.len() - 1)
    }

    pub(crate) fn put_string(&mut self, parts: Vec<StrPart>) -> u32 {
        self.strings.push(parts);
        crate::lex::small(self.strings.len() - 1)
    }

    /// The arms of a `match`, and whether some could not be read.
    pub(crate) fn put_arms(&mut self, arms: (Vec<Arm>, bool)) -> u32 {
        self.arms.push(arms);
        crate::lex::small(self.arms.len() - 1)
    }

    pub(crate) fn put_raw(&mut self, raw: Raw) -> u32 {
        self.raws.push(raw);
        crate::lex::small(self.raws.len() - 1)
    }

    /// Takes a block that was read; each is taken once.
    pub(crate) fn block(&mut self, index: u32) -> Block {
        match self.blocks.get_mut(index as usize) {
            Some(block) => std::mem::replace(block, Block { span: block.span, stmts: Vec::new() }),
            None => Block { span: Span::default(), stmts: Vec::new() },
        }
    }

    pub(crate) fn string(&mut self, index: u32) -> Vec<StrPart> {
        self.strings.get_mut(index as usize).map(std::mem::take).unwrap_or_default()
    }

    pub(crate) fn raw(&mut self, index: u32) -> Raw {
        let empty = Raw { text: SmolStr::default(), span: Span::default(), lines: Vec::new() };
        self.raws.get_mut(index as usize).map(|raw| std::mem::replace(raw, empty.clone())).unwrap_or(empty)
    }

    /// The documentation before a name.
    pub(crate) fn doc(&self, name: Span) -> Option<Doc> {
        self.docs.get(&name.start).cloned()
    }

    pub(crate) fn name(&self, text: SmolStr, start: u32, end: u32) -> Name {
        Name { text, span: self.span(start, end) }
    }

    pub(crate) fn ty(&self, kind: TypeKind, start: u32, end: u32) -> Box<TypeExpr> {
        Box::new(TypeExpr { span: self.span(start, end), kind })
    }

    /// A type by its name. What may stand in brackets and does not ends where the next token starts.
    pub(crate) fn named(&self, module: Option<Box<Name>>, name: Name, args: Vec<TypeExpr>, end: u32) -> Box<TypeExpr> {
        let start = module.as_ref().map_or(name.span.start, |module| module.span.start);
        let end = if args.is_empty() { name.span.end } else { end };
        self.ty(TypeKind::Named { module, name, args }, start, end)
    }

    pub(crate) fn union(&self, first: StrLiteral, rest: Vec<StrLiteral>, start: u32, end: u32) -> Box<TypeExpr> {
        let mut members = vec![first];
        members.extend(rest);
        self.ty(TypeKind::Union(members), start, end)
    }

    pub(crate) fn bounded(
        &self,
        base: Box<TypeExpr>,
        (low, high, inclusive): (Option<Box<Expr>>, Option<Box<Expr>>, bool),
        start: u32,
        end: u32,
    ) -> Box<TypeExpr> {
        self.ty(TypeKind::Bounded { base, low, high, inclusive }, start, end)
    }

    /// A string that must be plain text.
    pub(crate) fn literal(&mut self, index: u32, start: u32, end: u32) -> StrLiteral {
        let span = self.span(start, end);
        let mut value = String::new();
        for part in self.string(index) {
            match part {
                StrPart::Text(text) => value.push_str(&text),
                StrPart::Expr(expr) => self.diagnostics.push(super::errors::value_in_plain_string(expr.span)),
            }
        }
        StrLiteral { value: value.into(), span }
    }

    pub(crate) fn import_file(&mut self, index: u32, start: u32, end: u32) -> ImportPath {
        ImportPath::File(self.literal(index, start, end).value)
    }

    pub(crate) fn import_std(&mut self, first: Name, rest: Vec<Name>) -> ImportPath {
        let path: Vec<&str> = rest.iter().map(|name| name.text.as_str()).collect();
        if first.text != "std" || path.is_empty() {
            let last = rest.last().map_or(first.span, |name| name.span);
            self.diagnostics.push(super::errors::module_path(first.span.to(last), &first, &path));
        }
        ImportPath::Std(path.join("/").into())
    }

    pub(crate) fn expr(&mut self, kind: ExprKind, start: u32, end: u32) -> Box<Expr> {
        let id = ExprId(self.expr_count);
        self.expr_count += 1;
        Box::new(Expr { id, span: self.span(start, end), kind })
    }

    pub(crate) fn unary(&mut self, op: UnaryOp, operand: Box<Expr>, start: u32, end: u32) -> Box<Expr> {
        self.expr(ExprKind::Unary { op, operand }, start, end)
    }

    /// `start` and `end` are the operator's.
    pub(crate) fn binary(
        &mut self,
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
        start: u32,
        end: u32,
    ) -> Box<Expr> {
        let (from, to, op_span) = (left.span.start, right.span.end, self.span(start, end));
        self.expr(ExprKind::Binary { op, op_span, left, right }, from, to)
    }

    pub(crate) fn call(&mut self, callee: Box<Expr>, args: Vec<Arg>, start: u32, end: u32) -> Box<Expr> {
        let named = args.iter().find_map(|arg| arg.name.as_ref());
        if let Some(named) = named
            && let Some(late) = args.iter().find(|arg| arg.name.is_none() && arg.value.span.start > named.span.start)
        {
            self.diagnostics.push(super::errors::positional_after_named(late.value.span, named.span));
        }
        self.expr(ExprKind::Call { callee, args }, start, end)
    }

    pub(crate) fn range(&mut self, from: Box<Expr>, to: Box<Expr>, inclusive: bool, start: u32, end: u32) -> Box<Expr> {
        self.expr(ExprKind::Range { start: from, end: to, inclusive }, start, end)
    }

    pub(crate) fn if_else(
        &mut self,
        condition: Box<Expr>,
        then: u32,
        otherwise: Option<Else>,
        start: u32,
        end: u32,
    ) -> Box<Expr> {
        let then = Box::new(self.block(then));
        self.expr(ExprKind::If { condition, then, otherwise }, start, end)
    }

    pub(crate) fn for_in(
        &mut self,
        pattern: Pattern,
        items: Box<Expr>,
        limit: Option<Box<Expr>>,
        body: u32,
        start: u32,
        end: u32,
    ) -> Box<Expr> {
        let body = Box::new(self.block(body));
        self.expr(ExprKind::For { pattern, items, limit, body }, start, end)
    }

    /// `arms` are read; `at` is where they stand.
    pub(crate) fn match_of(&mut self, subject: Box<Expr>, arms: u32, at: u32, start: u32, end: u32) -> Box<Expr> {
        let (arms, broken) = self.arms.get_mut(arms as usize).map(std::mem::take).unwrap_or_default();
        let span = self.span(at, end);
        self.expr(ExprKind::Match(Box::new(Match { subject, arms, span, broken })), start, end)
    }

    pub(crate) fn case(&self, kind: CaseKind, start: u32, end: u32) -> Case {
        Case { span: self.span(start, end), kind }
    }

    pub(crate) fn cases(&self, first: Case, rest: Vec<Case>) -> Vec<Case> {
        std::iter::once(first).chain(rest).collect()
    }

    /// `b` for `b: b`.
    pub(crate) fn short_field(&mut self, name: Name) -> RecordField {
        let value = self.expr(ExprKind::Name(name.clone()), name.span.start, name.span.end);
        RecordField { name, value: *value, short: true }
    }
}

/// What the parser has moved about in boxes.
pub(crate) fn unboxed<T>(items: Vec<Box<T>>) -> Vec<T> {
    items.into_iter().map(|item| *item).collect()
}
