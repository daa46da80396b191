//! Attributes of tasks, effects and environments: whether each is what the table of its kind says.

mod environment;
mod retry;
mod schema;

use rustc_hash::FxHashMap;
use schema::{ENV, TASK};
pub use schema::{ENV_ATTRIBUTES, SCHEDULE_ATTRIBUTES, SERVICE_ATTRIBUTES, TASK_ATTRIBUTES};
pub(super) use schema::{SCHEDULE, SERVICE, Takes};
use smol_str::SmolStr;
use standpipe_plan::Value;
use standpipe_syntax::ast::{Attr, AttrValue, Env, Expr, ExprKind, Name, Task};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::expect::plain;
use super::{Checker, broken_within};
use crate::types::Type;
use standpipe_syntax::nearest::{listed, nearest};

const FRAMES: [&str; 3] = ["pandas", "polars", "pyarrow"];

impl Checker<'_> {
    pub(super) fn env(&mut self, env: &Env, file: FileId) {
        self.attrs(&env.attrs, ENV, "an environment", file);
    }

    pub(super) fn task(&mut self, task: &Task, span: Span, file: FileId) {
        let what = if task.effect { "an effect" } else { "a task" };
        self.attrs(&task.attrs, TASK, what, file);
        self.one_body(task, span);
        if task.effect {
            self.effect(task);
            return;
        }
        for attr in task.attrs.iter().filter(|attr| matches!(attr.name.text.as_str(), "idempotent" | "probe")) {
            let name = &attr.name.text;
            self.report(
                Diagnostic::new(Code::ATTRIBUTE, attr.name.span, "a task may always be started again")
                    .help(format!("`{name}` is for effects"))
                    .fix(format!("remove `{name}`"), attr.span, ""),
            );
        }
    }

    /// A task or service without a body, or with two.
    pub(super) fn one_body(&mut self, task: &Task, span: Span) {
        let bodies: Vec<&Attr> =
            task.attrs.iter().filter(|attr| takes(TASK, &attr.name) == Some(Takes::Body)).collect();
        match bodies.as_slice() {
            [] if broken_within(&self.diagnostics, span) => {}
            [] => self.report(
                Diagnostic::new(
                    Code::NO_BODY,
                    task.name.span,
                    format!("`{}` does nothing: it has no body", task.name.text),
                )
                .help("add `python:`, `sh:` or `sql:` and indented lines under it"),
            ),
            [_] => {}
            [first, second, ..] => self.report(
                Diagnostic::new(Code::TWO_BODIES, second.name.span, format!("`{}` has two bodies", task.name.text))
                    .also(first.name.span, "the first one")
                    .help("keep one of them, and make the other a task of its own"),
            ),
        }
    }

    fn effect(&mut self, task: &Task) {
        let idempotent = task.attrs.iter().find(|attr| attr.name.text == "idempotent");
        let probe = task.attrs.iter().find(|attr| attr.name.text == "probe");
        if let (Some(idempotent), Some(probe)) = (idempotent, probe) {
            let message = format!("the `probe` of `{}` would never be asked", task.name.text);
            self.report(
                Diagnostic::new(Code::ATTRIBUTE, probe.name.span, message)
                    .also(idempotent.name.span, "this lets it be started again without asking")
                    .help("remove one of them"),
            );
        }
        for attr in &task.attrs {
            if attr.name.text == "retry" && idempotent.is_none() {
                self.report(
                    Diagnostic::new(
                        Code::RETRIED_EFFECT,
                        attr.name.span,
                        format!("the effect `{}` would be started more than once", task.name.text),
                    )
                    .help("an effect starts at most once a run, unless it says by what it knows its own work: `idempotent: …`")
                    .fix("remove `retry`", attr.span, ""),
                );
            }
            if attr.name.text == "cache" {
                self.report(
                    Diagnostic::new(Code::RETRIED_EFFECT, attr.name.span, "an effect is never cached")
                        .help("leave the attribute out")
                        .fix("remove `cache`", attr.span, ""),
                );
            }
        }
    }

    pub(super) fn attrs(&mut self, attrs: &[Attr], schema: &[(&str, Takes)], what: &str, file: FileId) {
        let mut seen: FxHashMap<SmolStr, Span> = FxHashMap::default();
        for attr in attrs {
            if let Some(first) = seen.insert(attr.name.text.clone(), attr.name.span) {
                self.report(
                    Diagnostic::new(Code::DUPLICATE, attr.name.span, format!("`{}` is set twice", attr.name.text))
                        .also(first, "first set here")
                        .help("remove one of them"),
                );
            }
            let Some(takes) = takes(schema, &attr.name) else {
                self.unknown(attr, schema, what, file);
                continue;
            };
            match (&attr.value, takes) {
                (AttrValue::Raw(_), Takes::Body | Takes::Probe) => {}
                (AttrValue::Raw(raw), _) => self.report(
                    Diagnostic::new(
                        Code::ATTRIBUTE,
                        raw.span,
                        format!("`{}` takes a value, not a text", attr.name.text),
                    )
                    .help("write the value on the same line"),
                ),
                (AttrValue::Expr(value), takes) => self.attr(&attr.name, value, takes, file),
            }
        }
    }

    fn unknown(&mut self, attr: &Attr, schema: &[(&str, Takes)], what: &str, file: FileId) {
        if let AttrValue::Expr(value) = &attr.value {
            self.quietly(|checker| checker.expr(value, None, file));
        }
        let name = &attr.name;
        let diagnostic =
            Diagnostic::new(Code::UNKNOWN_ATTRIBUTE, name.span, format!("{what} has no attribute `{}`", name.text));
        let known: Vec<&str> = schema.iter().map(|(name, _)| *name).collect();
        let close = nearest(&name.text, known.iter().copied());
        self.report(match close.first() {
            Some(first) => diagnostic.help(format!("did you mean {}?", listed(&close))).fix(
                format!("rename to `{first}`"),
                name.span,
                *first,
            ),
            None => diagnostic.help(format!("it has {}", listed(&known))),
        });
    }

    fn attr(&mut self, name: &Name, value: &Expr, takes: Takes, file: FileId) {
        let cause = |what| Some((name.span, what));
        match takes {
            Takes::Bool => {
                self.expect(value, &Type::Bool, file, cause("the attribute"));
                self.known(value, file);
            }
            Takes::Int => self.expect(value, &Type::Int(None), file, cause("the attribute")),
            Takes::Float => self.expect(value, &Type::Float(None), file, cause("the attribute")),
            Takes::Size => self.expect(value, &Type::Size, file, cause("the attribute")),
            Takes::Duration => self.expect(value, &Type::Duration, file, cause("the attribute")),
            Takes::ConstInt => {
                self.expect(value, &Type::Int(None), file, cause("the attribute"));
                self.known(value, file);
            }
            Takes::Strings => self.strings(value, file),
            Takes::Version => {
                self.expect(value, &Type::String, file, cause("the attribute"));
                self.version(value);
            }
            Takes::Packages => {
                self.strings(value, file);
                self.packages(value);
            }
            Takes::Frame => {
                let frames = Type::OneOf(FRAMES.map(SmolStr::new_static).into());
                self.expect(value, &frames, file, None);
            }
            Takes::Environment => self.environment(value, file),
            Takes::Retry => self.retry(value, file),
            Takes::Cache => {
                let ty = self.expr(value, None, file);
                if !matches!(ty, Type::Bool | Type::Duration | Type::Error) {
                    self.report(
                        Diagnostic::new(Code::ATTRIBUTE, value.span, format!("`cache` does not take `{ty}`"))
                            .help("it is `true`, `false`, or for how long a result is good: `12h`"),
                    );
                }
                self.known(value, file);
            }
            Takes::Limit => self.limit(value, file),
            Takes::Text => self.text(value, file, name.span),
            Takes::OneOf(names) => {
                let members = Type::OneOf(names.iter().map(|name| SmolStr::new_static(name)).collect());
                self.expect(value, &members, file, None);
                self.known(value, file);
            }
            Takes::Idempotent => {
                let ty = self.expr(value, None, file);
                let plain =
                    matches!(ty, Type::String | Type::OneOf(_) | Type::Int(_) | Type::Date | Type::Time | Type::Error);
                if !plain {
                    self.report(
                        Diagnostic::new(Code::ATTRIBUTE, value.span, format!("`idempotent` does not take `{ty}`"))
                            .help(
                                "it is a string, number, date or time that is the same for work that must be done once",
                            ),
                    );
                }
            }
            Takes::Scheduled => self.scheduled(value, file),
            Takes::Cron => {
                self.text(value, file, name.span);
                self.cron(value);
            }
            Takes::Timezone => {
                self.text(value, file, name.span);
                self.timezone(value);
            }
            Takes::Every => {
                self.expect(value, &Type::Duration, file, cause("the attribute"));
                self.known(value, file);
                self.every(value, file);
            }
            Takes::After => self.after(value, file),
            Takes::Webhook => {
                self.text(value, file, name.span);
                self.webhook(value);
            }
            Takes::Body | Takes::Probe => {
                self.expr(value, None, file);
                if plain(value).is_none() {
                    self.report(
                        Diagnostic::new(
                            Code::ATTRIBUTE,
                            value.span,
                            format!("`{}` takes a text or a reference to one", name.text),
                        )
                        .help(match name.text.as_str() {
                            "python" => {
                                "end the line after the colon and indent the body, or write `\"file.py:function\"`"
                            }
                            "sql" => "end the line after the colon and indent the body, or write `\"query.sql\"`",
                            _ => "end the line after the colon and indent the body, or write `\"script.sh\"`",
                        }),
                    );
                }
            }
        }
    }

    /// Reports a value that is not known before anything runs.
    fn known(&mut self, value: &Expr, file: FileId) {
        self.constant_or_report(value, file, "this attribute");
    }

    fn text(&mut self, value: &Expr, file: FileId, name: Span) {
        self.expect(value, &Type::String, file, Some((name, "the attribute")));
        self.known(value, file);
    }

    fn strings(&mut self, value: &Expr, file: FileId) {
        self.expect(value, &Type::List(Box::new(Type::String)), file, None);
        self.known(value, file);
    }

    fn limit(&mut self, value: &Expr, file: FileId) {
        if let ExprKind::Call { callee, args } = &value.kind
            && matches!(callee.kind, ExprKind::Name(_))
            && let [arg] = args.as_slice()
        {
            self.expect(&arg.value, &Type::Int(None), file, None);
            if let Some(Value::Int(slots)) = self.constant_or_report(&arg.value, file, "a limit")
                && slots < 1
            {
                self.report(
                    Diagnostic::new(Code::ATTRIBUTE, arg.value.span, "a limit lets at least one step run")
                        .help("write 1 or more"),
                );
            }
            return;
        }
        self.report(
            Diagnostic::new(Code::ATTRIBUTE, value.span, "`limit` takes a name and how many may run at once")
                .help("write for example `api(4)`: all tasks that say `api(4)` share four places"),
        );
    }
}

fn takes(schema: &[(&str, Takes)], name: &Name) -> Option<Takes> {
    schema.iter().find(|(known, _)| *known == name.text).map(|(_, takes)| *takes)
}
