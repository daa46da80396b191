//! How much memory the steps that may run side by side declare together, on a machine that has it.

use std::collections::HashMap;

use standpipe_plan::{Expr, Node, NodeId, NodeKind, Plan, Region, Scope, Step, Value, eval};

use super::flow::heaviest;
use super::instances::Known;

/// More steps of one region that declare memory are not weighed against each other.
const WEIGHED: usize = 300;
/// Regions of more nodes are not looked through.
const NODES: usize = 4_000;

/// The most memory that is declared at once, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peak {
    pub bytes: u64,
    /// Something takes memory of which nothing is known: a step that declares none, or declares it by its inputs, or that
    /// runs as often as only the run knows.
    pub at_least: bool,
}

/// The peak of a plan; none when no step says what it takes, or there are too many to weigh.
#[must_use]
pub fn peak(plan: &Plan) -> Option<Peak> {
    region(&Of { plan, known: Known::of(plan) }, &plan.root).filter(|peak| peak.bytes > 0)
}

/// A plan, and what is known of its values.
struct Of<'p> {
    plan: &'p Plan,
    known: Known<'p>,
}

fn region(of: &Of<'_>, region: &Region) -> Option<Peak> {
    if region.nodes.len() > NODES {
        return None;
    }
    let mut at_least = false;
    let mut weights: Vec<(usize, u64)> = Vec::new();
    let place: HashMap<NodeId, usize> = region.nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
    let words = region.nodes.len().div_ceil(64);
    // Of each node a bit for each that it waits for.
    let mut waits: Vec<Vec<u64>> = Vec::with_capacity(region.nodes.len());
    for (at, node) in region.nodes.iter().enumerate() {
        let mut own = vec![0_u64; words];
        let mut wait = |id: NodeId| {
            if let Some(other) = place.get(&id).filter(|other| **other < at) {
                own.iter_mut().zip(&waits[*other]).for_each(|(own, other)| *own |= other);
                own[other / 64] |= 1 << (other % 64);
            }
        };
        node.each_read(&mut wait);
        node.after.iter().for_each(|id| wait(*id));
        waits.push(own);
        if let Some(peak) = weight(of, node)? {
            at_least |= peak.at_least;
            if peak.bytes > 0 {
                weights.push((at, peak.bytes));
            }
        }
    }
    if weights.len() > WEIGHED {
        return None;
    }
    let bytes: Vec<u64> = weights.iter().map(|(_, bytes)| *bytes).collect();
    let before = |one: usize, other: usize| {
        let (one, other) = (weights[one].0, weights[other].0);
        waits[other][one / 64] >> (one % 64) & 1 == 1
    };
    Some(Peak { bytes: heaviest(&bytes, &before), at_least })
}

/// What a node takes by itself; an inner none where it takes nothing, an outer one where that cannot be said.
fn weight(of: &Of<'_>, node: &Node) -> Option<Option<Peak>> {
    let largest = || {
        let inner: Option<Vec<Peak>> = node.kind.regions().map(|inner| region(of, inner)).collect();
        let inner = inner?;
        Some(Peak {
            bytes: inner.iter().map(|peak| peak.bytes).max().unwrap_or(0),
            at_least: inner.iter().any(|peak| peak.at_least),
        })
    };
    Some(match &node.kind {
        NodeKind::Param(_) | NodeKind::Item | NodeKind::Value(_) => None,
        NodeKind::Step(step) => Some(declared(of, step)),
        NodeKind::If { .. } | NodeKind::Match { .. } | NodeKind::Loop { .. } | NodeKind::Try { .. } => Some(largest()?),
        NodeKind::For { limit, .. } => {
            let limit = limit.as_ref().and_then(|limit| number(of, limit));
            Some(times(largest()?, least(of.known.instances(&node.kind), limit)))
        }
        NodeKind::Sweep(sweep) => {
            let parallel = of.known.value(&sweep.strategy).and_then(|strategy| strategy.field("parallel"));
            let parallel = match parallel {
                Some(Value::Int(parallel)) => u64::try_from(parallel).ok(),
                _ => None,
            };
            // Without a word as many run at once as there are cores.
            Some(times(largest()?, parallel.and_then(|parallel| least(of.known.instances(&node.kind), Some(parallel)))))
        }
    })
}

fn least(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn number(of: &Of<'_>, expr: &Expr) -> Option<u64> {
    match of.known.value(expr)? {
        Value::Int(number) => u64::try_from(number).ok(),
        _ => None,
    }
}

fn times(peak: Peak, count: Option<u64>) -> Peak {
    match count {
        Some(count) => Peak { bytes: peak.bytes.saturating_mul(count), ..peak },
        None => Peak { at_least: true, ..peak },
    }
}

/// What a step's first attempt takes.
fn declared(of: &Of<'_>, step: &Step) -> Peak {
    let memory = of.plan.tasks.get(step.task.0 as usize).and_then(|task| task.settings.memory.as_ref());
    match memory.map(|memory| eval(memory, &First { of, step })) {
        Some(Ok(Value::Size(bytes))) => Peak { bytes, at_least: false },
        Some(Ok(_) | Err(_)) | None => Peak { bytes: 0, at_least: true },
    }
}

/// The inputs that are known beforehand, in the first attempt.
struct First<'s> {
    of: &'s Of<'s>,
    step: &'s Step,
}

impl Scope for First<'_> {
    fn node(&self, _id: NodeId) -> Option<Value> {
        None
    }

    fn input(&self, name: &str) -> Option<Value> {
        let input = self.step.inputs.iter().find(|input| input.name == name)?;
        self.of.known.value(&input.value)
    }

    fn attempt(&self) -> Option<i64> {
        Some(1)
    }
}
