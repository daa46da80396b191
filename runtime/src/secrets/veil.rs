//! What takes secrets out of texts, in whatever form they are written there.

use std::sync::Arc;

use smol_str::SmolStr;
use standpipe_plan::Value;

use super::forms;
use crate::codes;
use crate::event::Failure;
use crate::runner::Outcome;

/// Shortest part of an encoded secret that is looked for.
const SHORTEST: usize = 8;
/// Stands where messages leave something out.
const CUT: &str = "…";

/// The forms of the secrets that one attempt was given.
pub(crate) struct Veil {
    /// Each with what stands in its place; the longest first.
    forms: Vec<(Vec<u8>, String)>,
    /// Which of them begin with each byte: most of a text is passed over by this.
    begins: Vec<Vec<usize>>,
}

impl Veil {
    pub(crate) fn new(secrets: &[(SmolStr, Arc<str>)]) -> Self {
        let mut forms = Vec::new();
        for (name, secret) in secrets {
            let mask = format!("[secret {name}]");
            let all = forms::of(secret);
            forms.extend(
                all.into_iter().filter(|form| form.len() >= SHORTEST).map(|form| (form.into_bytes(), mask.clone())),
            );
        }
        forms.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup_by(|(a, _), (b, _)| a == b);
        let mut begins = vec![Vec::new(); 256];
        for (index, (form, _)) in forms.iter().enumerate() {
            if let Some(byte) = form.first() {
                begins[usize::from(*byte)].push(index);
            }
        }
        Self { forms, begins }
    }

    /// Takes what is settled of `held`, secrets replaced; what may be a secret's beginning stays there, unless it is the
    /// `last` of it.
    pub(crate) fn pass(&self, held: &mut Vec<u8>, last: bool) -> Vec<u8> {
        let longest = self.sight();
        let (mut out, mut at) = (Vec::with_capacity(held.len()), 0);
        while at < held.len() {
            if !last && held.len() - at < longest {
                break;
            }
            let rest = &held[at..];
            let mut begin = self.begins[usize::from(rest[0])].iter().map(|index| &self.forms[*index]);
            match begin.find(|(form, _)| rest.starts_with(form)) {
                Some((form, mask)) => {
                    out.extend_from_slice(mask.as_bytes());
                    at += form.len();
                }
                None => {
                    out.push(rest[0]);
                    at += 1;
                }
            }
        }
        held.drain(..at);
        out
    }

    /// Bytes on each side of a place by which [`Veil::beside`] sees whether a secret lies across it.
    pub(crate) fn sight(&self) -> usize {
        self.forms.first().map_or(0, |(form, _)| form.len())
    }

    /// The first place of `bytes`, from `at` on, that no secret lies across: who reads on there reads no part of one.
    pub(crate) fn beside(&self, bytes: &[u8], mut at: usize) -> usize {
        let across = |at: usize| {
            let begins = at.saturating_sub(self.sight())..at.min(bytes.len());
            let ends = begins.flat_map(|begin| {
                let here = self.forms.iter().filter(move |(form, _)| bytes[begin..].starts_with(form));
                here.map(move |(form, _)| begin + form.len())
            });
            ends.filter(|end| *end > at).max()
        };
        while let Some(end) = across(at) {
            at = end;
        }
        at
    }

    /// `text` with secrets replaced, those too of which a part was left out.
    pub(crate) fn text(&self, text: &str) -> String {
        let whole = |text: String| String::from_utf8_lossy(&self.pass(&mut text.into_bytes(), true)).into_owned();
        if !text.contains(CUT) {
            return whole(text.to_owned());
        }
        let mut pieces: Vec<String> = text.split(CUT).map(str::to_owned).collect();
        let last = pieces.len() - 1;
        for (index, piece) in pieces.iter_mut().enumerate() {
            if index < last {
                self.hide_beginning(piece);
            }
            if index > 0 {
                self.hide_end(piece);
            }
        }
        whole(pieces.join(CUT))
    }

    /// Replaces the beginning of a secret that `piece` ends with.
    fn hide_beginning(&self, piece: &mut String) {
        let begun = |form: &[u8]| {
            let most = form.len().min(piece.len());
            (SHORTEST..=most).rev().find(|length| piece.as_bytes().ends_with(&form[..*length]))
        };
        let found = self.forms.iter().filter_map(|(form, mask)| Some((begun(form)?, mask))).max_by_key(|found| found.0);
        if let Some((length, mask)) = found {
            // A letter of several bytes may have been left out in part.
            let from = piece.floor_char_boundary(piece.len() - length);
            piece.replace_range(from.., mask);
        }
    }

    /// Replaces the end of a secret that `piece` begins with.
    fn hide_end(&self, piece: &mut String) {
        let ended = |form: &[u8]| {
            let most = form.len().min(piece.len());
            (SHORTEST..=most).rev().find(|length| piece.as_bytes().starts_with(&form[form.len() - length..]))
        };
        let found = self.forms.iter().filter_map(|(form, mask)| Some((ended(form)?, mask))).max_by_key(|found| found.0);
        if let Some((length, mask)) = found {
            let to = piece.ceil_char_boundary(length);
            piece.replace_range(..to, mask);
        }
    }

    fn shows(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        self.forms.iter().any(|(form, _)| bytes.windows(form.len()).any(|part| part == form.as_slice()))
    }

    fn holds(&self, value: &Value) -> bool {
        match value {
            Value::String(text) | Value::Date(text) | Value::Time(text) | Value::Path(text) => self.shows(text),
            Value::Json(json) => self.shows(&json.to_string()),
            Value::List(items) => items.iter().any(|item| self.holds(item)),
            Value::Record(fields) => fields.iter().any(|(_, value)| self.holds(value)),
            Value::Map(entries) => entries.iter().any(|(key, value)| self.shows(key) || self.holds(value)),
            // One that is made of digits.
            Value::Int(number) => self.shows(&number.to_string()),
            Value::Float(number) => self.shows(&number.to_string()),
            Value::None
            | Value::Bool(_)
            | Value::Duration(_)
            | Value::Size(_)
            | Value::Range { .. }
            | Value::Blob(_)
            | Value::Secret(_) => false,
        }
    }

    /// The failure with nothing of the secrets in it.
    pub(crate) fn over_failure(&self, failure: Failure) -> Failure {
        Failure {
            message: self.text(&failure.message),
            detail: self.text(&failure.detail),
            help: failure.help.map(|help| self.text(&help)),
            ..failure
        }
    }

    /// The outcome of the attempt of `step` with nothing of the secrets in it.
    pub(crate) fn over(&self, outcome: Outcome, step: &str) -> Outcome {
        let result = match outcome.result {
            Ok(value) if self.holds(&value) => {
                let message = format!("the result of `{step}` holds a secret that it was given");
                Err(Failure::new(codes::SECRET_RETURNED, message)
                    .with_help("results are kept and shown: return something else, or nothing"))
            }
            Ok(value) => Ok(value),
            Err(failure) => Err(self.over_failure(failure)),
        };
        Outcome { result, ..outcome }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use super::*;

    fn veil() -> Veil {
        Veil::new(&[("KEY".into(), "s3cr\u{e9}t \"pass/word\"".into())])
    }

    #[test]
    fn every_form_is_hidden() {
        let secret = "s3cr\u{e9}t \"pass/word\"";
        let encode = |text: &str| STANDARD_NO_PAD.encode(text);
        for text in [
            format!("plain {secret}."),
            format!("json {}.", serde_json::json!({ "key": secret })),
            r#"ascii "s3cr\u00e9t \"pass/word\"""#.to_owned(),
            format!("address https://example.org/?key={}&x=1", utf8_percent_encode(secret, NON_ALPHANUMERIC)),
            "path https://example.org/s3cr%C3%A9t%20%22pass/word%22".to_owned(),
            "form key=s3cr%C3%A9t+%22pass%2Fword%22&x".to_owned(),
            format!("basic {}", encode(&format!("user:{secret}"))),
            format!("basic {}", encode(&format!("users:{secret}:"))),
            format!("basic {}", encode(&format!("u:{secret}!!"))),
            r#"python b's3cr\xc3\xa9t "pass/word"'"#.to_owned(),
            "dump 73336372c3a9742022706173732f776f726422.".to_owned(),
        ] {
            let hidden = veil().text(&text);
            assert!(hidden.contains("[secret KEY]"), "{text} is still {hidden}");
            assert!(
                !hidden.contains("pass") && !hidden.contains("M2Ny") && !hidden.contains("3cr"),
                "{text} is still {hidden}"
            );
        }
    }

    #[test]
    fn a_secret_of_which_a_part_is_left_out_is_hidden() {
        let veil = veil();
        for (text, hidden) in [
            ("expected Int, found \"s3cr\u{e9}t \\\"pas…", "expected Int, found \"[secret KEY]…"),
            ("…t%20%22pass%2Fword%22 in the address", "…[secret KEY] in the address"),
            ("…pass/word\" and s3cr\u{e9}t \"…", "…[secret KEY] and [secret KEY]…"),
            ("nothing … at all", "nothing … at all"),
        ] {
            assert_eq!(veil.text(text), hidden);
        }
    }

    #[test]
    fn a_secret_in_pieces_is_hidden() {
        let veil = veil();
        let text = "before s3cr\u{e9}t \"pass/word\" after";
        for cut in (1..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            let mut held = text.as_bytes()[..cut].to_vec();
            let mut out = veil.pass(&mut held, false);
            held.extend_from_slice(&text.as_bytes()[cut..]);
            out.extend(veil.pass(&mut held, true));
            assert_eq!(String::from_utf8(out).unwrap(), "before [secret KEY] after");
        }
    }

    #[test]
    fn beside_a_secret_no_part_of_it_is_left() {
        let veil = veil();
        let secret = "s3cr\u{e9}t \"pass/word\"";
        let text = format!("a{secret}{secret} b {} c", URL_SAFE_NO_PAD.encode(format!("u:{secret}!!")));
        for at in 0..=text.len() {
            let beside = veil.beside(text.as_bytes(), at);
            let rest = veil.pass(&mut text.as_bytes()[beside..].to_vec(), true);
            let rest = String::from_utf8(rest).expect("text");
            let plain = rest.replace("[secret KEY]", "");
            assert!(beside >= at);
            // The ends of the secret, and of what Base64 makes of it.
            assert!(!["rd\"", "d\"s", "d\" ", "yZC"].iter().any(|part| plain.contains(part)), "from {at} on, {rest}");
        }
        assert_eq!(veil.beside(text.as_bytes(), 1), 1);
    }
}
