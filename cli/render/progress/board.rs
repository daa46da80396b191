//! What is known of a run so far, and which lines of it are worth keeping. Knows nothing of streams, and of time only
//! what it is told.

use std::collections::BTreeMap;
use std::time::Duration;

use standpipe_plan::{NodeKind, Plan, Region};
use standpipe_runtime::history::TrialState;
use standpipe_runtime::{Event, Failure, Status};

use super::group::Group;
use super::seconds;
use super::trials::Trials;
use crate::render::excerpt::visible;
use crate::render::label;
use crate::render::paint::Paint;
use crate::render::plural;

/// Reused steps that get a line each; further ones are counted.
const MOST_REUSED: u64 = 20;
/// A `for` of at most so many iterations gets a line for each that ran; a larger one for each tenth of it.
const MOST_INSTANCES: u64 = 20;

/// Warnings of one run that get a line each; further ones are counted.
const MOST_WARNED: u64 = 5;
/// Digits of a digest that tell it from others.
const DIGITS: usize = 12;

/// A step that runs now.
pub(super) struct Running {
    pub(super) step: String,
    pub(super) label: String,
    /// On the board's clock.
    pub(super) since: Duration,
    /// How long it had been under way by then.
    pub(super) already: Duration,
    /// The last thing it said.
    pub(super) said: String,
}

/// The state of a run as its events tell it.
pub(crate) struct Board {
    paint: Paint,
    verbose: bool,
    /// Dots and all, what every step's path starts with.
    prefix: String,
    pub(super) groups: BTreeMap<String, Group>,
    /// Sweeps under way, by path.
    pub(super) sweeps: BTreeMap<String, Trials>,
    pub(super) running: Vec<Running>,
    /// An environment that is being made, and its last line.
    pub(super) environment: Option<(String, String)>,
    reused: u64,
    warned: u64,
}

impl Board {
    pub(crate) fn new(plan: &Plan, paint: Paint, verbose: bool) -> Self {
        let mut groups = BTreeMap::new();
        fan_outs(&plan.root, &plan.pipeline, &mut groups);
        Self {
            paint,
            verbose,
            prefix: format!("{}.", plan.pipeline),
            groups,
            sweeps: BTreeMap::new(),
            running: Vec::new(),
            environment: None,
            reused: 0,
            warned: 0,
        }
    }

    /// A step's path without the pipeline's name, and its label.
    pub(super) fn name(&self, step: &str, label: &str) -> String {
        let mut name = String::new();
        visible(step.strip_prefix(&self.prefix).unwrap_or(step), &mut name);
        if !label.is_empty() {
            name.push_str(" (");
            visible(&label::short(label), &mut name);
            name.push(')');
        }
        name
    }

    /// Takes an event at `now`, and gives the lines to keep.
    pub(crate) fn take(&mut self, event: &Event, now: Duration) -> Vec<String> {
        match event {
            Event::RunStarted { lacking, .. } => {
                lacking.iter().map(|why| format!("{} {why}", self.paint.yellow("!"))).collect()
            }
            Event::Environment { name, state, text } => self.environment(name, state, text),
            Event::StepStarted { step, label, already, .. } => {
                self.running.retain(|running| running.step != *step);
                self.running.push(Running {
                    step: step.clone(),
                    label: label.clone(),
                    since: now,
                    already: Duration::try_from_secs_f64(already.unwrap_or(0.0)).unwrap_or_default(),
                    said: String::new(),
                });
                Vec::new()
            }
            Event::StepRetrying { step, attempt, wait, error } => {
                self.running.retain(|running| running.step != *step);
                let (name, why) = (self.name(step, ""), first_line(error));
                let again = seconds(*wait);
                vec![format!("{} {name}  attempt {attempt} failed, again in {again}: {why}", self.paint.yellow("↻"))]
            }
            Event::StepFinished { step, label, status, seconds, error, caught } => {
                self.running.retain(|running| running.step != *step);
                let mut lines = self.finished(step, label, *status, *seconds, error.as_ref());
                // In a sweep it is the trial that fails.
                if let (true, Some(line)) = (*caught && self.sweep_of(step).is_none(), lines.first_mut()) {
                    line.push_str(&self.paint.dimmed("  (tried: the run goes on)"));
                }
                lines
            }
            Event::Log { step, text, .. } => self.said(step, text),
            Event::Metric { step, name, value, at } => {
                let at = at.map_or(String::new(), |at| format!(" at {at}"));
                self.said(step, &format!("{name} = {value}{at}"))
            }
            Event::Fanout { step, count } => {
                if let Some(group) = self.groups.get_mut(step) {
                    group.count = Some(*count);
                }
                Vec::new()
            }
            Event::SweepStarted { step, head } => {
                self.sweeps.insert(step.clone(), Trials::new(head));
                Vec::new()
            }
            Event::SweepTaught { step, of, trials, outside } => {
                let led = format!(
                    "{} {}  is led by {} of {of}",
                    self.paint.cyan("·"),
                    self.name(step, ""),
                    plural(*trials, "trial")
                );
                let mut lines = vec![led];
                if *outside > 0 {
                    let text = format!("{} of {of} outside of its space are left out", plural(*outside, "trial"));
                    lines.extend(self.warn(step, &text));
                }
                lines
            }
            Event::TrialStarted { step, .. } => {
                if let Some(sweep) = self.sweeps.get_mut(step) {
                    sweep.begin();
                }
                Vec::new()
            }
            Event::TrialFinished { step, trial, params, state, scores, seconds, error } => {
                let outcome = (*state, scores.first().copied().flatten(), error.as_deref());
                self.tried(step, *trial, params, outcome, *seconds).into_iter().collect()
            }
            Event::SweepFinished { step, found } => self.swept(step, *found).into_iter().collect(),
            Event::ResultLost { step, of, why } => {
                self.warn(step, &format!("the result that {of} left in the store is made again: {why}"))
            }
            Event::Nondeterministic { step, kept, given } => {
                let short = |digest: &str| digest.get(..DIGITS).unwrap_or(digest).to_owned();
                let (kept, given) = (short(kept), short(given));
                let text = "gave another result than before for the same inputs; later runs go on with the first";
                self.warn(step, &format!("{text} ({kept}, and not {given})"))
            }
            Event::RunStopping => {
                let text = "stopping: what has finished is kept (Ctrl-C again ends at once)";
                vec![self.paint.yellow(text)]
            }
            Event::RunFinished { .. } => self.rest(),
        }
    }

    fn environment(&mut self, name: &str, state: &str, text: &str) -> Vec<String> {
        let known = self.environment.as_ref().is_some_and(|(known, _)| known == name);
        if state == "ready" {
            self.environment = None;
            return if known {
                vec![format!("{} environment {name}  ready", self.paint.green("✓"))]
            } else {
                Vec::new()
            };
        }
        let mut shown = String::new();
        visible(text.trim_end(), &mut shown);
        self.environment = Some((name.to_owned(), shown.clone()));
        match (known, self.verbose) {
            (false, _) => vec![format!("{} environment {name}  {state}", self.paint.cyan("·"))],
            (true, true) => vec![self.paint.dimmed(&format!("  {name} | {shown}"))],
            (true, false) => Vec::new(),
        }
    }

    fn warn(&mut self, step: &str, text: &str) -> Vec<String> {
        self.warned += 1;
        if self.warned > MOST_WARNED && !self.verbose {
            return Vec::new();
        }
        vec![format!("{} {}  {text}", self.paint.yellow("!"), self.name(step, ""))]
    }

    fn said(&mut self, step: &str, text: &str) -> Vec<String> {
        let mut shown = String::new();
        visible(text.trim_end().lines().last().unwrap_or_default(), &mut shown);
        let name = self.name(step, "");
        let line = self.verbose.then(|| self.paint.dimmed(&format!("  {name} | {shown}")));
        if let Some(running) = self.running.iter_mut().find(|running| running.step == step) {
            running.said = shown;
        }
        line.into_iter().collect()
    }

    fn finished(&mut self, step: &str, label: &str, status: Status, took: f64, error: Option<&Failure>) -> Vec<String> {
        let name = self.name(step, label);
        if self.sweep_of(step).is_some() {
            let told = if self.verbose { self.alone(step, &name, status, took, error) } else { None };
            return told.into_iter().collect();
        }
        let Some((path, _)) = step.split_once('[') else {
            return self.alone(step, &name, status, took, error).into_iter().collect();
        };
        let mut lines = Vec::new();
        let group = self.groups.entry(path.to_owned()).or_default();
        group.take(status, took);
        let small = group.count.is_some_and(|count| count <= MOST_INSTANCES);
        let tenth = !small && group.another_tenth() && group.ended.succeeded > 0 && !group.done();
        let (progress, done) = (group.progress(), group.done() && !group.told);
        match status {
            Status::Failed => lines.push(self.failure(step, &name, took, error)),
            Status::Succeeded if small || self.verbose => {
                lines.push(format!("{} {name}  {}", self.paint.green("✓"), seconds(took)));
            }
            _ => {}
        }
        if tenth {
            let name = self.name(path, "");
            lines.push(format!("{} {name}  {progress}", self.paint.cyan("·")));
        }
        if done {
            lines.push(self.tell(path));
        }
        lines
    }

    /// The line of a step that stands in no `for`.
    fn alone(&mut self, step: &str, name: &str, status: Status, took: f64, error: Option<&Failure>) -> Option<String> {
        match status {
            Status::Succeeded => Some(format!("{} {name}  {}", self.paint.green("✓"), seconds(took))),
            Status::Failed => Some(self.failure(step, name, took, error)),
            Status::Cached => {
                self.reused += 1;
                (self.verbose || self.reused <= MOST_REUSED)
                    .then(|| format!("{} {name}  {}", self.paint.cyan("="), self.paint.dimmed("reused")))
            }
            Status::Skipped | Status::Cancelled => self.verbose.then(|| {
                let what = if status == Status::Skipped { "skipped" } else { "cancelled" };
                format!("{} {name}  {what}", self.paint.dimmed("-"))
            }),
        }
    }

    /// The outermost sweep that a step is in, by path.
    pub(super) fn sweep_of<'s>(&self, step: &'s str) -> Option<&'s str> {
        let mut paths = step.match_indices('[').map(|(end, _)| &step[..end]);
        paths.find(|path| self.sweeps.contains_key(*path))
    }

    /// The line of a trial that is over: of each in a small sweep, of those that fail or do better in a large one.
    fn tried(
        &mut self,
        step: &str,
        trial: u64,
        params: &serde_json::Value,
        (state, score, error): (TrialState, Option<f64>, Option<&str>),
        took: f64,
    ) -> Option<String> {
        let inner = self.sweep_of(step).is_some();
        let sweep = self.sweeps.get_mut(step)?;
        let better = sweep.end(trial, params, state, score);
        let small = sweep.most.is_some_and(|most| most <= MOST_INSTANCES);
        if inner && !self.verbose || !(small || better || self.verbose || state == TrialState::Failed) {
            return None;
        }
        let mut said = score.map_or(String::new(), |score| format!("  {}", sweep.scored(score)));
        let mark = match state {
            TrialState::Finished => self.paint.green("✓"),
            TrialState::Stopped => self.paint.cyan("◦"),
            TrialState::Failed | TrialState::Cancelled | TrialState::Running => self.paint.red("✗"),
        };
        if state == TrialState::Stopped {
            said.push_str("  stopped");
        }
        if let Some(error) = error {
            let mut shown = String::new();
            visible(error.lines().next().unwrap_or_default(), &mut shown);
            said = format!("  {}: {shown}", self.paint.red("failed"));
        }
        let params = sweep.params(params);
        let name = self.name(&format!("{step}[{trial}]"), &params);
        Some(format!("{mark} {name}{said}  {}", seconds(took)))
    }

    /// The line of a sweep that is over.
    fn swept(&mut self, step: &str, found: bool) -> Option<String> {
        let inner = self.sweep_of(step).is_some();
        let sweep = self.sweeps.remove(step)?;
        let best = sweep.best();
        // That it found nothing is told as a failure.
        if inner && !self.verbose || !found {
            return None;
        }
        Some(format!("{} {}  {}  {best}", self.paint.green("✓"), self.name(step, ""), sweep.counts()))
    }

    fn failure(&self, step: &str, name: &str, took: f64, error: Option<&Failure>) -> String {
        // What the message says of the step stands on the line already.
        let why = error.map_or(String::new(), |error| {
            let line = first_line(error);
            match line.strip_prefix(&format!("`{step}` ")) {
                Some(rest) => format!(": {rest}"),
                None => format!(": {line}"),
            }
        });
        format!("{} {name}  {} after {}{why}", self.paint.red("✗"), self.paint.red("failed"), seconds(took))
    }

    /// The line of a `for` that is done, or will not go on.
    fn tell(&mut self, path: &str) -> String {
        let name = self.name(path, "");
        let Some(group) = self.groups.get_mut(path) else { return String::new() };
        group.told = true;
        let mark = match (group.ended.failed, group.ended.succeeded) {
            (0, 0) if group.ended.cached == 0 => self.paint.dimmed("-"),
            (0, 0) => self.paint.cyan("="),
            (0, _) => self.paint.green("✓"),
            _ => self.paint.red("✗"),
        };
        let count = group.count.map_or(String::new(), |count| plural(count, "instance") + ": ");
        let took = if group.ended.succeeded > 0 { format!("  {}", seconds(group.seconds)) } else { String::new() };
        format!("{mark} {name}  {count}{}{took}", group.counts())
    }

    /// What is left to say when the run is over.
    fn rest(&mut self) -> Vec<String> {
        self.running.clear();
        self.environment = None;
        self.sweeps.clear();
        let untold: Vec<_> = self
            .groups
            .iter()
            .filter(|(_, group)| !group.told && group.finished() > 0)
            .map(|(path, _)| path.clone())
            .collect();
        let mut lines: Vec<_> = untold.iter().map(|path| self.tell(path)).collect();
        let more = self.warned.saturating_sub(MOST_WARNED);
        if more > 0 && !self.verbose {
            lines.push(format!("{} {}", self.paint.yellow("!"), plural(more, "more warning")));
        }
        let more = self.reused.saturating_sub(MOST_REUSED);
        if more > 0 && !self.verbose {
            lines.push(format!("{} {more} more  {}", self.paint.cyan("="), self.paint.dimmed("reused")));
        }
        lines
    }
}

/// The `for`s that stand in no other, by path, with the number of steps of one iteration.
fn fan_outs(region: &Region, path: &str, groups: &mut BTreeMap<String, Group>) {
    for node in &region.nodes {
        let own = node.path_in(path);
        match &node.kind {
            NodeKind::For { body, .. } => {
                groups.insert(own, Group { steps: steps(body).unwrap_or(0), ..Group::default() });
            }
            NodeKind::If { .. } | NodeKind::Match { .. } | NodeKind::Try { .. } => {
                node.kind.regions().for_each(|inner| fan_outs(inner, &own, groups));
            }
            // The rounds of a loop come one after the other: each of their steps is told.
            NodeKind::Loop { .. }
            | NodeKind::Sweep(_)
            | NodeKind::Param(_)
            | NodeKind::Item
            | NodeKind::Value(_)
            | NodeKind::Step(_) => {}
        }
    }
}

/// How many steps `region` has; none when that is only known at run time.
fn steps(region: &Region) -> Option<u64> {
    region.nodes.iter().try_fold(0, |count, node| match &node.kind {
        NodeKind::Param(_) | NodeKind::Item | NodeKind::Value(_) => Some(count),
        NodeKind::Step(_) => Some(count + 1),
        NodeKind::Try { body } => steps(body).map(|inner| count + inner),
        NodeKind::For { .. }
        | NodeKind::If { .. }
        | NodeKind::Match { .. }
        | NodeKind::Loop { .. }
        | NodeKind::Sweep(_) => None,
    })
}

fn first_line(failure: &Failure) -> String {
    let mut shown = String::new();
    visible(failure.message.lines().next().unwrap_or_default(), &mut shown);
    shown
}

#[cfg(test)]
pub(super) mod tests;
