//! What tells the instances of a step apart, for people: `rate=0.3` where the number is 0.30000000000000004. Knows nothing of
//! how it came about.

use standpipe_report::words::number;

/// Longest number that is shown as it is.
const LONGEST: usize = 8;

/// The label with its long fractions shortened.
pub(crate) fn short(label: &str) -> String {
    let mut said = String::with_capacity(label.len());
    let mut rest = label;
    while let Some(at) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        let digits = |letter: char| letter.is_ascii_digit() || letter == '.';
        let end = from.find(|letter| !digits(letter)).unwrap_or(from.len());
        // An exponent, with its sign.
        let exponent = from[end..].strip_prefix('e').map_or(0, |behind| {
            let sign = usize::from(behind.starts_with(['-', '+']));
            let length = behind[sign..].bytes().take_while(u8::is_ascii_digit).count();
            if length > 0 { 1 + sign + length } else { 0 }
        });
        let (text, behind) = from.split_at(end + exponent);
        said.push_str(before);
        // A part of a word, or of a date or a version, is no number.
        let alone = !before.ends_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '/'))
            && !behind.starts_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '/' | '…'));
        let negative = before.ends_with("=-") && !behind.starts_with('…');
        match text.parse::<f64>() {
            Ok(value) if text.len() > LONGEST && text.contains(['.', 'e']) && (alone || negative) => {
                said.push_str(&number(value));
            }
            _ => said.push_str(text),
        }
        rest = behind;
    }
    said + rest
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn only_long_fractions_are_shortened() {
        for (whole, shortened) in [
            ("rate=0.30000000000000004", "rate=0.3"),
            ("rate=-0.30000000000000004, depth=12", "rate=-0.3, depth=12"),
            ("x=1.2345678901e-12", "x=1.235e-12"),
            ("x=0.25, y=1234567890123", "x=0.25, y=1234567890123"),
            ("day=2026-11-26, file=a0.30000000000000004", "day=2026-11-26, file=a0.30000000000000004"),
            ("version=1.22.333.4444", "version=1.22.333.4444"),
            ("rate=0.3000000000000…", "rate=0.3000000000000…"),
            ("region=eu", "region=eu"),
            ("", ""),
        ] {
            assert_eq!(short(whole), shortened);
        }
    }
}
