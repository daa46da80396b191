//! What a strategy's record says.

use standpipe_plan::{Sweep, Value};
use standpipe_tune::Settings;

/// How to search; [`Sweep::STRATEGY`] names the record's fields.
pub(super) fn settings(sweep: &Sweep, strategy: &Value) -> Settings {
    let text = |name: &str| strategy.field(name).map(|value| value.text()).unwrap_or_default();
    let count = |name: &str| whole(strategy, name).and_then(|count| u64::try_from(count).ok());
    Settings {
        kind: text("kind"),
        trials: count("trials"),
        #[expect(clippy::cast_sign_loss, reason = "any number is a seed")]
        seed: whole(strategy, "seed").unwrap_or(0) as u64,
        patience: count("patience"),
        max_failures: count("max_failures"),
        pruner: text("pruner"),
        reduction: whole(strategy, "reduction").and_then(|count| u32::try_from(count).ok()).unwrap_or(3),
        maximize: sweep.objectives.first().is_some_and(|objective| objective.maximize),
    }
}

/// All that decides which trials follow which results.
pub(super) fn rule(settings: &Settings, from: Option<&str>) -> String {
    let Settings { kind, seed, pruner, reduction, .. } = settings;
    let from = from.map_or_else(String::new, |from| format!(" from={from}"));
    format!("{kind} seed={seed} pruner={pruner} reduction={reduction}{from}")
}

/// The earlier run whose trials lead the search, where the strategy names one.
pub(super) fn from(strategy: &Value) -> Option<String> {
    strategy.field("from").filter(|from| *from != Value::None).map(|from| from.text())
}

/// Most trials at once, where the strategy says so.
pub(super) fn parallel(strategy: &Value) -> Option<usize> {
    whole(strategy, "parallel").map(|most| usize::try_from(most).unwrap_or(usize::MAX))
}

/// After how many nanoseconds no new trial begins.
pub(super) fn budget(strategy: &Value) -> Option<i64> {
    match strategy.field("budget") {
        Some(Value::Duration(nanos)) => Some(nanos),
        _ => None,
    }
}

fn whole(record: &Value, name: &str) -> Option<i64> {
    match record.field(name) {
        Some(Value::Int(number)) => Some(number),
        _ => None,
    }
}
