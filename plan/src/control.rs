//! What nodes that decide and search hold besides their regions: the arms of a `match`, and the space, objectives and
//! strategy of a `sweep`.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Expr, Field, NodeId, Region, Shape, Value};

/// One arm of a `match`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatchArm {
    /// The arm is taken when the subject equals one of these.
    pub values: Vec<Value>,
    pub body: Region,
}

/// A search for the parameters with which the body does best. Each trial is the body once, with `item` as the record of
/// its parameters.
///
/// Its value is `{ best, params, score, trials }`: the body's result and the parameters of the trial that did best by
/// the first objective, what it scored, and all trials as a List of records. The table that people see of them is made
/// of that List by a step of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// In the order in which they are written: fields of `item`.
    pub axes: Vec<Axis>,
    /// At least one. With several, `trials` marks those that no other beats in all of them.
    pub objectives: Vec<Objective>,
    /// How the space is searched, a record; [`Sweep::STRATEGY`] names its fields.
    pub strategy: Expr,
    /// The node of kind [`crate::NodeKind::Item`] in `body`. The spaces may read it too: the fields of axes before.
    pub item: NodeId,
    /// The fields of a trial's record: `trial`, the parameters, `score` (none for a trial that failed), the
    /// objectives after the first by their names and `pareto` when there are several, `state`
    /// (`"finished" | "stopped" | "failed"`), `seconds` and `step` (the trial's path).
    pub trials: Vec<Field>,
    pub body: Region,
}

/// A parameter that a sweep looks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    pub name: SmolStr,
    pub space: Space,
    /// What every value of it fits.
    pub shape: Shape,
}

/// The values that a parameter may take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Space {
    /// Numbers from `low` to `high`.
    Numbers {
        low: Expr,
        high: Expr,
        /// Whether `high` itself belongs to it.
        inclusive: bool,
        /// Only `low` and what is whole steps above it.
        step: Option<Expr>,
        /// Evenly by magnitude: as many tries between 1 and 10 as between 10 and 100.
        log: bool,
        /// Ints; else Floats.
        whole: bool,
    },
    /// One of the items of a List, which have no order.
    Choice(Expr),
    /// Depends on parameters before it, or on what is known when the sweep starts.
    If { condition: Expr, then: Box<Space>, otherwise: Box<Space> },
}

/// What is to become large or small.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// As people name it: `auc`, `error.mean`.
    pub name: SmolStr,
    pub maximize: bool,
    pub of: Measure,
}

/// Where the number of an objective comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// A field of the body's result: its name, then those inside it.
    Field(Vec<SmolStr>),
    /// How long the trial took, in seconds.
    Seconds,
}

impl Sweep {
    /// The fields of a strategy's record, in order: `kind` is which one (a String); `trials`, `parallel`, `patience` and
    /// `max_failures` are Ints or `none`; `seed` is an Int; `budget` is a Duration or `none`; `pruner` is `"none"`,
    /// `"median"` or `"asha"`; `reduction` is the Int by which rounds of `asha` and `hyperband` grow; `from` names the run
    /// whose trials lead the search, a String or `none`.
    pub const STRATEGY: [&'static str; 10] =
        ["kind", "trials", "seed", "parallel", "budget", "patience", "max_failures", "pruner", "reduction", "from"];

    /// Calls `visit` with every expression of it that is not in its body.
    pub fn each_expr<'s>(&'s self, visit: &mut dyn FnMut(&'s Expr)) {
        self.axes.iter().for_each(|axis| axis.space.each_expr(visit));
        visit(&self.strategy);
    }
}

impl Space {
    /// Calls `visit` with every expression in it.
    pub fn each_expr<'s>(&'s self, visit: &mut dyn FnMut(&'s Expr)) {
        match self {
            Self::Numbers { low, high, step, .. } => [low, high].into_iter().chain(step).for_each(visit),
            Self::Choice(items) => visit(items),
            Self::If { condition, then, otherwise } => {
                visit(condition);
                then.each_expr(visit);
                otherwise.each_expr(visit);
            }
        }
    }

    /// As [`Space::each_expr`], to change them in place.
    pub fn each_expr_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            Self::Numbers { low, high, step, .. } => [low, high].into_iter().chain(step).for_each(visit),
            Self::Choice(items) => visit(items),
            Self::If { condition, then, otherwise } => {
                visit(condition);
                then.each_expr_mut(visit);
                otherwise.each_expr_mut(visit);
            }
        }
    }

    /// The space as people read it, with `name` saying what each node is called.
    #[must_use]
    pub fn show(&self, name: &dyn Fn(NodeId) -> String) -> String {
        match self {
            Self::Numbers { low, high, inclusive, step, log, .. } => {
                let (low, high) = (low.show(name), high.show(name));
                let step = step.as_ref().map_or(String::new(), |step| format!(" step {}", step.show(name)));
                match (log, inclusive) {
                    (true, _) => format!("log({low}, {high}){step}"),
                    (false, true) => format!("{low}..={high}{step}"),
                    (false, false) => format!("{low}..{high}{step}"),
                }
            }
            Self::Choice(items) => items.show(name),
            Self::If { condition, then, otherwise } => {
                let condition = condition.show(name);
                format!("if {condition} {{ {} }} else {{ {} }}", then.show(name), otherwise.show(name))
            }
        }
    }
}
