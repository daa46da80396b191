//! Runs attempts as processes of this machine. Knows nothing of plans' graphs, of the journal or of the cache.

mod command;
mod folders;
pub(crate) mod footprint;
mod log;
mod pool;
pub(crate) mod process;
mod python;
mod reports;
mod seats;
mod together;

use std::cell::{Cell, OnceCell, RefCell};
use std::fs::{File, OpenOptions};
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use smol_str::SmolStr;
use standpipe_plan::{BlobKind, Value};
use tokio::sync::{mpsc, watch};

use self::folders::Folders;
use self::log::Slot;
use self::pool::Pool;
pub(crate) use self::process::Ending;
pub(crate) use self::python::{Called, stopped};
use self::seats::Room;
pub(crate) use self::seats::Seats;
use super::{Executor, News, Place, Site, Stop};
use crate::codes;
use crate::event::{Event, Failure, LogRange};
use crate::host::{become_reaper, uptime};
use crate::keeper::Keeper;
use crate::remains::{self, Alone, Now, own_folder};
use crate::run::beside;
use crate::runner::{self, Attempt, Outcome};
use crate::sandbox::{Confinement, Grounds, Tier, denied};
use crate::schedule::Ticket;
use crate::store::Adopted;

pub(crate) const PLACE: Place = Place { name: "local", open };

/// Content up to this size is hashed where it is found; what is larger on a thread of its own.
const SMALL: u64 = 256 << 10;

/// This machine, for one run.
pub(crate) struct Local {
    site: Site,
    work: PathBuf,
    /// For those below it.
    pub(crate) folders: Folders,
    nothing: File,
    slots: RefCell<Vec<Slot>>,
    next_slot: Cell<usize>,
    pool: RefCell<Pool>,
    grounds: Grounds,
    room: RefCell<Room>,
    bash: OnceCell<PathBuf>,
}

struct Handle(Rc<Local>);

/// Tells the observer of one run.
pub(crate) struct Speaker(mpsc::UnboundedSender<News>);

impl Speaker {
    pub(crate) fn say(&self, event: Event) {
        // Nobody listens once the run has ended.
        let _ = self.0.send(News::Said(event));
    }

    /// Tells the scheduler how a step is doing.
    pub(crate) fn report(&self, ticket: Ticket, name: SmolStr, value: f64, at: Option<i64>) {
        let _ = self.0.send(News::Reported { ticket, name, value, at });
    }
}

fn open(site: Site) -> Result<Box<dyn Executor>, Failure> {
    let nothing = OpenOptions::new().read(true).open("/dev/null");
    let nothing =
        nothing.map_err(|error| Failure::new(codes::NOT_STARTED, format!("/dev/null cannot be opened: {error}")))?;
    // Processes that lose their parent become ours, so that none is out of sight.
    let _ = become_reaper();
    let work = site.folder.join(remains::work_name(site.session));
    let pool = RefCell::new(Pool::new(site.plan.modules.clone(), site.slots));
    let grounds = site.grounds.clone();
    let room = RefCell::new(Room::new(site.slots, site.gpus));
    Ok(Box::new(Handle(Rc::new(Local {
        site,
        work,
        folders: Folders::default(),
        nothing,
        slots: RefCell::default(),
        next_slot: Cell::new(0),
        pool,
        grounds,
        room,
        bash: OnceCell::new(),
    }))))
}

impl Executor for Handle {
    fn submit(&self, mut attempts: Vec<Attempt>) {
        let local = Rc::clone(&self.0);
        for attempt in &mut attempts {
            attempt.veil = local.site.secrets.unveil(&mut attempt.inputs);
        }
        if attempts.len() > 1 && attempts.iter().any(|attempt| attempt.veil.is_some()) {
            // What has secrets to hide has a worker of its own: one after the other, as they have one place together.
            beside(&self.0.site.news, async move {
                for attempt in attempts {
                    run_seated(&local, attempt).await;
                }
            });
            return;
        }
        let first = attempts.first().and_then(Attempt::task);
        let together = first.and_then(|task| runner::of(&task.body)?.together);
        if let (Some(together), true) = (together, attempts.len() > 1) {
            beside(&self.0.site.news, async move {
                // One after the other, they have the seats of one.
                let seats = attempts.first().map(|first| local.room.borrow_mut().take(first)).unwrap_or_default();
                for attempt in &mut attempts {
                    attempt.seats = seats.clone();
                }
                together(Rc::clone(&local), attempts).await;
                local.room.borrow_mut().give(&seats);
            });
            return;
        }
        attempts.drain(..).for_each(|attempt| submit(&local, attempt));
    }

    fn stop_early(&self, ticket: Ticket) {
        // What cannot be advised goes on to its own end. The worker looks for the file at each report.
        let advice = self.0.advice(ticket);
        let _ = std::fs::create_dir_all(self.0.work()).and_then(|()| File::create(advice));
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()>>> {
        let local = Rc::clone(&self.0);
        Box::pin(async move {
            local.end_workers().await;
            let keepers: Vec<_> = local.slots.borrow_mut().iter_mut().filter_map(|slot| slot.keeper.take()).collect();
            Keeper::close_all(keepers);
        })
    }

    fn tidy(&self) {
        let site = &self.0.site;
        for session in 1..=site.session {
            let _ = std::fs::remove_dir_all(site.folder.join(remains::work_name(session)));
        }
    }
}

fn submit(local: &Rc<Local>, attempt: Attempt) {
    let news = &local.site.news;
    let local = Rc::clone(local);
    beside(news, async move { run_seated(&local, attempt).await });
}

/// The same with cores and cards of its own.
async fn run_seated(local: &Rc<Local>, mut attempt: Attempt) {
    let seats = local.room.borrow_mut().take(&attempt);
    attempt.seats = seats.clone();
    run_one(local, attempt).await;
    local.room.borrow_mut().give(&seats);
}

/// Runs an attempt to its end, and tells of that, less any secrets.
async fn run_one(local: &Rc<Local>, attempt: Attempt) {
    let (ticket, number) = (attempt.ticket, attempt.number);
    let veil = attempt.veil.clone().map(|veil| (veil, attempt.name.path.clone()));
    let begun = Instant::now();
    let outcome = match attempt.body().and_then(runner::of) {
        Some(runner) => (runner.run)(Rc::clone(local), attempt).await,
        None => Outcome::failed(Failure::new(codes::NOT_STARTED, "nothing here runs this kind of body")),
    };
    let outcome = match veil {
        Some((veil, step)) => veil.over(outcome, &step),
        None => outcome,
    };
    // What was taken over began before.
    let seconds = outcome.took.unwrap_or_else(|| begun.elapsed()).as_secs_f64();
    local.ended(ticket, number, seconds, outcome);
}

impl Local {
    pub(crate) fn root(&self) -> &Path {
        &self.site.root
    }

    /// A folder for files of attempts, on the store's file system; made when needed.
    pub(crate) fn work(&self) -> &Path {
        &self.work
    }

    /// Where bash is, looked for once: else every step would try each folder of the path.
    pub(crate) fn bash(&self) -> &Path {
        self.bash.get_or_init(|| on_path("bash").unwrap_or_else(|| "bash".into()))
    }

    fn tell(&self, news: News) {
        // Nobody listens once the run has ended.
        let _ = self.site.news.send(news);
    }

    /// That attempt is over.
    pub(crate) fn ended(&self, ticket: Ticket, attempt: u32, seconds: f64, outcome: Outcome) {
        self.tell(News::Ended { ticket, attempt, seconds, outcome });
    }

    pub(crate) fn say(&self, event: Event) {
        self.tell(News::Said(event));
    }

    /// A way to tell the observer something from anywhere.
    pub(crate) fn speaker(&self) -> Speaker {
        Speaker(self.site.news.clone())
    }

    /// Variables that are secrets of the run: no step finds them unless it takes them.
    pub(crate) fn hidden(&self) -> Vec<String> {
        self.site.secrets.names().map(str::to_owned).collect()
    }

    pub(crate) fn stop(&self) -> watch::Receiver<Stop> {
        self.site.stop.clone()
    }

    /// A log file that nobody else writes to for now.
    pub(crate) fn slot(&self, held: bool) -> Slot {
        let mut slots = self.slots.borrow_mut();
        // A keeper has its slot's lease: those with one are for what it can hold, and only for that.
        let with = |keeper: bool| slots.iter().rposition(|slot| slot.keeper.is_some() == keeper);
        let free = if held { with(true).or_else(|| with(false)) } else { with(false) };
        free.map(|index| slots.remove(index)).unwrap_or_else(|| {
            let number = self.next_slot.get();
            self.next_slot.set(number + 1);
            Slot::new(&self.site.folder, self.site.session, number, self.site.max_log)
        })
    }

    pub(crate) fn give_back(&self, slot: Slot) {
        self.slots.borrow_mut().push(slot);
    }

    /// The value of [`MARKER`] in every process of an attempt.
    pub(crate) fn marker(&self, attempt: &Attempt) -> String {
        crate::process::marker(&self.site.run, self.site.session, attempt.ticket, attempt.number)
    }

    /// Which attempt of the run it is, among those of all its sessions.
    fn tag(&self, attempt: &Attempt) -> String {
        format!("{}.{}-{}", self.site.session, attempt.ticket, attempt.number)
    }

    /// What others may know of an attempt whose part of the log begins at `start`.
    pub(crate) fn now(&self, attempt: &Attempt, start: u64, alone: Alone) -> Now {
        Now {
            step: attempt.name.path.clone(),
            attempt: attempt.number,
            ticket: attempt.ticket,
            session: self.site.session,
            tag: self.tag(attempt),
            start,
            begun: uptime(),
            key: attempt.key,
            probe: attempt.probe,
            alone,
        }
    }

    /// A folder for files of that attempt alone, below [`Local::work`].
    pub(crate) fn own(&self, attempt: &Attempt) -> PathBuf {
        own_folder(&self.work, attempt.ticket, attempt.number)
    }

    /// What an attempt is kept from, with `own` to write to.
    pub(crate) fn confinement(&self, attempt: &Attempt, own: &[&Path]) -> Confinement {
        let python = attempt.environment.as_ref().map(|ready| ready.python.as_path());
        let of_step = |task| self.grounds.of_step(task, attempt.probe, python, own);
        let confinement = attempt.task().map_or_else(Confinement::open, of_step);
        Confinement { cores: attempt.seats.cores.clone(), ..confinement }
    }

    /// The failure of an attempt that said `text` and that the sandbox kept from something; `None` of any other.
    pub(crate) fn kept_from(&self, attempt: &Attempt, text: &str, ended: &str) -> Option<Failure> {
        let confinement = self.confinement(attempt, &[self.work.as_path()]);
        let denied = denied(text, &confinement, self.root())?;
        let (step, what) = (&attempt.name.path, denied.what());
        let by = match confinement.tier {
            Tier::Off => "by `network: false`".to_owned(),
            tier @ (Tier::T1 | Tier::T2) => format!("by the sandbox ({})", tier.name()),
        };
        let failure = Failure::new(codes::SANDBOX_DENIED, format!("`{step}` was kept {by} from {what}, and {ended}"));
        Some(failure.with_help(denied.help()))
    }

    /// The end of a part of a log.
    pub(crate) fn tail_of(&self, range: &LogRange) -> String {
        log::tail_of(&self.site.folder, range)
    }

    /// Takes a file or folder into the store.
    pub(crate) async fn adopt(
        &self,
        path: PathBuf,
        own: bool,
        kind: BlobKind,
        format: SmolStr,
        rows: Option<u64>,
    ) -> io::Result<Adopted> {
        let small = std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_file() && found.len() <= SMALL);
        if small {
            return self.site.store.adopt(&path, own, kind, &format, rows);
        }
        let store = self.site.store.clone();
        let adopted = tokio::task::spawn_blocking(move || store.adopt(&path, own, kind, &format, rows));
        adopted.await.map_err(io::Error::other)?
    }
}

/// The program of that name in the first folder of the path that has it.
fn on_path(program: &str) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = std::env::var_os("PATH")?;
    let runs = |path: &PathBuf| {
        let runs = |about: std::fs::Metadata| about.is_file() && about.permissions().mode() & 0o111 != 0;
        path.is_absolute() && path.metadata().is_ok_and(runs)
    };
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(runs)
}

/// What a step printed, for the observer.
pub(crate) fn output(attempt: &Attempt, text: String) -> Event {
    Event::Log { step: attempt.name.path.clone(), stream: SmolStr::new_static("output"), text }
}

/// A failure by timeout.
pub(crate) fn timed_out(attempt: &Attempt, after: Duration) -> Failure {
    let after = Value::Duration(i64::try_from(after.as_nanos()).unwrap_or(i64::MAX));
    Failure::new(codes::TIMED_OUT, format!("`{}` took longer than its timeout of {after}", attempt.name.path))
        .with_help("raise `timeout:` in the task, or find what it waits for in the log")
}

fn not_started(attempt: &Attempt, error: &io::Error) -> Failure {
    let code = if error.kind() == io::ErrorKind::StorageFull { codes::DISK_FULL } else { codes::NOT_STARTED };
    Failure::new(code, format!("`{}` could not be started: {error}", attempt.name.path))
}
