//! What came of tests, for people and for programs. Knows nothing of how they ran.

use serde::Serialize;
use standpipe_plan::{BinaryOp, Value};
use standpipe_runtime::Failure;
use standpipe_syntax::Span;
use standpipe_syntax::diag::Severity;

use super::difference::{between, lines};
use super::failure;
use super::paint::Paint;
use super::progress::seconds;
use super::report::{Look, Report};
use crate::suite::{Finished, Planned, Unmet, Verdict};

/// A side longer than this does not fit beside its place in the source.
const BESIDE: usize = 60;

/// One line when a test ends: `✓ adds  12 ms`.
pub(crate) fn line(test: &Planned, end: &Finished, paint: Paint) -> String {
    let mark = match end.verdict {
        Verdict::Passed => paint.green("✓"),
        Verdict::Unmet(_) | Verdict::Failed(_) | Verdict::NotStarted(_) => paint.red("✗"),
        Verdict::Cancelled => paint.yellow("·"),
    };
    format!("{mark} {}  {}", test.info.name, paint.dimmed(&seconds(end.seconds)))
}

/// Why a test did not pass; nothing of one that did.
pub(crate) fn report(test: &Planned, end: &Finished, look: Look) -> Option<String> {
    match &end.verdict {
        Verdict::Passed | Verdict::Cancelled => None,
        Verdict::Unmet(unmet) => {
            let texts: Vec<_> = unmet.iter().map(|one| expectation(test, one, look)).collect();
            Some(texts.join("\n"))
        }
        Verdict::Failed(failures) => {
            let run = end.run.as_deref().unwrap_or_default();
            let draw =
                |(step, failure): &(String, Failure)| failure::draw(step, failure, run, None, &test.project, look);
            Some(failures.iter().map(draw).collect())
        }
        Verdict::NotStarted(failure) => {
            let message = format!("{:?} could not be run: {}", test.info.name, failure.message);
            let place = vec![(test.info.span, String::new())];
            let report =
                Report::new(&failure.code, Severity::Error, &message, place, failure.help.as_deref(), &test.files);
            Some(report.draw(look))
        }
    }
}

/// An `expect` that does not hold: where it stands, what both sides were, and how they differ.
fn expectation(test: &Planned, unmet: &Unmet, look: Look) -> String {
    let (Some((op, left, right)), Some((found, wanted))) = (unmet.expect.sides, &unmet.sides) else {
        let labels = vec![(unmet.expect.span, "this is false".to_owned())];
        let message = format!("{:?} expects what does not hold", test.info.name);
        return Report::new("", Severity::Error, &message, labels, None, &test.files).draw(look);
    };
    let beside = |value: &Value, span: Span| {
        let shown = value.to_string();
        let written = test.files.of(span).is_some_and(|(_, source)| source.slice(span) == shown);
        // A literal says itself what it is.
        let text =
            if written || shown.chars().count() > BESIDE || shown.contains('\n') { String::new() } else { shown };
        (span, text)
    };
    let message = match op {
        BinaryOp::Equal => format!("{:?} expects two values to be equal that differ", test.info.name),
        BinaryOp::NotEqual => format!("{:?} expects two values to differ that are equal", test.info.name),
        _ => format!("{:?} expects what does not hold", test.info.name),
    };
    let labels = vec![beside(found, left), beside(wanted, right)];
    let mut text = Report::new("", Severity::Error, &message, labels, None, &test.files).draw(look);
    let long = [found, wanted].iter().any(|side| side.to_string().chars().count() > BESIDE || lines(side).len() > 1);
    if long {
        text.push_str(&between(wanted, found, Paint { on: look.color }));
    }
    text
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Told<'a> {
    TestFinished {
        name: &'a str,
        file: &'a str,
        line: u32,
        status: &'static str,
        seconds: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        run: Option<&'a str>,
        /// What was expected in vain.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        unmet: Vec<Expectation<'a>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        failures: Vec<StepFailure<'a>>,
        time: String,
    },
    TestsFinished {
        passed: usize,
        failed: usize,
        seconds: f64,
        time: String,
    },
}

#[derive(Serialize)]
struct Expectation<'a> {
    line: u32,
    expression: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct StepFailure<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    step: &'a str,
    error: &'a Failure,
}

/// The end of a test as one line of JSON.
pub(crate) fn json(test: &Planned, end: &Finished) -> String {
    let place = |span: Span| {
        test.files
            .of(span)
            .map_or(("", 0, ""), |(name, source)| (name, source.place(span.start).line, source.slice(span)))
    };
    let (file, line, _) = place(test.info.span);
    let (mut unmet, mut failures) = (Vec::new(), Vec::new());
    let status = match &end.verdict {
        Verdict::Passed => "passed",
        Verdict::Unmet(all) => {
            unmet.extend(all.iter().map(|one| {
                let (_, line, expression) = place(one.expect.span);
                let sides = one.sides.as_ref().map(|(left, right)| (left.to_json(), right.to_json()));
                let (left, right) = sides.unzip();
                Expectation { line, expression, left, right }
            }));
            "failed"
        }
        Verdict::Failed(all) => {
            failures.extend(all.iter().map(|(step, error)| StepFailure { step, error }));
            "failed"
        }
        Verdict::NotStarted(error) => {
            failures.push(StepFailure { step: "", error });
            "failed"
        }
        Verdict::Cancelled => "cancelled",
    };
    let (name, run) = (test.info.name.as_str(), end.run.as_deref());
    one_line(&Told::TestFinished { name, file, line, status, seconds: end.seconds, run, unmet, failures, time: now() })
}

/// The end of all tests as one line of JSON.
pub(crate) fn summary_json(passed: usize, failed: usize, seconds: f64) -> String {
    one_line(&Told::TestsFinished { passed, failed, seconds, time: now() })
}

fn one_line(told: &Told<'_>) -> String {
    serde_json::to_string(told).unwrap_or_default() + "\n"
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}
