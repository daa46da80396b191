//! The values of one parameter over the trials, as numbers: those of a choice are places in a list of its values.

use serde_json::Value;
use standpipe_runtime::history::{AxisInfo, Scale, TrialRow};

use crate::words::{short, text};

/// So many values of a choice are told apart; all further ones are shown as one.
const CHOICES: usize = 200;

/// So many characters of a value are shown.
const LONG: usize = 60;

/// A parameter over the trials.
pub(crate) struct Column {
    pub(crate) scale: Scale,
    /// What the places of a choice stand for; `None` for numbers.
    pub(crate) choices: Option<Vec<String>>,
    /// A value for each trial; absent where the trial has none.
    pub(crate) values: Vec<Option<f64>>,
}

/// The parameter `axis` over `trials`. One that is said to be a number and is none in some trial is a choice; one by
/// magnitude that is not above 0 in some trial is not by magnitude.
pub(crate) fn column(axis: &AxisInfo, trials: &[&TrialRow]) -> Column {
    let values: Vec<Option<&Value>> = trials.iter().map(|trial| value(axis, trial)).collect();
    let numbers: Vec<Option<f64>> = values.iter().map(|value| value.and_then(Value::as_f64)).collect();
    let all_numbers = values.iter().zip(&numbers).all(|(value, number)| value.is_some() == number.is_some());
    match axis.scale {
        Scale::Log if all_numbers && numbers.iter().flatten().all(|number| *number > 0.0) => {
            Column { scale: Scale::Log, choices: None, values: numbers }
        }
        Scale::Linear | Scale::Log if all_numbers => Column { scale: Scale::Linear, choices: None, values: numbers },
        Scale::Linear | Scale::Log | Scale::Choice => choice(&values),
    }
}

fn value<'t>(axis: &AxisInfo, trial: &'t TrialRow) -> Option<&'t Value> {
    let (_, value) = trial.params.iter().find(|(name, _)| *name == axis.name)?;
    Some(value).filter(|value| !value.is_null())
}

fn choice(values: &[Option<&Value>]) -> Column {
    let mut known: Vec<&Value> = Vec::new();
    for value in values.iter().flatten() {
        if known.len() < CHOICES && !known.contains(value) {
            known.push(value);
        }
    }
    // Numbers by size, the rest as a dictionary has them: which came first says nothing.
    known.sort_by(|a, b| match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => text(a).cmp(&text(b)),
    });
    let place = |value: &Value| known.iter().position(|other| *other == value).unwrap_or(known.len());
    let places: Vec<Option<usize>> = values.iter().map(|value| value.map(place)).collect();
    let others = places.iter().flatten().any(|place| *place == known.len());
    let choices =
        known.iter().map(|value| short(&text(value), LONG)).chain(others.then(|| "others".to_owned())).collect();
    Column {
        scale: Scale::Choice,
        choices: Some(choices),
        values: places.into_iter().map(|place| place.map(|place| place as f64)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use standpipe_runtime::history::TrialState;

    use super::*;

    fn made(scale: Scale, values: &[Value]) -> Column {
        let trials: Vec<TrialRow> = values
            .iter()
            .map(|value| TrialRow {
                number: 0,
                params: vec![("x".to_owned(), value.clone())],
                state: TrialState::Finished,
                scores: vec![Some(1.0)],
                seconds: 1.0,
                steps: None,
                reports: Vec::new(),
                error: None,
            })
            .collect();
        column(&AxisInfo { name: "x".to_owned(), scale }, &trials.iter().collect::<Vec<_>>())
    }

    #[test]
    fn choices_are_places_in_their_order() {
        let column = made(Scale::Choice, &[json!(64), json!(8), json!(16), Value::Null, json!(8)]);
        assert_eq!(column.choices.unwrap(), ["8", "16", "64"]);
        assert_eq!(column.values, [Some(2.0), Some(0.0), Some(1.0), None, Some(0.0)]);
        let column = made(Scale::Choice, &[json!("relu"), json!(true), json!("x".repeat(100))]);
        let long = format!("{}…", "x".repeat(LONG));
        assert_eq!(column.choices.unwrap(), ["relu", "true", long.as_str()]);
    }

    #[test]
    fn what_does_not_fit_its_scale_gets_one_that_it_fits() {
        assert_eq!(made(Scale::Log, &[json!(0.1), json!(10)]).scale, Scale::Log);
        assert_eq!(made(Scale::Log, &[json!(0.0), json!(10)]).scale, Scale::Linear);
        assert_eq!(made(Scale::Linear, &[json!(1.5), json!("two")]).scale, Scale::Choice);
    }

    #[test]
    fn very_many_choices_end_in_others() {
        let values: Vec<Value> = (0..500).map(|value| json!(format!("v{value}"))).collect();
        let column = made(Scale::Choice, &values);
        assert_eq!(column.choices.as_ref().map(Vec::len), Some(CHOICES + 1));
        assert_eq!(column.values.last(), Some(&Some(CHOICES as f64)));
    }
}
