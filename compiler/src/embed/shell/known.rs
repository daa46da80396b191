//! What shells know words by: variables that are there without anybody setting them, commands that look at no others, and
//! the form of names and of words that set them.

/// Variables in lower case that come from outside by custom. Those in upper case are taken to.
const CUSTOMARY: [&str; 5] = ["all_proxy", "ftp_proxy", "http_proxy", "https_proxy", "no_proxy"];

/// Words after which a command begins.
const LEADING: [&str; 13] =
    ["!", "builtin", "command", "coproc", "do", "elif", "else", "if", "then", "time", "until", "while", "{"];

/// Words that begin a command in which nothing is run by its name, or that end one.
const STRUCTURE: [&str; 10] = ["[[", "case", "done", "esac", "fi", "for", "function", "in", "select", "}"];

/// Builtins and everyday programs whose work follows from their arguments and input alone. Not those that end the script:
/// a body may be meant to fail.
const EVERYDAY: [&str; 101] = [
    ":",
    "[",
    "alias",
    "awk",
    "b2sum",
    "base64",
    "basename",
    "bc",
    "break",
    "bunzip2",
    "bzip2",
    "cat",
    "cd",
    "chmod",
    "chown",
    "cksum",
    "cmp",
    "column",
    "comm",
    "continue",
    "cp",
    "cut",
    "date",
    "declare",
    "diff",
    "dirname",
    "du",
    "echo",
    "egrep",
    "expand",
    "export",
    "expr",
    "fgrep",
    "file",
    "find",
    "fmt",
    "fold",
    "getopts",
    "grep",
    "gunzip",
    "gzip",
    "hash",
    "head",
    "hostname",
    "id",
    "install",
    "join",
    "jq",
    "let",
    "ln",
    "local",
    "ls",
    "mapfile",
    "md5sum",
    "mkdir",
    "mktemp",
    "mv",
    "nl",
    "nproc",
    "paste",
    "popd",
    "printf",
    "ps",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readlink",
    "readonly",
    "realpath",
    "return",
    "rm",
    "rmdir",
    "sed",
    "seq",
    "set",
    "sha1sum",
    "sha256sum",
    "shift",
    "shopt",
    "shuf",
    "sleep",
    "sort",
    "split",
    "stat",
    "tac",
    "tail",
    "tar",
    "tee",
    "test",
    "touch",
    "tr",
    "true",
    "truncate",
    "typeset",
    "uname",
    "uniq",
    "unset",
    "wait",
    "wc",
    "zcat",
];

/// Commands whose words are names that they set.
const SETTING: [&str; 10] =
    ["declare", "export", "getopts", "let", "local", "mapfile", "read", "readarray", "readonly", "typeset"];

/// Commands that may be given lists: `declare names=(…)`.
const DECLARING: [&str; 8] = ["alias", "declare", "eval", "export", "let", "local", "readonly", "typeset"];

/// Commands that may set anything.
const OPENING: [&str; 3] = [".", "eval", "source"];

pub(super) fn leads(word: &str) -> bool {
    LEADING.contains(&word)
}

pub(super) fn is_structure(word: &str) -> bool {
    STRUCTURE.contains(&word)
}

pub(super) fn is_everyday(command: &str) -> bool {
    EVERYDAY.binary_search(&command).is_ok()
}

pub(super) fn sets(command: &str) -> bool {
    SETTING.contains(&command)
}

pub(super) fn declares(command: &str) -> bool {
    DECLARING.contains(&command)
}

pub(super) fn opens(command: &str) -> bool {
    OPENING.contains(&command)
}

pub(super) fn is_name(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with(|first: char| first.is_ascii_digit())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether the word sets a variable where a command begins: `name=…`, `name+=…`, `name[1]=…`.
pub(super) fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    let name = name.trim_end_matches('+');
    is_name(name.split('[').next().unwrap_or(name))
}

/// Whether the word says what is redirected when it stands right before the operator: `2>`, `{name}>`.
pub(super) fn is_descriptor(word: &str) -> bool {
    let inside = word.strip_prefix('{').and_then(|word| word.strip_suffix('}'));
    word.bytes().all(|byte| byte.is_ascii_digit()) || inside.is_some_and(is_name)
}

/// Whether a variable may be there although the script does not set it.
pub(super) fn from_outside(name: &str) -> bool {
    CUSTOMARY.contains(&name) || !name.contains(|letter: char| letter.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_looked_up_in_halves_is_sorted() {
        assert!(super::EVERYDAY.is_sorted());
    }
}
