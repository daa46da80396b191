//! Looks for what a step was worth before: in this run, in earlier ones, in an attempt that is still held.

use smol_str::SmolStr;
use standpipe_plan::{CachePolicy, Plan, Settings, Step, Value};

use super::{Driver, Which, nanos};
use crate::cache::{self, Found as Kept, Hit};
use crate::event::Event as Told;
use crate::journal::{Record, Report};
use crate::planted::{Bug, planted};
use crate::run::past::Effected;
use crate::run::world::World;
use crate::schedule::{Event, Ticket};

/// Longest text of an input that a failure carries, in characters.
const LONGEST: usize = 200;

/// The one step that is to run.
pub(in crate::run) struct Only {
    pub step: String,
    /// It was there and had its inputs.
    pub found: bool,
}

impl Only {
    /// `step` with or without the pipeline's name before it.
    pub(in crate::run) fn new(step: &str, plan: &Plan) -> Self {
        let prefix = format!("{}.", plan.pipeline);
        let step = if step.starts_with(&prefix) { step.to_owned() } else { prefix + step };
        Self { step, found: false }
    }
}

/// What came of looking.
enum Found {
    Value(Hit),
    Nothing,
    /// It is not to run, now that nothing was found.
    Omit,
}

impl<W: World> Driver<'_, '_, W> {
    /// Looks for an earlier result; of an effect it is recorded that it will start.
    pub(super) fn look(&mut self, ticket: Ticket) {
        let Some(instance) = self.schedule.instance(ticket) else { return };
        let Some(task) = self.plan.tasks.get(instance.task.0 as usize) else { return };
        let needs = self.world.needs(instance.task.0 as usize);
        let path = instance.name.path.clone();
        let alone = match &mut self.only {
            None => None,
            Some(only) => {
                let this = only.step == path;
                only.found |= this;
                Some(this)
            }
        };
        let Some(body) = self.environment(ticket, needs.body) else { return };
        let identity = body.map(|ready| ready.identity);
        if task.effect && !planted(Bug::EffectReused) {
            return self.look_for_effect(ticket, &path, alone, &task.settings, needs.tables);
        }
        let Some(instance) = self.schedule.instance(ticket) else { return };
        let key = self.keys.key(instance.node, task, instance.step, &instance.inputs, identity);
        let policy = task.settings.cache;
        let found = match alone {
            Some(true) => Found::Nothing,
            _ => match self.earlier(ticket, &path, &key, policy) {
                Some(hit) => Found::Value(hit),
                None if alone.is_some() => Found::Omit,
                None => Found::Nothing,
            },
        };
        let step = self.steps.entry(ticket).or_default();
        step.key = Some(key);
        step.policy = policy;
        match found {
            Found::Value(Hit { value, run, seconds, reports }) => {
                step.from = Some(run);
                // Who compares trials is told what this one reported when it ran.
                let told = reports.into_iter().map(|Report { name, value, at }| Event::Reported {
                    ticket,
                    name,
                    value: value.unwrap_or(f64::NAN),
                    at,
                });
                self.events.extend(told);
                self.events.push_back(Event::Reused { ticket, value, nanos: nanos(seconds) });
            }
            Found::Omit => self.events.push_back(Event::Omitted { ticket }),
            Found::Nothing if self.environment(ticket, needs.tables).is_some() => {
                self.events.push_back(Event::Admitted { ticket });
            }
            Found::Nothing => {}
        }
    }

    /// A result of this run, else, where they may be reused, of an earlier one.
    fn earlier(&mut self, ticket: Ticket, path: &str, key: &cache::Key, policy: CachePolicy) -> Option<Hit> {
        let own = self.past.value(path, &key.parts, &self.run);
        if let Some(hit) = own.filter(|hit| self.world.holds(&hit.value)) {
            return Some(hit);
        }
        if policy == CachePolicy::Off || planted(Bug::CacheNeverAsked) {
            return None;
        }
        let instance = self.schedule.instance(ticket)?;
        match self.world.find(key.digest, policy, &instance.inputs) {
            Kept::Hit(hit) => Some(hit),
            Kept::Nothing => None,
            Kept::Lost(lost) => {
                self.steps.entry(ticket).or_default().lost = true;
                self.recorder.tell(Told::ResultLost { step: path.to_owned(), of: lost.run.into(), why: lost.why });
                None
            }
        }
    }

    fn look_for_effect(
        &mut self,
        ticket: Ticket,
        path: &str,
        alone: Option<bool>,
        settings: &Settings,
        tables: Option<Which>,
    ) {
        self.steps.entry(ticket).or_default().effect = true;
        if alone == Some(false) {
            // An effect is not started for the sake of another step.
            return self.events.push_back(Event::Omitted { ticket });
        }
        match self.past.effect(path) {
            Effected::Done(value) => {
                let step = self.steps.entry(ticket).or_default();
                step.from = Some(self.run.clone());
                step.value = Some(value.clone());
                return self.events.push_back(Event::Reused { ticket, value, nanos: 0 });
            }
            // It knows its own work again: a second start does no harm.
            Effected::Unknown(_) if settings.idempotent.is_some() => {}
            // That it began is on record: only what came of it is asked.
            Effected::Unknown(failure) if settings.probe.is_some() => {
                if self.environment(ticket, tables).is_some() {
                    self.steps.entry(ticket).or_default().asked = Some(failure);
                    self.events.push_back(Event::Admitted { ticket });
                }
                return;
            }
            Effected::Unknown(failure) => return self.events.push_back(Event::Refused { ticket, failure }),
            Effected::Held => return self.events.push_back(Event::Admitted { ticket }),
            Effected::No => {}
        }
        if self.environment(ticket, tables).is_none() {
            return;
        }
        let Some(instance) = self.schedule.instance(ticket) else { return };
        let (step, label) = (instance.name.path.clone(), instance.name.label.clone());
        let number = self.recorder.record_now(Record::EffectAnnounced { step, label });
        let number = if planted(Bug::EffectStartsUnrecorded) { 0 } else { number };
        self.due.push_back((number, Event::Admitted { ticket }));
    }
}

/// What a step was given, for whoever looks into its failure.
pub(super) fn inputs_of(step: &Step, values: &[Value]) -> Vec<(SmolStr, String)> {
    let text = |value: &Value| {
        let text = value.to_string();
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    };
    step.inputs.iter().zip(values).map(|(input, value)| (input.name.clone(), text(value))).collect()
}
