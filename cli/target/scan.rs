//! A first look over the command line, before the pipeline is known whose parameters are part of it: which file, which
//! pipeline. Knows the options of the command, and of parameters only that they come after the file.

use std::ffi::OsString;

use clap::{Arg, Command};

/// What the first look found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    /// The name of the command.
    pub(crate) command: String,
    /// The first argument that is no option.
    pub(crate) file: Option<OsString>,
    /// The second, when no unknown option stands before it.
    pub(crate) pipeline: Option<String>,
    /// Options with values, by their id.
    pub(crate) options: Vec<(String, OsString)>,
    /// `-h` or `--help` is among them.
    pub(crate) help: bool,
}

impl Scan {
    /// The last value of the option `id`.
    pub(crate) fn option(&self, id: &str) -> Option<&OsString> {
        self.options.iter().rev().find(|(known, _)| known == id).map(|(_, value)| value)
    }
}

/// Looks over `argv`, whose first item is the program's name.
pub(crate) fn scan(argv: &[OsString], root: &Command) -> Scan {
    let mut scan = Scan::default();
    let mut unknown = false;
    let mut rest = argv.iter().skip(1).peekable();
    let mut command: Option<&Command> = None;
    while let Some(arg) = rest.next() {
        let text = arg.to_string_lossy();
        if text == "--" {
            break;
        }
        if !text.starts_with('-') || text == "-" {
            match (&command, &scan.file, &scan.pipeline) {
                (None, ..) => {
                    scan.command = text.clone().into_owned();
                    command = root.find_subcommand(text.as_ref());
                    if command.is_none() {
                        break;
                    }
                }
                (_, None, _) => scan.file = Some(arg.clone()),
                (_, _, None) if !unknown => scan.pipeline = Some(text.into_owned()),
                _ => {}
            }
            continue;
        }
        scan.help |= text == "--help" || text == "-h";
        let (name, value) = text.split_once('=').map_or((text.as_ref(), None), |(name, value)| (name, Some(value)));
        let known = command.into_iter().chain([root]).flat_map(Command::get_arguments).find(|known| is(known, name));
        match known {
            Some(known) if known.get_action().takes_values() => {
                let value = value.map(OsString::from).or_else(|| rest.next().cloned());
                scan.options.extend(value.map(|value| (known.get_id().to_string(), value)));
            }
            Some(_) => {}
            None if name == "--help" || !name.starts_with("--") => {}
            None => {
                unknown = true;
                if value.is_none() && rest.peek().is_some_and(|next| !next.to_string_lossy().starts_with("--")) {
                    rest.next();
                }
            }
        }
    }
    scan
}

fn is(known: &Arg, name: &str) -> bool {
    match name.strip_prefix("--") {
        Some(long) => known.get_long() == Some(long),
        None => known.get_short().is_some_and(|short| name.strip_prefix('-') == Some(short.to_string().as_str())),
    }
}

#[cfg(test)]
mod tests {
    use clap::ArgAction;

    use super::*;

    fn look(line: &str) -> String {
        let run = Command::new("run")
            .arg(Arg::new("jobs").long("jobs"))
            .arg(Arg::new("out").short('o'))
            .arg(Arg::new("no_cache").long("no-cache").action(ArgAction::SetTrue));
        let root = Command::new("standpipe").arg(Arg::new("root").long("root").global(true)).subcommand(run);
        let argv: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let scan = scan(&argv, &root);
        let options = scan.options.iter().map(|(id, value)| format!(" {id}={}", value.display())).collect::<String>();
        let file = scan.file.map(|file| file.display().to_string());
        format!("{:?} {:?}{options}{}", file, scan.pipeline, if scan.help { " help" } else { "" })
    }

    #[test]
    fn files_and_pipelines() {
        assert_eq!(look("standpipe run"), "None None");
        assert_eq!(look("standpipe run a.pipe"), "Some(\"a.pipe\") None");
        assert_eq!(
            look("standpipe --root x run --jobs 2 a.pipe train"),
            "Some(\"a.pipe\") Some(\"train\") root=x jobs=2"
        );
        assert_eq!(look("standpipe run a.pipe --no-cache train --root=y"), "Some(\"a.pipe\") Some(\"train\") root=y");
        assert_eq!(look("standpipe run a.pipe --trials 3 train"), "Some(\"a.pipe\") None");
        assert_eq!(look("standpipe run a.pipe --trials=3 -o f --help"), "Some(\"a.pipe\") None out=f help");
        assert_eq!(look("standpipe run a.pipe -- train"), "Some(\"a.pipe\") None");
        assert_eq!(look("standpipe walk a.pipe"), "None None");
    }
}
