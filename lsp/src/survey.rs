//! Looks through the editor's folders beside everything else: which `.pipe` files there are, and what stands in them. What
//! did not change since is not read again. Knows nothing of what is open, nor what its findings are for.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::SystemTime;

use standpipe_compiler::World;

use crate::analysis::{Message, guarded};
use crate::index::Entry;
use crate::{Open, overlay, workspace};

/// Files that are told of at once.
const BATCH: usize = 256;

/// What to look through.
pub enum Task {
    Folders {
        added: Vec<PathBuf>,
        removed: Vec<PathBuf>,
    },
    /// Something on disk may be different now.
    Again,
}

/// What comes of it.
pub enum Finding {
    Files {
        paths: Vec<Arc<Path>>,
        /// There is more than is looked through.
        cut: bool,
    },
    Read(Vec<(Arc<Path>, Arc<Entry>)>),
    /// So many tasks are done: sooner or later all that were given are.
    Done(usize),
}

/// Length and time of a file.
type Stamp = (u64, SystemTime);

/// Runs until nobody gives tasks any more.
pub fn run(tasks: &Receiver<Task>, findings: &Sender<Message>, open: &Open) {
    let mut surveyor = Surveyor { tasks, findings, open, folders: Vec::new(), known: HashMap::new(), taken: 0 };
    while let Ok(task) = tasks.recv() {
        surveyor.take(task);
        // Begun anew when more is to be looked through meanwhile, with all that was read so far.
        while surveyor.more() || !surveyor.look() {}
    }
}

struct Surveyor<'a> {
    tasks: &'a Receiver<Task>,
    findings: &'a Sender<Message>,
    open: &'a Open,
    folders: Vec<PathBuf>,
    /// Files as they were when they were read.
    known: HashMap<Arc<Path>, Stamp>,
    /// Tasks that were taken and are not done.
    taken: usize,
}

impl Surveyor<'_> {
    fn take(&mut self, task: Task) {
        self.taken += 1;
        match task {
            Task::Folders { added, removed } => {
                self.folders.retain(|folder| !removed.contains(folder));
                self.folders.extend(added);
            }
            Task::Again => {}
        }
    }

    /// Takes what waits; whether there was something.
    fn more(&mut self) -> bool {
        let before = self.taken;
        while let Ok(task) = self.tasks.try_recv() {
            self.take(task);
        }
        self.taken > before
    }

    /// Whether it came to its end.
    fn look(&mut self) -> bool {
        let found = workspace::scan(&self.folders);
        self.known.retain(|path, _| found.files.binary_search(path).is_ok());
        self.say(Finding::Files { paths: found.files.clone(), cut: found.cut });
        let mut project: Option<Project> = None;
        let mut batch = Vec::new();
        for path in found.files {
            // Of the file itself, not of what a link leads to.
            let stamp = path.symlink_metadata().ok().and_then(|about| Some((about.len(), about.modified().ok()?)));
            let Some(stamp) = stamp.filter(|stamp| self.known.get(&path) != Some(stamp)) else { continue };
            let folder = path.parent().unwrap_or(&path);
            let project = match &mut project {
                Some(known) if known.folder == folder => known,
                other => other.insert(Project::of(folder, &path, self.open)),
            };
            batch.push((Arc::clone(&path), Arc::new(project.entry(&path))));
            self.known.insert(path, stamp);
            if batch.len() == BATCH {
                self.say(Finding::Read(std::mem::take(&mut batch)));
                if self.more() {
                    return false;
                }
            }
        }
        self.say(Finding::Read(batch));
        let done = std::mem::take(&mut self.taken);
        self.say(Finding::Done(done));
        true
    }

    fn say(&self, finding: Finding) {
        // Nobody listens any more when this fails.
        let _ = self.findings.send(Message::Survey(finding));
    }
}

/// The files of one folder belong to one project.
struct Project {
    folder: PathBuf,
    root: PathBuf,
    world: Box<dyn World>,
}

impl Project {
    fn of(folder: &Path, path: &Path, open: &Open) -> Self {
        let (root, world) = open(path);
        Self { folder: folder.to_owned(), root, world }
    }

    /// What stands in the file; nothing when it cannot be read.
    fn entry(&self, path: &Path) -> Entry {
        let read = || {
            let bytes = self.world.read(&overlay::name(&self.root, path)).ok()?;
            Some(Entry::of(path, std::str::from_utf8(&bytes).ok()?))
        };
        guarded(read).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use standpipe_compiler::MemoryWorld;

    use super::*;

    /// What is told, a word for each file that was read.
    fn told(findings: &Receiver<Message>) -> Vec<String> {
        let mut out = Vec::new();
        while let Ok(Message::Survey(finding)) = findings.recv() {
            match finding {
                Finding::Files { paths, cut } => out.push(format!("{} files, cut: {cut}", paths.len())),
                Finding::Read(read) => out.extend(read.iter().map(|(path, entry)| {
                    let names: Vec<&str> = entry.heads.iter().map(|head| head.name.as_str()).collect();
                    format!("{}: {}", path.file_name().unwrap().to_string_lossy(), names.join(" "))
                })),
                Finding::Done(tasks) => {
                    out.push(format!("{tasks} done"));
                    return out;
                }
            }
        }
        out
    }

    #[test]
    fn only_what_changed_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        for name in ["a", "b"] {
            std::fs::write(root.join(format!("{name}.pipe")), "").unwrap();
        }
        // What is read is not what lies there: that it comes through the door is seen by it.
        let world = MemoryWorld::new().with("a.pipe", "const a = 1\n").with("b.pipe", "const b = 1\n");
        let of = root.clone();
        let open: Open = Arc::new(move |_| (of.clone(), Box::new(world.clone()) as Box<dyn World>));
        let ((tasks, given), (said, findings)) = (channel(), channel());
        let thread = std::thread::spawn(move || run(&given, &said, &open));
        tasks.send(Task::Folders { added: vec![root.clone()], removed: Vec::new() }).unwrap();
        assert_eq!(told(&findings), ["2 files, cut: false", "a.pipe: a", "b.pipe: b", "1 done"]);
        tasks.send(Task::Again).unwrap();
        assert_eq!(told(&findings), ["2 files, cut: false", "1 done"]);
        std::fs::write(root.join("b.pipe"), "longer").unwrap();
        tasks.send(Task::Again).unwrap();
        assert_eq!(told(&findings), ["2 files, cut: false", "b.pipe: b", "1 done"]);
        tasks.send(Task::Folders { added: Vec::new(), removed: vec![root] }).unwrap();
        assert_eq!(told(&findings), ["0 files, cut: false", "1 done"]);
        drop(tasks);
        thread.join().unwrap();
    }
}
