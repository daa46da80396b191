//! What bodies were read as, by their text: whoever compiles often remembers it, since it hangs on nothing else.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::python::facts::Facts as Python;
use super::shell::facts::Facts as Shell;

/// Text that is remembered of a language, in bytes. What is read of it takes a few times as much.
const MOST: usize = 1 << 20;

/// Readings of Python and shell texts; forgets all of a language when they become too many.
#[derive(Default)]
pub struct Readings {
    pub(super) python: Memory<Python>,
    pub(super) shell: Memory<Shell>,
}

impl fmt::Debug for Readings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Readings({} bytes)", self.python.bytes.get() + self.shell.bytes.get())
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
        if self.bytes.get() + text.len() > MOST {
            known.clear();
            self.bytes.set(0);
        }
        if text.len() <= MOST {
            known.insert(text.into(), Rc::clone(&made));
            self.bytes.set(self.bytes.get() + text.len());
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let long = "x".repeat(MOST - 1);
        assert_eq!((get(&long), read.get()), (MOST - 1, 2));
        assert_eq!((get("ab"), read.get()), (2, 3), "it made room");
    }
}
