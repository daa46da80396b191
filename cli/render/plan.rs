//! A plan as people look at it: its tree, and beside each step what would happen to it. Knows nothing of how that is found
//! out.

use std::collections::BTreeMap;

use standpipe_compiler::optimise::PassReport;
use standpipe_compiler::view::{TreeLine, tree};
use standpipe_plan::{Plan, Schedule, place};
use standpipe_runtime::{Forecast, Outlook};

use super::excerpt::visible;
use super::paint::Paint;
use super::size::reserved;

/// What would happen to the instances of one step.
#[derive(Default)]
struct Prospect {
    reuse: u64,
    run: u64,
    unknown: u64,
    /// Of the first.
    why: String,
    /// The most memory that would be reserved for one of them, in bytes, by what earlier attempts took.
    reserved: Option<u64>,
}

/// The plan with its forecast, where there is one.
pub(crate) fn text(plan: &Plan, forecast: Option<&[Forecast]>, paint: Paint) -> String {
    let prospects = forecast.map(prospects);
    let lines = tree(plan);
    let mut text = format!("{}\n", paint.bold(&plan.pipeline));
    let left: Vec<(String, String)> = lines.iter().map(|line| left(line, &plan.pipeline)).collect();
    for (line, (name, detail)) in lines.iter().zip(left) {
        let prospect = prospects.as_ref().and_then(|all| prospect(all, line));
        let mark = match prospect {
            _ if !matches!(line.kind, "step" | "effect" | "deploy") => " ".into(),
            None => paint.dimmed("·"),
            Some(prospect) => match (prospect.run, prospect.unknown) {
                (0, 0) => paint.cyan("="),
                (0, _) => paint.yellow("?"),
                _ => paint.green("+"),
            },
        };
        let indent = "  ".repeat(line.depth);
        text.push_str(&format!("{mark} {indent}{name}"));
        if !detail.is_empty() {
            text.push_str(&format!("  {}", paint.dimmed(&detail)));
        }
        text.push('\n');
        if let Some(prospect) = prospect.filter(|_| matches!(line.kind, "step" | "effect" | "deploy")) {
            text.push_str(&format!("  {indent}    {}\n", sentence(prospect)));
            if let Some(reserved) = reserved(prospect.reserved) {
                text.push_str(&format!("  {indent}    reserves {reserved} of memory, as it took lately\n"));
            }
        }
    }
    for schedule in &plan.schedules {
        text.push_str(&scheduled(schedule, paint));
    }
    if let Some(all) = forecast {
        text.push_str(&summary(all));
    }
    text
}

/// A schedule: `schedule nightly  cron "0 2 * * *" in Europe/Berlin, with trials: 64`.
fn scheduled(schedule: &Schedule, paint: Paint) -> String {
    let params: Vec<_> = schedule.params.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let with = if params.is_empty() { String::new() } else { format!(", with {}", params.join(", ")) };
    let mut shown = String::new();
    visible(&format!("{}{with}", schedule.trigger), &mut shown);
    format!("  schedule {}  {}\n", schedule.name, paint.dimmed(&shown))
}

/// What would happen to the step of `line`: its own prospect, or that of the `for` it stands in, whose items nobody knows.
fn prospect<'a>(all: &'a BTreeMap<String, Prospect>, line: &TreeLine) -> Option<&'a Prospect> {
    let outer = line.path.rmatch_indices("[]").map(|(at, _)| &line.path[..at]);
    std::iter::once(line.path.as_str()).chain(outer).find_map(|path| all.get(path))
}

/// A line's own name, and what it does.
fn left(line: &TreeLine, pipeline: &str) -> (String, String) {
    let path = line.path.strip_prefix(pipeline).and_then(|path| path.strip_prefix('.')).unwrap_or(&line.path);
    let own = path.rsplit('.').next().unwrap_or(path);
    let (mut name, mut detail) = (String::new(), String::new());
    match line.kind {
        "step" => visible(own, &mut name),
        kind @ ("if" | "else" | "match" | "case" | "try") => name.push_str(kind),
        kind => visible(&format!("{kind} {own}"), &mut name),
    }
    visible(&line.detail, &mut detail);
    (name, detail)
}

/// By the path that [`tree`] gives: every instance of a `for` under one name.
fn prospects(forecast: &[Forecast]) -> BTreeMap<String, Prospect> {
    let mut all: BTreeMap<String, Prospect> = BTreeMap::new();
    for one in forecast {
        let prospect = all.entry(place(&one.step)).or_default();
        let (count, why) = match &one.outlook {
            Outlook::Reuse { run } => (&mut prospect.reuse, format!("the result of {run}")),
            Outlook::Run { why } => (&mut prospect.run, why.to_string()),
            Outlook::Unknown { why } => (&mut prospect.unknown, why.to_string()),
        };
        *count += 1;
        prospect.reserved = prospect.reserved.max(one.reserved);
        let first = prospect.why.is_empty();
        // What runs explains more than what is reused.
        if first || (matches!(one.outlook, Outlook::Run { .. }) && prospect.run == 1) {
            prospect.why = why;
        }
    }
    all
}

fn sentence(prospect: &Prospect) -> String {
    let Prospect { reuse, run, unknown, why, reserved: _ } = prospect;
    let mut shown = String::new();
    visible(why, &mut shown);
    match (reuse, run, unknown) {
        (1, 0, 0) => return format!("reuse {shown}"),
        (0, 1, 0) => return format!("run: {shown}"),
        (0, 0, 1) => return format!("not known yet: {shown}"),
        _ => {}
    }
    let counts = [(*run, "run"), (*reuse, "reused"), (*unknown, "not known yet")];
    let counts: Vec<_> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    match counts.len() {
        1 => format!("{}: {shown}", counts.join(", ")),
        _ => format!("{}; {shown}", counts.join(", ")),
    }
}

fn summary(forecast: &[Forecast]) -> String {
    let count = |wanted: fn(&Outlook) -> bool| forecast.iter().filter(|one| wanted(&one.outlook)).count();
    let run = count(|outlook| matches!(outlook, Outlook::Run { .. }));
    let reuse = count(|outlook| matches!(outlook, Outlook::Reuse { .. }));
    let unknown = count(|outlook| matches!(outlook, Outlook::Unknown { .. }));
    let unknown = if unknown > 0 { format!(", {unknown} not known yet") } else { String::new() };
    format!("\n{run} would run, {reuse} would be reused{unknown}\n")
}

/// What each pass did.
pub(crate) fn passes(reports: &[PassReport], paint: Paint) -> String {
    let mut text = String::new();
    for report in reports {
        text.push_str(&format!("{}\n", paint.bold(report.name)));
        if report.what.is_empty() {
            text.push_str("  nothing to do\n");
        }
        for sentence in &report.what {
            text.push_str("  ");
            visible(sentence, &mut text);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_are_folded() {
        assert_eq!(place("train.models[3].inner[12].fit"), "train.models[].inner[].fit");
        let of = |step: &str, outlook| Forecast { step: step.into(), label: String::new(), reserved: None, outlook };
        let forecast = [
            of("a.x[0].f", Outlook::Reuse { run: "brave-otter".into() }),
            of("a.x[1].f", Outlook::Run { why: "its body changed".into() }),
            of("a.g", Outlook::Unknown { why: "`n` is not known".into() }),
            of("a.h[0]", Outlook::Reuse { run: "calm-heron".into() }),
            of("a.h[1]", Outlook::Reuse { run: "calm-heron".into() }),
        ];
        let all = prospects(&forecast);
        let told: Vec<_> = all.iter().map(|(path, prospect)| format!("{path}: {}", sentence(prospect))).collect();
        insta::assert_snapshot!(told.join("\n") + &summary(&forecast));
    }
}
