//! Plain scripts, read without the shell's parser, which takes a hundred times as long: simple commands of words, quotes,
//! `$name` and `${name}`, with redirections, joined by line ends, `;`, `|`, `&&` and `||`. Most bodies are no more. Says
//! nothing of any other, and never anything that the parser does not say.

use super::facts::Place;
use super::known;
use super::read::Token;

/// What joins commands in a plain script, and what redirects them.
const JOINTS: [&str; 3] = ["|", "&&", "||"];
const REDIRECTIONS: [&str; 4] = ["<", ">", ">>", ">&"];

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A command, or the end.
    Any,
    /// A command.
    Command,
    /// The file of a redirection.
    File,
    /// More of the command, or what comes behind it.
    More,
}

/// The tokens of `text`, when it is a plain script.
pub(super) fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut next = Next::Any;
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        let end = match byte {
            b' ' | b'\t' => {
                at += 1;
                continue;
            }
            b'#' => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            b'\n' => at + 1,
            byte if operates(*byte) => {
                at + text[at..].bytes().position(|byte| !operates(byte)).unwrap_or(text.len() - at)
            }
            _ => word(text, at, &mut |_| {})?,
        };
        let token = Token { text: &text[at..end], at: Some(at), operator: *byte == b'\n' || operates(*byte) };
        next = match (token.text, next) {
            ("\n", Next::More) | (";", Next::More) => Next::Any,
            ("\n", Next::Any | Next::Command) => next,
            (joint, Next::More) if JOINTS.contains(&joint) => Next::Command,
            (redirection, Next::Any | Next::Command | Next::More) if REDIRECTIONS.contains(&redirection) => Next::File,
            (word, _) if !token.operator && !is_reserved(word) => Next::More,
            _ => return None,
        };
        tokens.push(token);
        at = end;
    }
    matches!(next, Next::Any | Next::More).then_some(tokens)
}

/// The variables in `text`, when it is one plain word: `$name` and `${name}` whole.
pub(super) fn variables(text: &str) -> Option<Vec<Place>> {
    let mut found = Vec::new();
    let end = word(text, 0, &mut |place| found.push(place))?;
    (end == text.len()).then_some(found)
}

/// Where the plain word ends that begins at `at`.
fn word(text: &str, at: usize, found: &mut impl FnMut(Place)) -> Option<usize> {
    let mut at = at;
    while let Some(byte) = text.as_bytes().get(at) {
        at = match byte {
            b' ' | b'\t' | b'\n' => break,
            byte if operates(*byte) => break,
            b'\'' => at + 2 + text[at + 1..].find('\'')?,
            b'"' => quoted(text, at, found)?,
            b'$' => variable(text, at, found)?,
            byte if byte.is_ascii_alphanumeric() || b"_-+./:,=%@^?*[]!#".contains(byte) => at + 1,
            _ => return None,
        };
    }
    Some(at)
}

/// Where the text in double quotes ends that begin at `at`.
fn quoted(text: &str, at: usize, found: &mut impl FnMut(Place)) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at = match text.as_bytes().get(at)? {
            b'"' => return Some(at + 1),
            b'$' => variable(text, at, found)?,
            // What follows means itself, if it is not the end of a line, which the backslash takes away.
            b'\\' => at + 1 + text[at + 1..].chars().next().filter(|next| *next != '\n')?.len_utf8(),
            b'`' => return None,
            _ => at + 1,
        };
    }
}

/// Where `$name` or `${name}` ends that begins at `at`.
fn variable(text: &str, at: usize, found: &mut impl FnMut(Place)) -> Option<usize> {
    let braced = text[at + 1..].starts_with('{');
    let start = at + 1 + usize::from(braced);
    let rest = text.get(start..)?;
    let length = rest.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_').unwrap_or(rest.len());
    if length == 0 || rest.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    if braced && !rest[length..].starts_with('}') {
        return None;
    }
    let end = start + length + usize::from(braced);
    found(at..end);
    Some(end)
}

/// Whether the word may be more than a word where a command begins.
fn is_reserved(word: &str) -> bool {
    // Most words are told by how they begin.
    let may = word.starts_with(|first: char| first.is_ascii_lowercase() || "![]".contains(first));
    may && (known::leads(word) || known::is_structure(word) || word == "]]")
}

/// Whether `byte` is of an operator, where it is not quoted.
fn operates(byte: u8) -> bool {
    matches!(byte, b';' | b'|' | b'&' | b'<' | b'>')
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use brush_parser::ParserOptions;
    use proptest::prelude::*;

    use super::super::facts::Facts;
    use super::super::{read, syntax, words};
    use super::*;

    /// Whether it is plain; then the parser has to say the same.
    fn is_plain(text: &str) -> bool {
        let options = ParserOptions::default();
        let Some(plain) = tokens(text) else { return false };
        let parsed = syntax::tokens(text, &options).unwrap_or_else(|error| panic!("{text:?}: {error:?}"));
        let shown = |tokens: &[Token<'_>]| {
            let words = tokens.iter().map(|token| {
                let at = token.at.filter(|_| !token.operator);
                (token.text.to_owned(), at, token.operator)
            });
            words.collect::<Vec<_>>()
        };
        assert_eq!(shown(&plain), shown(&read::located(text, &parsed)), "{text:?}");
        for token in plain.iter().filter(|token| !token.operator) {
            let (mut own, mut parsed) = (Facts::default(), Facts::default());
            words::look(token.text, 7, &options, 0, &mut own);
            words::look_parsed(token.text, 7, &options, 0, &mut parsed);
            assert!(variables(token.text).is_some());
            assert_eq!(own, parsed, "{:?}", token.text);
        }
        true
    }

    #[test]
    fn what_is_plain() {
        for text in [
            "",
            "\n\n",
            "echo \"$row\"; echo 1 > \"$out_id\"; echo \"${weight}\" > \"$out_score\"\n",
            "# a comment; with 'what\ncat \"$a\" | sort -u >> $log && wc -l < a.txt 2>&1 # end\n",
            "x=1 y=\"a b\" cmd a=b; export z=$x\n",
            "echo \"a \\\"b\\\" \\$c \\\\\" 'it is $d' a'b'\"c\"$e/f.txt ||\n\n  echo \"é\"",
            "> $out",
            "[ $x = 1 ] && echo [a-z]*.txt a[1]=2",
        ] {
            assert!(is_plain(text), "{text}");
        }
        for text in [
            "a;;",
            "a |",
            "a >",
            "a ; ; b",
            "&& a",
            "a & b",
            "a &> b",
            "a > > b",
            "if a; then b; fi",
            "! a",
            "echo 'a",
            "echo \"a",
            "echo $(a)",
            "echo `a`",
            "echo ${a:-b}",
            "echo $1",
            "a() { b; }",
            "{ a; }",
            "a \\\n b",
            "\"a\\\nb\"",
            "cat <<E\nE\n",
            "echo $'a'",
            "a=(1 2)",
            "a\r\nb",
        ] {
            assert!(!is_plain(text), "{text}");
        }
    }

    /// Every script that stands in a file of tests and examples, raw or alone.
    fn scripts(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let ending = entry.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_owned();
            if entry.is_dir() {
                scripts(&entry, found);
            } else if ["pipe", "md", "rs", "sh"].contains(&ending.as_str()) {
                let text = std::fs::read_to_string(&entry).unwrap_or_default();
                let indented = |line: &&str| line.starts_with("    ") || line.trim().is_empty();
                for (at, _) in text.match_indices("  sh:\n") {
                    let body = text[at + 6..].lines().take_while(indented).map(|line| line.trim_start_matches("    "));
                    found.push(body.collect::<Vec<_>>().join("\n"));
                }
                if ending == "sh" {
                    found.push(text);
                }
            }
        }
    }

    #[test]
    fn scripts_of_tests_and_examples_are_read_as_the_parser_reads_them() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut found = Vec::new();
        for folder in ["tests", "examples", "stdlib", "docs"] {
            scripts(&root.join(folder), &mut found);
        }
        let plain = found.iter().filter(|script| is_plain(script)).count();
        assert!(plain > 50 && plain < found.len(), "{plain} of {}", found.len());
    }

    const PIECES: [&str; 64] = [
        " ", " ", " ", "\n", ";", "|", "&&", "||", ">", ">>", "<", ">&", "&", "2>", "2>&1", "1", "#", "# c", "a", "b1",
        "x=", "x=1", "x+=", "a[1]=", "[", "]", "[[", "]]", "*", "?", "!", "@", "+", "%", "^", "-", "--", "=", "==",
        "in", "export", "declare", "read", "cd", "time", "then", "$", "$x", "${y}", "$x1_", "${", "}", "\"", "\"", "'",
        "'", "\"$z\"", "\"a b\"", "'$q'", "\\", "\\\"", "\\$", "é", "\t",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_script_is_read_as_the_parser_reads_it(pieces in proptest::collection::vec(0..PIECES.len(), 0..14)) {
            let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
            is_plain(&text);
        }
    }
}
