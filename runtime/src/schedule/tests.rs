//! The state machine, one thing at a time: what is held, what starts when, what is tried again.

mod played;
mod programs;

use standpipe_plan::{Expr, NodeKind, Value};

use self::programs::{Piece, plan};
use super::*;

const CAPACITY: Capacity = Capacity { cpu: 3000, memory: 100, gpu: 0, disk: 0, steps: None, limits: Vec::new() };

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
