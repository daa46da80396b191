//! Generated plans, played to their end in a simulated world: whatever the plan, every step comes after its inputs,
//! nothing runs beyond what there is, and every run ends.

use std::collections::BTreeMap;

use proptest::prelude::*;
use standpipe_plan::{Plan, Value};

use super::super::*;
use super::CAPACITY;
use super::programs::{pieces, plan};

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
