//! The one evaluator: the compiler folds with it, the runtime computes with it.

use std::fmt;
use std::sync::Arc;

use crate::{BinaryOp, Builtin, Expr, NodeId, UnaryOp, Value};

/// Longest list that joining makes, in items: what is longer does not fit a machine's memory anyway.
const MAX_ITEMS: usize = 1 << 24;
/// Longest text that joining makes, in bytes.
const MAX_TEXT: usize = 1 << 26;

/// Where an expression's leaves come from.
pub trait Scope {
    /// What node `id` produced; `None` while that is not known.
    fn node(&self, id: NodeId) -> Option<Value>;
    /// The task input `name`, in settings.
    fn input(&self, _name: &str) -> Option<Value> {
        None
    }
    /// The attempt's number, in settings.
    fn attempt(&self) -> Option<i64> {
        None
    }
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvalError {
    /// A leaf is not known yet: not a mistake, only too early.
    Unknown,
    /// The result does not fit its type (64-bit Int, Duration, Size).
    Overflow,
    DivisionByZero,
    /// An index outside its list.
    OutOfRange {
        index: i64,
        length: usize,
    },
    /// `max_by` or `min_by` of an empty list.
    Empty,
    /// The types do not fit: the checker or the plan's author is at fault.
    Mistyped(&'static str),
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("a value it needs is not known yet"),
            Self::Overflow => f.write_str("the result is too large for its type"),
            Self::DivisionByZero => f.write_str("division by zero"),
            Self::OutOfRange { index, length } => {
                write!(f, "index {index} is outside a list of {length}")
            }
            Self::Empty => f.write_str("the list is empty, so it has no largest or smallest item"),
            Self::Mistyped(what) => write!(f, "{what}"),
        }
    }
}

/// The value of `expr`.
///
/// # Errors
/// See [`EvalError`]; arithmetic is checked, never wrapping.
pub fn eval(expr: &Expr, scope: &dyn Scope) -> Result<Value, EvalError> {
    let of = |inner: &Expr| eval(inner, scope);
    match expr {
        Expr::Const(value) => Ok(value.clone()),
        Expr::Node(id) => scope.node(*id).ok_or(EvalError::Unknown),
        Expr::Input(name) => scope.input(name).ok_or(EvalError::Unknown),
        Expr::Attempt => scope.attempt().map(Value::Int).ok_or(EvalError::Unknown),
        Expr::Field(of_expr, name) => match of(of_expr)? {
            Value::Blob(blob) if name == "rows" && blob.rows.is_none() => Err(EvalError::Unknown),
            value => value.field(name).ok_or(EvalError::Mistyped("there is no such field")),
        },
        Expr::Index(list, index) => index_of(&of(list)?, &of(index)?),
        Expr::Record(fields) => {
            let fields = fields.iter().map(|(name, value)| Ok((name.clone(), of(value)?))).collect::<Result<_, _>>()?;
            Ok(Value::record(fields))
        }
        Expr::List(items) => Ok(Value::list(items.iter().map(of).collect::<Result<_, _>>()?)),
        Expr::Range { start, end, inclusive } => match (of(start)?, of(end)?) {
            (Value::Int(start), Value::Int(end)) => {
                let end = if *inclusive { end.checked_add(1).ok_or(EvalError::Overflow)? } else { end };
                Ok(Value::Range { start, end: end.max(start) })
            }
            _ => Err(EvalError::Mistyped("a range needs Ints")),
        },
        Expr::Unary(op, inner) => unary(*op, of(inner)?),
        Expr::Binary(op, left, right) => binary(*op, left, right, scope),
        Expr::If { condition, then, otherwise } => match of(condition)? {
            Value::Bool(true) => of(then),
            Value::Bool(false) => of(otherwise),
            _ => Err(EvalError::Mistyped("a condition needs a Bool")),
        },
        Expr::Match { subject, arms, otherwise } => {
            let subject = of(subject)?;
            let arm = arms.iter().find(|(values, _)| values.iter().any(|value| equal(value, &subject)));
            match (arm, otherwise) {
                (Some((_, value)), _) => of(value),
                (None, Some(otherwise)) => of(otherwise),
                (None, None) => Err(EvalError::Mistyped("no case of the `match` has this value")),
            }
        }
        Expr::Concat(parts) => {
            let mut text = String::new();
            for part in parts {
                text.push_str(&of(part)?.text());
                if text.len() > MAX_TEXT {
                    return Err(EvalError::Overflow);
                }
            }
            Ok(Value::string(&text))
        }
        Expr::Call(builtin, args) => {
            let args = args.iter().map(of).collect::<Result<Vec<_>, _>>()?;
            call(*builtin, &args)
        }
        Expr::ToFloat(inner) => match of(inner)? {
            #[expect(clippy::cast_precision_loss, reason = "Int widens to Float by definition")]
            Value::Int(number) => Ok(Value::Float(number as f64)),
            value @ (Value::Float(_) | Value::None) => Ok(value),
            _ => Err(EvalError::Mistyped("only an Int becomes a Float")),
        },
    }
}

fn index_of(list: &Value, index: &Value) -> Result<Value, EvalError> {
    if let (Value::Map(entries), Value::String(key)) = (list, index) {
        return Ok(entries.get(key).cloned().unwrap_or(Value::None));
    }
    let (Some(length), Value::Int(index)) = (list.items(), index) else {
        return Err(EvalError::Mistyped("an index needs a List and an Int"));
    };
    usize::try_from(*index)
        .ok()
        .and_then(|index| list.item(index))
        .ok_or(EvalError::OutOfRange { index: *index, length })
}

fn unary(op: UnaryOp, value: Value) -> Result<Value, EvalError> {
    match (op, value) {
        (UnaryOp::Negate, Value::Int(number)) => number.checked_neg().map(Value::Int).ok_or(EvalError::Overflow),
        (UnaryOp::Negate, Value::Float(number)) => Ok(Value::Float(-number)),
        (UnaryOp::Negate, Value::Duration(nanos)) => {
            nanos.checked_neg().map(Value::Duration).ok_or(EvalError::Overflow)
        }
        (UnaryOp::Not, Value::Bool(value)) => Ok(Value::Bool(!value)),
        _ => Err(EvalError::Mistyped("the operator does not fit the value")),
    }
}

fn binary(op: BinaryOp, left: &Expr, right: &Expr, scope: &dyn Scope) -> Result<Value, EvalError> {
    let left = eval(left, scope)?;
    match (op, &left) {
        (BinaryOp::And, Value::Bool(false)) | (BinaryOp::Or, Value::Bool(true)) => return Ok(left),
        (BinaryOp::And | BinaryOp::Or, Value::Bool(_)) | (BinaryOp::Coalesce, Value::None) => {
            return eval(right, scope);
        }
        (BinaryOp::Coalesce, _) => return Ok(left),
        _ => {}
    }
    let right = eval(right, scope)?;
    match op {
        BinaryOp::Equal => return Ok(Value::Bool(equal(&left, &right))),
        BinaryOp::NotEqual => return Ok(Value::Bool(!equal(&left, &right))),
        BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
            let Some(order) = compare(&left, &right) else { return Ok(Value::Bool(false)) };
            return Ok(Value::Bool(match op {
                BinaryOp::Less => order.is_lt(),
                BinaryOp::LessEqual => order.is_le(),
                BinaryOp::Greater => order.is_gt(),
                _ => order.is_ge(),
            }));
        }
        _ => {}
    }
    arithmetic(op, &left, &right)
}

#[expect(clippy::cast_precision_loss, reason = "mixed arithmetic is Float arithmetic by definition")]
fn arithmetic(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, EvalError> {
    use BinaryOp::{Add, Divide, Multiply, Subtract};
    use Value::{Duration, Float, Int, Size, String};
    let whole = |result: Option<i64>| result.ok_or(EvalError::Overflow);
    Ok(match (op, left, right) {
        (Divide, Int(_) | Duration(_), Int(0)) | (Divide, Size(_), Int(0)) => return Err(EvalError::DivisionByZero),
        (Add, Int(a), Int(b)) => Int(whole(a.checked_add(*b))?),
        (Subtract, Int(a), Int(b)) => Int(whole(a.checked_sub(*b))?),
        (Multiply, Int(a), Int(b)) => Int(whole(a.checked_mul(*b))?),
        (Divide, Int(a), Int(b)) => Float(*a as f64 / *b as f64),
        (_, Float(a), Float(b)) => Float(float(op, *a, *b)?),
        (_, Int(a), Float(b)) => Float(float(op, *a as f64, *b)?),
        (_, Float(a), Int(b)) => Float(float(op, *a, *b as f64)?),
        (Add, Duration(a), Duration(b)) => Duration(whole(a.checked_add(*b))?),
        (Subtract, Duration(a), Duration(b)) => Duration(whole(a.checked_sub(*b))?),
        (Divide, Duration(a), Duration(b)) => Float(float(op, *a as f64, *b as f64)?),
        (Multiply, Duration(a), Int(b)) | (Multiply, Int(b), Duration(a)) => Duration(whole(a.checked_mul(*b))?),
        (Multiply, Duration(a), Float(b)) | (Multiply, Float(b), Duration(a)) => Duration(rounded(*a as f64 * b)?),
        (Divide, Duration(a), Int(b)) => Duration(whole(a.checked_div(*b))?),
        (Divide, Duration(a), Float(b)) => Duration(rounded(float(op, *a as f64, *b)?)?),
        (Add, Size(a), Size(b)) => Size(a.checked_add(*b).ok_or(EvalError::Overflow)?),
        (Subtract, Size(a), Size(b)) => Size(a.checked_sub(*b).ok_or(EvalError::Overflow)?),
        (Divide, Size(a), Size(b)) => Float(float(op, *a as f64, *b as f64)?),
        (Multiply, Size(a), Int(b)) | (Multiply, Int(b), Size(a)) => {
            Size(u64::try_from(*b).ok().and_then(|b| a.checked_mul(b)).ok_or(EvalError::Overflow)?)
        }
        (Multiply, Size(a), Float(b)) | (Multiply, Float(b), Size(a)) => Size(bytes(*a as f64 * b)?),
        (Divide, Size(a), Int(b)) => {
            Size(u64::try_from(*b).ok().and_then(|b| a.checked_div(b)).ok_or(EvalError::Overflow)?)
        }
        (Divide, Size(a), Float(b)) => Size(bytes(float(op, *a as f64, *b)?)?),
        (Add, String(a), String(b)) if a.len() + b.len() > MAX_TEXT => return Err(EvalError::Overflow),
        (Add, String(a), String(b)) => Value::string(&format!("{a}{b}")),
        (Add, _, _) if left.items().is_some() && right.items().is_some() => {
            if left.items().zip(right.items()).is_some_and(|(a, b)| a.saturating_add(b) > MAX_ITEMS) {
                return Err(EvalError::Overflow);
            }
            let both = [left, right];
            let items = both.iter().flat_map(|list| (0..list.items().unwrap_or(0)).filter_map(|at| list.item(at)));
            Value::List(Arc::new(items.collect()))
        }
        _ => return Err(EvalError::Mistyped("the operator does not fit the values")),
    })
}

fn float(op: BinaryOp, a: f64, b: f64) -> Result<f64, EvalError> {
    match op {
        BinaryOp::Add => Ok(a + b),
        BinaryOp::Subtract => Ok(a - b),
        BinaryOp::Multiply => Ok(a * b),
        BinaryOp::Divide if b == 0.0 => Err(EvalError::DivisionByZero),
        BinaryOp::Divide => Ok(a / b),
        _ => Err(EvalError::Mistyped("the operator does not fit Floats")),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn rounded(number: f64) -> Result<i64, EvalError> {
    let fits = number.is_finite() && number.abs() < 9.2e18;
    fits.then(|| number.round() as i64).ok_or(EvalError::Overflow)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
fn bytes(number: f64) -> Result<u64, EvalError> {
    let fits = number.is_finite() && (0.0..1.8e19).contains(&number);
    fits.then(|| number.round() as u64).ok_or(EvalError::Overflow)
}

/// Whether two values are equal, as `==` sees it: an Int equals the Float of its value, a range the list of its Ints.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "Int widens to Float by definition")]
pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => *a as f64 == *b,
        (Value::Range { .. }, Value::Range { .. }) => {
            left.items() == right.items() && (left.items() == Some(0) || left.item(0) == right.item(0))
        }
        _ if left.items().is_some() && left.items() == right.items() => {
            (0..left.items().unwrap_or(0)).all(|at| match (left.item(at), right.item(at)) {
                (Some(a), Some(b)) => equal(&a, &b),
                _ => false,
            })
        }
        _ => left == right,
    }
}

#[expect(clippy::cast_precision_loss, reason = "Int widens to Float by definition")]
fn compare(left: &Value, right: &Value) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) | (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Float(b)) => (*a as f64).partial_cmp(b),
        (Value::Float(a), Value::Int(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Size(a), Value::Size(b)) => Some(a.cmp(b)),
        (Value::String(a), Value::String(b)) | (Value::Date(a), Value::Date(b)) | (Value::Time(a), Value::Time(b)) => {
            Some(a.cmp(b))
        }
        _ => None,
    }
}

fn call(builtin: Builtin, args: &[Value]) -> Result<Value, EvalError> {
    match (builtin, args) {
        (Builtin::Len, [Value::String(text)]) => Ok(Value::Int(count(text.chars().count()))),
        (Builtin::Len, [Value::Map(entries)]) => Ok(Value::Int(count(entries.len()))),
        (Builtin::Len, [list]) => {
            list.items().map(|items| Value::Int(count(items))).ok_or(EvalError::Mistyped("len needs a list"))
        }
        (Builtin::Size, [Value::Blob(blob)]) => Ok(Value::Size(blob.bytes)),
        (Builtin::Size, [Value::Path(_)]) => Err(EvalError::Unknown),
        (Builtin::MaxBy, [list, Value::String(field)]) => extreme(list, field, std::cmp::Ordering::Greater),
        (Builtin::MinBy, [list, Value::String(field)]) => extreme(list, field, std::cmp::Ordering::Less),
        (Builtin::Secret, [Value::String(name)]) => Ok(Value::Secret(name.clone())),
        _ => Err(EvalError::Mistyped("the function does not take these values")),
    }
}

fn extreme(list: &Value, field: &str, wanted: std::cmp::Ordering) -> Result<Value, EvalError> {
    let length = list.items().ok_or(EvalError::Mistyped("a list is needed"))?;
    let mut best: Option<(Value, Value)> = None;
    for item in (0..length).filter_map(|index| list.item(index)) {
        let key = item.field(field).ok_or(EvalError::Mistyped("there is no such field"))?;
        // A NaN never wins, and never blocks a number from winning.
        let wins = match &best {
            None => true,
            Some((_, current)) => compare(&key, current) == Some(wanted) || compare(current, current).is_none(),
        };
        if wins {
            best = Some((item, key));
        }
    }
    best.map(|(item, _)| item).ok_or(EvalError::Empty)
}

fn count(items: usize) -> i64 {
    i64::try_from(items).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Scope for Nothing {
        fn node(&self, _: NodeId) -> Option<Value> {
            None
        }
    }

    fn of(op: BinaryOp, left: Value, right: Value) -> Result<Value, EvalError> {
        eval(&Expr::Binary(op, Box::new(Expr::Const(left)), Box::new(Expr::Const(right))), &Nothing)
    }

    fn range(start: i64, end: i64) -> Value {
        Value::Range { start, end }
    }

    #[test]
    fn arithmetic_is_checked_and_mixed() {
        use BinaryOp::{Add, Divide, Multiply, Subtract};
        use Value::{Duration, Float, Int, Size};
        assert_eq!(of(Add, Int(2), Float(0.5)), Ok(Float(2.5)));
        assert_eq!(of(Divide, Int(7), Int(2)), Ok(Float(3.5)));
        assert_eq!(of(Divide, Int(7), Int(0)), Err(EvalError::DivisionByZero));
        assert_eq!(of(Divide, Float(7.0), Float(0.0)), Err(EvalError::DivisionByZero));
        assert_eq!(of(Add, Int(i64::MAX), Int(1)), Err(EvalError::Overflow));
        assert_eq!(of(Multiply, Size(1 << 30), Int(2)), Ok(Size(2 << 30)));
        assert_eq!(of(Subtract, Size(1), Size(2)), Err(EvalError::Overflow));
        assert_eq!(of(Multiply, Float(1.5), Duration(10)), Ok(Duration(15)));
        assert_eq!(
            of(Add, Int(1), Value::string("x")),
            Err(EvalError::Mistyped("the operator does not fit the values"))
        );
    }

    #[test]
    fn the_right_side_is_evaluated_only_when_needed() {
        let unknown = || Box::new(Expr::Node(NodeId(0)));
        let lazy = |op, left| eval(&Expr::Binary(op, Box::new(Expr::Const(left)), unknown()), &Nothing);
        assert_eq!(lazy(BinaryOp::And, Value::Bool(false)), Ok(Value::Bool(false)));
        assert_eq!(lazy(BinaryOp::Or, Value::Bool(true)), Ok(Value::Bool(true)));
        assert_eq!(lazy(BinaryOp::Coalesce, Value::Int(1)), Ok(Value::Int(1)));
        assert_eq!(lazy(BinaryOp::Coalesce, Value::None), Err(EvalError::Unknown));
    }

    #[test]
    fn lists_and_ranges_are_one_kind_of_thing() {
        let list = Value::list(vec![Value::Int(0), Value::Int(1)]);
        assert_eq!(of(BinaryOp::Equal, list.clone(), range(0, 2)), Ok(Value::Bool(true)));
        assert_eq!(of(BinaryOp::Equal, range(5, 5), range(9, 9)), Ok(Value::Bool(true)));
        assert_eq!(of(BinaryOp::Equal, range(0, i64::MAX), range(1, i64::MAX)), Ok(Value::Bool(false)));
        assert_eq!(of(BinaryOp::Add, range(0, 1), range(1, 2)), Ok(list));
        assert_eq!(of(BinaryOp::Add, range(0, i64::MAX), range(0, 1)), Err(EvalError::Overflow));
    }

    #[test]
    fn the_best_record_is_the_first_of_equals_and_never_nan() {
        let record = |auc: f64, name: &str| {
            Value::record(vec![("auc".into(), Value::Float(auc)), ("name".into(), Value::string(name))])
        };
        let list = Value::list(vec![record(f64::NAN, "nan"), record(0.5, "a"), record(0.8, "b"), record(0.8, "c")]);
        let by = |builtin, list| {
            let args = vec![Expr::Const(list), Expr::Const(Value::string("auc"))];
            eval(&Expr::Call(builtin, args), &Nothing).map(|best| best.field("name"))
        };
        assert_eq!(by(Builtin::MaxBy, list.clone()), Ok(Some(Value::string("b"))));
        assert_eq!(by(Builtin::MinBy, list), Ok(Some(Value::string("a"))));
        assert_eq!(by(Builtin::MaxBy, Value::list(vec![])), Err(EvalError::Empty));
    }
}
