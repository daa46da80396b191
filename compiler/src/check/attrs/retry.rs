//! `retry`: how often, after which wait, and after what.

use smol_str::SmolStr;
use standpipe_plan::{Fault, Value};
use standpipe_syntax::ast::{Expr, ExprKind};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::nearest::nearest;
use standpipe_syntax::{FileId, Span};

use super::super::Checker;
use crate::types::Type;

impl Checker<'_> {
    pub(super) fn retry(&mut self, value: &Expr, file: FileId) {
        let ExprKind::Record(fields) = &value.kind else {
            if let ExprKind::Bool(_) = value.kind {
                return self.report(
                    Diagnostic::new(Code::TYPE_MISMATCH, value.span, "`retry` is how often, not whether")
                        .help("say how many further attempts there are: `retry: 3`"),
                );
            }
            self.expect(value, &Type::Int(None), file, None);
            if let Some(Value::Int(times)) = self.constant_or_report(value, file, "the number of retries") {
                self.times(times, value.span);
            }
            return;
        };
        for field in fields {
            match field.name.text.as_str() {
                "times" => {
                    self.expect(&field.value, &Type::Int(None), file, None);
                    if let Some(Value::Int(times)) =
                        self.constant_or_report(&field.value, file, "the number of retries")
                    {
                        self.times(times, field.value.span);
                    }
                }
                "backoff" => self.backoff(&field.value, file),
                "on" => {
                    let faults = Fault::ALL.map(|(name, _)| SmolStr::new_static(name));
                    self.expect(&field.value, &Type::List(Box::new(Type::OneOf(faults.into()))), file, None);
                    self.known(&field.value, file);
                }
                other => {
                    let close = nearest(other, ["times", "backoff", "on"]);
                    let diagnostic = Diagnostic::new(
                        Code::UNKNOWN_FIELD,
                        field.name.span,
                        format!("`retry` has no field `{other}`"),
                    );
                    self.report(match close.first() {
                        Some(first) => diagnostic.help(format!("did you mean `{first}`?")).fix(
                            format!("rename to `{first}`"),
                            field.name.span,
                            *first,
                        ),
                        None => diagnostic.help("it has `times`, `backoff` and `on`"),
                    });
                }
            }
        }
        if !fields.iter().any(|field| field.name.text == "times") {
            self.report(
                Diagnostic::new(Code::LACKS_FIELD, value.span, "the field `times` is missing")
                    .help("say how many further attempts there are: `{ times: 3 }`"),
            );
        }
    }

    pub(super) fn times(&mut self, times: i64, span: Span) {
        if !(0..=1000).contains(&times) {
            self.report(
                Diagnostic::new(Code::OUT_OF_BOUNDS, span, format!("{times} is outside `0..=1000`"))
                    .help("it is the number of further attempts after the first"),
            );
        }
    }

    /// A duration, or a range of them: the first wait and the longest.
    fn backoff(&mut self, value: &Expr, file: FileId) {
        let ends: Vec<&Expr> = match &value.kind {
            ExprKind::Range { start, end, .. } => vec![start, end],
            _ => vec![value],
        };
        for end in ends {
            self.expect(end, &Type::Duration, file, None);
            self.known(end, file);
        }
    }
}
