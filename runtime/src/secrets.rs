//! Secrets of a run: looked up by name before anything starts, given to bodies as plain texts, and taken out of all that
//! is kept or told. Where they are looked up its caller says; last in the keyring.

mod crash;
mod forms;
mod keyring;
mod veil;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;
use standpipe_plan::{Plan, Shape, Value};

use self::keyring::Answer;
pub(crate) use self::veil::Veil;
use crate::codes;
use crate::event::Failure;
use crate::inputs::any_const;

/// Shorter ones would be found in much that has nothing to do with them.
const SHORTEST: usize = 8;

/// Where secrets are looked up, by name.
#[derive(Clone)]
pub struct Secrets {
    look_up: Arc<LookUp>,
    /// What that does not know is asked of the keyring.
    keyring: bool,
}

type LookUp = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Secrets {
    /// Secrets that `look_up` knows.
    pub fn new(look_up: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { look_up: Arc::new(look_up), keyring: false }
    }

    /// The same, and what they lack is asked of the keyring of the operating system, where it has one.
    #[must_use]
    pub fn or_of_the_keyring(self) -> Self {
        Self { keyring: true, ..self }
    }

    /// # Errors
    /// It is not set.
    fn value(&self, name: &str) -> Result<String, Failure> {
        if let Some(value) = (self.look_up)(name).filter(|value| !value.is_empty()) {
            return Ok(value);
        }
        match if self.keyring { keyring::ask(name) } else { Answer::Nothing } {
            Answer::Secret(value) => Ok(value),
            Answer::Nothing => Err(missing(name, "", self.keyring)),
            Answer::Refused(why) => Err(missing(name, &format!(", and the keyring cannot be asked: {why}"), true)),
        }
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
            let value = secrets.value(&name)?;
            if value.chars().count() < SHORTEST {
                let message = format!("the secret `{name}` has fewer than {SHORTEST} characters");
                return Err(Failure::new(codes::SECRET_SHORT, message)
                    .with_help("so short a text cannot be taken out of what steps print: use a longer one"));
            }
            known.insert(name, value.into());
        }
        Ok(Self(known))
    }

    /// What hides all of them, when there are any.
    pub(crate) fn veil(&self) -> Option<Arc<Veil>> {
        let all: Vec<_> = self.0.iter().map(|(name, text)| (name.clone(), Arc::clone(text))).collect();
        (!all.is_empty()).then(|| Arc::new(Veil::new(&all)))
    }

    /// Sees to it that this process and those that it starts tell none of them where they crash.
    pub(crate) fn crash_without(&self) {
        if let Some(veil) = self.veil() {
            crash::leave_no_core();
            crash::hide_in_panics(veil);
        }
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

fn missing(name: &str, why: &str, keyring: bool) -> Failure {
    let store =
        if keyring { format!(", or give it to the keyring: `{}`", keyring::store(name)) } else { String::new() };
    Failure::new(codes::SECRET_MISSING, format!("the secret `{name}` is not set{why}")).with_help(format!(
        "set the variable `{name}`, write `{name}=…` into the file that `secrets` in standpipe.toml names{store}"
    ))
}
