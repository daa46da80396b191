//! How a task is run: its attributes as expressions over its inputs and the attempt, or as constants where the plan
//! wants those.

use standpipe_plan::{CachePolicy, Expr, Fault, Limit, NodeId, Retry, Scope, Service, Settings, Value, eval};
use standpipe_syntax::ast::{self, Attr, ExprKind};

use super::{Frame, Lowerer, errors};
use crate::env::attribute;
use crate::resolve::DeclId;

/// No inputs and no attempt: only constants have values.
struct Nothing;

impl Scope for Nothing {
    fn node(&self, _: NodeId) -> Option<Value> {
        None
    }
}

impl Lowerer<'_> {
    /// The settings of task `decl`.
    pub(super) fn settings(&mut self, decl: DeclId, task: &ast::Task) -> Settings {
        let inputs = task.params.iter().map(|param| Expr::Input(param.name.text.clone())).collect();
        let frame = Frame { params: inputs, ..Frame::new(self.checked, decl, Vec::new()) };
        let outer = std::mem::replace(&mut self.frame, frame);
        let positive = |value: &Value| match value {
            Value::Int(number) => *number > 0,
            Value::Float(number) => *number > 0.0 && number.is_finite(),
            Value::Size(bytes) => *bytes > 0,
            Value::Duration(nanos) => *nanos > 0,
            _ => true,
        };
        let cards = |value: &Value| !matches!(value, Value::Int(..=-1));
        let settings = Settings {
            cpu: self.amount(&task.attrs, "cpu", "is more than 0", positive),
            gpu: self.amount(&task.attrs, "gpu", "is not negative", cards),
            memory: self.amount(&task.attrs, "memory", "is more than nothing", positive),
            disk: self.amount(&task.attrs, "disk", "is more than nothing", positive),
            timeout: self.amount(&task.attrs, "timeout", "is more than no time", positive),
            retry: attribute(&task.attrs, "retry").map(|expr| self.retry(expr)).unwrap_or_default(),
            cache: self.cache(&task.attrs),
            limit: attribute(&task.attrs, "limit").and_then(|expr| self.limit(expr)),
            priority: match self.known(&task.attrs, "priority") {
                Some(Value::Int(priority)) => priority,
                _ => 0,
            },
            tags: match self.known(&task.attrs, "tags") {
                Some(Value::List(tags)) => tags.iter().map(|tag| tag.text().into()).collect(),
                _ => Vec::new(),
            },
            container: match self.known(&task.attrs, "container") {
                Some(Value::String(image)) => Some(image),
                _ => None,
            },
            network: match self.known(&task.attrs, "network") {
                Some(Value::Bool(network)) => Some(network),
                _ => None,
            },
            idempotent: attribute(&task.attrs, "idempotent").map(|expr| self.expr(expr)),
            probe: self.probe(decl, task),
        };
        self.frame = outer;
        settings
    }

    /// What makes task `decl` a service.
    pub(super) fn service(&mut self, decl: DeclId, task: &ast::Task) -> Service {
        let inputs = task.params.iter().map(|param| Expr::Input(param.name.text.clone())).collect();
        let frame = Frame { params: inputs, ..Frame::new(self.checked, decl, Vec::new()) };
        let outer = std::mem::replace(&mut self.frame, frame);
        let port = |value: &Value| matches!(value, Value::Int(1..=65_535));
        let service = Service {
            // Checking has refused a service without one.
            port: self.amount(&task.attrs, "port", "is from 1 to 65535", port).unwrap_or(Expr::Const(Value::Int(0))),
            replicas: self.amount(&task.attrs, "replicas", "is at least 1", |value| matches!(value, Value::Int(1..))),
            health: match self.known(&task.attrs, "health") {
                Some(Value::String(path)) => Some(path),
                _ => None,
            },
        };
        self.frame = outer;
        service
    }

    /// A resource: an expression, refused when it is known to be impossible.
    fn amount(&mut self, attrs: &[Attr], name: &str, rule: &str, fits: impl Fn(&Value) -> bool) -> Option<Expr> {
        let expr = attribute(attrs, name)?;
        let amount = self.expr(expr);
        match eval(&amount, &Nothing) {
            Ok(value) if fits(&value) => Some(Expr::Const(value)),
            Ok(_) => {
                self.report(errors::bad_setting(expr.span, &format!("`{name}`"), rule));
                None
            }
            // What has no value was reported where it stands.
            Err(_) => Some(amount),
        }
    }

    /// The constant attribute `name`; checking has refused one that is not known before a run.
    pub(super) fn known(&mut self, attrs: &[Attr], name: &str) -> Option<Value> {
        attribute(attrs, name).and_then(|expr| self.fixed(expr))
    }

    pub(super) fn fixed(&mut self, expr: &ast::Expr) -> Option<Value> {
        eval(&self.expr(expr), &Nothing).ok()
    }

    /// A constant attribute of a declaration without inputs.
    pub(super) fn constant(&mut self, decl: DeclId, attrs: &[Attr], name: &str) -> Option<Value> {
        let outer = std::mem::replace(&mut self.frame, Frame::new(self.checked, decl, Vec::new()));
        let value = self.known(attrs, name);
        self.frame = outer;
        value
    }

    /// `retry: 3`, or `retry: { times: 3, backoff: 1s..30s }`.
    fn retry(&mut self, expr: &ast::Expr) -> Retry {
        let mut retry = Retry::default();
        let ExprKind::Record(fields) = &expr.kind else {
            retry.times = self.times(expr);
            return retry;
        };
        for field in fields {
            match field.name.text.as_str() {
                "times" => retry.times = self.times(&field.value),
                "backoff" => {
                    let (first, last) = match &field.value.kind {
                        ExprKind::Range { start, end, .. } => (start.as_ref(), end.as_ref()),
                        _ => (&field.value, &field.value),
                    };
                    (retry.backoff, retry.backoff_max) = (self.wait(first), self.wait(last));
                    if retry.backoff < 0 || retry.backoff_max < retry.backoff {
                        self.report(errors::bad_setting(field.value.span, "`backoff`", "goes from short to long"));
                    }
                }
                "on" => {
                    if let Some(Value::List(kinds)) = self.fixed(&field.value) {
                        let fault = |kind: &Value| Fault::ALL.iter().find(|(name, _)| kind.text() == *name);
                        retry.on = kinds.iter().filter_map(fault).map(|(_, fault)| *fault).collect();
                    }
                }
                _ => {}
            }
        }
        retry
    }

    fn times(&mut self, expr: &ast::Expr) -> u32 {
        match self.fixed(expr) {
            Some(Value::Int(times)) => u32::try_from(times).unwrap_or(0),
            _ => 0,
        }
    }

    fn wait(&mut self, expr: &ast::Expr) -> i64 {
        match self.fixed(expr) {
            Some(Value::Duration(nanos)) => nanos,
            _ => 0,
        }
    }

    fn cache(&mut self, attrs: &[Attr]) -> CachePolicy {
        let Some(expr) = attribute(attrs, "cache") else { return CachePolicy::On };
        match self.fixed(expr) {
            Some(Value::Bool(false)) => CachePolicy::Off,
            Some(Value::Duration(nanos @ 1..)) => CachePolicy::For(nanos),
            Some(Value::Duration(_)) => {
                self.report(errors::bad_setting(expr.span, "`cache`", "is `true`, `false` or longer than no time"));
                CachePolicy::On
            }
            _ => CachePolicy::On,
        }
    }

    /// `limit: api(4)`: a name and a number of slots.
    fn limit(&mut self, expr: &ast::Expr) -> Option<Limit> {
        let ExprKind::Call { callee, args } = &expr.kind else { return None };
        let (ExprKind::Name(name), [slots]) = (&callee.kind, args.as_slice()) else { return None };
        match self.fixed(&slots.value)? {
            Value::Int(slots) => {
                Some(Limit { name: name.text.clone(), slots: u32::try_from(slots).unwrap_or(u32::MAX) })
            }
            _ => None,
        }
    }
}
