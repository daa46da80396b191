//! What a parameter may be in one trial: a space whose expressions have values.

use standpipe_plan::{EvalError, NodeId, Scope, Space, Sweep, Value, equal, eval};
use standpipe_tune::{Point, Range};

use crate::schedule::NodeScope;
use crate::schedule::control::StateScope;

/// A space with its values.
pub(super) struct Domain {
    pub range: Range,
    /// The items that a choice is of.
    items: Option<Value>,
}

impl Domain {
    /// `chosen` is the record of the parameters before this one, which the space may read as node `item`.
    pub(super) fn of(
        space: &Space,
        around: &NodeScope<'_, '_>,
        item: NodeId,
        chosen: &Value,
    ) -> Result<Self, EvalError> {
        let scope = StateScope { around, item, state: chosen };
        Self::within(space, &scope)
    }

    fn within(space: &Space, scope: &dyn Scope) -> Result<Self, EvalError> {
        match space {
            Space::If { condition, then, otherwise } => match eval(condition, scope)? {
                Value::Bool(true) => Self::within(then, scope),
                _ => Self::within(otherwise, scope),
            },
            Space::Choice(items) => {
                let items = eval(items, scope)?;
                let count = items.items().ok_or(EvalError::Mistyped("a choice is of a List"))?;
                Ok(Self { range: Range::Choice { count }, items: Some(items) })
            }
            Space::Numbers { low, high, inclusive, step, log, whole } => {
                let (low, high) = (eval(low, scope)?, eval(high, scope)?);
                let step = step.as_ref().map(|step| eval(step, scope)).transpose()?;
                let range = match whole {
                    true => ints(&low, &high, *inclusive, step.as_ref(), *log)?,
                    false => floats(&low, &high, *inclusive, step.as_ref(), *log)?,
                };
                Ok(Self { range, items: None })
            }
        }
    }

    /// The point that is `value`, where it is one.
    fn point(&self, value: &Value) -> Option<Point> {
        let point = match (&self.items, value) {
            (Some(items), value) => {
                let mut all = (0..items.items().unwrap_or(0)).filter_map(|index| Some((index, items.item(index)?)));
                Point::Choice(all.find(|(_, item)| equal(item, value))?.0)
            }
            (None, Value::Int(number)) => Point::Int(*number),
            (None, Value::Float(number)) => Point::Float(*number),
            (None, _) => return None,
        };
        self.range.holds(point).then_some(point)
    }

    fn value(&self, point: Point) -> Value {
        match point {
            Point::Float(number) => Value::Float(number),
            Point::Int(number) => Value::Int(number),
            Point::Choice(index) => self.items.as_ref().and_then(|items| items.item(index)).unwrap_or(Value::None),
        }
    }
}

/// The record of the parameters at `points`.
pub(super) fn params(sweep: &Sweep, domains: &[Domain], points: &[Point]) -> Value {
    let axes = sweep.axes.iter().zip(domains).zip(points);
    Value::record(axes.map(|((axis, domain), point)| (axis.name.clone(), domain.value(*point))).collect())
}

/// What each parameter could be and was where `params` were chosen; none where they are not of this space.
pub(super) fn points(sweep: &Sweep, around: &NodeScope<'_, '_>, params: &Value) -> Option<Vec<(Range, Point)>> {
    let mut domains = Vec::with_capacity(sweep.axes.len());
    let mut points = Vec::with_capacity(sweep.axes.len());
    for axis in &sweep.axes {
        let chosen = self::params(sweep, &domains, &points);
        let domain = Domain::of(&axis.space, around, sweep.item, &chosen).ok()?;
        points.push(domain.point(&params.field(&axis.name)?)?);
        domains.push(domain);
    }
    Some(domains.iter().map(|domain| domain.range).zip(points).collect())
}

const NOT_A_NUMBER: EvalError = EvalError::Mistyped("the ends of a space are numbers");
const NOT_POSITIVE: EvalError = EvalError::Mistyped("magnitudes begin above 0");

fn ints(low: &Value, high: &Value, inclusive: bool, step: Option<&Value>, log: bool) -> Result<Range, EvalError> {
    let (Value::Int(low), Value::Int(high)) = (low, high) else { return Err(NOT_A_NUMBER) };
    let step = match step {
        None => 1,
        Some(Value::Int(step)) if *step > 0 => *step,
        Some(_) => return Err(EvalError::Mistyped("a step is above 0")),
    };
    if log && *low < 1 {
        return Err(NOT_POSITIVE);
    }
    // Where nothing lies below, the range is empty.
    let high = if inclusive { *high } else { high.saturating_sub(1) };
    Ok(Range::Int { low: *low, high, step, log })
}

fn floats(low: &Value, high: &Value, inclusive: bool, step: Option<&Value>, log: bool) -> Result<Range, EvalError> {
    let (low, high) = (number(low)?, number(high)?);
    if log && low <= 0.0 {
        return Err(NOT_POSITIVE);
    }
    let Some(step) = step else { return Ok(Range::Float { low, high, inclusive, log }) };
    let step = number(step)?;
    if step <= 0.0 {
        return Err(EvalError::Mistyped("a step is above 0"));
    }
    // A step that was written as a decimal fraction must reach the end all the same.
    let steps = ((high - low) / step + 1e-9).floor();
    if steps < 0.0 {
        return Ok(Range::Steps { low, step, count: 0 });
    }
    let reaches = (low + steps * step - high).abs() <= 1e-9 * high.abs().max(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative; a cut count is a count")]
    let count = steps as u64 + u64::from(inclusive || !reaches);
    Ok(Range::Steps { low, step, count })
}

fn number(value: &Value) -> Result<f64, EvalError> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "Int widens to Float by definition")]
        Value::Int(number) => Ok(*number as f64),
        Value::Float(number) => Ok(*number),
        _ => Err(NOT_A_NUMBER),
    }
}
