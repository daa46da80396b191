//! Tokens and tree as text, for people who ask what was read and for tests. Places are left out of the tree, so that
//! two ways of writing the same thing read the same.

use std::fmt::Write as _;

use crate::ast::*;
use crate::{Source, lex, parse};

/// A line for each token: its place, its kind, its text.
#[must_use]
pub fn tokens_text(source: &Source) -> String {
    let mut out = String::new();
    for token in lex::lex(source).tokens {
        let place = source.place(token.start);
        let text = source.text.get(token.start as usize..token.end as usize).unwrap_or("");
        let _ = writeln!(out, "{}:{} {:?} {text:?}", place.line, place.column, token.kind);
    }
    out
}

/// The tree, indented.
#[must_use]
pub fn tree_text(source: &Source) -> String {
    let tree = parse(source).tree;
    let mut out = Out { text: String::new(), indent: 0 };
    if let Some(doc) = &tree.doc {
        out.line(format_args!("doc {:?}", doc.text));
    }
    for decl in &tree.decls {
        out.declaration(decl);
    }
    out.text
}

struct Out {
    text: String,
    indent: usize,
}

impl Out {
    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.text, "{:1$}{text}", "", self.indent * 2);
    }

    fn inside(&mut self, write: impl FnOnce(&mut Self)) {
        self.indent += 1;
        write(self);
        self.indent -= 1;
    }

    fn declaration(&mut self, decl: &Decl) {
        if let Some(doc) = &decl.doc {
            self.line(format_args!("doc {:?}", doc.text));
        }
        match &decl.kind {
            DeclKind::Import(import) => self.import(import),
            DeclKind::Type(alias) => {
                let params =
                    if alias.params.is_empty() { String::new() } else { format!("[{}]", self::params(&alias.params)) };
                self.line(format_args!("type {}{params} = {}", alias.name.text, ty(&alias.ty)));
            }
            DeclKind::Artifact(artifact) => {
                let params = join(&artifact.params, |name| name.text.to_string());
                self.line(format_args!("artifact {}[{params}]: {}", artifact.name.text, artifact.codec.text));
            }
            DeclKind::Const(constant) => {
                let ty = constant.ty.as_ref().map_or(String::new(), |wanted| format!(": {}", ty(wanted)));
                self.line(format_args!("const {}{ty}", constant.name.text));
                self.inside(|out| out.expr(&constant.value));
            }
            DeclKind::Env(env) => {
                self.line(format_args!("env {}", env.name.text));
                self.inside(|out| out.attrs(&env.attrs));
            }
            DeclKind::Task(task) => {
                let word = if task.effect { "effect" } else { "task" };
                self.head(word, &task.name, &task.type_params, &task.params, task.result.as_ref());
                self.inside(|out| out.attrs(&task.attrs));
            }
            DeclKind::Pipeline(pipeline) => {
                let Pipeline { name, type_params, params, result, body } = pipeline;
                self.head("pipeline", name, type_params, params, result.as_ref());
                self.inside(|out| out.block(body));
            }
            DeclKind::Service(service) => {
                self.head("service", &service.name, &service.type_params, &service.params, None);
                self.inside(|out| out.attrs(&service.attrs));
            }
            DeclKind::Schedule(schedule) => {
                self.line(format_args!("schedule {}", schedule.name.text));
                self.inside(|out| out.attrs(&schedule.attrs));
            }
            DeclKind::Test(test) => {
                self.line(format_args!("test {:?}", test.name.value));
                self.inside(|out| out.block(&test.body));
            }
            DeclKind::Broken(name) => {
                self.line(format_args!("broken {}", name.as_ref().map_or("", |name| name.text.as_str())));
            }
        }
    }

    fn import(&mut self, import: &Import) {
        let alias = |alias: &Option<Name>| alias.as_ref().map_or(String::new(), |name| format!(" as {}", name.text));
        let path = match &import.path {
            ImportPath::Std(path) => format!("std/{path}"),
            ImportPath::File(path) => format!("{path:?}"),
        };
        let items = import.items.as_ref().map_or(String::new(), |items| {
            format!(" {{ {} }}", join(items, |item| format!("{}{}", item.name.text, alias(&item.alias))))
        });
        self.line(format_args!("import {path}{items}{}", alias(&import.alias)));
    }

    fn head(
        &mut self,
        word: &str,
        name: &Name,
        type_params: &[TypeParam],
        params: &[Param],
        result: Option<&TypeExpr>,
    ) {
        let type_params = self::params(type_params);
        let result = result.map_or(String::new(), |result| format!(" -> {}", ty(result)));
        self.line(format_args!("{word} {}[{type_params}]{result}", name.text));
        self.inside(|out| {
            for param in params {
                let doc = param.doc.as_ref().map_or(String::new(), |doc| format!(" doc {:?}", doc.text));
                out.line(format_args!("input {}: {}{doc}", param.name.text, ty(&param.ty)));
                if let Some(default) = &param.default {
                    out.inside(|out| out.expr(default));
                }
            }
        });
    }

    fn attrs(&mut self, attrs: &[Attr]) {
        for attr in attrs {
            match &attr.value {
                AttrValue::Expr(value) => {
                    self.line(format_args!("{}:", attr.name.text));
                    self.inside(|out| out.expr(value));
                }
                AttrValue::Raw(raw) => self.line(format_args!("{}: raw {:?}", attr.name.text, raw.text)),
            }
        }
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            match &stmt.kind {
                StmtKind::Bind { name, value } => {
                    self.line(format_args!("{} =", name.text));
                    self.inside(|out| out.expr(value));
                }
                StmtKind::Unpack { names, value } => {
                    self.line(format_args!("{{ {} }} =", join(names, |name| name.text.to_string())));
                    self.inside(|out| out.expr(value));
                }
                StmtKind::Expect(value) => self.of(format_args!("expect"), [value]),
                StmtKind::Expr(value) => self.expr(value),
                StmtKind::Broken => self.line(format_args!("broken")),
            }
        }
    }

    /// A head, and below it, one deeper, the expressions it is of.
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Int(value) => self.line(format_args!("{value}")),
            ExprKind::Float(value) => self.line(format_args!("{value:?}")),
            ExprKind::Bool(value) => self.line(format_args!("{value}")),
            ExprKind::None => self.line(format_args!("none")),
            ExprKind::Duration(nanos) => self.line(format_args!("duration {nanos}")),
            ExprKind::Size(bytes) => self.line(format_args!("size {bytes}")),
            ExprKind::Name(name) => self.line(format_args!("{}", name.text)),
            ExprKind::Broken => self.line(format_args!("broken")),
            ExprKind::String(parts) => {
                self.line(format_args!("string"));
                self.inside(|out| {
                    for part in parts {
                        match part {
                            StrPart::Text(text) => out.line(format_args!("{text:?}")),
                            StrPart::Expr(value) => out.expr(value),
                        }
                    }
                });
            }
            ExprKind::Field { of, name } => self.of(format_args!("field {}", name.text), [&**of]),
            ExprKind::Index { of, index } => self.of(format_args!("index"), [&**of, &**index]),
            ExprKind::Pipe { value, call } => self.of(format_args!("pipe"), [&**value, &**call]),
            ExprKind::List(items) => self.of(format_args!("list"), items),
            ExprKind::Unary { op, operand } => self.of(format_args!("{op:?}"), [&**operand]),
            ExprKind::Binary { op, left, right, .. } => self.of(format_args!("{op:?}"), [&**left, &**right]),
            ExprKind::Range { start, end, inclusive } => {
                self.of(format_args!("range {}", if *inclusive { "..=" } else { ".." }), [&**start, &**end]);
            }
            ExprKind::Deploy(call) => self.of(format_args!("deploy"), [&**call]),
            ExprKind::Paren(inner) => self.of(format_args!("paren"), [&**inner]),
            ExprKind::Call { callee, args } => {
                self.of(format_args!("call"), [&**callee]);
                self.inside(|out| {
                    for arg in args {
                        let name = arg.name.as_ref().map_or("", |name| name.text.as_str());
                        out.of(format_args!("argument {name}"), [&arg.value]);
                    }
                });
            }
            ExprKind::Record(fields) => {
                self.line(format_args!("record"));
                self.inside(|out| {
                    for field in fields {
                        out.of(format_args!("{}:", field.name.text), [&field.value]);
                    }
                });
            }
            ExprKind::If { condition, then, otherwise } => {
                self.of(format_args!("if"), [&**condition]);
                self.inside(|out| {
                    out.line(format_args!("then"));
                    out.inside(|out| out.block(then));
                    if let Some(otherwise) = otherwise {
                        out.line(format_args!("else"));
                        out.inside(|out| match otherwise {
                            Else::Block(block) => out.block(block),
                            Else::If(value) => out.expr(value),
                        });
                    }
                });
            }
            ExprKind::For { pattern, items, limit, body } => {
                self.of(format_args!("for {}", pattern.text()), [&**items].into_iter().chain(limit.as_deref()));
                self.inside(|out| out.block(body));
            }
            ExprKind::Match(inner) => self.matched(inner),
            ExprKind::Loop(repeated) => {
                let Loop { state, start, limit, until, body } = repeated.as_ref();
                self.of(format_args!("loop {}", state.text()), [&**start]);
                self.inside(|out| {
                    limit.iter().for_each(|limit| out.of(format_args!("limit"), [&**limit]));
                    until.iter().for_each(|until| out.of(format_args!("until"), [&**until]));
                    out.block(body);
                });
            }
            ExprKind::Sweep(sweep) => self.sweep(sweep),
            ExprKind::Try(inner) => self.of(format_args!("try"), [&**inner]),
        }
    }

    fn matched(&mut self, matched: &Match) {
        self.of(format_args!("match"), [&*matched.subject]);
        self.inside(|out| {
            for arm in &matched.arms {
                out.line(format_args!("case {}", join(&arm.cases, |case| format!("{:?}", case.kind))));
                out.inside(|out| out.block(&arm.body));
            }
            if matched.broken {
                out.line(format_args!("broken"));
            }
        });
    }

    fn sweep(&mut self, sweep: &Sweep) {
        self.line(format_args!("sweep"));
        self.inside(|out| {
            for axis in &sweep.axes {
                out.of(format_args!("{} in", axis.name.text), [&axis.space].into_iter().chain(&axis.step));
            }
            for objective in &sweep.objectives {
                let word = if objective.maximize { "maximize" } else { "minimize" };
                let field: Vec<&str> = objective.field.iter().map(|name| name.text.as_str()).collect();
                out.line(format_args!("{word} {}", field.join(".")));
            }
            out.of(format_args!("using"), [&*sweep.strategy]);
            out.block(&sweep.body);
        });
    }

    fn of<'e>(&mut self, head: std::fmt::Arguments<'_>, operands: impl IntoIterator<Item = &'e Expr>) {
        self.line(head);
        self.inside(|out| {
            for operand in operands {
                out.expr(operand);
            }
        });
    }
}

fn join<T>(items: &[T], text: impl Fn(&T) -> String) -> String {
    items.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn params(params: &[TypeParam]) -> String {
    join(params, |param| match &param.bound {
        Some(bound) => format!("{}: {}", param.name.text, ty(bound)),
        None => param.name.text.to_string(),
    })
}

fn ty(wanted: &TypeExpr) -> String {
    match &wanted.kind {
        TypeKind::Named { module, name, args } => {
            let module = module.as_ref().map_or(String::new(), |module| format!("{}.", module.text));
            let args = if args.is_empty() { String::new() } else { format!("[{}]", join(args, ty)) };
            format!("{module}{}{args}", name.text)
        }
        TypeKind::Optional(inner) => format!("({})?", ty(inner)),
        TypeKind::Record(fields) => {
            let field = |field: &FieldType| {
                let doc = field.doc.as_ref().map_or(String::new(), |doc| format!(" doc {:?}", doc.text));
                format!("{}: {}{doc}", field.name.text, ty(&field.ty))
            };
            format!("{{ {} }}", join(fields, field))
        }
        TypeKind::Union(members) => {
            members.iter().map(|member| format!("{:?}", member.value)).collect::<Vec<_>>().join(" | ")
        }
        TypeKind::Bounded { base, low, high, inclusive } => {
            let end = |bound: &Option<Box<Expr>>| {
                let mut out = Out { text: String::new(), indent: 0 };
                if let Some(bound) = bound {
                    out.expr(bound);
                }
                out.text.trim_end().replace('\n', " ")
            };
            format!("{} in {}{}{}", ty(base), end(low), if *inclusive { "..=" } else { ".." }, end(high))
        }
        TypeKind::Number(size) => size.to_string(),
        TypeKind::Broken => "broken".to_owned(),
    }
}
