//! Runs a plan, from its parameters to its report: the scheduler decides, this does what it says and tells what happened.

mod beside;
mod drive;
pub(crate) mod driver;
pub(crate) mod environments;
mod later;
mod names;
mod outside;
mod params;
mod past;
mod recall;
pub(crate) mod recorder;
mod setup;
mod signals;
mod spent;
pub(crate) mod world;

use smol_str::SmolStr;
use standpipe_plan::{Plan, Value};

use crate::codes;
use crate::event::{Failure, Observer};
use crate::machine;
use crate::options::{Options, RunReport};
use crate::room;

pub(crate) use self::beside::beside;
pub(crate) use self::environments::{Environments, Which};
pub(crate) use self::params::{bind, check};
pub(crate) use self::signals::Signals;

/// Runs `plan` with these parameters; `observer` hears of everything, and of nothing before it is on the disk.
///
/// # Errors
/// Nothing was started: a parameter does not fit, a file is missing, the state folder cannot be used. A run that was
/// started and failed is a report.
pub fn run(
    plan: &Plan,
    params: Vec<(SmolStr, Value)>,
    options: &Options,
    observer: &mut dyn Observer,
) -> Result<RunReport, Failure> {
    let mut options = options.absolute();
    let room = room::for_steps(machine::slots(&options))?;
    options.workers = Some(options.workers.map_or(room, |workers| workers.min(room)));
    let options = &options;
    let runtime = room::runtime().map_err(|error| {
        Failure::new(codes::FEW_FILES, format!("this process cannot wait for others: {error}"))
            .with_help("raise `ulimit -n`, or end what else has many files open")
    })?;
    let local = tokio::task::LocalSet::new();
    let report = local.block_on(&runtime, async {
        let setup = setup::prepare(plan, params, options)?;
        drive::drive(setup, options, observer).await
    });
    drop(local);
    report
}
