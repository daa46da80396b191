//! `standpipe build FILE [PIPELINE] -o OUT.plan`: the plan as a file.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command};
use standpipe_plan::{Plan, encode};

use super::{compiled, target_args};
use crate::context::{Context, say};
use crate::params;
use crate::problem::{Exit, Problem};
use crate::target::Target;

pub(super) fn define(command: Command) -> Command {
    command
        .args(target_args())
        .arg(
            Arg::new("output")
                .short('o')
                .long("output")
                .value_name("OUT.plan")
                .help("Where to write it; `-` for standard output")
                .required(true)
                .value_parser(clap::value_parser!(PathBuf))
                .value_hint(clap::ValueHint::FilePath),
        )
        .after_help("Examples:\n  standpipe build churn.pipe train -o churn.plan\n  standpipe build churn.pipe train -o churn.plan --trials 64    sets another default")
}

pub(super) fn run(context: &Context, matches: &ArgMatches, target: &Target) -> Result<Exit, Problem> {
    let Some(output) = matches.get_one::<PathBuf>("output") else { return Err(Problem::usage("no output was named")) };
    let mut plan = match compiled(context, target, false, Exit::Failed)? {
        Ok(compiled) => compiled.plan,
        Err(exit) => return Ok(exit),
    };
    let given = params::given(&target.parameters(), matches, target.project())?;
    for (name, value) in given {
        if let Some(param) = plan.params.iter_mut().find(|param| param.name == name) {
            param.default = Some(value);
        }
    }
    if output.as_os_str() == "-" {
        crate::context::print(&encode(&plan))?;
        return Ok(Exit::Done);
    }
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(Problem::usage(format!("there is no folder `{}`", folder.display())));
    }
    write(output, &plan)
        .map_err(|error| Problem::failed(format!("`{}` cannot be written: {error}", output.display())))?;
    if !context.quiet {
        say(&format!("wrote {} ({})", output.display(), plan.pipeline));
    }
    Ok(Exit::Done)
}

/// Writes the plan in one step: nobody ever sees half of it.
fn write(path: &Path, plan: &Plan) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // What any new file gets, less the process's mask.
    let permissions = std::fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().prefix(".standpipe-plan-").permissions(permissions).tempfile_in(folder)?;
    file.write_all(encode(plan).as_bytes())?;
    file.persist(path)?;
    Ok(())
}
