//! `standpipe explain CODE`: the page of a diagnostic.

use clap::{Arg, ArgMatches, Command};
use standpipe_syntax::diag::{CODES, Code};

use crate::context::{Context, print, width};
use crate::problem::{Exit, Problem};
use crate::render::markdown;

pub(super) fn define(command: Command) -> Command {
    command
        .arg(Arg::new("code").value_name("CODE").help("Such as E0201; all are listed when it is left out"))
        .after_help("Example:\n  standpipe explain E0201")
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Exit, Problem> {
    let paint = context.paint();
    let Some(wanted) = matches.get_one::<String>("code") else {
        let list = CODES.iter().map(|entry| format!("{}  {}\n", paint.bold(entry.code.as_str()), entry.title));
        print(&list.collect::<String>())?;
        return Ok(Exit::Done);
    };
    let Some(entry) = Code::find(wanted.trim()) else {
        let near = alike(wanted);
        let problem = Problem::usage(format!("there is no code `{wanted}`"));
        return Err(match near.as_slice() {
            [] => problem.help("`standpipe explain` lists every code"),
            near => problem.help(format!("did you mean {}?", near.join(" or "))),
        });
    };
    print(&markdown::render(entry.page, width().clamp(60, 100), paint))?;
    Ok(Exit::Done)
}

/// Up to three codes that `wanted` may have been meant to be: one slip away, or all digits right.
fn alike(wanted: &str) -> Vec<String> {
    let wanted = wanted.trim().to_ascii_uppercase();
    let digits = wanted.trim_start_matches(|character: char| !character.is_ascii_digit());
    let near = |code: &str| {
        strsim::damerau_levenshtein(code, &wanted) <= 1
            || (!digits.is_empty() && code[1..].trim_start_matches('0') == digits.trim_start_matches('0'))
    };
    CODES
        .iter()
        .filter(|entry| near(entry.code.as_str()))
        .take(3)
        .map(|entry| format!("`{}` ({})", entry.code, entry.title))
        .collect()
}
