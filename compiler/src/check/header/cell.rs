//! Whether a cell of a CSV file can be read as a type.

use smol_str::SmolStr;
use standpipe_plan::is_date;

use crate::types::{Bound, Type};

/// What programs write where there is no value.
const MISSING: [&str; 9] = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "<NA>"];

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wrong {
    /// It has no value, and one is needed.
    Missing,
    /// It is no value of the type.
    Type,
    /// It is a number outside its bounds.
    Bounds,
    /// It is none of these strings.
    Member(Vec<SmolStr>),
}

/// What is surely wrong with `text` as a `ty`.
pub(super) fn wrong(text: &str, ty: &Type) -> Option<Wrong> {
    let trimmed = text.trim();
    let missing = MISSING.contains(&trimmed);
    let number = || trimmed.parse::<f64>().ok();
    match ty {
        Type::Optional(_) if missing => None,
        Type::Optional(inner) => wrong(text, inner),
        Type::String
        | Type::Json
        | Type::List(_)
        | Type::Map(_)
        | Type::Record(_)
        | Type::Error
        | Type::Nothing
        | Type::None
        | Type::File(_)
        | Type::Dir
        | Type::Table(_)
        | Type::Artifact { .. }
        | Type::Secret
        | Type::Tensor { .. }
        | Type::Extent(_)
        | Type::Param { .. }
        | Type::Var(_) => None,
        Type::OneOf(members) if members.iter().any(|member| member == text) => None,
        Type::Float(_) if matches!(trimmed, "NaN" | "nan") => None,
        _ if missing => Some(Wrong::Missing),
        Type::OneOf(members) => Some(Wrong::Member(members.clone())),
        Type::Bool => {
            let known = ["true", "false", "1", "0"].contains(&trimmed.to_ascii_lowercase().as_str());
            (!known).then_some(Wrong::Type)
        }
        // A whole number may be written `3.0`.
        Type::Int(bound) => match number() {
            Some(number) if number.fract() == 0.0 => outside(*bound, number),
            _ => Some(Wrong::Type),
        },
        Type::Float(bound) => number().map_or(Some(Wrong::Type), |number| outside(*bound, number)),
        Type::Duration | Type::Size => number().is_none().then_some(Wrong::Type),
        Type::Date | Type::Time => {
            let day = trimmed.get(..10).is_some_and(is_date);
            (!day).then_some(Wrong::Type)
        }
    }
}

fn outside(bound: Option<Bound>, number: f64) -> Option<Wrong> {
    bound.is_some_and(|bound| !bound.holds(number)).then_some(Wrong::Bounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_sure() {
        let age = Type::Int(Some(Bound { low: Some(0.0), high: Some(120.0), inclusive: true }));
        let plan = Type::OneOf(vec!["free".into(), "pro".into()]);
        let optional = Type::Optional(Box::new(age.clone()));
        for (text, ty, expected) in [
            ("3", &age, None),
            (" 3.0 ", &age, None),
            ("3.5", &age, Some(Wrong::Type)),
            ("121", &age, Some(Wrong::Bounds)),
            ("", &age, Some(Wrong::Missing)),
            ("NA", &optional, None),
            ("x", &optional, Some(Wrong::Type)),
            ("1,5", &Type::Float(None), Some(Wrong::Type)),
            ("inf", &Type::Float(None), None),
            ("nan", &Type::Float(None), None),
            ("yes", &Type::Bool, Some(Wrong::Type)),
            ("True", &Type::Bool, None),
            ("", &Type::String, None),
            ("pro", &plan, None),
            ("Pro", &plan, Some(Wrong::Member(vec!["free".into(), "pro".into()]))),
            ("2020-02-30", &Type::Date, Some(Wrong::Type)),
            ("2020-02-03", &Type::Date, None),
            ("2020-02-03 04:05:06", &Type::Time, None),
            ("02.03.2020", &Type::Date, Some(Wrong::Type)),
        ] {
            assert_eq!(wrong(text, ty), expected, "{text:?} as {ty}");
        }
    }
}
