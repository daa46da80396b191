//! The state machine under a simulated clock, with faults: whatever the plan, every step comes after its inputs,
//! nothing runs beyond what there is, and every run ends.

use std::collections::BTreeMap;

use proptest::prelude::*;
use standpipe_plan::{
    Body, Expr, Frame, Input, Node, NodeId, NodeKind, Origin, Plan, Region, Retry, Settings, Shape, Step, Task, TaskId,
    Value,
};

use super::*;

const HERE: Origin = Origin { file: 0, line: 1 };

/// What a random region is made of; numbers are reduced to what is in scope.
#[derive(Clone, Debug)]
enum Piece {
    Step { task: usize, reads: Vec<usize>, after: Option<usize> },
    Sum { reads: Vec<usize> },
    If { condition: bool, then: Vec<Piece>, otherwise: Vec<Piece> },
    For { items: i64, limit: Option<i64>, body: Vec<Piece> },
}

fn pieces(depth: u32) -> BoxedStrategy<Vec<Piece>> {
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

fn plan(pieces: &[Piece]) -> Plan {
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

/// The world, simulated: what runs until when, with luck out of `dice`.
struct World<'d> {
    now: u64,
    /// What will happen, by time and then by order of making.
    future: BTreeMap<(u64, u64), Event>,
    made: u64,
    dice: &'d [u8],
    rolled: usize,
    /// What runs, and what it takes.
    running: BTreeMap<Ticket, Demand>,
    ended: BTreeMap<String, Status>,
}

impl World<'_> {
    fn roll(&mut self) -> u8 {
        self.rolled += 1;
        self.dice[self.rolled % self.dice.len()]
    }

    fn later(&mut self, wait: u64, event: Event) {
        self.made += 1;
        self.future.insert((self.now + wait, self.made), event);
    }
}

const CAPACITY: Capacity = Capacity { cpu: 3000, memory: 100, gpu: 0, disk: 0, steps: None, limits: Vec::new() };

/// Plays a run to its end; the status and how each step ended.
fn play(
    plan: &Plan,
    dice: &[u8],
    faults: bool,
    keep_going: bool,
    cancel_at: Option<u64>,
) -> (Status, BTreeMap<String, Status>) {
    let mut schedule = Schedule::new(
        plan,
        Vec::new(),
        CAPACITY,
        Rules { keep_going, window: 3, slice: 5, catches: true },
        &Durations::default(),
        &Peaks::default(),
    );
    let mut world = World {
        now: 0,
        future: BTreeMap::new(),
        made: 0,
        dice,
        rolled: 0,
        running: BTreeMap::new(),
        ended: BTreeMap::new(),
    };
    world.later(0, Event::Begin);
    if let Some(at) = cancel_at {
        world.later(at, Event::Cancel);
    }
    let mut done = None;
    let mut steps = 0;
    while let Some(((now, _), event)) = world.future.pop_first() {
        steps += 1;
        assert!(steps < 100_000, "it never ends");
        world.now = now;
        if let Event::Ended { ticket, .. } = &event {
            assert!(world.running.remove(ticket).is_some(), "what ends had started");
        }
        for effect in schedule.step(event) {
            match effect {
                Effect::Look { ticket } => {
                    let hit = world.roll() < 40;
                    let value = Value::Int(1);
                    let wait = u64::from(world.roll() % 3);
                    world.later(
                        wait,
                        if hit { Event::Reused { ticket, value, nanos: 0 } } else { Event::Admitted { ticket } },
                    );
                }
                Effect::Start { starts, demand, .. } => {
                    let [Start { ticket, attempt }] = starts[..] else { panic!("shell steps go alone") };
                    assert!(world.running.insert(ticket, demand).is_none(), "one attempt at a time");
                    let instance = schedule.instance(ticket).expect("it has not ended");
                    assert_eq!(instance.inputs.len(), instance.step.inputs.len(), "every input is known");
                    assert!(attempt <= 3);
                    let total = world.running.values().fold((0, 0), |sum, one| (sum.0 + one.cpu, sum.1 + one.memory));
                    assert!(total.0 <= CAPACITY.cpu && total.1 <= CAPACITY.memory, "over capacity: {total:?}");
                    assert!(world.running.values().filter(|one| one.limit.is_some()).count() <= 1);
                    let fails = faults && world.roll() < 60;
                    let result = if fails { Err(Failure::new("E0620", "luck")) } else { Ok(Value::Int(1)) };
                    let wait = 1 + u64::from(world.roll());
                    world.later(wait, Event::Ended { ticket, attempt, nanos: 0, result });
                }
                Effect::Wait { ticket, nanos, .. } => world.later(nanos.cast_unsigned(), Event::Woken { ticket }),
                Effect::Finished { ticket, step, status, .. } => {
                    assert!(!world.running.contains_key(&ticket));
                    assert!(world.ended.insert(step.path.clone(), status).is_none(), "{} ended twice", step.path);
                }
                Effect::Alarm { ticket, nanos } => world.later(nanos.cast_unsigned(), Event::Woken { ticket }),
                Effect::Passed { .. }
                | Effect::Fanout { .. }
                | Effect::SweepBegun { .. }
                | Effect::Recall { .. }
                | Effect::SweepTaught { .. }
                | Effect::TrialBegun { .. }
                | Effect::TrialEnded { .. }
                | Effect::SweepEnded { .. }
                | Effect::StopEarly { .. }
                | Effect::Stop => {}
                Effect::More => world.later(0, Event::More),
                Effect::Done { status, .. } => {
                    assert!(done.replace(status).is_none(), "it ends once");
                    assert!(world.running.is_empty(), "nothing runs any more");
                }
            }
        }
        if done.is_some() {
            break;
        }
    }
    assert!(schedule.admission.idle(), "everything taken was given back");
    assert!(schedule.instances.is_empty() && schedule.activations.is_empty());
    (done.expect("it ended"), world.ended)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_run_ends_well_without_faults(pieces in pieces(2), dice in prop::collection::vec(any::<u8>(), 1..50)) {
        let plan = plan(&pieces);
        let (status, ended) = play(&plan, &dice, false, false, None);
        prop_assert_eq!(status, Status::Succeeded);
        prop_assert!(ended.values().all(|status| matches!(status, Status::Succeeded | Status::Cached)));
    }

    #[test]
    fn every_run_ends_under_faults(
        pieces in pieces(2),
        dice in prop::collection::vec(any::<u8>(), 1..50),
        keep_going in any::<bool>(),
        cancel_at in prop::option::of(0..500_u64),
    ) {
        let plan = plan(&pieces);
        let (status, ended) = play(&plan, &dice, true, keep_going, cancel_at);
        let failed = ended.values().any(|status| *status == Status::Failed);
        match status {
            Status::Succeeded => prop_assert!(!failed),
            Status::Failed => prop_assert!(failed),
            _ => prop_assert!(cancel_at.is_some()),
        }
    }

    #[test]
    fn the_same_events_give_the_same_run(pieces in pieces(2), dice in prop::collection::vec(any::<u8>(), 1..50)) {
        let plan = plan(&pieces);
        prop_assert_eq!(play(&plan, &dice, true, true, None), play(&plan, &dice, true, true, None));
    }
}

#[test]
fn a_million_items_exist_only_in_their_window() {
    let plan = plan(&[Piece::For {
        items: 1_000_000,
        limit: None,
        body: vec![Piece::Step { task: 0, reads: vec![0], after: None }],
    }]);
    let mut schedule = Schedule::new(
        &plan,
        Vec::new(),
        CAPACITY,
        Rules { keep_going: false, window: 64, slice: usize::MAX, catches: true },
        &Durations::default(),
        &Peaks::default(),
    );
    let looked = schedule.step(Event::Begin).iter().filter(|effect| matches!(effect, Effect::Look { .. })).count();
    assert_eq!(looked, 64);
    assert_eq!(schedule.activations.len(), 65);
    for ticket in 0..100_000 {
        schedule.step(Event::Reused { ticket, value: Value::Int(1), nanos: 0 });
        assert!(schedule.activations.len() <= 65);
    }
}

/// The names of the nodes whose values are held.
fn held(schedule: &Schedule<'_>) -> Vec<String> {
    let mut names: Vec<String> = schedule
        .activations
        .values()
        .flat_map(|own| own.cells.iter().enumerate().map(|(slot, cell)| (own.region, slot, cell)))
        .filter(|(_, _, cell)| cell.value.is_some())
        .filter_map(|(region, slot, _)| Some(schedule.layout.node(region, slot)?.name.to_string()))
        .collect();
    names.sort();
    names
}

#[test]
fn a_value_is_let_go_of_after_its_last_use() {
    let step = |reads: Vec<usize>| Piece::Step { task: 0, reads, after: None };
    // The first is read by the second and by what is done for each item; nothing reads the second and the third; the last
    // reads the number of items, s7.
    let each = Piece::For { items: 2, limit: None, body: vec![step(vec![0])] };
    let plan = plan(&[step(vec![]), step(vec![0]), step(vec![]), each, step(vec![3])]);
    let mut schedule = Schedule::new(
        &plan,
        Vec::new(),
        CAPACITY,
        Rules { keep_going: false, window: 3, slice: usize::MAX, catches: true },
        &Durations::default(),
        &Peaks::default(),
    );
    schedule.step(Event::Begin);
    let mut after = |ticket| {
        let effects = schedule.step(Event::Reused { ticket, value: Value::Int(7), nanos: 0 });
        let done = effects.into_iter().find_map(|effect| match effect {
            Effect::Done { value, .. } => Some(value),
            _ => None,
        });
        (held(&schedule), done)
    };
    for ticket in 0..4 {
        assert_eq!(after(ticket), (vec!["s1".to_owned()], None), "after {ticket}");
    }
    assert_eq!(after(4), (vec!["s7".to_owned()], None));
    assert_eq!(after(5), (vec![], Some(Value::Int(7))));
}

/// The order in which the steps of `for x in 3 items { s1 = …; s2 = …(s1) }` start where there is room for one.
fn starts(joined: bool) -> Vec<String> {
    let step = |reads: Vec<usize>| Piece::Step { task: 0, reads, after: None };
    let each = Piece::For { items: 3, limit: None, body: vec![step(vec![]), step(vec![1])] };
    let mut plan = plan(&[each]);
    let NodeKind::For { body, .. } = &mut plan.root.nodes[0].kind else { panic!("no for") };
    let first = body.nodes[1].id;
    if joined && let NodeKind::Step(step) = &mut body.nodes[2].kind {
        step.joins = Some(first);
    }
    let rules = Rules { keep_going: false, window: 3, slice: usize::MAX, catches: true };
    let capacity = Capacity { cpu: 1000, ..CAPACITY };
    let mut schedule = Schedule::new(&plan, Vec::new(), capacity, rules, &Durations::default(), &Peaks::default());
    let mut started = Vec::new();
    let mut effects: VecDeque<Effect> = schedule.step(Event::Begin).into();
    while let Some(effect) = effects.pop_front() {
        match effect {
            Effect::Look { ticket } => effects.extend(schedule.step(Event::Admitted { ticket })),
            Effect::Start { starts, .. } => {
                let Start { ticket, attempt } = starts[0];
                started.extend(schedule.instance(ticket).map(|instance| instance.name.path.clone()));
                let result = Ok(Value::Int(1));
                effects.extend(schedule.step(Event::Ended { ticket, attempt, nanos: 1, result }));
            }
            Effect::Done { status, .. } => assert_eq!((status, schedule.left()), (Status::Succeeded, Vec::new())),
            _ => {}
        }
    }
    started
}

#[test]
fn who_goes_on_from_a_step_starts_in_its_place() {
    insta::assert_debug_snapshot!((starts(false), starts(true)));
}

#[test]
fn a_retry_waits_twice_as_long_each_time() {
    let plan = plan(&[Piece::Step { task: 1, reads: Vec::new(), after: None }]);
    let mut schedule = Schedule::new(
        &plan,
        Vec::new(),
        CAPACITY,
        Rules { keep_going: false, window: 1, slice: usize::MAX, catches: true },
        &Durations::default(),
        &Peaks::default(),
    );
    schedule.step(Event::Begin);
    schedule.step(Event::Admitted { ticket: 0 });
    let mut waits = Vec::new();
    for attempt in 1..=2 {
        let result = Err(Failure::new("E0620", "luck"));
        for effect in schedule.step(Event::Ended { ticket: 0, attempt, nanos: 0, result }) {
            if let Effect::Wait { nanos, .. } = effect {
                waits.push(nanos);
            }
        }
        schedule.step(Event::Woken { ticket: 0 });
    }
    assert_eq!(waits, [10, 20]);
    let effects =
        schedule.step(Event::Ended { ticket: 0, attempt: 3, nanos: 0, result: Err(Failure::new("E0620", "luck")) });
    assert!(matches!(effects.last(), Some(Effect::Done { status: Status::Failed, .. })));
}

/// How many of two steps that wait for nothing start at once, on 100 bytes of memory, and what is reserved for the first;
/// the task declares `declared` bytes, and it is known that its steps take `known`.
fn started(declared: Option<u64>, known: u64) -> (usize, u64) {
    let step = || Piece::Step { task: 0, reads: Vec::new(), after: None };
    let mut plan = plan(&[step(), step()]);
    plan.tasks[0].settings.memory = declared.map(|bytes| Expr::Const(Value::Size(bytes)));
    let places = plan.root.nodes.iter().map(|node| (format!("p.{}", node.name), known));
    let mut schedule = Schedule::new(
        &plan,
        Vec::new(),
        CAPACITY,
        Rules { keep_going: false, window: 3, slice: usize::MAX, catches: true },
        &Durations::default(),
        &Peaks::new(places),
    );
    schedule.step(Event::Begin);
    let effects: Vec<Effect> = (0..2).flat_map(|ticket| schedule.step(Event::Admitted { ticket })).collect();
    let demands: Vec<u64> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Start { demand, .. } => Some(demand.memory),
            _ => None,
        })
        .collect();
    (demands.len(), demands[0])
}

#[test]
fn what_is_known_to_take_most_of_the_memory_runs_alone() {
    assert_eq!(started(None, 40), (2, 40));
    assert_eq!(started(None, 60), (1, 60));
    // However much it took: never more than there is.
    assert_eq!(started(None, 500), (1, 100));
    // Who says it knows better.
    assert_eq!(started(Some(10), 500), (2, 10));
}
