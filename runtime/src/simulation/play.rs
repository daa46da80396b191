//! Plays one seed: a plan, and one process of its run after the other until nothing goes wrong any more.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::audit;
use super::fact::Fact;
use super::faults::Faults;
use super::plans::{self, Drawn, MACHINE};
use super::rng::Rng;
use super::state::{Happening, State};
use super::world::{Journal, Listener, Made};
use crate::durations::Durations;
use crate::event::Status;
use crate::executor::News;
use crate::peaks::Peaks;
use crate::run::driver::Driver;
use crate::run::recorder::Recorder;
use crate::schedule::{Rules, Schedule};

/// Most processes of one run before the last, in which nothing goes wrong.
const PROCESSES: u32 = 4;
/// Things that happen so long after another may come to the driver with it.
const TOGETHER: u64 = 500;
/// More things than this never happen in one process.
const ENDLESS: u32 = 200_000;

/// One seed, played.
pub(super) struct Story {
    pub drawn: Drawn,
    pub facts: Vec<(u64, Fact)>,
}

impl Story {
    /// The facts of each process.
    pub(super) fn processes(&self) -> impl Iterator<Item = &[(u64, Fact)]> {
        let begins: Vec<usize> = self
            .facts
            .iter()
            .enumerate()
            .filter(|(_, (_, fact))| matches!(fact, Fact::Began { .. }))
            .map(|(index, _)| index)
            .chain([self.facts.len()])
            .collect();
        let slices: Vec<_> = begins.windows(2).filter_map(|pair| self.facts.get(pair[0]..pair[1])).collect();
        slices.into_iter()
    }

    /// The same for the same course of events.
    pub(super) fn hash(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for fact in &self.facts {
            hasher.update(format!("{fact:?}").as_bytes());
        }
        hasher.finalize()
    }
}

/// How a process ended.
enum End {
    Over(Status),
    Crashed,
    Stuck,
}

/// Plays a seed and says what must never be and was.
pub(super) fn seed(seed: u64) -> (Story, Vec<String>) {
    let mut rng = Rng::new(seed);
    let drawn = plans::draw(&mut rng);
    let plan = Arc::new(drawn.plan.clone());
    let peaks = plans::peaks(&drawn);
    let faults = Faults::draw(&mut rng);
    let keep_going = rng.chance(50);
    let window = 1 + if rng.chance(30) { 24 } else { rng.index(6) };
    let slice = if rng.chance(30) { 1 + rng.index(8) } else { usize::MAX };
    let state = Rc::new(RefCell::new(State::new(rng)));
    for process in 0..=PROCESSES {
        let calm = process == PROCESSES;
        state.borrow_mut().boot(if calm { Faults::default() } else { faults });
        state.borrow_mut().note(Fact::Began { process, keep_going });
        match run(&plan, &peaks, &state, Rules { keep_going, window, slice, catches: true }, process) {
            // What succeeded is run again once, to see that nothing of it runs.
            End::Over(Status::Succeeded) if process > 0 => break,
            End::Over(_) | End::Crashed => {}
            End::Stuck => break,
        }
    }
    let facts = std::mem::take(&mut state.borrow_mut().facts);
    let story = Story { drawn, facts };
    let violations = audit::all(&story);
    (story, violations)
}

fn run(plan: &Arc<standpipe_plan::Plan>, peaks: &Peaks, state: &Rc<RefCell<State>>, rules: Rules, process: u32) -> End {
    let mut listener = Listener(Rc::clone(state));
    let schedule = Schedule::new(plan, Vec::new(), MACHINE, rules, &Durations::default(), peaks);
    let world = Made { state: Rc::clone(state), plan: Arc::clone(plan) };
    let recorder = Recorder::new(Journal(Rc::clone(state)), &mut listener);
    let mut driver = Driver::new(plan, format!("run-{process}").into(), schedule, world, recorder);
    for _ in 0..ENDLESS {
        driver.pump();
        let behind = driver.behind();
        state.borrow_mut().note(Fact::Behind { events: behind });
        if let Some((status, value)) = driver.over().cloned() {
            let (counts, left) = (driver.counts(), driver.left());
            let mut state = state.borrow_mut();
            let live = state.live.len();
            state.note(Fact::Over { status, value, counts, live, left });
            drop(driver);
            state.write_all();
            return End::Over(status);
        }
        // Mostly it goes on, and sometimes something comes in between.
        if driver.busy() && !state.borrow_mut().rng.chance(25) {
            continue;
        }
        let ready = driver.idle();
        if ready > 0 {
            state.borrow_mut().note(Fact::Idle { ready });
        }
        // Sometimes two things happen before the driver comes to either.
        let times = 1 + u32::from(state.borrow_mut().rng.chance(25));
        for _ in 0..times {
            if !happen(&mut driver, state) && !driver.busy() {
                state.borrow_mut().note(Fact::Stuck);
                return End::Stuck;
            }
            // What is far off does not come together with this.
            let next = [driver.timer().map(nanos), state.borrow().next_at()].into_iter().flatten().min();
            if next.is_none_or(|next| next > state.borrow().now + TOGETHER) {
                break;
            }
        }
        let mut state = state.borrow_mut();
        let crash = state.faults.crash;
        if state.rng.below(1000) < crash {
            state.note(Fact::Crashed);
            return End::Crashed;
        }
    }
    state.borrow_mut().note(Fact::Stuck);
    End::Stuck
}

/// Lets the next thing happen; `false` when nothing will.
fn happen(driver: &mut Driver<'_, '_, Made>, state: &Rc<RefCell<State>>) -> bool {
    let timer = driver.timer().map(nanos);
    let next = state.borrow().next_at();
    if let Some(timer) = timer
        && next.is_none_or(|next| timer <= next)
    {
        let mut state = state.borrow_mut();
        state.now = state.now.max(timer);
        drop(state);
        driver.wake();
        return true;
    }
    let Some(happening) = state.borrow_mut().next() else { return false };
    match happening {
        Happening::Disk => state.borrow_mut().write(),
        Happening::Interrupt => {
            state.borrow_mut().note(Fact::Interrupted);
            driver.interrupt();
        }
        Happening::News(news) => {
            if let News::Ended { ticket, attempt, outcome, .. } = &*news {
                let mut state = state.borrow_mut();
                let genuine = state.live.remove(&(*ticket, *attempt)).is_some();
                let percent = state.faults.file_changed;
                let unsure = genuine && state.rng.chance(percent);
                let value = outcome.result.as_ref().ok().cloned();
                state.note(Fact::Ended { ticket: *ticket, attempt: *attempt, value, genuine, unsure });
            }
            driver.hear(*news);
        }
    }
    true
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
