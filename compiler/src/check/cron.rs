//! Cron expressions: whether one is well formed, and whether the day ever comes that it names. Knows no clock.
//!
//! As crontab(5) of Vixie's cron has them, and with what later ones brought: `?` for `*`, `L` for the last day of a month,
//! `15W` for the working day next to the fifteenth, `5L` for the last Friday, `5#2` for the second, `+` before the days of
//! the week where both days have to fit instead of either.

use standpipe_syntax::nearest::{listed, nearest};

/// Expressions that have a name.
const NAMED: [(&str, &str); 6] = [
    ("@annually", "0 0 1 1 *"),
    ("@daily", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@yearly", "0 0 1 1 *"),
];

/// One of the five fields.
struct Field {
    /// As it is called in a message, where it is more than one.
    plural: &'static str,
    first: u8,
    last: u8,
    /// What its numbers are called, from the first one.
    names: &'static [&'static str],
}

const MINUTE: Field = Field { plural: "minutes", first: 0, last: 59, names: &[] };
const HOUR: Field = Field { plural: "hours", first: 0, last: 23, names: &[] };
const DAY: Field = Field { plural: "days of the month", first: 1, last: 31, names: &[] };
const MONTH: Field = Field {
    plural: "months",
    first: 1,
    last: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const WEEKDAY: Field = Field {
    plural: "days of the week",
    first: 0,
    last: 7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"],
};

/// How many days each month has at most.
const LENGTHS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// What a cron expression says of days.
#[derive(Debug)]
pub(super) struct Cron {
    days: Vec<u8>,
    months: Vec<u8>,
    /// The days of the month alone say which day it is.
    by_date: bool,
}

impl Cron {
    /// Reads `text`.
    ///
    /// # Errors
    ///
    /// A clause on what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Cron, String> {
        let named = NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        if text.starts_with('@') && named.is_none() {
            let near = nearest(text, NAMED.iter().map(|(name, _)| *name));
            let near = if near.is_empty() { NAMED.map(|(name, _)| name).to_vec() } else { near };
            return Err(format!("there is no `{text}`, but there is {}", listed(&near).replace(" or ", " and ")));
        }
        let text = named.map_or(text, |(_, meaning)| meaning);
        let fields: Vec<&str> = text.split_whitespace().collect();
        let &[minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(format!("that has five fields, and this has {}", fields.len()));
        };
        MINUTE.read(minute)?;
        HOUR.read(hour)?;
        let months = MONTH.read(month)?;
        let (weekday, both) = weekday.strip_prefix('+').map_or((weekday, false), |weekday| (weekday, true));
        WEEKDAY.read(weekday)?;
        Ok(Cron { days: DAY.read(day)?, months, by_date: both || ["*", "?"].contains(&weekday) })
    }

    /// Whether there is such a day in any year.
    pub(super) fn comes(&self) -> bool {
        let fits = |month: &u8| self.days.iter().any(|day| *day <= LENGTHS[usize::from(*month) - 1]);
        !self.by_date || self.months.iter().any(fits)
    }
}

impl Field {
    /// The numbers that `text` means. Of days that are told by others, the first on which they may fall.
    fn read(&self, text: &str) -> Result<Vec<u8>, String> {
        let mut numbers = Vec::new();
        for item in text.split(',') {
            if item.is_empty() {
                return Err(format!("{text:?} has a comma beside which nothing stands"));
            }
            match self.special(item)? {
                Some(number) => numbers.push(number),
                None => numbers.extend(self.steps(item)?),
            }
        }
        Ok(numbers)
    }

    /// `L`, `15W`, `LW`, `5L`, `5#2`.
    fn special(&self, item: &str) -> Result<Option<u8>, String> {
        let upper = item.to_ascii_uppercase();
        let weekdays = self.is_day() && !self.names.is_empty();
        let days = self.is_day() && !weekdays;
        if days && (upper == "L" || upper == "LW") {
            return Ok(Some(self.first));
        }
        if weekdays && upper == "L" {
            return Err("`L` says of which day of the week it is the last: `5L` is the last Friday".to_owned());
        }
        if let Some(day) = upper.strip_suffix('W').filter(|_| days) {
            return self.number(day).map(Some);
        }
        if let Some((day, nth)) = upper.split_once('#').filter(|_| weekdays) {
            self.steps(day)?;
            return match nth {
                "1" | "2" | "3" | "4" | "5" | "L" => Ok(Some(self.first)),
                _ => Err(format!("behind `#` stands a number from 1 to 5, and {item:?} has {nth:?}")),
            };
        }
        match upper.strip_suffix('L').filter(|_| weekdays) {
            Some(day) => self.steps(day).map(|_| Some(self.first)),
            None => Ok(None),
        }
    }

    /// A range, and how far its numbers are apart.
    fn steps(&self, item: &str) -> Result<Vec<u8>, String> {
        let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
        let (from, to) = match range.split_once('-') {
            _ if range == "*" || (range == "?" && self.is_day()) => (self.first, self.last),
            Some((from, to)) => (self.number(from)?, self.end(to)?),
            None => {
                let number = self.number(range)?;
                if let Some(step) = step {
                    let last = self.last;
                    return Err(format!("steps go through a range, and {range:?} is none: `{range}-{last}/{step}`"));
                }
                (number, number)
            }
        };
        if from > to {
            return Err(format!("{range:?} ends before it begins"));
        }
        let step = match step.map(str::parse::<u8>) {
            None => 1,
            Some(Ok(step @ 1..)) => step,
            Some(Ok(0) | Err(_)) => return Err(format!("what stands behind `/` is a number from 1, not in {item:?}")),
        };
        Ok((from..=to).step_by(usize::from(step)).collect())
    }

    fn is_day(&self) -> bool {
        self.plural.starts_with("days")
    }

    /// The end of a range: a week may end on its Sunday.
    fn end(&self, text: &str) -> Result<u8, String> {
        let last = self.names.last().filter(|name| name.eq_ignore_ascii_case(text));
        if last.is_some() { Ok(self.last) } else { self.number(text) }
    }

    fn number(&self, text: &str) -> Result<u8, String> {
        if let Some(at) = self.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
            return Ok(self.first + u8::try_from(at).unwrap_or_default());
        }
        let Field { plural, first, last, .. } = self;
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            let names = match self.names {
                [first, .., last] if *first != *last => format!(", or from {first} to {last}"),
                [_, first, .., last] => format!(", or from {first} to {last}"),
                _ => String::new(),
            };
            return Err(format!("{plural} are numbers from {first} to {last}{names}, and {text:?} is none"));
        }
        let number = text.parse().ok().filter(|number| (*first..=*last).contains(number));
        number.ok_or_else(|| format!("{plural} go from {first} to {last}, and this has {text}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Cron;

    #[test]
    fn what_is_well_formed() {
        for text in [
            "* * * * *",
            "*/15 2-4 * * 1-5",
            "0,30 0-23/2 1,15 JAN-jun MON,wed",
            "0 2 ? * ?",
            "0 0 L * *",
            "0 0 LW,15w * *",
            "0 0 * * 5L",
            "0 0 * * fri#2,MON#L",
            "0 0 * * 1-5#1",
            "0 0 13 * +FRI",
            "0 0 * * FRI-SUN",
            "0 0 * * 7",
            "@daily",
            "@Hourly",
        ] {
            assert!(Cron::read(text).is_ok_and(|cron| cron.comes()), "{text}");
        }
    }

    #[test]
    fn what_is_not() {
        for (text, message) in [
            ("61 * * * *", "minutes go from 0 to 59, and this has 61"),
            ("0 25 * * *", "hours go from 0 to 23, and this has 25"),
            ("0 0 0 * *", "days of the month go from 1 to 31, and this has 0"),
            ("0 0 * 13 *", "months go from 1 to 12, and this has 13"),
            ("0 0 * JUNE *", "months are numbers from 1 to 12, or from JAN to DEC, and \"JUNE\" is none"),
            ("0 0 * * 8", "days of the week go from 0 to 7, and this has 8"),
            ("0 0 * * Friday", "days of the week are numbers from 0 to 7, or from MON to SUN, and \"Friday\" is none"),
            ("0 99999 * * *", "hours go from 0 to 23, and this has 99999"),
            ("a * * * *", "minutes are numbers from 0 to 59, and \"a\" is none"),
            ("5-1 * * * *", "\"5-1\" ends before it begins"),
            ("1, * * * *", "\"1,\" has a comma beside which nothing stands"),
            ("*/0 * * * *", "what stands behind `/` is a number from 1, not in \"*/0\""),
            ("5/10 * * * *", "steps go through a range, and \"5\" is none: `5-59/10`"),
            ("L * * * *", "minutes are numbers from 0 to 59, and \"L\" is none"),
            ("? * * * *", "minutes are numbers from 0 to 59, and \"?\" is none"),
            ("0 0 * * L", "`L` says of which day of the week it is the last: `5L` is the last Friday"),
            ("0 0 * * 1#6", "behind `#` stands a number from 1 to 5, and \"1#6\" has \"6\""),
            ("0 0 * *", "that has five fields, and this has 4"),
            ("@dayly", "there is no `@dayly`, but there is `@daily`"),
        ] {
            assert_eq!(Cron::read(text).expect_err(text), message);
        }
    }

    #[test]
    fn what_never_comes() {
        for text in ["0 0 30 2 *", "0 0 31 4,JUN,9,11 *", "0 0 30-31 FEB ?", "0 0 30 2 +MON"] {
            assert!(Cron::read(text).is_ok_and(|cron| !cron.comes()), "{text}");
        }
        for text in ["0 0 29 2 *", "0 0 31 */2 *", "0 0 30 2 MON", "0 0 L 2 *"] {
            assert!(Cron::read(text).is_ok_and(|cron| cron.comes()), "{text}");
        }
    }
}
