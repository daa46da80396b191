//! The type of every expression. What an expression must be is `expect`'s business, what a call means `call`'s.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_syntax::ast::{DeclKind, Expr, ExprKind, Name, RecordField, StrPart};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::Checker;
use crate::resolve::{LocalKind, Target};
use crate::types::{Field, Type, find, join, optional};
use standpipe_syntax::nearest::{listed, nearest};

impl Checker<'_> {
    /// The type of `expr`, noted in the table. `wanted` helps literals and lists to be what they are meant to be.
    pub(super) fn expr(&mut self, expr: &Expr, wanted: Option<&Type>, file: FileId) -> Type {
        let ty = self.kind(expr, wanted, file);
        self.note(file, expr, ty.clone());
        ty
    }

    fn kind(&mut self, expr: &Expr, wanted: Option<&Type>, file: FileId) -> Type {
        match &expr.kind {
            ExprKind::Int(_) => Type::Int(None),
            ExprKind::Float(_) => Type::Float(None),
            ExprKind::Bool(_) => Type::Bool,
            ExprKind::None => Type::None,
            ExprKind::Duration(_) => Type::Duration,
            ExprKind::Size(_) => Type::Size,
            ExprKind::String(parts) => {
                for part in parts {
                    if let StrPart::Expr(part) = part {
                        self.interpolated(part, file);
                    }
                }
                Type::String
            }
            ExprKind::Name(name) => self.name(expr, name, file),
            ExprKind::Field { of, name } => self.field(expr, of, name, file),
            ExprKind::Index { of, index } => self.index(expr.span, of, index, file),
            ExprKind::Call { .. } => self.call(expr, None, file),
            ExprKind::Pipe { value, call } => self.pipe(value, call, file),
            ExprKind::Record(fields) => self.record(fields, wanted, file),
            ExprKind::List(items) => self.list(items, wanted, file),
            ExprKind::Unary { op, operand } => self.unary(*op, operand, file),
            ExprKind::Binary { op, op_span, left, right } => self.binary(*op, *op_span, left, right, file),
            ExprKind::Range { start, end, .. } => self.range(start, end, file),
            ExprKind::If { .. } => self.choice(expr, wanted, super::block::Use::Value, file),
            ExprKind::For { .. } => self.iteration(expr, wanted, super::block::Use::Value, file),
            ExprKind::Match(_) => self.matched(expr, wanted, super::block::Use::Value, file),
            ExprKind::Loop(_) => self.looped(expr, file),
            ExprKind::Sweep(sweep) => self.sweep(sweep, file),
            ExprKind::Try(inner) => self.tried(inner, wanted, file),
            ExprKind::Paren(inner) => self.expr(inner, wanted, file),
            ExprKind::Deploy(call) => self.deploy(call, file),
            ExprKind::Broken => Type::Error,
        }
    }

    fn name(&mut self, expr: &Expr, name: &Name, file: FileId) -> Type {
        let Some(target) = self.target(file, expr.id) else { return Type::Error };
        let ty = self.meant(expr, name, target, file);
        self.narrowed(expr, ty, file)
    }

    fn meant(&mut self, expr: &Expr, name: &Name, target: Target, file: FileId) -> Type {
        match target {
            Target::Param(decl, index) => self
                .signatures
                .get(&decl)
                .and_then(|signature| signature.params.get(index as usize))
                .map_or(Type::Error, |param| param.ty.clone()),
            Target::Local(local) => self.local(file, local, name),
            Target::Attempt => Type::Int(None),
            Target::Unknown => Type::Error,
            Target::Decl(id) => match &self.resolved.decl(id).kind {
                DeclKind::Const(_) => self.constant_of(id),
                DeclKind::Task(_) | DeclKind::Pipeline(_) | DeclKind::Service(_) => {
                    let declared = crate::resolve::declared(self.resolved.decl(id)).map_or(expr.span, |name| name.span);
                    self.report(
                        Diagnostic::new(Code::NOT_A_VALUE, expr.span, format!("`{}` is not called here", name.text))
                            .also(declared, "declared here")
                            .help(format!("call it: `{}(…)`", name.text)),
                    );
                    Type::Error
                }
                DeclKind::Broken(_) => Type::Error,
                _ => self.not_a_value(expr, name),
            },
            Target::Builtin(_) => {
                self.report(
                    Diagnostic::new(Code::NOT_A_VALUE, expr.span, format!("`{}` is not called here", name.text))
                        .help(format!("call it: `{}(…)`", name.text)),
                );
                Type::Error
            }
            Target::Module(_) | Target::Type => self.not_a_value(expr, name),
        }
    }

    fn not_a_value(&mut self, expr: &Expr, name: &Name) -> Type {
        self.report(
            Diagnostic::new(Code::NOT_A_VALUE, expr.span, format!("`{}` is not a value", name.text))
                .help("a step, an input, a const or a literal can stand here"),
        );
        Type::Error
    }

    fn local(&mut self, file: FileId, local: crate::resolve::LocalId, name: &Name) -> Type {
        let Some(local) = self.resolved.file(file).locals.get(local.0 as usize) else { return Type::Error };
        match local.kind {
            LocalKind::Bind { value } => match self.type_of_id(file, value) {
                // Reported where it was bound.
                Type::Nothing => Type::Error,
                ty => ty,
            },
            LocalKind::Unpack { value } => match self.type_of_id(file, value) {
                Type::Record(fields) => find(&fields, &name.text).map_or(Type::Error, |field| field.ty.clone()),
                _ => Type::Error,
            },
            LocalKind::State { start } => self.states.get(&(file, start)).cloned().unwrap_or(Type::Error),
            LocalKind::StateField { start } => match self.states.get(&(file, start)) {
                Some(Type::Record(fields)) => find(fields, &name.text).map_or(Type::Error, |field| field.ty.clone()),
                _ => Type::Error,
            },
            LocalKind::ItemField { items } => match self.type_of_id(file, items) {
                Type::List(item) => match *item {
                    Type::Record(fields) => find(&fields, &name.text).map_or(Type::Error, |field| field.ty.clone()),
                    _ => Type::Error,
                },
                _ => Type::Error,
            },
            LocalKind::Item { items } | LocalKind::Axis { space: items } => match self.type_of_id(file, items) {
                Type::List(item) => *item,
                _ => Type::Error,
            },
        }
    }

    fn field(&mut self, expr: &Expr, of: &Expr, name: &Name, file: FileId) -> Type {
        // `module.name`
        if let Some(target) = self.target(file, expr.id) {
            return match target {
                Target::Decl(id) if matches!(self.resolved.decl(id).kind, DeclKind::Const(_)) => self.constant_of(id),
                Target::Unknown => Type::Error,
                _ => self.name(expr, name, file),
            };
        }
        match self.expr(of, None, file) {
            Type::Record(fields) => match find(&fields, &name.text) {
                Some(field) => self.narrowed(expr, field.ty.clone(), file),
                None => self.no_field(name, &Type::Record(fields.clone()), &fields),
            },
            Type::Table(_) if name.text == "rows" => Type::Int(None),
            Type::Table(row) => {
                let is_column =
                    matches!(row.as_deref(), Some(Type::Record(fields)) if find(fields, &name.text).is_some());
                let message = if is_column {
                    format!("the column `{}` can only be read inside a step", name.text)
                } else {
                    format!("a table has no field `{}`", name.text)
                };
                self.report(
                    Diagnostic::new(Code::UNKNOWN_FIELD, name.span, message)
                        .help("pass the table to a task; outside of tasks it has only `rows`, their number"),
                );
                Type::Error
            }
            Type::Error => Type::Error,
            Type::Optional(inner) => {
                self.report(
                    Diagnostic::new(
                        Code::MAY_BE_NONE,
                        of.span,
                        format!("this may be `none`, which has no `{}`", name.text),
                    )
                    .here(format!("this is `{inner}?`"))
                    .help("say what to use instead of `none`: `(… ?? other)`"),
                );
                Type::Error
            }
            Type::List(item) => {
                self.report(
                    Diagnostic::new(
                        Code::CARDINALITY,
                        of.span,
                        format!("this is a list, and a list has no `{}`", name.text),
                    )
                    .here(format!("this is `List[{item}]`"))
                    .help(format!("take it of each item: `for item in … {{ item.{} }}`", name.text)),
                );
                Type::Error
            }
            other => {
                self.report(
                    Diagnostic::new(Code::UNKNOWN_FIELD, name.span, format!("`{other}` has no field `{}`", name.text))
                        .help("only records have fields"),
                );
                Type::Error
            }
        }
    }

    pub(super) fn no_field(&mut self, name: &Name, ty: &Type, fields: &[Field]) -> Type {
        let mut diagnostic =
            Diagnostic::new(Code::UNKNOWN_FIELD, name.span, format!("there is no field `{}` in `{ty}`", name.text));
        let close = nearest(&name.text, fields.iter().map(|field| field.name.as_str()));
        if let Some(first) = close.first() {
            if let Some(span) = find(fields, first).and_then(|field| field.span) {
                diagnostic = diagnostic.also(span, format!("`{first}` is declared here"));
            }
            diagnostic = diagnostic.help(format!("did you mean {}?", listed(&close))).fix(
                format!("rename to `{first}`"),
                name.span,
                *first,
            );
        } else {
            let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).take(8).collect();
            diagnostic = diagnostic.help(format!("it has {}", listed(&known)));
        }
        self.report(diagnostic);
        Type::Error
    }

    /// `whole` is the expression with its brackets.
    fn index(&mut self, whole: Span, of: &Expr, index: &Expr, file: FileId) -> Type {
        match self.expr(of, None, file) {
            Type::List(item) => {
                self.expect(index, &Type::Int(None), file, None);
                *item
            }
            Type::Map(item) => {
                self.expect(index, &Type::String, file, None);
                optional(*item)
            }
            Type::Error => {
                self.expr(index, None, file);
                Type::Error
            }
            other => {
                self.expr(index, None, file);
                let message = format!("`{other}` has no items to take one of");
                let field = match (&other, super::expect::plain(index)) {
                    (Type::Record(fields), Some(name)) => fields.iter().find(|field| field.name == name),
                    _ => None,
                };
                self.report(match field {
                    Some(field) => {
                        let brackets = Span { start: of.span.end, ..whole };
                        Diagnostic::new(Code::NOT_A_LIST, brackets, message)
                            .help(format!("a field of a record is `.{}`", field.name))
                            .fix(format!("write `.{}`", field.name), brackets, format!(".{}", field.name))
                    }
                    None => {
                        Diagnostic::new(Code::NOT_A_LIST, of.span, message).help("only lists and maps can be indexed")
                    }
                });
                Type::Error
            }
        }
    }

    pub(super) fn iterable(&mut self, items: &Expr, over: &Type) {
        match over {
            Type::List(_) | Type::Error => {}
            Type::Table(_) => self.report(
                Diagnostic::new(Code::NOT_A_LIST, items.span, "`for` goes over lists, not over the rows of a table")
                    .help(
                        "a task works on a whole table at once; to work on parts, have a task return a `List[Table]`",
                    ),
            ),
            Type::Int(_) => self.report(
                Diagnostic::new(Code::NOT_A_LIST, items.span, "`for` goes over lists, and this is an `Int`")
                    .help("a range is the list of numbers up to it")
                    .fix("go through the numbers below it", Span { end: items.span.start, ..items.span }, "0.."),
            ),
            other => self.report(
                Diagnostic::new(Code::NOT_A_LIST, items.span, format!("`for` goes over lists, and this is `{other}`"))
                    .help("put it in brackets to make it a list of one: `[…]`"),
            ),
        }
    }

    fn record(&mut self, fields: &[RecordField], wanted: Option<&Type>, file: FileId) -> Type {
        let wanted = match wanted.map(unwrapped) {
            Some(Type::Record(fields)) => Some(fields),
            _ => None,
        };
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        let mut out: Vec<Field> = Vec::with_capacity(fields.len());
        for (index, field) in fields.iter().enumerate() {
            let target = wanted.and_then(|wanted| wanted.find_at(index, &field.name.text));
            let ty = match target {
                Some(target) => {
                    let declared = target.span.map(|span| (span, "the field"));
                    self.expect(&field.value, &target.ty, file, declared);
                    // Differences inside are reported now; the whole must not repeat them.
                    let found = self.type_of(file, &field.value);
                    if crate::types::fits(&found, &target.ty) { found } else { target.ty.clone() }
                }
                None => self.expr(&field.value, None, file),
            };
            if let Some(first) = seen.get(field.name.text.as_str()) {
                self.report(
                    Diagnostic::new(
                        Code::DUPLICATE,
                        field.name.span,
                        format!("the field `{}` is given twice", field.name.text),
                    )
                    .also(*first, "first given here")
                    .help("remove one of them"),
                );
                continue;
            }
            let ty = self.not_inside(ty, &field.value, "a record", file);
            seen.insert(&field.name.text, field.name.span);
            out.push(Field { name: SmolStr::clone(&field.name.text), ty, span: Some(field.name.span) });
        }
        let record = Type::Record(out.into_iter().collect());
        match fields.first() {
            Some(first) if record.extent().is_too_large() => self.too_large(&first.name, "this record"),
            _ => record,
        }
    }

    fn list(&mut self, items: &[Expr], wanted: Option<&Type>, file: FileId) -> Type {
        if let Some(Type::List(item)) = wanted.map(unwrapped)
            && !matches!(**item, Type::Var(_) | Type::Error)
        {
            for value in items {
                self.expect(value, item, file, None);
            }
            return Type::List(item.clone());
        }
        let mut joined: Option<(Type, &Expr)> = None;
        for value in items {
            let ty = self.expr(value, None, file);
            let ty = self.not_inside(ty, value, "a list", file);
            joined = Some(match joined {
                None => (ty, value),
                Some((so_far, first)) => match join(&so_far, &ty) {
                    Some(both) => (both, first),
                    None => {
                        self.report(
                            Diagnostic::new(
                                Code::MIXED_LIST,
                                value.span,
                                format!("this item is `{ty}`, and the list holds `{so_far}`"),
                            )
                            .also(first.span, format!("this is `{so_far}`"))
                            .help("all items of a list have one type"),
                        );
                        (Type::Error, first)
                    }
                },
            });
        }
        let item = joined.map_or(Type::Error, |(item, _)| item);
        for value in items {
            self.widen(file, value, &item);
        }
        Type::List(Box::new(item))
    }

    /// The type of something that stands inside `what`, which no secret may.
    fn not_inside(&mut self, ty: Type, value: &Expr, what: &str, file: FileId) -> Type {
        if !ty.holds_secret() {
            return ty;
        }
        self.seen(value, &format!("{what} that holds it would show it"), file);
        Type::Error
    }

    fn interpolated(&mut self, part: &Expr, file: FileId) {
        let ty = self.expr(part, None, file);
        if ty.holds_secret() {
            return self.seen(part, "a text that holds it would show it", file);
        }
        let inner = unwrapped(&ty);
        if matches!(inner, Type::Table(_) | Type::Artifact { .. } | Type::Tensor { .. } | Type::Nothing | Type::None) {
            let what = if *inner == Type::Nothing { "what returns nothing".to_string() } else { format!("`{ty}`") };
            self.report(
                Diagnostic::new(Code::NOT_TEXT, part.span, format!("{what} has no text to put into a string"))
                    .help("put in a number, a string or another plain value"),
            );
        }
    }
}

/// An expression without the parentheses around it.
pub(super) fn unparenthesised(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Paren(inner) => unparenthesised(inner),
        _ => expr,
    }
}

/// What an optional holds, or the type itself.
pub(super) fn unwrapped(ty: &Type) -> &Type {
    match ty {
        Type::Optional(inner) => inner,
        ty => ty,
    }
}
