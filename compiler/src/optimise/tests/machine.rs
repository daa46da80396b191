//! A tiny interpreter of plans: the reference that passes are held against. A task's result is a hash of its name and inputs.

use std::collections::HashMap;

use standpipe_plan::{
    Axis, Digest, EvalError, Input, Node, NodeId, NodeKind, Plan, Region, Scope, Shape, Space, Task, Value, decode,
    encode, equal, eval, uses,
};

use crate::emit::emit;
use crate::graph::Graph;

/// The reference: runs a plan one node after another.
struct Machine<'a> {
    plan: &'a Plan,
    values: HashMap<NodeId, Value>,
    effects: Vec<String>,
    /// A `try` took a failure for `none`.
    caught: bool,
    /// Values are let go of after their last use.
    lets_go: bool,
}

impl Scope for Machine<'_> {
    fn node(&self, id: NodeId) -> Option<Value> {
        self.values.get(&id).cloned()
    }
}

impl Machine<'_> {
    fn region(&mut self, region: &Region) -> Result<Value, EvalError> {
        let uses = uses(region);
        for (place, node) in region.nodes.iter().enumerate() {
            let value = self.run(node)?;
            self.values.insert(node.id, value);
            for (node, uses) in region.nodes.iter().zip(&uses).filter(|_| self.lets_go) {
                if uses.readers.last() == Some(&place) && !uses.in_result {
                    self.values.remove(&node.id);
                }
            }
        }
        eval(&region.result, self)
    }

    /// What a body makes of its input: of a table only the columns that it reads, which it must be given.
    fn body(&self, task: &Task, input: &Input, value: Value) -> Result<Value, EvalError> {
        let (Shape::Table(Some(declared)), Some(read)) = (&input.shape, task.name.strip_prefix("reads_")) else {
            return Ok(value);
        };
        let projected = task.reads.get(&input.name);
        let given = |name: &str| {
            declared.iter().any(|column| column.name == name)
                && projected.is_none_or(|columns| columns.iter().any(|column| column == name))
        };
        let column = |name: char| {
            let name = name.to_string();
            value.field(&name).filter(|_| given(&name)).ok_or(EvalError::Mistyped("a column that it is not given"))
        };
        Ok(Value::list(read.chars().map(column).collect::<Result<_, _>>()?))
    }

    fn run(&mut self, node: &Node) -> Result<Value, EvalError> {
        match &node.kind {
            NodeKind::Param(_) | NodeKind::Item => self.values.get(&node.id).cloned().ok_or(EvalError::Unknown),
            NodeKind::Value(expr) => eval(expr, self),
            NodeKind::Step(step) => {
                let task = &self.plan.tasks[step.task.0 as usize];
                let given = |input: &Input| self.body(task, input, eval(&input.value, self)?);
                let inputs: Vec<_> = step.inputs.iter().map(given).collect::<Result<_, _>>()?;
                let call = format!("{}{inputs:?}", task.name);
                if task.effect {
                    self.effects.push(call.clone());
                }
                Ok(Value::Int(i64::from(Digest::of(call.as_bytes()).0[0] % 5)))
            }
            NodeKind::If { condition, then, otherwise } => match eval(condition, self)? {
                Value::Bool(true) => self.region(then),
                _ => self.region(otherwise),
            },
            NodeKind::For { items, item, body, .. } => {
                let items = eval(items, self)?;
                let mut results = Vec::new();
                for index in 0..items.items().ok_or(EvalError::Mistyped("items"))? {
                    self.values.insert(*item, items.item(index).unwrap_or(Value::None));
                    results.push(self.region(body)?);
                }
                Ok(Value::list(results))
            }
            NodeKind::Match { subject, arms, otherwise } => {
                let subject = eval(subject, self)?;
                let arm = arms.iter().find(|arm| arm.values.iter().any(|value| equal(value, &subject)));
                let taken = arm.map(|arm| &arm.body).or(otherwise.as_ref());
                taken.map_or(Err(EvalError::Mistyped("no arm")), |body| self.region(body))
            }
            NodeKind::Loop { start, limit, until, item, body, .. } => {
                let mut state = eval(start, self)?;
                let Value::Int(limit) = eval(limit, self)? else { return Err(EvalError::Mistyped("limit")) };
                for _ in 0..limit {
                    self.values.insert(*item, state.clone());
                    if let Some(until) = until
                        && eval(until, self)? == Value::Bool(true)
                    {
                        break;
                    }
                    state = self.region(body)?;
                }
                Ok(state)
            }
            NodeKind::Try { body } => Ok(self.region(body).unwrap_or_else(|_| {
                self.caught = true;
                Value::None
            })),
            // Two trials, of each parameter the first of a choice.
            NodeKind::Sweep(sweep) => {
                let mut results = Vec::new();
                for _ in 0..2 {
                    let first = |axis: &Axis| match &axis.space {
                        Space::Choice(items) => eval(items, self).map(|items| items.item(0).unwrap_or(Value::None)),
                        Space::Numbers { low, .. } => eval(low, self),
                        Space::If { condition, .. } => eval(condition, self),
                    };
                    let params = sweep.axes.iter().map(|axis| Ok((axis.name.clone(), first(axis)?)));
                    let params = Value::record(params.collect::<Result<_, EvalError>>()?);
                    self.values.insert(sweep.item, params);
                    results.push(self.region(&sweep.body)?);
                }
                Ok(Value::list(results))
            }
        }
    }
}

/// What a graph is worth and the effects that it has; and whether a `try` in it took a failure for `none`.
pub(super) fn outcome(graph: &Graph) -> (Result<Value, EvalError>, Vec<String>, bool) {
    let plan = emit(graph);
    assert_eq!(decode(encode(&plan).as_bytes()).as_ref(), Ok(&plan), "an emitted plan is sound");
    played(&plan, false)
}

pub(super) fn played(plan: &Plan, lets_go: bool) -> (Result<Value, EvalError>, Vec<String>, bool) {
    let mut machine = Machine { plan, values: HashMap::new(), effects: Vec::new(), caught: false, lets_go };
    (machine.region(&plan.root), machine.effects, machine.caught)
}
