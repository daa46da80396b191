//! A sweep for tests: a made-up objective, the same in every run.

use serde_json::{Value, json};
use standpipe_runtime::history::{AxisInfo, ObjectiveInfo, Scale, SweepHistory, TrialRow, TrialState};

/// Even over 0..1, from `trial` and `axis` alone (splitmix64).
fn unit(trial: u64, axis: u64) -> f64 {
    let mut state = (trial * 8 + axis + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((state ^ (state >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// `trials` trials of five parameters and two objectives: every eleventh failed, and of the others two thirds were
/// stopped at their first or third step.
pub(crate) fn sweep(trials: u64) -> SweepHistory {
    let axis = |name: &str, scale| AxisInfo { name: name.to_owned(), scale };
    let objective = |name: &str, maximize| ObjectiveInfo { name: name.to_owned(), maximize };
    let rows: Vec<TrialRow> = (0..trials).map(trial).collect();
    let best = rows
        .iter()
        .filter(|row| row.state == TrialState::Finished)
        .filter_map(|row| Some((row.number, row.scores[0]?)))
        .reduce(|best, row| if row.1 > best.1 { row } else { best });
    SweepHistory {
        step: "train.tuned".to_owned(),
        axes: vec![
            axis("rate", Scale::Log),
            axis("layers", Scale::Linear),
            axis("activation", Scale::Choice),
            axis("momentum", Scale::Linear),
            axis("seed", Scale::Linear),
        ],
        objectives: vec![objective("accuracy", true), objective("seconds", false)],
        trials: rows,
        best: best.map(|(number, _)| number),
    }
}

fn trial(number: u64) -> TrialRow {
    let [rate, layers, activation, momentum, seed] = [0, 1, 2, 3, 4].map(|axis| unit(number, axis));
    let (rate, layers) = (10_f64.powf(-4.0 + 4.0 * rate), 1 + (layers * 8.0) as u64);
    let activation = if activation < 0.33 {
        "relu"
    } else if activation < 0.66 {
        "tanh"
    } else {
        "logistic"
    };
    let (momentum, seed) = (0.5 + momentum * 0.49, (seed * 1000.0) as u64);
    let from_best = rate.log10() + 2.0;
    let asymptote = 0.97
        - 0.09 * from_best * from_best
        - 0.008 * (layers as f64 - 4.0).abs()
        - if activation == "logistic" { 0.05 } else { 0.0 }
        - 0.05 * (0.9 - momentum).abs()
        + 0.01 * (unit(number, 5) - 0.5);
    let at = |step: u64| asymptote - 0.5 * (-(step as f64) * (0.2 + rate)).exp();
    let failed = number % 11 == 5;
    let steps = match unit(number, 6) {
        _ if failed => 2,
        luck if luck + asymptote > 1.6 => 27,
        luck if luck + asymptote > 1.2 => 9,
        _ => 3,
    };
    let seconds = 0.2 * steps as f64 * (1.0 + layers as f64 * 0.2);
    let params: [(&str, Value); 5] = [
        ("rate", json!(rate)),
        ("layers", json!(layers)),
        ("activation", json!(activation)),
        ("momentum", json!(momentum)),
        ("seed", json!(seed)),
    ];
    TrialRow {
        number,
        params: params.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        state: match steps {
            _ if failed => TrialState::Failed,
            27 => TrialState::Finished,
            _ => TrialState::Stopped,
        },
        scores: if failed { vec![None, None] } else { vec![Some(at(steps)), Some(seconds)] },
        seconds,
        steps: Some(steps),
        reports: (1..=steps).map(|step| (step as f64, at(step))).collect(),
        error: failed.then(|| "ValueError: loss is not a number </script> & \"so\"".to_owned()),
    }
}
