//! What Linux alone has is named in one folder, `runtime/src/host/linux`; and what all else asks of the system, every
//! Unix that the program is to be built for has, too. Reads the sources: no other system is at hand to build them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of sources that are built into the program.
const SOURCES: [&str; 6] = ["cli", "compiler", "lsp", "plan", "report", "runtime/src"];

/// The folder that may name what Linux alone has.
const LINUX: &str = "runtime/src/host/linux";

/// Words of what Linux alone has: files, libraries, calls.
const OWN: [&str; 15] = [
    "/proc",
    "/sys/",
    "boottime",
    "cgroup",
    "fallocate",
    "landlock",
    "libc::",
    "memfd",
    "os::linux",
    "pidfd",
    "sched_",
    "seccomp",
    "subreaper",
    "syncfs",
    "unshare",
];

/// What of `rustix` is asked for elsewhere. Each of these is there on macOS, as its sources say: what they have for Linux
/// alone is marked `linux_kernel`, what is for all but Apple's systems `not(apple)`.
const EVERYWHERE: [&str; 40] = [
    "fs::Access",
    "fs::CWD",
    "fs::FlockOperation",
    "fs::OFlags",
    "fs::RenameFlags",
    "fs::SeekFrom",
    "fs::access",
    "fs::fcntl_setfl",
    "fs::flock",
    "fs::llistxattr_query",
    "fs::renameat_with",
    "fs::seek",
    "fs::statvfs",
    "io::Errno",
    "io::dup",
    "io::read",
    "process::Pid",
    "process::Resource",
    "process::Rlimit",
    "process::Signal",
    "process::WaitId",
    "process::WaitIdOptions",
    "process::WaitIdStatus",
    "process::geteuid",
    "process::getpid",
    "process::getppid",
    "process::getrlimit",
    "process::kill_process",
    "process::kill_process_group",
    "process::setrlimit",
    "process::setsid",
    "process::test_kill_process",
    "process::waitid",
    "stdio::dup2_stderr",
    "stdio::dup2_stdin",
    "stdio::dup2_stdout",
    "stdio::stdin",
    "system::uname",
    "time::ClockId",
    "time::clock_gettime",
];

/// Every source outside of that folder.
fn sources() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = SOURCES.iter().map(PathBuf::from).collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true if !path.starts_with(LINUX) => folders.push(path),
                true => {}
                false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
                false => {}
            }
        }
    }
    found.sort_unstable();
    found
}

/// The lines of a source that are no comments, with their numbers.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).expect("it is text");
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.to_owned()));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//")).collect()
}

/// What a text says behind `rustix::`, a path for each item: of `fs::{Access, access}` two.
fn items(text: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for behind in text.split("rustix::").skip(1) {
        let module = word(behind);
        let Some(rest) = behind[module.len()..].strip_prefix("::") else { continue };
        let names = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default(),
            None => rest,
        };
        let several = rest.starts_with('{');
        for name in names.split(',').map(|name| word(name.trim())).take(if several { usize::MAX } else { 1 }) {
            if !name.is_empty() {
                found.insert(format!("{module}::{name}"));
            }
        }
    }
    found
}

#[test]
fn what_linux_alone_has_is_named_in_one_folder() {
    let all = sources();
    assert!(all.len() > 300, "{} sources", all.len());
    let mut found = Vec::new();
    for path in &all {
        for (number, line) in code(path) {
            let line = line.to_lowercase();
            found.extend(OWN.iter().filter(|word| line.contains(*word)).map(|word| {
                let path = path.display();
                format!("{path}:{number}: {word}")
            }));
        }
    }
    assert_eq!(found, Vec::<String>::new(), "this belongs into {LINUX}");
}

#[test]
fn what_is_asked_of_the_system_elsewhere_every_unix_has() {
    let known: BTreeSet<String> = EVERYWHERE.map(str::to_owned).into();
    let mut asked = BTreeSet::new();
    for path in sources() {
        let text: Vec<String> = code(&path).into_iter().map(|(_, line)| line).collect();
        asked.extend(items(&text.join("\n")));
    }
    let new: Vec<&String> = asked.difference(&known).collect();
    assert_eq!(new, Vec::<&String>::new(), "is that there on macOS? Then it belongs into the list; else into {LINUX}");
    let gone: Vec<&String> = known.difference(&asked).collect();
    assert_eq!(gone, Vec::<&String>::new(), "nobody asks for that any more");
}

/// Libraries that are for Linux alone are asked for there alone.
#[test]
fn libraries_for_linux_are_built_there_alone() {
    for crate_name in ["cli", "compiler", "lsp", "plan", "report", "runtime"] {
        let manifest = fs::read_to_string(format!("{crate_name}/Cargo.toml")).expect("it is there");
        let mut table = String::new();
        for line in manifest.lines() {
            if line.starts_with('[') {
                table = line.to_owned();
            }
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if ["landlock", "libc", "seccompiler"].contains(&name) {
                assert_eq!(table, "[target.'cfg(target_os = \"linux\")'.dependencies]", "{crate_name}: {line}");
            }
        }
    }
}

#[test]
fn items_are_found_however_they_are_written() {
    let text = "use rustix::fs::{Access,\n    access};\nlet all = rustix::process::getpid();\nuse rustix::io::Errno;";
    let found: Vec<String> = items(text).into_iter().collect();
    assert_eq!(found, ["fs::Access", "fs::access", "io::Errno", "process::getpid"]);
}
