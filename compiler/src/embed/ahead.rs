//! Reads the bodies of a large program on all cores before they are checked one by one: what a text holds depends on
//! nothing but the text.

use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustc_hash::FxHashMap;
use standpipe_syntax::ast::{AttrValue, DeclKind};

use super::python::facts::Facts as Python;
use super::shell::facts::Facts as Shell;
use super::{python, shell};
use crate::check::Checked;

/// Bytes of bodies below which starting threads takes longer than it saves.
const WORTH: usize = 16 << 10;
/// Bodies that a thread takes at a time.
const SHARE: usize = 16;
/// Stack of a thread, in bytes: as much as a program's first one has.
const STACK: usize = 8 << 20;

/// What bodies hold, by their text.
#[derive(Default)]
pub(super) struct Ahead<'a> {
    python: FxHashMap<&'a str, Rc<Python>>,
    shell: FxHashMap<&'a str, Rc<Shell>>,
}

#[derive(Clone, Copy)]
enum Text<'a> {
    Python(&'a str),
    Shell(&'a str),
}

/// A text, and what it holds.
enum Reading<'a> {
    Python(&'a str, Python),
    Shell(&'a str, Shell),
}

impl<'a> Ahead<'a> {
    /// Reads the bodies in `checked` that are written out, when they are many.
    pub(super) fn of(checked: &'a Checked) -> Self {
        let texts = texts(checked);
        let bytes: usize = texts.iter().map(|(Text::Python(text) | Text::Shell(text))| text.len()).sum();
        if bytes < WORTH {
            return Self::default();
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        if cores == 1 {
            return Self::default();
        }
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            loop {
                let from = next.fetch_add(SHARE, Ordering::Relaxed);
                let Some(share) = texts.get(from..texts.len().min(from + SHARE)).filter(|share| !share.is_empty())
                else {
                    return done;
                };
                done.extend(share.iter().copied().map(read));
            }
        };
        let mut ahead = Self::default();
        std::thread::scope(|scope| {
            let spawn = |_| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok();
            let threads: Vec<_> = (1..cores).filter_map(spawn).collect();
            let done = work().into_iter();
            // What a thread that ended badly had is read again where it is needed, and fails there.
            for reading in done.chain(threads.into_iter().filter_map(|thread| thread.join().ok()).flatten()) {
                match reading {
                    Reading::Python(text, facts) => drop(ahead.python.insert(text, Rc::new(facts))),
                    Reading::Shell(text, facts) => drop(ahead.shell.insert(text, Rc::new(facts))),
                }
            }
        });
        ahead
    }

    /// What the Python `text` was read as, when it was.
    pub(super) fn python(&self, text: &str) -> Option<Rc<Python>> {
        self.python.get(text).cloned()
    }

    /// What the script `text` was read as, when it was.
    pub(super) fn shell(&self, text: &str) -> Option<Rc<Shell>> {
        self.shell.get(text).cloned()
    }
}

fn read(text: Text<'_>) -> Reading<'_> {
    match text {
        Text::Python(text) => Reading::Python(text, python::read(text)),
        Text::Shell(text) => Reading::Shell(text, shell::read(text)),
    }
}

/// Every body that is written out, in order.
fn texts(checked: &Checked) -> Vec<Text<'_>> {
    let mut texts = Vec::new();
    for file in checked.resolved.files.iter().filter(|file| !file.std) {
        for decl in &file.tree.decls {
            let (DeclKind::Task(task) | DeclKind::Service(task)) = &decl.kind else { continue };
            for attr in &task.attrs {
                match (&attr.value, attr.name.text.as_str()) {
                    (AttrValue::Raw(raw), "python") => texts.push(Text::Python(&raw.text)),
                    (AttrValue::Raw(raw), "sh" | "probe") => texts.push(Text::Shell(&raw.text)),
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
    use crate::check::check;
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
            check(&world, resolve(&world, &["a.pipe"]))
        };
        let few = program(10);
        let few = Ahead::of(&few);
        assert!(few.python.is_empty() && few.shell.is_empty());

        let many = program(1_000);
        let many = Ahead::of(&many);
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
