//! The plan as a file: a version, a digest, and JSON, refused unless all three agree.
//!
//! Deterministic to the byte: the same plan always gives the same text.

use std::collections::HashSet;
use std::fmt;

use crate::{Body, Digest, Expr, Node, NodeId, NodeKind, Plan, Region};

/// The version of the plan format that this library writes and reads.
pub const VERSION: u32 = 3;

const MAGIC: &str = "standpipe-plan";
/// Deepest nesting accepted in a plan's JSON, so that a hostile file cannot exhaust the stack.
const MAX_DEPTH: usize = 512;

/// Why bytes are not a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// It does not start as a plan does.
    NotAPlan,
    /// Made by another version of Standpipe.
    Version { found: String },
    /// Cut short, or changed after it was written.
    Damaged,
    /// Whole, but not what this version means by a plan.
    Malformed(String),
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAPlan => f.write_str("this is not a Standpipe plan"),
            Self::Version { found } => write!(
                f,
                "this plan has format version {found}, and this Standpipe reads version {VERSION}: build it again from its .pipe file"
            ),
            Self::Damaged => f.write_str(
                "this plan was cut short or changed after it was written: build it again from its .pipe file",
            ),
            Self::Malformed(why) => write!(f, "this plan makes no sense: {why}"),
        }
    }
}

impl std::error::Error for PlanError {}

/// The plan as text.
///
/// # Panics
/// Never: a plan holds nothing that JSON cannot.
#[must_use]
pub fn encode(plan: &Plan) -> String {
    #[expect(clippy::expect_used, reason = "maps have string keys and numbers are finite or encoded as null")]
    let body = serde_json::to_string(plan).expect("a plan is always JSON");
    format!("{MAGIC} {VERSION}\n{}\n{body}\n", Digest::of(body.as_bytes()))
}

/// Reads what [`encode`] wrote.
///
/// # Errors
/// See [`PlanError`]. Nothing of a plan is used unless all of it is sound.
pub fn decode(bytes: &[u8]) -> Result<Plan, PlanError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| if bytes.starts_with(MAGIC.as_bytes()) { PlanError::Damaged } else { PlanError::NotAPlan })?;
    let Some((head, rest)) = text.split_once('\n') else {
        return Err(if text.starts_with(MAGIC) { PlanError::Damaged } else { PlanError::NotAPlan });
    };
    let version = head.strip_prefix(MAGIC).and_then(|rest| rest.strip_prefix(' ')).ok_or(PlanError::NotAPlan)?;
    if version != VERSION.to_string() {
        return Err(PlanError::Version { found: version.chars().take(20).collect() });
    }
    let (digest, body) = rest.split_once('\n').ok_or(PlanError::Damaged)?;
    let body = body.strip_suffix('\n').ok_or(PlanError::Damaged)?;
    if Digest::from_hex(digest) != Some(Digest::of(body.as_bytes())) {
        return Err(PlanError::Damaged);
    }
    if nesting(body) > MAX_DEPTH {
        return Err(PlanError::Malformed(format!("it is nested more than {MAX_DEPTH} levels deep")));
    }
    let mut reader = serde_json::Deserializer::from_str(body);
    reader.disable_recursion_limit();
    let plan = serde::Deserialize::deserialize(&mut reader).map_err(|error| PlanError::Malformed(error.to_string()))?;
    validate(&plan).map_err(PlanError::Malformed)?;
    Ok(plan)
}

/// The deepest nesting of brackets outside strings.
fn nesting(json: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Every reference leads somewhere, every node is unique and stands after what it reads.
fn validate(plan: &Plan) -> Result<(), String> {
    let mut all = HashSet::new();
    let mut visible = HashSet::new();
    region(plan, &plan.root, None, &mut all, &mut visible)?;
    for (index, param) in (0..).zip(&plan.params) {
        let own = |node: &Node| node.id == param.node && node.kind == NodeKind::Param(index);
        if !plan.root.nodes.iter().any(own) {
            return Err(format!("parameter {} has no node", param.name));
        }
    }
    for task in &plan.tasks {
        if task.origin.file as usize >= plan.files.len() {
            return Err(format!("task {} comes from a file that is not there", task.name));
        }
        if task.environment.is_some_and(|id| id.0 as usize >= plan.environments.len()) {
            return Err(format!("task {} names an environment that is not there", task.name));
        }
        if task.service.is_some() && !task.effect {
            return Err(format!("the service {} is no effect", task.name));
        }
        if task.settings.probe.as_ref().is_some_and(|probe| !matches!(probe, Body::Shell { .. })) {
            return Err(format!("the probe of {} is no shell script", task.name));
        }
        if let Body::PythonFunction { modules, .. } | Body::Python { modules, .. } = &task.body
            && modules.iter().any(|index| *index as usize >= plan.modules.len())
        {
            return Err(format!("task {} names a module that is not there", task.name));
        }
    }
    for schedule in &plan.schedules {
        if schedule.origin.file as usize >= plan.files.len() {
            return Err(format!("the schedule {} comes from a file that is not there", schedule.name));
        }
        if let Some((name, _)) =
            schedule.params.iter().find(|(name, _)| !plan.params.iter().any(|own| own.name == *name))
        {
            return Err(format!("the schedule {} gives {name}, which is no parameter", schedule.name));
        }
    }
    Ok(())
}

fn region(
    plan: &Plan,
    region_: &Region,
    item: Option<NodeId>,
    all: &mut HashSet<NodeId>,
    visible: &mut HashSet<NodeId>,
) -> Result<(), String> {
    let mut added = Vec::with_capacity(region_.nodes.len());
    for node in &region_.nodes {
        let mut missing = None;
        node.each_read(&mut |id| {
            if !visible.contains(&id) {
                missing = Some(id);
            }
        });
        node.after.iter().filter(|id| !visible.contains(id)).for_each(|id| missing = Some(*id));
        if let Some(id) = missing {
            return Err(format!("node {:?} reads {id:?}, which is not known there", node.id));
        }
        if node.origin.file as usize >= plan.files.len() {
            return Err(format!("node {:?} comes from a file that is not there", node.id));
        }
        match &node.kind {
            NodeKind::Item if item != Some(node.id) => {
                return Err(format!("node {:?} is an item and stands in nothing that has one", node.id));
            }
            NodeKind::Param(index) if *index as usize >= plan.params.len() => {
                return Err(format!("node {:?} names a parameter that is not there", node.id));
            }
            NodeKind::Step(step) if step.task.0 as usize >= plan.tasks.len() => {
                return Err(format!("node {:?} names a task that is not there", node.id));
            }
            NodeKind::Step(step) if step.joins.is_some_and(|id| !visible.contains(&id)) => {
                return Err(format!("node {:?} goes on from a node that does not stand before it", node.id));
            }
            NodeKind::Sweep(sweep) if sweep.axes.is_empty() || sweep.objectives.is_empty() => {
                return Err(format!("node {:?} is a sweep of nothing", node.id));
            }
            NodeKind::Param(_)
            | NodeKind::Item
            | NodeKind::Value(_)
            | NodeKind::Step(_)
            | NodeKind::If { .. }
            | NodeKind::For { .. }
            | NodeKind::Match { .. }
            | NodeKind::Loop { .. }
            | NodeKind::Try { .. }
            | NodeKind::Sweep(_) => {}
        }
        for inner in node.kind.regions() {
            let own = node.kind.item();
            region(plan, inner, own, all, visible)?;
            if let Some(own) = own
                && !inner.nodes.iter().any(|node| node.id == own && node.kind == NodeKind::Item)
            {
                return Err(format!("node {:?} has no item", node.id));
            }
        }
        if !all.insert(node.id) {
            return Err(format!("node {:?} stands twice", node.id));
        }
        visible.insert(node.id);
        added.push(node.id);
    }
    reads(&region_.result, visible)?;
    for id in added {
        visible.remove(&id);
    }
    Ok(())
}

fn reads(expr: &Expr, visible: &HashSet<NodeId>) -> Result<(), String> {
    let mut missing = None;
    expr.each_node(&mut |id| {
        if !visible.contains(&id) {
            missing = Some(id);
        }
    });
    missing.map_or(Ok(()), |id| Err(format!("a result reads {id:?}, which is not known there")))
}
