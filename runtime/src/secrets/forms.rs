//! The forms in which programs write a text: as it is, and as addresses, JSON, Base64, Python, shells and dumps have it.
//! Knows nothing of secrets.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What most programs write in addresses as it is not.
const USUAL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same for what looks like a path.
const PATH: &AsciiSet = &USUAL.remove(b'/');

/// A way to write a text.
type Writes = fn(&str) -> Vec<String>;

const WAYS: [Writes; 7] = [json, address, base64, python, shell, hexadecimal, path];

/// Every form of `text`, and of those of its parts that programs show alone; each also on one line, as messages have it.
pub(super) fn of(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for part in parts(text).into_iter().chain([text, &on_one_line(text)]) {
        all.push(part.to_owned());
        all.extend(WAYS.iter().flat_map(|way| way(part)));
    }
    let lines: Vec<String> = all.iter().map(|form| on_one_line(form)).collect();
    all.extend(lines);
    all
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Each line of several; of an address, what follows the host, and its password.
fn parts(text: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = text.lines().map(str::trim).collect();
    if let Some((_, rest)) = text.trim().split_once("://") {
        let (host, behind) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        parts.push(behind);
        parts.extend(host.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password));
    }
    parts
}

fn json(text: &str) -> Vec<String> {
    let json = serde_json::to_string(text).unwrap_or_default();
    let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or_default().to_owned();
    // As JSON that is plain ASCII has it.
    let escaped = |character: char| {
        if character.is_ascii() {
            return character.into();
        }
        let mut units = [0; 2];
        character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
    };
    let ascii = json.chars().map(escaped).collect::<Vec<String>>().concat();
    vec![json, ascii]
}

fn address(text: &str) -> Vec<String> {
    let usual = utf8_percent_encode(text, USUAL).to_string();
    let form = usual.replace("%20", "+");
    let all = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    vec![all, usual, form, utf8_percent_encode(text, PATH).to_string()]
}

/// What Base64 makes of it, whatever stands before and after: less the letters that depend on that.
fn base64(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for before in 0..3_usize {
        let padded: Vec<u8> = std::iter::repeat_n(0, before).chain(text.bytes()).collect();
        // Letters of six bits: the first that begins within the text, and the last that ends there.
        let (first, last) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            all.extend(engine.encode(&padded).get(first..last).map(str::to_owned));
        }
    }
    all
}

/// As Python's `repr` has it, in quotes of either kind, and of its bytes: <https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences>.
fn python(text: &str) -> Vec<String> {
    let written = |escape: &dyn Fn(char) -> Option<String>| {
        let letter = |character: char| match character {
            '\\' => "\\\\".to_owned(),
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            '\0'..' ' | '\x7f' => format!("\\x{:02x}", u32::from(character)),
            other => escape(other).unwrap_or_else(|| other.into()),
        };
        text.chars().map(letter).collect::<String>()
    };
    let single = |character| (character == '\'').then(|| "\\'".to_owned());
    let bytes = |character: char| {
        let byte = |byte: u8| format!("\\x{byte:02x}");
        (!character.is_ascii()).then(|| character.to_string().bytes().map(byte).collect())
    };
    let both = |character: char| single(character).or_else(|| bytes(character));
    vec![written(&|_| None), written(&single), written(&bytes), written(&both)]
}

/// As shells quote it, and show it while they trace: <https://www.gnu.org/software/bash/manual/bash.html#ANSI_002dC-Quoting>.
fn shell(text: &str) -> Vec<String> {
    let letter = |character: char| match character {
        '\\' => "\\\\".to_owned(),
        '\'' => "\\'".to_owned(),
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        '\r' => "\\r".to_owned(),
        other => other.into(),
    };
    // In quotes that no other may stand in: they end and begin again around one.
    vec![text.replace('\'', "'\\''"), text.replace('\'', "'\"'\"'"), text.chars().map(letter).collect()]
}

/// As what handles paths has it: one slash stands for several, and for one with a dot behind it.
fn path(text: &str) -> Vec<String> {
    let mut path = text.to_owned();
    while path.contains("//") || path.contains("/./") {
        path = path.replace("/./", "/").replace("//", "/");
    }
    let json_too = json(&path);
    [vec![path], json_too].concat()
}

fn hexadecimal(text: &str) -> Vec<String> {
    let mut lower = String::new();
    for byte in text.bytes() {
        let _ = write!(lower, "{byte:02x}");
    }
    vec![lower.to_uppercase(), lower]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_by_what_follows_its_host() {
        let all = of("https://user:pass%20word@hooks.example.org/services/T0/B0?x=1");
        assert!(all.contains(&"/services/T0/B0?x=1".to_owned()) && all.contains(&"pass%20word".to_owned()));
    }

    #[test]
    fn a_text_is_known_where_it_was_taken_for_a_path() {
        assert!(of("https://example.org/./key//x").contains(&"https:/example.org/key/x".to_owned()));
    }

    #[test]
    fn a_text_of_lines_is_known_by_each() {
        let all = of("-----BEGIN KEY-----\n  c2VjcmV0IGtleQ==\n");
        assert!(all.contains(&"c2VjcmV0IGtleQ==".to_owned()));
    }
}
