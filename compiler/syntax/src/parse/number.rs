//! The value of a number with its unit.

use super::token::Tok;
use super::{Parser, errors};

/// Nanoseconds of each unit of time.
pub(crate) const TIMES: &[(&str, u64)] = &[
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// Bytes of each unit of size.
pub(crate) const SIZES: &[(&str, u64)] = &[
    ("B", 1),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// The number at `at`; one that cannot be read is reported.
pub(super) fn read(parser: &mut Parser<'_>, at: usize) -> Tok {
    let text = parser.tokens.text(at);
    match value(text) {
        Ok(tok) => tok,
        Err(Problem::Unit { digits }) => {
            parser.report(errors::unknown_unit(parser.tokens.span(at), text, digits));
            Tok::Error
        }
        Err(Problem::TooLarge) => {
            parser.report(errors::too_large(parser.tokens.span(at), text));
            Tok::Error
        }
    }
}

pub(crate) enum Problem {
    /// The unit after so many bytes of digits is none.
    Unit {
        digits: usize,
    },
    TooLarge,
}

/// Splits digits from unit: `1.5e3` and `GB`.
fn split(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'_');
    let digits = |mut at: usize| {
        while is_digit(at) {
            at += 1;
        }
        at
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1 + sign);
        }
    }
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn value(text: &str) -> Result<Tok, Problem> {
    let (digits, unit) = split(text);
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    let whole = plain.bytes().all(|byte| byte.is_ascii_digit());
    match unit {
        "" if whole => plain.parse().map(Tok::Int).map_err(|_| Problem::TooLarge),
        "" => float(&plain).map(Tok::Float),
        "%" => float(&plain).map(|value| Tok::Float(value / 100.0)),
        unit => {
            if let Some((_, nanos)) = TIMES.iter().find(|(name, _)| *name == unit) {
                let value = scaled(&plain, *nanos)?;
                return i64::try_from(value).map(Tok::Duration).map_err(|_| Problem::TooLarge);
            }
            match SIZES.iter().find(|(name, _)| *name == unit) {
                Some((_, bytes)) => scaled(&plain, *bytes).map(Tok::Size),
                None => Err(Problem::Unit { digits: digits.len() }),
            }
        }
    }
}

fn float(digits: &str) -> Result<f64, Problem> {
    digits.parse().ok().filter(|value: &f64| value.is_finite()).ok_or(Problem::TooLarge)
}

/// `digits` times `unit`, rounded to a whole number when the digits have a point.
fn scaled(digits: &str, unit: u64) -> Result<u64, Problem> {
    if let Ok(whole) = digits.parse::<u64>() {
        return whole.checked_mul(unit).ok_or(Problem::TooLarge);
    }
    #[expect(clippy::cast_precision_loss, reason = "units are far below 2^53")]
    let value = (float(digits)? * unit as f64).round();
    if value >= 9.0e18 {
        return Err(Problem::TooLarge);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above; never negative")]
    Ok(value as u64)
}
