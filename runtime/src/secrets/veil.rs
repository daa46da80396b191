//! What takes secrets out of texts: as they are, and as Base64, in addresses and in JSON they are written.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use smol_str::SmolStr;
use standpipe_plan::Value;

use crate::codes;
use crate::event::Failure;
use crate::runner::Outcome;

/// What most programs write in addresses as it is not.
const USUAL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same for what looks like a path.
const PATH: &AsciiSet = &USUAL.remove(b'/');
/// Shortest part of an encoded secret that is looked for.
const SHORTEST: usize = 8;

/// The forms of the secrets that one attempt was given.
pub(crate) struct Veil {
    /// Each with what stands in its place; the longest first.
    forms: Vec<(Vec<u8>, String)>,
}

impl Veil {
    pub(super) fn new(secrets: &[(SmolStr, Arc<str>)]) -> Self {
        let mut forms = Vec::new();
        for (name, secret) in secrets {
            let mask = format!("[secret {name}]");
            let json = serde_json::to_string(&**secret).unwrap_or_default();
            let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or_default().to_owned();
            let ascii: String = json.chars().map(escaped).collect();
            let address = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
            let usual = utf8_percent_encode(secret, USUAL).to_string();
            let form = usual.replace("%20", "+");
            let path = utf8_percent_encode(secret, PATH).to_string();
            let mut all = vec![secret.to_string(), json, ascii, address, usual, form, path];
            all.extend(base64(secret.as_bytes()));
            forms.extend(
                all.into_iter().filter(|form| form.len() >= SHORTEST).map(|form| (form.into_bytes(), mask.clone())),
            );
        }
        forms.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup_by(|(a, _), (b, _)| a == b);
        Self { forms }
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
            match self.forms.iter().find(|(form, _)| rest.starts_with(form)) {
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

    /// `text` with secrets replaced.
    pub(crate) fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.pass(&mut text.as_bytes().to_vec(), true)).into_owned()
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
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Duration(_)
            | Value::Size(_)
            | Value::Range { .. }
            | Value::Blob(_)
            | Value::Secret(_) => false,
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
            Err(failure) => Err(Failure {
                message: self.text(&failure.message),
                detail: self.text(&failure.detail),
                help: failure.help.map(|help| self.text(&help)),
                ..failure
            }),
        };
        Outcome { result, ..outcome }
    }
}

/// A character as JSON that is plain ASCII has it.
fn escaped(character: char) -> String {
    if character.is_ascii() {
        return character.into();
    }
    let mut units = [0; 2];
    character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// What Base64 makes of `bytes`, whatever stands before and after them: less the letters that depend on that.
fn base64(bytes: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    for before in 0..3_usize {
        let padded: Vec<u8> = std::iter::repeat_n(0, before).chain(bytes.iter().copied()).collect();
        // Letters of six bits: the first that begins within `bytes`, and the last that ends there.
        let (first, last) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            all.extend(engine.encode(&padded).get(first..last).map(str::to_owned));
        }
    }
    all
}

#[cfg(test)]
mod tests {
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
