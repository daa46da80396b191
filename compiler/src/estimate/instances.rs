//! How many instances the body of a `for` or a `sweep` has.

use std::cell::Cell;
use std::collections::HashMap;

use standpipe_plan::{Axis, Expr, NodeId, NodeKind, Plan, Region, Scope, Space, Sweep, Value, eval};

/// Values one behind the other are followed so far.
const DEPTH: u32 = 64;

/// What of a plan's values is known before it runs.
pub struct Known<'p> {
    values: HashMap<NodeId, &'p Expr>,
    depth: Cell<u32>,
}

impl Scope for Known<'_> {
    fn node(&self, id: NodeId) -> Option<Value> {
        let expr = self.values.get(&id).filter(|_| self.depth.get() < DEPTH)?;
        self.depth.set(self.depth.get() + 1);
        let value = eval(expr, self).ok();
        self.depth.set(self.depth.get() - 1);
        value
    }
}

impl<'p> Known<'p> {
    #[must_use]
    pub fn of(plan: &'p Plan) -> Self {
        fn collect<'p>(region: &'p Region, values: &mut HashMap<NodeId, &'p Expr>) {
            for node in &region.nodes {
                if let NodeKind::Value(expr) = &node.kind {
                    values.insert(node.id, expr);
                }
                node.kind.regions().for_each(|region| collect(region, values));
            }
        }
        let mut values = HashMap::new();
        collect(&plan.root, &mut values);
        Self { values, depth: Cell::new(0) }
    }

    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expr) -> Option<Value> {
        eval(expr, self).ok()
    }

    fn number(&self, expr: &Expr) -> Option<i64> {
        match self.value(expr)? {
            Value::Int(number) => Some(number),
            _ => None,
        }
    }

    /// The instances of the node's body, where the plan fixes them; of a `sweep` at most so many. None of what has no
    /// instances, too.
    #[must_use]
    pub fn instances(&self, kind: &NodeKind) -> Option<u64> {
        match kind {
            NodeKind::For { items, .. } => self.length(items),
            NodeKind::Sweep(sweep) => self.trials(sweep),
            NodeKind::Param(_)
            | NodeKind::Item
            | NodeKind::Value(_)
            | NodeKind::Step(_)
            | NodeKind::If { .. }
            | NodeKind::Match { .. }
            | NodeKind::Loop { .. }
            | NodeKind::Try { .. } => None,
        }
    }

    fn length(&self, items: &Expr) -> Option<u64> {
        if let Expr::List(items) = items {
            return u64::try_from(items.len()).ok();
        }
        match self.value(items)? {
            Value::List(items) => u64::try_from(items.len()).ok(),
            Value::Range { start, end } => u64::try_from(end.checked_sub(start)?.max(0)).ok(),
            _ => None,
        }
    }

    fn trials(&self, sweep: &Sweep) -> Option<u64> {
        let strategy = self.value(&sweep.strategy)?;
        let most = match strategy.field("trials") {
            Some(Value::Int(trials)) => u64::try_from(trials).ok(),
            _ => None,
        };
        if strategy.field("kind") != Some(Value::string("grid")) {
            return most;
        }
        let all = sweep.axes.iter().try_fold(1_u64, |all, axis| all.checked_mul(self.values(axis)?));
        match (all, most) {
            (Some(all), Some(most)) => Some(all.min(most)),
            (all, _) => all,
        }
    }

    /// How many values a parameter may take.
    fn values(&self, axis: &Axis) -> Option<u64> {
        match &axis.space {
            Space::Choice(items) => self.length(items),
            Space::Numbers { low, high, inclusive, step, log: false, whole: true } => {
                let step = match step {
                    None => 1,
                    Some(step) => self.number(step).filter(|step| *step > 0)?,
                };
                let (low, high) = (self.number(low)?, self.number(high)?);
                let last = if *inclusive { high } else { high.checked_sub(1)? };
                u64::try_from(last.checked_sub(low)?.max(-1).div_euclid(step).checked_add(1)?).ok()
            }
            Space::Numbers { .. } | Space::If { .. } => None,
        }
    }
}
