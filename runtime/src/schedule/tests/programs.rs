//! Generated plans.

use proptest::prelude::*;
use standpipe_plan::{
    Body, Expr, Frame, Input, Node, NodeId, NodeKind, Origin, Plan, Region, Retry, Settings, Shape, Step, Task, TaskId,
    Value,
};

const HERE: Origin = Origin { file: 0, line: 1 };

/// What a random region is made of; numbers are reduced to what is in scope.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Step { task: usize, reads: Vec<usize>, after: Option<usize> },
    Sum { reads: Vec<usize> },
    If { condition: bool, then: Vec<Piece>, otherwise: Vec<Piece> },
    For { items: i64, limit: Option<i64>, body: Vec<Piece> },
}

pub(super) fn pieces(depth: u32) -> BoxedStrategy<Vec<Piece>> {
    let step = (0..4_usize, prop::collection::vec(any::<usize>(), 0..3), prop::option::of(any::<usize>()))
        .prop_map(|(task, reads, after)| Piece::Step { task, reads, after });
    let sum = prop::collection::vec(any::<usize>(), 0..3).prop_map(|reads| Piece::Sum { reads });
    if depth == 0 {
        return prop::collection::vec(prop_oneof![4 => step, 1 => sum], 0..5).boxed();
    }
    let branch = (any::<bool>(), pieces(depth - 1), pieces(depth - 1))
        .prop_map(|(condition, then, otherwise)| Piece::If { condition, then, otherwise });
    let fan = (0..6_i64, prop::option::of(1..4_i64), pieces(depth - 1)).prop_map(|(items, limit, body)| Piece::For {
        items,
        limit,
        body,
    });
    prop::collection::vec(prop_oneof![5 => step, 1 => sum, 1 => branch, 2 => fan], 0..6).boxed()
}

struct Builder {
    next: u32,
}

impl Builder {
    fn id(&mut self) -> NodeId {
        self.next += 1;
        NodeId(self.next)
    }

    /// A region that reads what is in `scope`; everything is an Int.
    fn region(&mut self, pieces: &[Piece], scope: &[NodeId], item: Option<NodeId>) -> Region {
        let mut seen = scope.to_vec();
        let mut nodes = Vec::new();
        if let Some(item) = item {
            nodes.push(Node { id: item, name: "".into(), kind: NodeKind::Item, after: Vec::new(), origin: HERE });
            seen.push(item);
        }
        let mut own: Vec<NodeId> = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            let pick = |read: &usize| (!seen.is_empty()).then(|| Expr::Node(seen[read % seen.len()]));
            let mut wait = None;
            let kind = match piece {
                Piece::Step { task, reads, after } => {
                    wait = after.filter(|_| !own.is_empty()).map(|after| own[after % own.len()]);
                    let inputs = reads.iter().filter_map(pick).enumerate().map(|(number, value)| Input {
                        name: format!("i{number}").into(),
                        value,
                        shape: Shape::Int(None),
                    });
                    let task = TaskId(u32::try_from(*task).expect("small"));
                    NodeKind::Step(Step { task, inputs: inputs.collect(), output: Shape::Int(None), joins: None })
                }
                Piece::Sum { reads } => {
                    let sum = reads.iter().filter_map(pick).fold(Expr::Const(Value::Int(0)), |sum, read| {
                        Expr::Binary(standpipe_plan::BinaryOp::Add, Box::new(sum), Box::new(read))
                    });
                    NodeKind::Value(sum)
                }
                Piece::If { condition, then, otherwise } => NodeKind::If {
                    condition: Expr::Const(Value::Bool(*condition)),
                    then: self.region(then, &seen, None),
                    otherwise: self.region(otherwise, &seen, None),
                },
                Piece::For { items, limit, body } => {
                    let item = self.id();
                    let body = self.region(body, &seen, Some(item));
                    let items = Expr::Const(Value::Range { start: 0, end: *items });
                    let limit = limit.map(|limit| Expr::Const(Value::Int(limit)));
                    let all = NodeKind::For { items, limit, item, variable: "i".into(), body };
                    let id = self.id();
                    let name = format!("n{index}").into();
                    nodes.push(Node { id, name, kind: all, after: Vec::new(), origin: HERE });
                    let length = Expr::Call(standpipe_plan::Builtin::Len, vec![Expr::Node(id)]);
                    NodeKind::Value(length)
                }
            };
            let id = self.id();
            let after = wait.into_iter().collect();
            nodes.push(Node { id, name: format!("s{}", id.0).into(), kind, after, origin: HERE });
            seen.push(id);
            own.push(id);
        }
        let result = own.last().map_or(Expr::Const(Value::Int(0)), |id| Expr::Node(*id));
        Region { nodes, result }
    }
}

pub(super) fn plan(pieces: &[Piece]) -> Plan {
    let task = |cpu: f64, memory: u64, times: u32, limit: Option<u32>| Task {
        name: "t".into(),
        effect: false,
        body: Body::Shell { text: String::new(), origin: HERE },
        environment: None,
        frame: Frame::Pandas,
        settings: Settings {
            cpu: Some(Expr::Const(Value::Float(cpu))),
            memory: Some(Expr::Const(Value::Size(memory))),
            retry: Retry { times, backoff: 10, backoff_max: 1000, on: Vec::new() },
            limit: limit.map(|slots| standpipe_plan::Limit { name: "l".into(), slots }),
            ..Settings::default()
        },
        reads: Default::default(),
        service: None,
        origin: HERE,
    };
    Plan {
        pipeline: "p".into(),
        files: Vec::new(),
        params: Vec::new(),
        environments: Vec::new(),
        modules: Vec::new(),
        tasks: vec![task(1.0, 10, 0, None), task(2.0, 1, 2, None), task(0.5, 60, 0, Some(1)), task(3.0, 0, 1, None)],
        root: Builder { next: 0 }.region(pieces, &[], None),
        result: Shape::Int(None),
        schedules: Vec::new(),
    }
}
