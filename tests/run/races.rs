//! Files that are edited while a step reads them, at random moments and in every way that files are edited: what a step made
//! of a mixture is never given for either content. `STANDPIPE_RACES` says how many, `STANDPIPE_SEED` where the numbers begin.

#![expect(clippy::print_stderr, reason = "the figures are for whoever runs it with `--nocapture`")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::project::{Dice, Project, Run, number};

/// Races of one run.
const TOGETHER: u64 = 20;

/// Every step looks at its file twice, some time apart.
fn program() -> String {
    let mut text = String::from(
        "task look(text: File) -> String {\n  sh:\n    before=\"$(cat \"$text\")\"\n    sleep 0.0$((RANDOM % 4))\n    \
         echo \"$before, $(cat \"$text\")\" > \"$out\"\n}\n\npipeline main(",
    );
    let files: Vec<u64> = (0..TOGETHER).collect();
    let params: Vec<_> = files.iter().map(|nth| format!("f{nth}: File = \"{nth}.txt\"")).collect();
    let looks: Vec<_> = files.iter().map(|nth| format!("look(f{nth})")).collect();
    write!(text, "{}) -> List[String] {{\n  [{}]\n}}\n", params.join(", "), looks.join(", ")).unwrap();
    text
}

/// Gives the file at that path that text.
type Way = fn(&Path, &str);

/// Every way to give a file another content of the same length.
const WAYS: &[(&str, Way)] = &[
    ("written over", |path, text| {
        let file = OpenOptions::new().write(true).open(path).unwrap();
        file.write_all_at(text.as_bytes(), 0).unwrap();
    }),
    ("emptied and written", |path, text| fs::write(path, text).unwrap()),
    ("emptied, and written later", |path, text| {
        let mut file = File::create(path).unwrap();
        std::thread::sleep(Duration::from_millis(3));
        file.write_all(text.as_bytes()).unwrap();
    }),
    ("replaced", |path, text| {
        let other = path.with_extension("new");
        fs::write(&other, text).unwrap();
        fs::rename(other, path).unwrap();
    }),
    ("removed and made again", |path, text| {
        fs::remove_file(path).unwrap();
        fs::write(path, text).unwrap();
    }),
    ("written over, and its time set back", |path, text| {
        let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
        let before = file.metadata().unwrap().modified().unwrap();
        file.write_all_at(text.as_bytes(), 0).unwrap();
        file.set_times(FileTimes::new().set_modified(before)).unwrap();
    }),
    ("replaced by one that is as old", |path, text| {
        let other = path.with_extension("new");
        fs::write(&other, text).unwrap();
        let before = fs::metadata(path).unwrap().modified().unwrap();
        File::options().write(true).open(&other).unwrap().set_times(FileTimes::new().set_modified(before)).unwrap();
        fs::rename(other, path).unwrap();
    }),
];

/// What the file of that number holds, of that round, before it is edited and after.
fn content(round: u64, nth: u64, edited: bool) -> String {
    format!("{} {round} {nth}", if edited { "after." } else { "before" })
}

/// What each step gave.
fn given(run: &Run) -> Vec<String> {
    let all = run.outputs().as_array().unwrap().iter();
    all.map(|one| one.as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_was_edited_meanwhile_is_never_given_for_either_content() {
    let (races, seed) = (number("STANDPIPE_RACES", 2 * TOGETHER), number("STANDPIPE_SEED", 7));
    let mut dice = Dice::new(seed);
    let begun = Instant::now();
    let (mut mixed, mut new, mut missed) = (0, 0, 0);
    let project = Project::new(&[("main.pipe", &program())]);
    let rounds = races.div_ceil(TOGETHER);
    for round in 0..rounds {
        let lay = |edited: bool| {
            for nth in 0..TOGETHER {
                project.write(&format!("{nth}.txt"), content(round, nth, edited));
            }
        };
        lay(false);
        let mut edits: BTreeMap<u64, Vec<(u64, usize)>> = BTreeMap::new();
        for nth in 0..TOGETHER {
            let way = usize::try_from(dice.below(WAYS.len() as u64)).unwrap();
            edits.entry(dice.below(600)).or_default().push((nth, way));
        }
        let run = std::thread::scope(|scope| {
            scope.spawn(|| {
                let begun = Instant::now();
                for (at, edits) in &edits {
                    std::thread::sleep(Duration::from_millis(*at).saturating_sub(begun.elapsed()));
                    for (nth, way) in edits {
                        WAYS[*way].1(&project.path(&format!("{nth}.txt")), &content(round, *nth, true));
                    }
                }
            });
            project.run(&["main.pipe", "--keep-going"])
        });
        missed += run.steps_that("failed").len();
        // Of a run that failed it is not told what its steps gave.
        for (nth, text) in if run.code == Some(0) { given(&run) } else { Vec::new() }.into_iter().enumerate() {
            let (before, after) = (content(round, nth as u64, false), content(round, nth as u64, true));
            new += u64::from(text == format!("{after}, {after}"));
            mixed += u64::from(text != format!("{after}, {after}") && text != format!("{before}, {before}"));
        }
        for edited in [true, false] {
            lay(edited);
            for (nth, text) in given(&project.run(&["main.pipe"]).succeeded()).into_iter().enumerate() {
                let right = content(round, nth as u64, edited);
                assert_eq!(text, format!("{right}, {right}"), "seed {seed}, round {round}, edited {edited}: {edits:?}");
            }
        }
    }
    eprintln!(
        "C4 races: {} ({mixed} saw both contents, {new} the new one alone, {missed} failed), 0 given for another content; \
         seed {seed}; {:.1} s",
        rounds * TOGETHER,
        begun.elapsed().as_secs_f64()
    );
}
