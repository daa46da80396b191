//! What a plan means, worked out without a scheduler: one thing after the other, each value where it is needed. The
//! auditor compares runs with it.

use std::collections::{BTreeMap, BTreeSet};

use standpipe_plan::{Axis, Node, NodeId, NodeKind, Plan, Region, Scope, Space, TaskId, Value, equal, eval};

use super::plans::{SWEEP, output};

/// A step that a run has to come to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    pub task: TaskId,
    pub inputs: Vec<Value>,
    /// Paths of what must be over before it starts, with everything in it.
    pub before: Vec<String>,
}

pub(super) struct Reference<'p> {
    plan: &'p Plan,
    /// Steps that are taken to fail.
    failing: &'p BTreeSet<String>,
    pub steps: BTreeMap<String, Wanted>,
    /// Expressions without a value, by path.
    pub errors: BTreeSet<String>,
    /// Most iterations at once of each `for` that says so, by path.
    pub limits: BTreeMap<String, usize>,
}

/// The nodes of a region and those around it; `None` for what has no value.
struct Frame<'f> {
    values: BTreeMap<NodeId, Option<Value>>,
    outer: Option<&'f Frame<'f>>,
}

impl Scope for Frame<'_> {
    fn node(&self, id: NodeId) -> Option<Value> {
        match self.values.get(&id) {
            Some(value) => value.clone(),
            None => self.outer?.node(id),
        }
    }
}

impl<'p> Reference<'p> {
    /// The plan's meaning where the steps of `failing` fail, and what it is worth.
    pub(super) fn new(plan: &'p Plan, failing: &'p BTreeSet<String>) -> (Self, Option<Value>) {
        let mut reference =
            Self { plan, failing, steps: BTreeMap::new(), errors: BTreeSet::new(), limits: BTreeMap::new() };
        let value = reference.region(&plan.root, &plan.pipeline, None, &[], &Value::None);
        (reference, value)
    }

    fn region(
        &mut self,
        region: &Region,
        path: &str,
        outer: Option<&Frame<'_>>,
        before: &[String],
        item: &Value,
    ) -> Option<Value> {
        let mut frame = Frame { values: BTreeMap::new(), outer };
        let mut broken = false;
        for node in &region.nodes {
            let mut needs = node.after.clone();
            node.each_read(&mut |id| needs.push(id));
            let own: Vec<&Node> = region.nodes.iter().filter(|other| needs.contains(&other.id)).collect();
            let blocked = own.iter().any(|other| frame.values.get(&other.id).is_none_or(Option::is_none));
            let mut before = before.to_vec();
            before.extend(own.iter().filter(|other| !other.name.is_empty()).map(|other| join(path, &other.name)));
            let value = if blocked { None } else { self.node(node, &join(path, &node.name), &frame, &before, item) };
            broken |= value.is_none();
            frame.values.insert(node.id, value);
        }
        if broken {
            return None;
        }
        let value = eval(&region.result, &frame).ok();
        if value.is_none() {
            self.errors.insert(path.to_owned());
        }
        value
    }

    fn node(&mut self, node: &Node, path: &str, frame: &Frame<'_>, before: &[String], item: &Value) -> Option<Value> {
        match &node.kind {
            NodeKind::Param(_) => None,
            NodeKind::Item => Some(item.clone()),
            NodeKind::Value(expr) => {
                let value = eval(expr, frame).ok();
                if value.is_none() {
                    self.errors.insert(path.to_owned());
                }
                value
            }
            NodeKind::Step(step) => {
                let inputs: Option<Vec<Value>> =
                    step.inputs.iter().map(|input| eval(&input.value, frame).ok()).collect();
                let wanted = Wanted { task: step.task, inputs: inputs?, before: before.to_vec() };
                let value = output(wanted.task, &wanted.inputs);
                self.steps.insert(path.to_owned(), wanted);
                (!self.failing.contains(path)).then_some(value)
            }
            NodeKind::If { condition, then, otherwise } => {
                let holds = eval(condition, frame).ok()? == Value::Bool(true);
                self.region(if holds { then } else { otherwise }, path, Some(frame), before, item)
            }
            NodeKind::Match { subject, arms, otherwise } => {
                let subject = eval(subject, frame).ok()?;
                let arm = arms.iter().find(|arm| arm.values.iter().any(|value| equal(value, &subject)));
                let taken = arm.map(|arm| &arm.body).or(otherwise.as_ref())?;
                self.region(taken, path, Some(frame), before, item)
            }
            NodeKind::Loop { start, limit, until, item: state, body, .. } => {
                let mut value = eval(start, frame).ok()?;
                let Value::Int(limit) = eval(limit, frame).ok()? else { return None };
                for index in 0..limit {
                    let values = BTreeMap::from([(*state, Some(value.clone()))]);
                    let end = Frame { values, outer: Some(frame) };
                    match until.as_ref().map(|until| eval(until, &end)).transpose() {
                        Ok(Some(Value::Bool(true))) => break,
                        Ok(_) => {}
                        Err(_) => {
                            self.errors.insert(path.to_owned());
                            return None;
                        }
                    }
                    value = self.region(body, &format!("{path}[{index}]"), Some(frame), before, &value)?;
                }
                Some(value)
            }
            NodeKind::Try { body } => Some(self.region(body, path, Some(frame), before, item).unwrap_or(Value::None)),
            NodeKind::Sweep(sweep) => {
                let Some(Axis { name, space: Space::Choice(items), .. }) = sweep.axes.first() else { return None };
                let items = eval(items, frame).ok()?;
                let maximize = sweep.objectives.first().is_some_and(|objective| objective.maximize);
                let mut best: Option<(f64, Value)> = None;
                for index in 0..items.items().unwrap_or(0) {
                    let item = Value::record(vec![(name.clone(), items.item(index).unwrap_or(Value::None))]);
                    let trial = self.region(&sweep.body, &format!("{path}[{index}]"), Some(frame), before, &item);
                    // A trial that fails is none; of equals the first is the best.
                    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                    let score = match trial.as_ref().and_then(|trial| trial.field("v")) {
                        Some(Value::Int(score)) => score as f64,
                        Some(Value::Float(score)) => score,
                        _ => continue,
                    };
                    let better = |best: f64| if maximize { score > best } else { score < best };
                    if best.as_ref().is_none_or(|(best, _)| better(*best)) {
                        best = trial.map(|trial| (score, trial));
                    }
                }
                if best.is_none() {
                    self.errors.insert(path.to_owned());
                }
                best.map(|(_, trial)| Value::record(vec![("best".into(), trial)]))
            }
            NodeKind::For { items, limit, body, .. } => {
                let items = eval(items, frame).ok()?;
                if let Some(Value::Int(limit)) = limit.as_ref().and_then(|limit| eval(limit, frame).ok()) {
                    self.limits.insert(path.to_owned(), usize::try_from(limit).unwrap_or(1));
                }
                let each = (0..items.items().unwrap_or(0)).map(|index| {
                    let item = items.item(index).unwrap_or(Value::None);
                    self.region(body, &format!("{path}[{index}]"), Some(frame), before, &item)
                });
                let all: Vec<Option<Value>> = each.collect();
                all.into_iter().collect::<Option<Vec<_>>>().map(Value::list)
            }
        }
    }

    /// Whether a task may be reused.
    pub(super) fn is_effect(&self, task: TaskId) -> bool {
        self.plan.tasks.get(task.0 as usize).is_some_and(|task| task.effect)
    }
}

fn join(path: &str, part: &str) -> String {
    if part.is_empty() { path.to_owned() } else { format!("{path}.{part}") }
}

/// Whether what fails there is a trial's failure, and not the run's.
pub(super) fn caught(path: &str) -> bool {
    path.split('.').any(|part| part.starts_with(SWEEP) && part.contains('['))
}

/// Whether `path` is `whole` or something in it.
pub(super) fn within(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
