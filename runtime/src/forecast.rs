//! What a run would do, told without doing it: the scheduler is asked, and every step that would run is taken as one
//! whose result is not known.

use std::collections::VecDeque;

use rusqlite::Connection;
use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};
use standpipe_plan::{CachePolicy, Plan, Value};

use crate::cache::{self, Found, Keys};
use crate::durations::Durations;
use crate::event::Failure;
use crate::history;
use crate::inputs::Inputs;
use crate::journal::{self, StepEnd};
use crate::machine;
use crate::options::{Forecast, Options, Outlook};
use crate::run::{self, Environments};
use crate::sandbox;
use crate::schedule::{Effect, Event, Passing, Rules, Schedule, StepName, Ticket};
use crate::store::Store;

/// Most steps that are told of; who plans a million wants to know what happens to the first ones.
const MOST: usize = 10_000;

/// What [`crate::run`] would do with each step, in the order in which it would come to them. Steps of branches that
/// would not be taken are left out.
///
/// # Errors
/// Those of a run that cannot start: a parameter does not fit, a file is missing, the state folder cannot be read.
pub fn forecast(plan: &Plan, params: Vec<(SmolStr, Value)>, options: &Options) -> Result<Vec<Forecast>, Failure> {
    let options = &options.absolute();
    let params = run::bind(plan, params)?;
    let reader = journal::open_reader(&options.state)?;
    let mut inputs = Inputs::new(&options.root, reader.as_ref());
    let params = params.iter().map(|value| inputs.in_value(value)).collect::<Result<Vec<_>, _>>()?;
    run::check(plan, &params)?;
    let found = inputs.in_plan(plan)?;
    let plan = found.as_ref().unwrap_or(plan);
    let peaks = reader.as_ref().map(|reader| journal::peaks(reader, &plan.pipeline)).unwrap_or_default();
    let past = match &reader {
        Some(reader) => history::last_ends(reader, &plan.pipeline).map_err(|error| journal::failure(&error))?,
        None => FxHashMap::default(),
    };
    let granted = sandbox::grant(&options.sandbox, options.keeper.as_deref())?;
    let mut keys = Keys::new(plan);
    keys.confined(granted.tier);
    let rules = Rules { keep_going: true, window: 64, slice: usize::MAX, catches: false };
    let capacity = machine::capacity(options);
    let mut oracle = Oracle {
        plan,
        schedule: Schedule::new(plan, params, capacity, rules, &Durations::default(), &peaks),
        keys,
        environments: Environments::new(plan, options, None),
        store: Store::at(&options.state),
        reader: reader.as_ref().filter(|_| options.cache),
        past,
        events: VecDeque::from([Event::Begin]),
        told: Vec::new(),
    };
    while let Some(event) = oracle.events.pop_front() {
        for effect in oracle.schedule.step(event) {
            oracle.tell(effect);
        }
        if oracle.told.len() >= MOST {
            break;
        }
    }
    Ok(oracle.told)
}

struct Oracle<'p> {
    plan: &'p Plan,
    schedule: Schedule<'p>,
    keys: Keys<'p>,
    environments: Environments,
    store: Store,
    reader: Option<&'p Connection>,
    /// How each step ended in the last run that had it, and that run's name.
    past: FxHashMap<String, (String, StepEnd)>,
    events: VecDeque<Event>,
    told: Vec<Forecast>,
}

impl Oracle<'_> {
    fn tell(&mut self, effect: Effect) {
        match effect {
            Effect::Look { ticket } => self.look(ticket),
            Effect::Passed { step, why: Passing::Blocked } => {
                self.add(step, None, Outlook::Unknown { why: "it needs what a step before it gives".into() });
            }
            Effect::Passed { step, why: Passing::Failed { failure, .. } } => {
                self.add(step, None, Outlook::Unknown { why: failure.message.into() });
            }
            Effect::Passed { why: Passing::Untaken, .. }
            | Effect::Start { .. }
            | Effect::Wait { .. }
            | Effect::Finished { .. }
            | Effect::Fanout { .. }
            | Effect::Alarm { .. }
            | Effect::StopEarly { .. }
            | Effect::SweepBegun { .. }
            | Effect::Recall { .. }
            | Effect::SweepTaught { .. }
            | Effect::TrialBegun { .. }
            | Effect::TrialEnded { .. }
            | Effect::SweepEnded { .. }
            | Effect::Stop
            | Effect::Done { .. } => {}
            Effect::More => self.events.push_back(Event::More),
        }
    }

    fn add(&mut self, step: StepName, reserved: Option<u64>, outlook: Outlook) {
        self.told.push(Forecast { step: step.path, label: step.label, reserved, outlook });
    }

    fn look(&mut self, ticket: Ticket) {
        let Some(instance) = self.schedule.instance(ticket) else { return };
        let name = instance.name.clone();
        let outlook = match self.plan.tasks.get(instance.task.0 as usize) {
            Some(task) if task.effect => Outlook::Run { why: "it is an effect, which runs in every run".into() },
            _ => match self.find(ticket) {
                Ok((value, run)) => {
                    self.events.push_back(Event::Reused { ticket, value, nanos: 0 });
                    return self.add(name, None, Outlook::Reuse { run });
                }
                Err(why) => Outlook::Run { why },
            },
        };
        let reserved = self.schedule.reserved(ticket);
        // What follows cannot be known: to the scheduler that is a failure.
        let failure = Failure::new(crate::codes::NOT_STARTED, "this is a forecast");
        self.events.push_back(Event::Refused { ticket, failure });
        self.add(name, reserved, outlook);
    }

    /// The result that would be reused and the run that made it, or why there is none.
    fn find(&mut self, ticket: Ticket) -> Result<(Value, String), SmolStr> {
        let instance = self.schedule.instance(ticket).ok_or("")?;
        let task = self.plan.tasks.get(instance.task.0 as usize).ok_or("")?;
        let needs = self.environments.needs(instance.task.0 as usize);
        let identity = match needs.body.map(|which| self.environments.get(which)) {
            None => None,
            Some(Some(Ok(ready))) => Some(ready.identity),
            Some(Some(Err(failure))) => return Err(failure.message.into()),
            Some(None) => return Err("its Python environment is not made yet".into()),
        };
        let key = self.keys.key(instance.node, task, instance.step, &instance.inputs, identity);
        if task.settings.cache == CachePolicy::Off {
            return Err("its task says `cache: false`".into());
        }
        let Some(reader) = self.reader else { return Err("nothing may be reused, or nothing has run yet".into()) };
        match cache::find(reader, &self.store, key.digest, task.settings.cache, &instance.inputs) {
            Ok(Found::Hit(hit)) => Ok((hit.value, hit.run.into())),
            Ok(Found::Lost(lost)) => {
                Err(format_smolstr!("the result of `{}` is not in the store as it was: {}", lost.run, lost.why))
            }
            Ok(Found::Nothing) => Err(history::why_again(self.past.get(&instance.name.path), &key.parts)),
            Err(error) => Err(format_smolstr!("earlier results cannot be read: {error}")),
        }
    }
}
