//! Collections beside runs that are over, that go on, and that begin meanwhile.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use smol_str::SmolStr;
use standpipe_plan::{BlobKind, CachePolicy, Digest, Value};

use super::*;
use crate::cache::{self, Found};
use crate::event::{Counts, Status};
use crate::journal::{Journal, Kept, Record, StepEnd};

/// A state folder.
struct State(tempfile::TempDir);

impl State {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn upkeep(&self) -> Upkeep {
        Upkeep::open(self.path()).expect("it opens").expect("something has run")
    }

    /// A run of `pipeline` that has just begun.
    fn begin(&self, pipeline: &str, name: &str) -> Run {
        let connection = journal::open(self.path()).expect("it opens");
        let folder = self.path().join("runs").join(name);
        fs::create_dir_all(&folder).expect("made");
        let lock = File::create(folder.join("lock")).expect("made");
        lock.lock().expect("it is free");
        let insert = "INSERT INTO runs (id, name, pipeline, started) VALUES (?1, ?1, ?2, ?3)";
        connection.execute(insert, rusqlite::params![name, pipeline, journal::now()]).expect("on record");
        let number = connection.last_insert_rowid();
        let store = Store::open(self.path()).expect("a store");
        Run {
            name: name.into(),
            journal: Journal::start(connection, number),
            store,
            out: folder.join("out"),
            _lock: lock,
        }
    }

    /// A run of `pipeline` from its start to its end, with a step for each of these texts.
    fn run(&self, pipeline: &str, name: &str, texts: &[&str]) {
        let mut run = self.begin(pipeline, name);
        texts.iter().for_each(|text| drop(run.step(text)));
        run.end();
        // What comes later is later to the file system's clock, too.
        std::thread::sleep(Duration::from_millis(30));
    }

    fn collect(&self, max_size: u64) -> Collected {
        let limits = Limits { max_size: Some(max_size), older_than: None };
        self.upkeep().collect(&limits, false, &mut |_, _| {}).expect("collected")
    }

    /// Which of these texts are there.
    fn there<'t>(&self, texts: &[&'t str]) -> Vec<&'t str> {
        let store = Store::at(self.path());
        texts.iter().copied().filter(|text| store.root().join(place(text)).exists()).collect()
    }

    /// Which of these are found by a run that needs them.
    fn found<'t>(&self, texts: &[&'t str]) -> Vec<&'t str> {
        let connection = journal::open(self.path()).expect("it opens");
        let store = Store::at(self.path());
        let find = |text: &str| cache::find(&connection, &store, key(text), CachePolicy::On, &[]).expect("read");
        texts.iter().copied().filter(|text| matches!(find(text), Found::Hit(_))).collect()
    }
}

struct Run {
    name: SmolStr,
    journal: Journal,
    store: Store,
    out: PathBuf,
    _lock: File,
}

impl Run {
    /// A step that gives `text` as a file; where that is.
    fn step(&mut self, text: &str) -> PathBuf {
        fs::write(&self.out, text).expect("written");
        let adopted = self.store.adopt(&self.out, true, BlobKind::File, &SmolStr::default(), None).expect("adopted");
        let value = Value::Blob(Arc::new(adopted.blob));
        let end =
            StepEnd { step: format!("main.{text}"), status: Status::Succeeded, ..StepEnd::new(self.name.clone()) };
        let kept = Kept { key: key(text), value, run: self.name.clone(), seconds: 0.5, anew: false };
        self.journal.append(Record::StepFinished { end: Box::new(end), keep: Some(kept) }, adopted.files, false);
        self.store.root().join(place(text))
    }

    /// A step that reuses what there is under that text's key.
    fn reuse(&mut self, text: &str) {
        let end = StepEnd {
            step: format!("main.{text}"),
            status: Status::Cached,
            used: Some(key(text)),
            ..StepEnd::new(self.name.clone())
        };
        self.journal.append(Record::StepFinished { end: Box::new(end), keep: None }, Vec::new(), false);
    }

    fn end(mut self) {
        let outputs = serde_json::Value::Null;
        let (status, counts) = (Status::Succeeded, Counts::default());
        self.journal.append(Record::RunFinished { status, counts, seconds: 0.1, outputs }, Vec::new(), false);
        self.journal.close().expect("it is written");
    }
}

fn key(text: &str) -> Digest {
    Digest::of(format!("key of {text}").as_bytes())
}

fn place(text: &str) -> PathBuf {
    let hex = Digest::of(text.as_bytes()).to_hex();
    Path::new(&hex[..2]).join(&hex[2..])
}

#[test]
pub(crate) fn what_is_referred_to_stays() {
    let state = State::new();
    state.run("a", "one", &["x", "y"]);
    let store = Store::at(state.path());
    let orphan = state.path().join("orphan");
    fs::write(&orphan, "nobody's").expect("written");
    store.adopt(&orphan, true, BlobKind::File, &SmolStr::default(), None).expect("adopted");
    fs::write(store.root().join("new-1-1"), "half").expect("written");
    std::thread::sleep(Duration::from_millis(30));
    let collected = state.upkeep().collect(&Limits::default(), false, &mut |_, _| {}).expect("collected");
    assert_eq!(collected, Collected { results: 0, files: 2, bytes: 12, waiting: 0, left: 2 });
    assert_eq!(state.found(&["x", "y"]), ["x", "y"]);
    assert!(state.there(&["nobody's"]).is_empty());
}

#[test]
fn what_was_used_least_recently_goes_first_and_the_last_run_stays() {
    let state = State::new();
    let all = ["first", "second", "third!", "last"];
    state.run("a", "one", &all[..3]);
    let mut run = state.begin("a", "two");
    run.reuse("first");
    run.end();
    let mut run = state.begin("a", "three");
    run.step("last");
    run.end();
    // 5 + 6 + 6 + 4 bytes; the two that only the first run used are the oldest.
    assert_eq!(state.upkeep().counted().expect("counted").bytes, 21);
    assert_eq!(state.collect(15).results, 1);
    assert_eq!(state.there(&all), ["first", "third!", "last"]);
    assert_eq!(state.collect(0).left, 4);
    assert_eq!(state.found(&all), ["last"]);
}

#[test]
fn what_is_older_goes_whatever_its_size() {
    let state = State::new();
    state.run("a", "one", &["x"]);
    state.run("a", "two", &["y"]);
    let limits = |age| Limits { max_size: None, older_than: Some(age) };
    let hour = state.upkeep().collect(&limits(Duration::from_hours(1)), false, &mut |_, _| {}).expect("collected");
    assert_eq!((hour.results, hour.left), (0, 2));
    let dry = state.upkeep().collect(&limits(Duration::ZERO), true, &mut |_, _| {}).expect("counted");
    assert_eq!((dry.results, dry.files, dry.bytes, dry.left), (1, 1, 1, 1));
    assert_eq!(state.found(&["x", "y"]), ["x", "y"], "it was only asked what would go");
    let now = state.upkeep().collect(&limits(Duration::ZERO), false, &mut |_, _| {}).expect("collected");
    assert_eq!(now, dry);
    assert_eq!(state.found(&["x", "y"]), ["y"]);
}

#[test]
pub(crate) fn what_a_run_may_be_reading_stays() {
    let state = State::new();
    state.run("a", "one", &["x"]);
    state.run("a", "two", &["y"]);
    let run = state.begin("b", "three");
    // It has found the result of `x`, and tells nobody before it is done with it.
    let collected = state.collect(0);
    assert_eq!((collected.results, collected.files, collected.waiting), (1, 0, 1));
    assert_eq!(state.there(&["x", "y"]), ["x", "y"]);
    run.end();
    std::thread::sleep(Duration::from_millis(30));
    assert_eq!(state.collect(0).files, 1);
    assert_eq!(state.there(&["x", "y"]), ["y"]);
}

#[test]
fn a_collection_that_was_killed_is_gone_on_with() {
    let state = State::new();
    state.run("a", "one", &["x", "z"]);
    state.run("a", "two", &["y"]);
    let mut upkeep = state.upkeep();
    let rows = upkeep.rows().expect("read");
    let doomed: Vec<_> = rows.iter().filter(|row| row.key != key("y")).map(|row| (row.key, row.used)).collect();
    upkeep.strike(&doomed).expect("struck");
    assert_eq!(state.there(&["x", "y", "z"]), ["x", "y", "z"]);
    let collected = state.upkeep().collect(&Limits::default(), false, &mut |_, _| {}).expect("collected");
    assert_eq!(collected.files, 2);
    assert_eq!(state.there(&["x", "y", "z"]), ["y"]);
}

#[test]
fn collections_beside_a_run_take_nothing_of_it() {
    let state = State::new();
    state.run("a", "zero", &["old"]);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    state.collect(0);
                }
            });
        }
        let mut places = Vec::new();
        for round in 0..5 {
            let mut run = state.begin("a", &format!("run-{round}"));
            for step in 0..40 {
                // Some of it is new, some has been there, some is being taken away.
                places.push(run.step(&format!("text {}", step % (7 + round))));
                assert!(places.iter().all(|place| place.exists()), "round {round}, step {step}");
            }
            run.end();
            places.clear();
        }
        done.store(true, Ordering::Relaxed);
    });
    std::thread::sleep(Duration::from_millis(30));
    state.collect(0);
    let texts: Vec<String> = (0..11).map(|number| format!("text {number}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_eq!(state.found(&texts), texts);
    assert!(state.there(&["old"]).is_empty());
}

#[test]
fn all_content_is_read_again_and_what_is_lost_is_forgotten() {
    let state = State::new();
    state.run("a", "one", &["x", "y"]);
    let sound = state.upkeep().verify(&mut |_, _| {}).expect("read");
    assert_eq!((sound.files, sound.bytes, sound.sound()), (2, 2, true));
    let place = Store::at(state.path()).root().join(place("x"));
    fs::remove_file(&place).expect("removed");
    fs::write(&place, "z").expect("written");
    let verified = state.upkeep().verify(&mut |_, _| {}).expect("read");
    assert_eq!((verified.files, verified.forgotten), (1, 1));
    let [Damaged { path, why, aside }] = verified.damaged.as_slice() else { panic!("{verified:?}") };
    assert_eq!((path, why.as_str()), (&place, "its content has changed"));
    assert!(aside.exists() && !place.exists());
    assert!(state.upkeep().verify(&mut |_, _| {}).expect("read").sound());
}

#[test]
fn a_step_is_forgotten_by_its_name() {
    let state = State::new();
    state.run("main", "one", &["x", "y"]);
    let forgotten = state.upkeep().forget("y", &mut |_, _| {}).expect("forgotten");
    assert_eq!((forgotten.results, forgotten.files), (1, 1));
    assert_eq!(state.found(&["x", "y"]), ["x"]);
    assert_eq!(state.upkeep().forget("main.nothing", &mut |_, _| {}).expect("read"), Collected::default());
    assert_eq!(state.upkeep().forget_all(&mut |_, _| {}).expect("forgotten").results, 1);
    assert!(state.there(&["x", "y"]).is_empty());
}
