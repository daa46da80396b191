//! The tests of some files, compiled, and run side by side. Knows nothing of how what came of them is shown.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use standpipe_compiler::lower::outcome;
use standpipe_compiler::{ExpectInfo, TestInfo};
use standpipe_plan::{Plan, Value};
use standpipe_runtime::{Event, Failure, Observer, Options, RunReport, Status};

use crate::problem::Problem;
use crate::project::Project;
use crate::render::diagnostics::Findings;
use crate::render::report::Files;
use crate::sources;

/// A test, ready to run.
pub(crate) struct Planned {
    pub(crate) project: Project,
    pub(crate) files: Files,
    pub(crate) info: TestInfo,
    pub(crate) plan: Plan,
}

/// An `expect` that does not hold.
pub(crate) struct Unmet {
    pub(crate) expect: ExpectInfo,
    /// Of a comparison.
    pub(crate) sides: Option<(Value, Value)>,
}

/// How a test went.
pub(crate) enum Verdict {
    Passed,
    Unmet(Vec<Unmet>),
    /// Steps that failed, so that nothing could be expected.
    Failed(Vec<(String, Failure)>),
    /// No run could be started.
    NotStarted(Failure),
    Cancelled,
}

/// A test that has come to its end.
pub(crate) struct Finished {
    /// Its place among the tests.
    pub(crate) index: usize,
    pub(crate) seconds: f64,
    /// The name of its run, when there was one.
    pub(crate) run: Option<String>,
    pub(crate) verdict: Verdict,
}

/// The tests in `paths`, in order; with what checking found, when that keeps them from running.
///
/// # Errors
/// A project whose settings cannot be read.
pub(crate) fn plan(
    paths: &[PathBuf],
    root: Option<&std::path::Path>,
    profile: Option<&str>,
) -> Result<(Vec<Planned>, Findings), Problem> {
    let (mut planned, mut findings) = (Vec::new(), Findings::default());
    for path in paths {
        let (project, analysis) = sources::analyse(path, root, profile)?;
        let files = sources::files(&project, &analysis);
        for info in analysis.tests() {
            let compiled = standpipe_compiler::compile(&project.world()?, &analysis, info.decl);
            findings.add(files.clone(), compiled.diagnostics);
            if let Some(plan) = compiled.plan {
                planned.push(Planned { project: project.clone(), files: files.clone(), info, plan });
            }
        }
        findings.add(files, analysis.diagnostics);
    }
    Ok((planned, findings.sorted()))
}

/// Runs `tests`, several at a time, each with its part of the machine; `finished` hears of each as it ends.
pub(crate) fn run(tests: &[Planned], options: &[Options], finished: &mut dyn FnMut(Finished)) {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cores = options.iter().filter_map(|options| options.jobs).min().unwrap_or(cores).max(1);
    let beside = tests.len().clamp(1, cores);
    let (next, cancelled) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..beside {
            let (sender, next, cancelled) = (sender.clone(), &next, &cancelled);
            scope.spawn(move || {
                while !cancelled.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let (Some(test), Some(options)) = (tests.get(index), options.get(index)) else { break };
                    let options = Options { jobs: Some((cores / beside).max(1)), ..options.clone() };
                    let end = one(index, test, &options);
                    if matches!(end.verdict, Verdict::Cancelled) {
                        cancelled.store(true, Ordering::Relaxed);
                    }
                    if sender.send(end).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        receiver.iter().for_each(finished);
    });
}

fn one(index: usize, test: &Planned, options: &Options) -> Finished {
    let begun = Instant::now();
    match standpipe_runtime::run(&test.plan, Vec::new(), options, &mut Deaf) {
        Ok(report) => {
            let verdict = verdict(test, &report);
            Finished { index, seconds: report.seconds, run: Some(report.run), verdict }
        }
        Err(failure) => {
            let seconds = begun.elapsed().as_secs_f64();
            Finished { index, seconds, run: None, verdict: Verdict::NotStarted(failure) }
        }
    }
}

fn verdict(test: &Planned, report: &RunReport) -> Verdict {
    match report.status {
        Status::Succeeded | Status::Cached => {}
        Status::Failed | Status::Skipped => return Verdict::Failed(report.failures.clone()),
        Status::Cancelled => return Verdict::Cancelled,
    }
    let outcomes = test.info.expects.iter().enumerate();
    let unmet = outcomes.filter_map(|(index, expect)| {
        let found = outcome(&report.value, index);
        (!found.holds).then_some(Unmet { expect: *expect, sides: found.sides })
    });
    match unmet.collect::<Vec<_>>() {
        unmet if unmet.is_empty() => Verdict::Passed,
        unmet => Verdict::Unmet(unmet),
    }
}

/// Hears nothing: of a test only its end is told.
struct Deaf;

impl Observer for Deaf {
    fn event(&mut self, _: &Event) {}
}
