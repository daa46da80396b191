//! One process from its start to the end of everything it started. Knows nothing of steps.

use std::error::Error;
use std::io;
use std::iter::successors;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process_group, waitid};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};

use super::footprint::Footprint;
use crate::executor::Stop;
use crate::host::processes::younger_marked;
use crate::host::{Exit, Kin, Tree};
use crate::process::kill_tree;
use crate::sandbox::{Confinement, within};

/// How long a process may take to end after it was asked to.
pub(super) const GRACE: Duration = Duration::from_secs(5);
/// How often new output is looked for.
const LOOK: Duration = Duration::from_millis(200);
/// With more new process numbers than this since the start, all processes are looked through.
const FEW: i32 = 256;

/// How a process ended, and on whose account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    Exited(i32),
    /// By a signal that did not come from here.
    Signalled(i32),
    TimedOut(Duration),
    #[default]
    Cancelled,
    /// It was not started, for the reason that this number of the system stands for; 0 for none of these.
    NotStarted(i32),
}

impl Ending {
    /// Not started because of that error, or of what is behind it.
    pub(crate) fn not_started(error: &io::Error) -> Self {
        let first: &(dyn Error + 'static) = error;
        let mut causes = successors(Some(first), |cause: &&(dyn Error + 'static)| (*cause).source());
        let number = causes.find_map(|cause| cause.downcast_ref::<io::Error>()?.raw_os_error());
        Self::NotStarted(number.unwrap_or(0))
    }

    /// The reason that such a number stands for.
    pub(crate) fn reason(number: i32) -> String {
        if number == 0 { "no reason is known".to_owned() } else { io::Error::from_raw_os_error(number).to_string() }
    }
}

pub(crate) struct Limits {
    pub timeout: Option<Duration>,
    pub stop: watch::Receiver<Stop>,
}

/// Runs `command` in a process group of its own, to the end of the last process that it started. `look` is called now
/// and then while it runs. How it ended, and the memory that it was seen to take, in bytes.
pub(super) async fn run(
    mut command: Command,
    (marker, confinement): (&str, &Confinement),
    mut limits: Limits,
    look: &mut dyn FnMut(),
) -> io::Result<(Ending, Option<u64>)> {
    if *limits.stop.borrow_and_update() != Stop::No {
        return Ok((Ending::Cancelled, None));
    }
    command.process_group(0);
    let mut child = within(confinement, move || command.spawn())?;
    let ended = match pid_of(&child) {
        Ok(pid) => {
            let (mut footprint, kin) = (Footprint::begin(Tree::Below(pid)), Kin::of(pid, marker));
            let ended = tokio::select! {
                ended = watch(pid, limits, look, Some(&mut footprint)) => ended,
                never = kin.look() => match never {},
            };
            kin.end();
            ended.map(|ending| (ending, footprint.most()))
        }
        Err(error) => Err(error),
    };
    // While the first process is not waited for, its number, and so the group's, belongs to nobody else.
    end_others(child.id(), marker).await;
    if ended.is_err() {
        let _ = child.kill();
    }
    child.wait()?;
    ended
}

fn pid_of(child: &std::process::Child) -> io::Result<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or_else(|| io::Error::other("a process without a number"))
}

/// Waits for the process to end by itself, by its timeout, or because the run is stopped; it is not reaped. Meanwhile the
/// memory of what it belongs to is looked at.
pub(crate) async fn watch(
    pid: Pid,
    mut limits: Limits,
    look: &mut dyn FnMut(),
    mut footprint: Option<&mut Footprint>,
) -> io::Result<Ending> {
    let exit = Exit::of(pid)?;
    let begun = Instant::now();
    let far = begun + Duration::from_secs(86_400 * 365 * 30);
    let mut act_at = limits.timeout.and_then(|timeout| begun.checked_add(timeout)).unwrap_or(far);
    let mut ours = None;
    let mut ticks = interval_at(begun + LOOK, LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut listening = true;
    loop {
        let look_at = footprint.as_ref().map_or(far, |footprint| footprint.next().into());
        tokio::select! {
            ended = exit.ended() => {
                ended?;
                break;
            }
            changed = limits.stop.changed(), if listening => {
                listening = changed.is_ok();
                match *limits.stop.borrow_and_update() {
                    Stop::No => {}
                    Stop::Gently if ours.is_none() => {
                        ours = Some(Ending::Cancelled);
                        act_at = ask(pid);
                    }
                    Stop::Gently => {}
                    Stop::AtOnce => {
                        ours = ours.or(Some(Ending::Cancelled));
                        act_at = kill(pid, far);
                    }
                }
            }
            () = sleep_until(act_at) => {
                act_at = if ours.is_none() {
                    ours = Some(Ending::TimedOut(limits.timeout.unwrap_or_default()));
                    ask(pid)
                } else {
                    kill(pid, far)
                };
            }
            _ = ticks.tick() => look(),
            () = sleep_until(look_at) => {
                if let Some(footprint) = &mut footprint {
                    footprint.look();
                }
            }
        }
    }
    let status = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)?;
    Ok(ours.unwrap_or_else(|| ending(status.as_ref())))
}

fn ending(status: Option<&WaitIdStatus>) -> Ending {
    let signal = status.and_then(WaitIdStatus::terminating_signal);
    match signal {
        Some(signal) => Ending::Signalled(signal),
        None => Ending::Exited(status.and_then(WaitIdStatus::exit_status).unwrap_or(-1)),
    }
}

/// Asks the group to end; says when it has had its time.
fn ask(group: Pid) -> Instant {
    let _ = kill_process_group(group, Signal::TERM);
    // A stopped process hears it only when it goes on.
    let _ = kill_process_group(group, Signal::CONT);
    Instant::now() + GRACE
}

fn kill(group: Pid, next: Instant) -> Instant {
    let _ = kill_process_group(group, Signal::KILL);
    next
}

/// Ends what the first process left behind: its group, and what called `setsid`.
async fn end_others(leader: u32, marker: &str) {
    let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) else { return };
    let _ = kill_process_group(group, Signal::KILL);
    // Where many processes were started since, all are looked through.
    if younger_marked(group.as_raw_nonzero().get(), marker, FEW).unwrap_or(true) {
        kill_tree(leader, marker).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_started_says_why() {
        let why = |error: io::Error| match Ending::not_started(&error) {
            Ending::NotStarted(number) => Ending::reason(number),
            other => panic!("{other:?}"),
        };
        let missing = || io::Error::from_raw_os_error(2);
        assert_eq!(why(missing()), missing().to_string());
        assert_eq!(
            why(io::Error::other(rusqlite::Error::ToSqlConversionFailure(Box::new(missing())))),
            missing().to_string()
        );
        assert_eq!(why(io::Error::other("something else")), "no reason is known");
    }
}
