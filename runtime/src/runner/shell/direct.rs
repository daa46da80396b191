//! Bodies that need no shell: one plain command, which is then started without one.

/// Programs that bash has as builtins but that do the same as files, whatever they are given.
const SAME: &[&str] = &["true", "false"];

/// What bash takes for itself as the first word of a command.
const BUILTINS: &[&str] = &[
    "alias",
    "bg",
    "bind",
    "break",
    "builtin",
    "caller",
    "case",
    "cd",
    "command",
    "compgen",
    "complete",
    "compopt",
    "continue",
    "coproc",
    "declare",
    "dirs",
    "disown",
    "do",
    "done",
    "echo",
    "elif",
    "else",
    "enable",
    "esac",
    "eval",
    "exec",
    "exit",
    "export",
    "fc",
    "fg",
    "fi",
    "for",
    "function",
    "getopts",
    "hash",
    "help",
    "history",
    "if",
    "in",
    "jobs",
    "kill",
    "let",
    "local",
    "logout",
    "mapfile",
    "popd",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "return",
    "select",
    "set",
    "shift",
    "shopt",
    "source",
    "suspend",
    "test",
    "then",
    "time",
    "times",
    "trap",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unset",
    "until",
    "wait",
    "while",
];

/// The words of a body that is one command without anything that bash would interpret, and whose program is there.
pub(super) fn words(body: &str) -> Option<Vec<String>> {
    let body = body.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" _./:=@%+,-".contains(&byte);
    if body.is_empty() || !body.bytes().all(plain) {
        return None;
    }
    let words: Vec<String> = body.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let program = words.first()?;
    let own = program == "." || program == ":" || program.contains('=') || program.starts_with('%');
    let builtin = BUILTINS.contains(&program.as_str());
    (!own && !builtin && (SAME.contains(&program.as_str()) || on_path(program))).then_some(words)
}

fn on_path(program: &str) -> bool {
    if program.contains('/') {
        // Relative to the folder that the step runs in, which bash knows and this does not.
        return program.starts_with('/') && std::path::Path::new(program).is_file();
    }
    let Some(path) = std::env::var_os("PATH") else { return false };
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn takes_only_plain_commands() {
        assert_eq!(words("  true\n"), Some(vec!["true".to_owned()]));
        assert_eq!(words("ls -l /tmp"), Some(vec!["ls".into(), "-l".into(), "/tmp".into()]));
        for body in [
            "echo hi",
            "ls $x",
            "ls *",
            "a=1 ls",
            "ls\nls",
            "ls | wc",
            "ls 'a b'",
            "cd /",
            ". x",
            "~/x",
            "no-such-program",
            "",
        ] {
            assert_eq!(words(body), None, "{body}");
        }
    }
}
