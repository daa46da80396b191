//! `standpipe fmt [PATH…]`: one style, no options.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command};
use similar::TextDiff;
use standpipe_compiler::MAX_SOURCE;
use standpipe_syntax::{FileId, Source};

use crate::context::{Context, print, say};
use crate::problem::{Exit, Problem};
use crate::render::diagnostics::Findings;
use crate::render::plural;
use crate::render::report::Files;
use crate::sources;
use crate::world::read_regular;

pub(super) fn define(command: Command) -> Command {
    command
        .arg(
            Arg::new("paths")
                .value_name("PATH")
                .help("Files, or folders with all in them, or `-` for standard input; all of the project when left out")
                .num_args(0..)
                .value_parser(clap::value_parser!(PathBuf))
                .value_hint(clap::ValueHint::AnyPath),
        )
        .arg(
            Arg::new("check")
                .long("check")
                .help("Write nothing; show what would change, and exit with 1 when anything would")
                .action(ArgAction::SetTrue),
        )
        .after_help("Examples:\n  standpipe fmt\n  standpipe fmt --check churn.pipe\n  standpipe fmt - < churn.pipe")
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Problem> {
    let paths: Vec<PathBuf> = matches.get_many("paths").unwrap_or_default().cloned().collect();
    let check = matches.get_flag("check");
    let (stdin, paths): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.as_os_str() == "-");
    let (mut changed, mut broken) = (0, false);
    if !stdin.is_empty() {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(MAX_SOURCE + 1).read_to_end(&mut bytes)?;
        let result = format(context, "<stdin>", bytes)?;
        broken |= result.broken;
        match check {
            true => print(&result.diff("<stdin>"))?,
            false => print(&result.after)?,
        }
        changed += usize::from(result.before != result.after);
    }
    let files = if stdin.is_empty() || !paths.is_empty() { sources::find(context, &paths)? } else { Vec::new() };
    let mut unread = false;
    for path in &files {
        let name = crate::project::shown(path);
        let read = read_regular(path, MAX_SOURCE)
            .map_err(|why| Problem::usage(format!("`{name}` cannot be formatted: {why}")))
            .and_then(|bytes| format(context, &name, bytes));
        let result = match read {
            Ok(result) => result,
            // The others are formatted all the same.
            Err(problem) => {
                crate::complain(context, &problem);
                unread = true;
                continue;
            }
        };
        broken |= result.broken;
        if result.before == result.after {
            continue;
        }
        changed += 1;
        match check {
            true => print(&result.diff(&name))?,
            false => replace(path, &result.after)
                .map_err(|error| Problem::failed(format!("`{name}` cannot be written: {error}")))?,
        }
    }
    if !context.quiet && stdin.is_empty() {
        let verb = if check { "would change" } else { "changed" };
        say(&format!("{verb} {changed} of {}", plural(files.len(), "file")));
    }
    Ok(match () {
        () if unread => Exit::Usage,
        () if broken || (check && changed > 0) => Exit::Failed,
        () => Exit::Done,
    })
}

struct Outcome {
    before: String,
    after: String,
    /// Some of it could not be read, and stays as it was.
    broken: bool,
}

impl Outcome {
    fn diff(&self, name: &str) -> String {
        let diff = TextDiff::from_lines(&self.before, &self.after);
        diff.unified_diff().header(name, &format!("{name} (formatted)")).to_string()
    }
}

/// The text of `bytes`, formatted; what is wrong with it goes to standard error.
fn format(context: &Context, name: &str, bytes: Vec<u8>) -> Result<Outcome, Problem> {
    if bytes.len() as u64 > MAX_SOURCE {
        return Err(Problem::usage(format!(
            "`{name}` is larger than the {} MiB a source file may have",
            MAX_SOURCE >> 20
        )));
    }
    let before = String::from_utf8(bytes).map_err(|_| Problem::usage(format!("`{name}` is not UTF-8")))?;
    let source = Source::new(FileId(0), name, &before);
    let formatted = standpipe_syntax::format(&source);
    let broken = formatted.diagnostics.iter().any(standpipe_syntax::diag::Diagnostic::is_error);
    if broken {
        let mut findings = Findings::default();
        findings.add(Files { files: vec![(name.to_owned(), source)] }, formatted.diagnostics);
        say(findings.text(context.look_error()).trim_end());
    }
    Ok(Outcome { before, after: formatted.text, broken })
}

/// Puts `text` in the place of the file at `path` in one step: whatever happens, one of the two is there whole.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let mut file = tempfile::Builder::new().prefix(".standpipe-fmt-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(path.metadata()?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}
