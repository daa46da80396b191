//! Secrets of a run: looked up by name before anything starts, given to bodies as plain texts, and taken out of all that
//! is kept or told. Knows nothing of where they are looked up.

mod veil;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;
use standpipe_plan::{Plan, Shape, Value};

pub(crate) use self::veil::Veil;
use crate::codes;
use crate::event::Failure;
use crate::inputs::any_const;

/// Shorter ones would be found in much that has nothing to do with them.
const SHORTEST: usize = 8;

/// Where secrets are looked up, by name.
#[derive(Clone)]
pub struct Secrets(Arc<LookUp>);

type LookUp = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Secrets {
    /// Secrets that `look_up` knows.
    pub fn new(look_up: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(look_up))
    }
}

/// None at all.
impl Default for Secrets {
    fn default() -> Self {
        Self::new(|_| None)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

/// The secrets that one run needs.
#[derive(Clone, Default)]
pub(crate) struct Known(BTreeMap<SmolStr, Arc<str>>);

impl Known {
    /// Looks up all that `plan` and its parameters name.
    ///
    /// # Errors
    /// One is missing, or too short to be hidden.
    pub(crate) fn of(plan: &Plan, params: &[Value], secrets: &Secrets) -> Result<Self, Failure> {
        let mut names = std::collections::BTreeSet::new();
        let mut note = |value: &Value| {
            if let Value::Secret(name) = value {
                names.insert(name.clone());
            }
            false
        };
        for value in params {
            note(value);
        }
        any_const(&plan.root, &mut note);
        let mut known = BTreeMap::new();
        for name in names {
            let value = (secrets.0)(&name).filter(|value| !value.is_empty()).ok_or_else(|| missing(&name))?;
            if value.chars().count() < SHORTEST {
                let message = format!("the secret `{name}` has fewer than {SHORTEST} characters");
                return Err(Failure::new(codes::SECRET_SHORT, message)
                    .with_help("so short a text cannot be taken out of what steps print: use a longer one"));
            }
            known.insert(name, value.into());
        }
        Ok(Self(known))
    }

    /// The names of all.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(SmolStr::as_str)
    }

    /// `inputs` with each secret as the text that it is; and what hides them, when there are any.
    pub(crate) fn unveil(&self, inputs: &mut [(SmolStr, Value, Shape)]) -> Option<Arc<Veil>> {
        let mut used = Vec::new();
        for (_, value, shape) in inputs {
            if let Value::Secret(name) = value
                && let Some(text) = self.0.get(name)
            {
                used.push((name.clone(), Arc::clone(text)));
                *value = Value::string(text);
            }
            if let Shape::Optional(inner) = shape
                && **inner == Shape::Secret
            {
                **inner = Shape::String;
            } else if *shape == Shape::Secret {
                *shape = Shape::String;
            }
        }
        (!used.is_empty()).then(|| Arc::new(Veil::new(&used)))
    }
}

fn missing(name: &str) -> Failure {
    Failure::new(codes::SECRET_MISSING, format!("the secret `{name}` is not set")).with_help(format!(
        "set the variable `{name}`, or write `{name}=…` into the file that `secrets` in standpipe.toml names"
    ))
}
