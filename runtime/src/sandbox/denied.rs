//! Whether a failure is the sandbox's doing: what the step said, held against what it may do and what it could do
//! without. Only what is true of both is told. Knows nothing of how steps are confined.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::{Confinement, Tier};

/// What programs say of what they may not do.
const REFUSED: [&str; 3] = ["Permission denied", "Operation not permitted", "Read-only file system"];
/// What they say of what is not there, which a file system of their own makes true of much.
const ABSENT: &str = "No such file or directory";
/// What they say who find no other machine.
const ALONE: [&str; 7] = [
    "Could not resolve host",
    "Temporary failure in name resolution",
    "Name or service not known",
    "Network is unreachable",
    "Couldn't connect to server",
    "unable to resolve host",
    "failed to lookup address",
];
/// How a call is refused that has nothing to do with files.
const CALL: &str = "Operation not permitted";
/// What stands around it when that was one for a socket.
const SOCKETS: [&str; 2] = ["socket", "connect"];
/// Folders that are in memory where a file system is a process's own: what others have there is not in them.
const IN_MEMORY: [&str; 2] = ["/tmp", "/dev/shm"];

/// What a step was kept from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// The network.
    Network,
    Write(PathBuf),
    Read(PathBuf),
}

impl Denied {
    /// What follows "kept by the sandbox from …".
    pub(crate) fn what(&self) -> String {
        match self {
            Self::Network => "the network".into(),
            Self::Write(path) => format!("writing {}", path.display()),
            Self::Read(path) => format!("reading {}", path.display()),
        }
    }

    /// What would help.
    pub(crate) fn help(&self) -> String {
        match self {
            Self::Network => "`network: true` in the task lets it through".into(),
            Self::Write(path) => format!(
                "write results to `$out` and what is not kept below `$TMPDIR`, or let it through: `write = [{:?}]` below `[sandbox]` in standpipe.toml",
                folder_of(path)
            ),
            Self::Read(path) => format!(
                "hand it in as an input of type `File` or `Dir`, or let it through: `read = [{:?}]` below `[sandbox]` in standpipe.toml",
                folder_of(path)
            ),
        }
    }
}

fn folder_of(path: &Path) -> String {
    path.parent().unwrap_or(path).display().to_string()
}

/// What a confined step, which ran in `folder` and said `text` of its failure, was kept from; the last thing it names.
pub(crate) fn denied(text: &str, confinement: &Confinement, folder: &Path) -> Option<Denied> {
    if confinement.is_open() {
        return None;
    }
    let sockets = SOCKETS.iter().any(|word| text.contains(word));
    text.lines().rev().find_map(|line| in_line(line, sockets, confinement, folder))
}

fn in_line(line: &str, sockets: bool, confinement: &Confinement, folder: &Path) -> Option<Denied> {
    let refused = REFUSED.iter().any(|said| line.contains(said));
    let socket = sockets && line.contains(CALL);
    if !confinement.network && (socket || ALONE.iter().any(|said| line.contains(said))) {
        return Some(Denied::Network);
    }
    let absent = confinement.tier == Tier::T2 && line.contains(ABSENT);
    if confinement.tier == Tier::Off || !(refused || absent) {
        return None;
    }
    paths(line).into_iter().find_map(|path| of_path(&folder.join(path), absent, confinement))
}

/// What the sandbox keeps a step from doing with a path that this process, which has none, could do.
fn of_path(path: &Path, absent: bool, confinement: &Confinement) -> Option<Denied> {
    let within = |all: &[PathBuf]| all.iter().any(|allowed| path.starts_with(allowed));
    let elsewhere = absent && IN_MEMORY.iter().any(|folder| path.starts_with(folder));
    if within(&confinement.write) && !elsewhere {
        return None;
    }
    let readable = within(&confinement.read);
    if absent && readable {
        return None;
    }
    if !readable && access(path, Access::READ_OK).is_ok() {
        return Some(Denied::Read(path.to_owned()));
    }
    let writable = match path.exists() {
        true => access(path, Access::WRITE_OK).is_ok(),
        false => path.parent().is_some_and(|parent| access(parent, Access::WRITE_OK).is_ok()),
    };
    writable.then(|| Denied::Write(path.to_owned()))
}

/// What may be paths in a message: what stands between quotes, or is a word with a slash or a point in it.
fn paths(line: &str) -> Vec<&str> {
    let quoted = line.split(['\'', '"', '‘', '’', '`']).skip(1).step_by(2);
    let words = line.split([' ', '\'', '"', '‘', '’', '`']).map(|word| word.trim_matches([':', ',', ';', '(', ')']));
    let like = |word: &&str| !word.is_empty() && (word.contains('/') || word.contains('.')) && !word.contains("://");
    quoted.chain(words).filter(like).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confinement(tier: Tier, network: bool) -> Confinement {
        let (read, write) = (vec!["/usr".into()], vec!["/dev/null".into()]);
        Confinement { tier, network, read, write, ..Confinement::open() }
    }

    /// Of a folder that this process can write to, with a file in it.
    #[test]
    fn tells_what_the_sandbox_alone_kept_from() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("here.txt");
        std::fs::write(&file, "text").expect("written");
        let new = folder.path().join("new.txt");
        let told = |text: &str| denied(text, &confinement(Tier::T1, false), folder.path());
        assert_eq!(told("bash: line 1: new.txt: Permission denied"), Some(Denied::Write(new.clone())));
        assert_eq!(
            told(&format!("PermissionError: [Errno 13] Permission denied: '{}'", new.display())),
            Some(Denied::Write(new))
        );
        assert_eq!(told("cat: here.txt: Permission denied\nsomething else"), Some(Denied::Read(file)));
        assert_eq!(told("curl: (6) Could not resolve host: example.org"), Some(Denied::Network));
        assert_eq!(
            told("  socket.socket()\nPermissionError: [Errno 1] Operation not permitted"),
            Some(Denied::Network)
        );
        // What is not there is not kept from it at this tier, and what it may do was not refused by the sandbox.
        assert_eq!(told("cat: gone.txt: No such file or directory"), None);
        assert_eq!(told("bash: /dev/null: Permission denied"), None);
        assert_eq!(told("bash: /no/such/folder/x: Permission denied"), None);
        assert_eq!(told("ValueError: Permission is a word"), None);
    }

    #[test]
    fn what_is_free_is_not_the_sandboxs_doing() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = |text: &str, tier, network| denied(text, &confinement(tier, network), folder.path());
        let host = "curl: (6) Could not resolve host: example.org";
        assert_eq!(told(host, Tier::T1, true), None);
        assert_eq!(told(host, Tier::Off, false), Some(Denied::Network));
        assert_eq!(told("bash: new.txt: Permission denied", Tier::Off, false), None);
        std::fs::write(folder.path().join("other.txt"), "text").expect("written");
        assert_eq!(told("cat: /usr/no-such-file: No such file or directory", Tier::T2, true), None);
        let absent = "cat: other.txt: No such file or directory";
        assert!(matches!(told(absent, Tier::T2, true), Some(Denied::Read(_))));
    }
}
