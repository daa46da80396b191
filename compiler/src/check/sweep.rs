//! `sweep`: spaces against the parameters that they flow into, objectives against what the body gives, the strategy
//! against the record that `std/tune` makes; and the type of the whole.

use smol_str::SmolStr;
use standpipe_plan::{Sweep as Planned, Value};
use standpipe_syntax::ast::{Objective, Sweep};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::Checker;
use super::block::Use;
use super::expr::unwrapped;
use crate::resolve::{LocalKind, Target, declared};
use crate::types::{Bound, Field, Type, find, optional};

/// Columns that every table of trials has besides the parameters.
const COLUMNS: [&str; 6] = ["trial", "score", "state", "seconds", "step", "pareto"];

/// How a trial can end.
const STATES: [&str; 3] = ["finished", "stopped", "failed"];

/// The type of a strategy: what `std/tune` declares.
fn strategy() -> Type {
    let one_of = |members: &[&str]| Type::OneOf(members.iter().map(SmolStr::new).collect());
    let least = |low: f64| Type::Int(Some(Bound { low: Some(low), high: None, inclusive: false }));
    let fields = Planned::STRATEGY.into_iter().map(|name| {
        let ty = match name {
            "kind" => one_of(&["grid", "random", "sobol", "tpe", "asha", "hyperband", "cma_es"]),
            "seed" => Type::Int(None),
            "budget" => optional(Type::Duration),
            "pruner" => one_of(&["none", "median", "asha"]),
            "reduction" => least(2.0),
            "max_failures" => optional(least(0.0)),
            "from" => optional(Type::String),
            _ => optional(least(1.0)),
        };
        Field { name: name.into(), ty, span: None }
    });
    Type::Record(fields.collect())
}

impl Checker<'_> {
    pub(super) fn sweep(&mut self, sweep: &Sweep, file: FileId) -> Type {
        self.expect(&sweep.strategy, &strategy(), file, None);
        let mut params = Vec::new();
        for axis in &sweep.axes {
            let ty = self.space(&axis.space, axis.step.as_ref(), file);
            if COLUMNS.contains(&axis.name.text.as_str()) {
                self.report(
                    Diagnostic::new(
                        Code::AXIS_NAME,
                        axis.name.span,
                        format!("the table of trials has a column `{}` already", axis.name.text),
                    )
                    .help("choose another name for this parameter"),
                );
            }
            params.push(Field { name: axis.name.text.clone(), ty, span: Some(axis.name.span) });
        }
        let found = self.block(&sweep.body, None, Use::Value, file);
        for (effect, span) in self.effects_in(&sweep.body, file) {
            let decl = self.resolved.decl(effect);
            let name = declared(decl).map_or("", |name| name.text.as_str());
            let mut diagnostic =
                Diagnostic::new(Code::EFFECT_IN_SWEEP, span, format!("`{name}` would change the world in every trial"));
            if let Some(name) = declared(decl) {
                diagnostic = diagnostic.also(name.span, "declared here");
            }
            self.report(diagnostic.help("call it once, after the sweep, with what did best"));
        }
        if found == Type::Nothing {
            self.report(
                Diagnostic::new(Code::NO_VALUE, sweep.body.span, "the trials of this sweep give nothing")
                    .help("the last line of the block is what a trial is judged by"),
            );
        }
        let found = if found == Type::Nothing { Type::Error } else { found };
        let mut columns = vec![Field { name: "trial".into(), ty: Type::Int(None), span: None }];
        columns.extend(params.iter().cloned());
        for (index, objective) in sweep.objectives.iter().enumerate() {
            let name = self.objective(objective, &found);
            // The first one is `score`.
            if index > 0 && name != "seconds" {
                if let Some(taken) = columns.iter().find(|column| column.name == name) {
                    let mut diagnostic = Diagnostic::new(
                        Code::AXIS_NAME,
                        objective.span,
                        format!("the table of trials has a column `{name}` already"),
                    );
                    if let Some(span) = taken.span {
                        diagnostic = diagnostic.also(span, "this one");
                    }
                    self.report(diagnostic.help("call the parameter or the field by another name"));
                }
                columns.push(Field { name, ty: optional(Type::Float(None)), span: Some(objective.span) });
            }
        }
        let column = |name: &str, ty| Field { name: name.into(), ty, span: None };
        columns.push(column("score", optional(Type::Float(None))));
        if sweep.objectives.len() > 1 {
            columns.push(column("pareto", Type::Bool));
        }
        columns.push(column("state", Type::OneOf(STATES.iter().map(SmolStr::new).collect())));
        columns.push(column("seconds", Type::Float(None)));
        columns.push(column("step", Type::String));
        let row = Type::Record(columns.into_iter().collect());
        Type::Record(
            [
                column("best", found),
                column("params", Type::Record(params.into_iter().collect())),
                column("score", Type::Float(None)),
                column("trials", Type::Table(Some(Box::new(row)))),
            ]
            .into_iter()
            .collect(),
        )
    }

    /// Checks an objective; the answer is what its column is called.
    fn objective(&mut self, objective: &Objective, found: &Type) -> SmolStr {
        let names: Vec<&str> = objective.field.iter().map(|name| name.text.as_str()).collect();
        let mut ty = found.clone();
        for (depth, name) in objective.field.iter().enumerate() {
            ty = match &ty {
                Type::Error => Type::Error,
                Type::Record(fields) => match find(fields, &name.text) {
                    Some(field) => field.ty.clone(),
                    // How long a trial took is known of every one.
                    None if depth == 0 && names == ["seconds"] => Type::Float(None),
                    None => self.no_field(name, &ty, fields),
                },
                other => {
                    let numbers = matches!(other, Type::Int(_) | Type::Float(_));
                    let help = if numbers {
                        format!("let the body give a record: `{{ {}: … }}`", name.text)
                    } else {
                        "an objective is a number in the record that the body gives".to_owned()
                    };
                    let message = format!("a trial gives `{other}`, which has no field `{}`", name.text);
                    self.report(Diagnostic::new(Code::OBJECTIVE, name.span, message).help(help));
                    Type::Error
                }
            };
        }
        if !matches!(ty, Type::Int(_) | Type::Float(_) | Type::Error) {
            let help = match &ty {
                Type::Optional(_) => "say what counts instead of `none` in the body: `… ?? other`",
                _ => "only an Int or a Float can be made large or small",
            };
            self.report(
                Diagnostic::new(
                    Code::OBJECTIVE,
                    objective.span,
                    format!("`{}` is `{ty}`, not a number", names.join(".")),
                )
                .help(help),
            );
        }
        names.join("_").into()
    }

    /// A parameter that is looked for in too wide a space for where it stands; says whether it fits.
    pub(super) fn axis_within(
        &mut self,
        expr: &standpipe_syntax::ast::Expr,
        wanted: &Type,
        bound: &Bound,
        file: FileId,
        cause: super::expect::Cause<'_>,
    ) -> bool {
        let Some(Target::Local(local)) = self.target(file, expr.id) else { return true };
        let Some(local) = self.resolved.file(file).locals.get(local.0 as usize) else { return true };
        let LocalKind::Axis { space } = local.kind else { return true };
        let Type::List(ty) = self.type_of_id(file, space) else { return true };
        let (Type::Int(Some(own)) | Type::Float(Some(own))) = *ty else { return true };
        let whole = matches!(*ty, Type::Int(_)) && matches!(unwrapped(wanted), Type::Int(_));
        let above = |bound: &Bound| match bound.high {
            Some(high) if whole && !bound.inclusive => Some((high - 1.0, true)),
            Some(high) => Some((high, bound.inclusive)),
            None => None,
        };
        let low = bound.low.is_none_or(|low| own.low.is_some_and(|own| own >= low));
        let high = match (above(&own), above(bound)) {
            (_, None) => true,
            (Some((own, with)), Some((high, inclusive))) => own < high || (own == high && (inclusive || !with)),
            (None, Some(_)) => false,
        };
        if low && high {
            return true;
        }
        let (name, declared) = (local.name.clone(), local.span);
        let mut diagnostic = Diagnostic::new(
            Code::OUT_OF_BOUNDS,
            expr.span,
            format!("`{name}` is looked for outside of `{}`", unwrapped(wanted)),
        )
        .also(declared, format!("here it is `{ty}`"));
        if let Some((span, what)) = cause {
            diagnostic = diagnostic.also(span, format!("{what} is `{wanted}`"));
        }
        self.report(diagnostic.help("narrow the space, or widen the bounds"));
        false
    }

    /// A space that is none.
    pub(super) fn no_space(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) -> Type {
        self.report(Diagnostic::new(Code::SPACE, span, message).help(help));
        Type::Error
    }

    /// The number that `expr` is known to be.
    pub(super) fn number(&self, expr: &standpipe_syntax::ast::Expr, file: FileId) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "bounds are Floats by definition")]
        match self.constant(expr, file)? {
            Value::Int(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => None,
        }
    }
}
