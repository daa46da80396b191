//! What bodies were read as, by their text and, of queries, what they are given: whoever compiles often remembers it,
//! since it hangs on nothing else.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use standpipe_sql::{Inputs, Query};

use super::python::facts::Facts as Python;
use super::shell::facts::Facts as Shell;
use crate::resolve::DeclId;

/// Text that is remembered of a language, in bytes. What is read of it takes a few times as much.
const MOST: usize = 1 << 20;
/// What each text counts for beside its own bytes: a body that is being typed leaves a short one at every letter.
const EACH: usize = 512;

/// Readings of Python, shell and SQL texts; forgets all of a language when they become too many.
#[derive(Default)]
pub struct Readings {
    pub(super) python: Memory<Python>,
    pub(super) shell: Memory<Shell>,
    pub(super) sql: Queries,
}

impl fmt::Debug for Readings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Readings({} bytes)", self.python.bytes.get() + self.shell.bytes.get() + self.sql.bytes.get())
    }
}

/// What the query of each task was read as last.
#[derive(Default)]
pub(super) struct Queries {
    known: RefCell<FxHashMap<DeclId, Known>>,
    bytes: Cell<usize>,
}

/// A query's text, what it may refer to, and what it was read as.
struct Known {
    text: Box<str>,
    inputs: Inputs,
    query: Rc<Query>,
}

impl Queries {
    /// What `text`, the query of `task`, is read as when it is given `inputs`.
    pub(super) fn get(&self, task: DeclId, text: &str, inputs: &Inputs) -> Rc<Query> {
        let mut known = self.known.borrow_mut();
        if let Some(found) = known.get(&task).filter(|found| *found.text == *text && found.inputs == *inputs) {
            return Rc::clone(&found.query);
        }
        let query = Rc::new(standpipe_sql::analyse(text, inputs));
        if self.bytes.get() + text.len() > MOST {
            known.clear();
            self.bytes.set(0);
        }
        if text.len() <= MOST {
            let made = Known { text: text.into(), inputs: inputs.clone(), query: Rc::clone(&query) };
            let before = known.insert(task, made).map_or(0, |before| before.text.len());
            self.bytes.set(self.bytes.get() + text.len() - before);
        }
        query
    }
}

/// What texts of one language were read as.
pub(super) struct Memory<T> {
    known: RefCell<FxHashMap<Box<str>, Rc<T>>>,
    bytes: Cell<usize>,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self { known: RefCell::default(), bytes: Cell::new(0) }
    }
}

impl<T> Memory<T> {
    /// What `text` is read as.
    pub(super) fn get(&self, text: &str, read: impl FnOnce(&str) -> T) -> Rc<T> {
        let mut known = self.known.borrow_mut();
        if let Some(found) = known.get(text) {
            return Rc::clone(found);
        }
        let made = Rc::new(read(text));
        let weight = text.len() + EACH;
        if self.bytes.get() + weight > MOST {
            known.clear();
            self.bytes.set(0);
        }
        if weight <= MOST {
            known.insert(text.into(), Rc::clone(&made));
            self.bytes.set(self.bytes.get() + weight);
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_again_when_its_text_or_its_inputs_change() {
        let queries = Queries::default();
        let task = DeclId { file: standpipe_syntax::FileId(0), index: 1 };
        let none = Inputs::default();
        let first = queries.get(task, "SELECT 1 AS a", &none);
        assert!(Rc::ptr_eq(&first, &queries.get(task, "SELECT 1 AS a", &none)));
        let other = queries.get(task, "SELECT b", &none);
        assert_eq!(other.problems.len(), 1);
        let given = Inputs { engine_known: true, ..Inputs::default() };
        assert!(!Rc::ptr_eq(&other, &queries.get(task, "SELECT b", &given)));
        assert_eq!(queries.bytes.get(), "SELECT b".len());
    }

    #[test]
    fn a_text_is_read_once_until_there_are_too_many() {
        let memory: Memory<usize> = Memory::default();
        let read = Cell::new(0);
        let get = |text: &str| {
            *memory.get(text, |text| {
                read.set(read.get() + 1);
                text.len()
            })
        };
        assert_eq!((get("ab"), get("ab"), read.get()), (2, 2, 1));
        let long = "x".repeat(MOST - EACH - 1);
        assert_eq!((get(&long), get(&long), read.get()), (long.len(), long.len(), 2));
        assert_eq!((get("ab"), read.get()), (2, 3), "it made room");
        for number in 0..MOST / EACH {
            get(&number.to_string());
        }
        assert!(memory.known.borrow().len() < MOST / EACH, "short ones are many too");
    }
}
