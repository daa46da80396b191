//! Graphs built by hand, for the tests of each pass.

use standpipe_plan::{
    Body, CachePolicy, Expr, Frame, Input, NodeId, Origin, Settings, Shape, Step, Task, TaskId, Value,
};

use super::super::Pass;
use crate::graph::{Graph, NodeKind, RegionId};

const ORIGIN: Origin = Origin { file: 0, line: 1 };

/// Builds graphs by hand.
pub(in crate::optimise) struct Builder {
    pub(in crate::optimise) graph: Graph,
    names: u32,
}

impl Builder {
    /// Task 0 and 1 are pure, 2 is pure but never cached, 3 is an effect; 4, never cached, and 5 are in Python. So are
    /// 6 and 7, which read only those columns of a table that their names say.
    pub(in crate::optimise) fn new() -> Self {
        let mut graph = Graph::new("p".into(), vec!["p.pipe".into()], Shape::Json);
        for (name, effect, cache) in [
            ("clean", false, CachePolicy::On),
            ("fit", false, CachePolicy::On),
            ("sample", false, CachePolicy::Off),
            ("publish", true, CachePolicy::On),
            ("draw", false, CachePolicy::Off),
            ("score", false, CachePolicy::On),
            ("reads_x", false, CachePolicy::On),
            ("reads_xz", false, CachePolicy::Off),
        ] {
            let python = ["draw", "score", "reads_x", "reads_xz"].contains(&name);
            let text = "true".to_owned();
            let columns = name.strip_prefix("reads_").map(|columns| columns.chars().map(String::from).map(Into::into));
            graph.tasks.push(Task {
                name: name.into(),
                effect,
                body: match python {
                    true => Body::Python { text, origin: ORIGIN, modules: Vec::new() },
                    false => Body::Shell { text, origin: ORIGIN },
                },
                environment: None,
                frame: Frame::Pandas,
                settings: Settings { cache, ..Settings::default() },
                reads: columns.map(|columns| ("a".into(), columns.collect())).into_iter().collect(),
                service: None,
                origin: ORIGIN,
            });
        }
        Self { graph, names: 0 }
    }

    pub(in crate::optimise) fn step(&mut self, region: RegionId, task: u32, inputs: Vec<Expr>) -> NodeId {
        self.names += 1;
        let name = format!("{}_{}", self.graph.tasks[task as usize].name, self.names).into();
        let input = |(value, name): (Expr, &str)| Input { name: name.into(), value, shape: Shape::Json };
        let inputs = inputs.into_iter().zip(["a", "b"]).map(input).collect();
        let step = Step { task: TaskId(task), inputs, output: Shape::Int(None), joins: None };
        self.graph.add(region, name, NodeKind::Step(step), ORIGIN)
    }

    /// A node with a part of its own in paths.
    pub(super) fn named(&mut self, region: RegionId, name: &str, kind: NodeKind) -> NodeId {
        self.names += 1;
        self.graph.add(region, format!("{name}_{}", self.names).into(), kind, ORIGIN)
    }

    pub(in crate::optimise) fn node(&mut self, region: RegionId, name: &str, kind: NodeKind) -> NodeId {
        self.graph.add(region, name.into(), kind, ORIGIN)
    }

    /// A `for` whose body is still empty but for its item.
    pub(in crate::optimise) fn each(&mut self, region: RegionId, items: Expr) -> (NodeId, RegionId, NodeId) {
        self.names += 1;
        let body = self.graph.add_region();
        let item = self.graph.add(body, "".into(), NodeKind::Item, ORIGIN);
        let kind = NodeKind::For { items, limit: None, item, variable: "x".into(), body };
        let id = self.graph.add(region, format!("for_{}", self.names).into(), kind, ORIGIN);
        (id, body, item)
    }
}

pub(in crate::optimise) fn int(number: i64) -> Expr {
    Expr::Const(Value::Int(number))
}

/// The graph's text before and after `pass`, and what the pass says.
pub(in crate::optimise) fn before_and_after(mut graph: Graph, pass: Pass) -> String {
    graph.link();
    let before = graph.dump();
    let what = pass(&mut graph).join("\n");
    format!("{before}---\n{}---\n{what}", graph.dump())
}
