//! Reads the bodies of a large program on all cores, while names and types are looked at and before they are checked one
//! by one: what a text holds depends on nothing but the text.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_syntax::ast::{AttrValue, DeclKind};

use super::python::facts::Facts as Python;
use super::shell::facts::Facts as Shell;
use super::{python, shell};
use crate::resolve::Resolved;

/// Bytes of bodies below which starting threads takes longer than it saves.
const WORTH: usize = 16 << 10;
/// Bodies that a thread takes at a time.
const SHARE: usize = 16;
/// Stack of a thread, in bytes: as much as a program's first one has.
const STACK: usize = 8 << 20;

/// What bodies hold, by their text.
#[derive(Default)]
pub(super) struct Ahead {
    python: FxHashMap<SmolStr, Rc<Python>>,
    shell: FxHashMap<SmolStr, Rc<Shell>>,
}

/// Bodies that are being read, while names and types are looked at.
#[derive(Default)]
pub(crate) struct Begun {
    work: Arc<Work>,
    threads: Vec<JoinHandle<Vec<Reading>>>,
}

#[derive(Clone)]
enum Text {
    Python(SmolStr),
    Shell(SmolStr),
}

/// A text, and what it holds.
enum Reading {
    Python(SmolStr, Python),
    Shell(SmolStr, Shell),
}

/// What is to be read, and how far it is given out.
#[derive(Default)]
struct Work {
    texts: Vec<Text>,
    next: AtomicUsize,
}

impl Work {
    /// Reads what nobody else does, to the end.
    fn read(&self) -> Vec<Reading> {
        let mut done = Vec::new();
        loop {
            let from = self.next.fetch_add(SHARE, Ordering::Relaxed);
            let share = self.texts.get(from..self.texts.len().min(from + SHARE));
            let Some(share) = share.filter(|share| !share.is_empty()) else { return done };
            done.extend(share.iter().cloned().map(read));
        }
    }
}

impl Begun {
    /// Begins to read, beside this thread, the bodies in `resolved` that are written out, when they are many.
    pub(crate) fn new(resolved: &Resolved) -> Self {
        let texts = texts(resolved);
        let bytes: usize = texts.iter().map(|(Text::Python(text) | Text::Shell(text))| text.len()).sum();
        if bytes < WORTH {
            return Self::default();
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        if cores == 1 {
            return Self::default();
        }
        let work = Arc::new(Work { texts, next: AtomicUsize::new(0) });
        let begin = |_| {
            let work = Arc::clone(&work);
            std::thread::Builder::new().stack_size(STACK).spawn(move || work.read()).ok()
        };
        Self { threads: (1..cores).filter_map(begin).collect(), work }
    }

    /// Reads what is left together with those that have begun.
    pub(super) fn end(self) -> Ahead {
        let mut ahead = Ahead::default();
        let done = self.work.read().into_iter();
        // What a thread that ended badly had is read again where it is needed, and fails there.
        for reading in done.chain(self.threads.into_iter().filter_map(|thread| thread.join().ok()).flatten()) {
            match reading {
                Reading::Python(text, facts) => drop(ahead.python.insert(text, Rc::new(facts))),
                Reading::Shell(text, facts) => drop(ahead.shell.insert(text, Rc::new(facts))),
            }
        }
        ahead
    }
}

impl Ahead {
    /// What the Python `text` was read as, when it was.
    pub(super) fn python(&self, text: &str) -> Option<Rc<Python>> {
        self.python.get(text).cloned()
    }

    /// What the script `text` was read as, when it was.
    pub(super) fn shell(&self, text: &str) -> Option<Rc<Shell>> {
        self.shell.get(text).cloned()
    }
}

fn read(text: Text) -> Reading {
    match text {
        Text::Python(text) => {
            let facts = python::read(&text);
            Reading::Python(text, facts)
        }
        Text::Shell(text) => {
            let facts = shell::read(&text);
            Reading::Shell(text, facts)
        }
    }
}

/// Every body that is written out, in order.
fn texts(resolved: &Resolved) -> Vec<Text> {
    let mut texts = Vec::new();
    for file in resolved.files.iter().filter(|file| !file.std) {
        for decl in &file.tree.decls {
            let (DeclKind::Task(task) | DeclKind::Service(task)) = &decl.kind else { continue };
            for attr in &task.attrs {
                match (&attr.value, attr.name.text.as_str()) {
                    (AttrValue::Raw(raw), "python") => texts.push(Text::Python(raw.text.clone())),
                    (AttrValue::Raw(raw), "sh" | "probe") => texts.push(Text::Shell(raw.text.clone())),
                    _ => {}
                }
            }
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryWorld;
    use crate::resolve::resolve;

    #[test]
    fn many_bodies_are_read_as_one_would_be() {
        let body = |n: usize| match n % 2 {
            0 => format!("  python:\n    return {n} + later{n}\n"),
            _ => format!("  sh:\n    echo \"$missing{n}\" > \"$out\"\n"),
        };
        let program = |count: usize| {
            let task = |n| format!("task t{n}() -> Int {{\n{}}}\n", body(n));
            let world = MemoryWorld::new().with("a.pipe", (0..count).map(task).collect::<String>());
            Begun::new(&resolve(&world, &["a.pipe"])).end()
        };
        let few = program(10);
        assert!(few.python.is_empty() && few.shell.is_empty());

        let many = program(1_000);
        if std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1) {
            assert_eq!((many.python.len(), many.shell.len()), (500, 500));
        }
        for (text, facts) in &many.python {
            assert_eq!(**facts, python::read(text));
        }
        for (text, facts) in &many.shell {
            assert_eq!(**facts, shell::read(text));
        }
    }
}
