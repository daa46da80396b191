//! Cron expressions: five fields, as the crate `cronexpr` reads them, or a name for five of them. Knows nothing of
//! schedules.

use cronexpr::{FallbackTimezoneOption, ParseOptions, parse_crontab_with};
use standpipe_syntax::nearest::nearest;

/// What a field says, in their order.
const FIELDS: [&str; 5] = ["minute", "hour", "day of the month", "month", "day of the week"];

/// Names that stand for all fields, as in crontab(5).
const NAMES: [(&str, &str); 7] = [
    ("@annually", "0 0 1 1 *"),
    ("@daily", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
    ("@midnight", "0 0 * * *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@yearly", "0 0 1 1 *"),
];

/// Any day will do: leap days come within four years of it.
const START: &str = "2023-03-01T00:00:00Z";

/// Whether the times that `text` names ever come.
///
/// # Errors
/// It is no cron expression: why, as a part of a sentence.
pub(super) fn comes(text: &str) -> Result<bool, String> {
    let fields = if text.starts_with('@') { named(text)? } else { text };
    let count = fields.split_whitespace().count();
    if count != FIELDS.len() {
        return Err(format!("that has five fields, and this has {count}"));
    }
    let mut options = ParseOptions::default();
    options.fallback_timezone_option = FallbackTimezoneOption::UTC;
    match parse_crontab_with(fields, options) {
        Ok(cron) => Ok(cron.find_next(START).is_ok()),
        Err(error) => Err(reason(fields, &error.to_string())),
    }
}

fn named(text: &str) -> Result<&'static str, String> {
    let found = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    found.map(|(_, fields)| *fields).ok_or_else(|| match nearest(text, NAMES.iter().map(|(name, _)| *name)).first() {
        Some(near) => format!("there is no `{text}`, but there is `{near}`"),
        None => format!("there is no `{text}`"),
    })
}

/// The crate shows the expression with a mark under the place, and the reason behind the mark: here the place is told by
/// its field.
fn reason(fields: &str, shown: &str) -> String {
    let last = shown.lines().last().unwrap_or_default();
    let Some((before, reason)) = last.split_once('^') else { return last.to_owned() };
    let until = fields.get(..before.len()).unwrap_or(fields);
    let begun = until.split_whitespace().count();
    let index = if until.is_empty() || until.ends_with(char::is_whitespace) { begun } else { begun.saturating_sub(1) };
    let field = FIELDS.get(index).copied().unwrap_or("day of the week");
    format!("its {field} is not right: {}", reason.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes() {
        for text in [
            "* * * * *",
            "*/15 2-4 * * 1-5",
            "0,30 0-23/2 1,15 JAN-jun MON,wed",
            "0 0 L * *",
            "0 0 15W * *",
            "0 0 * * 5L",
            "0 0 * * FRI#2",
            "0 0 * * 7",
            "0 0 29 2 *",
            "0 0 L 2 *",
            "0 0 30 2 MON",
            "@daily",
            "@Hourly",
        ] {
            assert_eq!(comes(text), Ok(true), "{text}");
        }
    }

    #[test]
    fn what_never_comes() {
        for text in ["0 0 30 2 *", "0 0 31 4,JUN,9,11 *"] {
            assert_eq!(comes(text), Ok(false), "{text}");
        }
    }

    #[test]
    fn what_is_none() {
        for (text, why) in [
            ("61 * * * *", "its minute is not right: value must be in range 0..=59; found 61"),
            ("0 25 * * *", "its hour is not right: value must be in range 0..=23; found 25"),
            ("0 2,25 * * *", "its hour is not right: value must be in range 0..=23; found 25"),
            ("0 0 0 * *", "its day of the month is not right: value must be in range 1..=31; found 0"),
            ("0 0 * JUNE *", "its month is not right: malformed expression"),
            ("0 0 * * 8", "its day of the week is not right: value must be in range 0..=7; found 8"),
            ("a * * * *", "its minute is not right: malformed expression"),
            ("5-1 * * * *", "its minute is not right: range must be in ascending order; found 5-1"),
            ("0 2 * *", "that has five fields, and this has 4"),
            ("0 2 * * * UTC", "that has five fields, and this has 6"),
            ("@dayly", "there is no `@dayly`, but there is `@daily`"),
            ("@reboot", "there is no `@reboot`"),
        ] {
            assert_eq!(comes(text), Err(why.to_owned()), "{text}");
        }
    }
}
