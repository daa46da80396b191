//! The Python environments of a run: which task needs which, and each made once, when a step needs it.

use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use standpipe_plan::{Body, Environment, Frame, NodeKind, Plan, Region, Shape, Step};
use tokio::sync::mpsc;

use super::beside;
use crate::environment::{self, Ready};
use crate::event::{Event, Failure};
use crate::executor::News;
use crate::options::Options;
use crate::schedule::Ticket;
use crate::secrets::Veil;

/// An environment of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Which {
    /// One of the plan's.
    Declared(u32),
    /// The interpreter on the path, as it is.
    System,
    /// That one if it can handle tables, else one made for it.
    Tables,
}

/// What a task needs before a step of it can run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// What its body runs in: part of its key.
    pub body: Option<Which>,
    /// What turns its tables into CSV files and back.
    pub tables: Option<Which>,
}

/// An environment as far as it has come.
enum State {
    Making(Vec<Ticket>),
    Ready(Arc<Ready>),
    Failed(Failure),
}

pub(crate) struct Environments {
    root: PathBuf,
    python: Option<PathBuf>,
    declared: Vec<Environment>,
    /// What each declared one needs for its tables, and last what the others do.
    extras: Vec<Vec<&'static str>>,
    needs: Vec<Needs>,
    /// Hides the secrets of the run: what makes an environment finds them among its variables.
    veil: Option<Arc<Veil>>,
    states: FxHashMap<Which, State>,
}

impl Environments {
    pub(crate) fn new(plan: &Plan, options: &Options, veil: Option<Arc<Veil>>) -> Self {
        let mut tables = vec![false; plan.tasks.len()];
        note_tables(&plan.root, &mut tables);
        let mut extras = vec![Vec::new(); plan.environments.len() + 1];
        let mut needs = Vec::with_capacity(plan.tasks.len());
        for (task, tables) in plan.tasks.iter().zip(tables) {
            let declared = task.environment.map(|id| Which::Declared(id.0));
            let shell = matches!(task.body, Body::Shell { .. });
            // A probe is a shell script, whatever the body is.
            let probed = task.settings.probe.is_some();
            needs.push(match (shell, tables) {
                (true, tables) => Needs { body: declared, tables: tables.then_some(Which::Tables) },
                (false, true) => {
                    Needs { body: declared.or(Some(Which::Tables)), tables: probed.then_some(Which::Tables) }
                }
                (false, false) => Needs { body: declared.or(Some(Which::System)), tables: None },
            });
            let index = task.environment.filter(|_| !shell).map_or(plan.environments.len(), |id| id.0 as usize);
            if let Some(extra) = extras.get_mut(index).filter(|_| tables) {
                extra.extend(packages(&task.body, task.frame));
                extra.sort_unstable();
                extra.dedup();
            }
        }
        Self {
            root: options.root.clone(),
            python: options.python.clone(),
            declared: plan.environments.clone(),
            extras,
            needs,
            veil,
            states: FxHashMap::default(),
        }
    }

    pub(crate) fn needs(&self, task: usize) -> Needs {
        self.needs.get(task).copied().unwrap_or_default()
    }

    /// The environment, if it is there; makes nothing.
    pub(crate) fn get(&mut self, which: Which) -> Option<Result<Arc<Ready>, Failure>> {
        if !self.states.contains_key(&which)
            && let Some(found) = self.peek(which)
        {
            let state = found.map_or_else(State::Failed, |ready| State::Ready(Arc::new(ready)));
            self.states.insert(which, state);
        }
        match self.states.get(&which)? {
            State::Making(_) => None,
            State::Ready(ready) => Some(Ok(Arc::clone(ready))),
            State::Failed(failure) => Some(Err(failure.clone())),
        }
    }

    fn peek(&self, which: Which) -> Option<Result<Ready, Failure>> {
        let python = self.python.as_deref();
        match which {
            Which::System => Some(environment::system(python)),
            Which::Tables => {
                let (env, extra) = self.declaration(which)?;
                match environment::system(python) {
                    Ok(ready) if extra.iter().all(|name| lists(&ready, name)) => Some(Ok(ready)),
                    _ => environment::peek(&env, &extra, &self.root, python).map(Ok),
                }
            }
            Which::Declared(_) => {
                let (env, extra) = self.declaration(which)?;
                environment::peek(&env, &extra, &self.root, python).map(Ok)
            }
        }
    }

    fn declaration(&self, which: Which) -> Option<(Environment, Vec<&'static str>)> {
        let (env, index) = match which {
            Which::Declared(id) => (self.declared.get(id as usize)?.clone(), id as usize),
            Which::System | Which::Tables => {
                (Environment { name: "tables".into(), python: None, packages: Vec::new() }, self.declared.len())
            }
        };
        Some((env, self.extras.get(index)?.clone()))
    }

    /// `ticket` waits for the environment; the first to do so has it made.
    pub(crate) fn wait(&mut self, which: Which, ticket: Ticket, news: &mpsc::UnboundedSender<News>) {
        if let Some(State::Making(waiting)) = self.states.get_mut(&which) {
            waiting.push(ticket);
            return;
        }
        let Some((env, extra)) = self.declaration(which) else { return };
        self.states.insert(which, State::Making(vec![ticket]));
        let (root, python, news, veil) = (self.root.clone(), self.python.clone(), news.clone(), self.veil.clone());
        beside(&news.clone(), async move {
            let say = |state: &'static str, text: &str| {
                // Nobody listens once the run has ended.
                let text = veil.as_ref().map_or_else(|| text.to_owned(), |veil| veil.text(text));
                let event = Event::Environment { name: env.name.clone(), state, text };
                let _ = news.send(News::Said(event));
            };
            say("making", "");
            let result =
                environment::ensure(&env, &extra, &root, python.as_deref(), &mut |text| say("making", text)).await;
            let result = result.map_err(|failure| match &veil {
                Some(veil) => veil.over_failure(failure),
                None => failure,
            });
            match &result {
                Ok(_) => say("ready", ""),
                Err(failure) => say("failed", &failure.message),
            }
            let _ = news.send(News::Environment { which, result });
        });
    }

    /// The environment was made, or cannot be: the steps that waited.
    pub(crate) fn made(&mut self, which: Which, result: Result<Ready, Failure>) -> Vec<Ticket> {
        let state = result.map_or_else(State::Failed, |ready| State::Ready(Arc::new(ready)));
        match self.states.insert(which, state) {
            Some(State::Making(waiting)) => waiting,
            _ => Vec::new(),
        }
    }
}

fn lists(ready: &Ready, package: &str) -> bool {
    ready.packages.iter().any(|listed| listed.split("==").next() == Some(package))
}

/// What a body needs so that tables come to it from Arrow and go back.
fn packages(body: &Body, frame: Frame) -> &'static [&'static str] {
    match (body, frame) {
        (Body::Shell { .. }, _) => &["pyarrow"],
        (Body::Sql { .. }, _) => &["duckdb", "pyarrow"],
        (Body::Python { .. } | Body::PythonFunction { .. }, Frame::Pandas) => &["pandas", "pyarrow"],
        (Body::Python { .. } | Body::PythonFunction { .. }, Frame::Polars) => &["polars", "pyarrow"],
        (Body::Python { .. } | Body::PythonFunction { .. }, Frame::Pyarrow) => &["pyarrow"],
    }
}

/// Marks the tasks that are given or give tables.
fn note_tables(region: &Region, tables: &mut [bool]) {
    for node in &region.nodes {
        if let NodeKind::Step(Step { task, inputs, output, joins: _ }) = &node.kind
            && let Some(marked) = tables.get_mut(task.0 as usize)
        {
            *marked |= has_table(output) || inputs.iter().any(|input| has_table(&input.shape));
        }
        node.kind.regions().for_each(|inner| note_tables(inner, tables));
    }
}

fn has_table(shape: &Shape) -> bool {
    match shape {
        Shape::Table(_) => true,
        Shape::List(inner) | Shape::Map(inner) | Shape::Optional(inner) => has_table(inner),
        Shape::Record(fields) => fields.iter().any(|field| has_table(&field.shape)),
        _ => false,
    }
}
