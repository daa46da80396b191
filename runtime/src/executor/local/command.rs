//! Commands of attempts: run to their end where a keeper holds them, or by this process where there is none; and those
//! that an earlier session left to its keepers waited for. Knows nothing of what they compute.

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use smol_str::SmolStr;
use tokio::sync::watch;

use super::folders::HOME;
use super::log::Slot;
use super::process::{self, Ending};
use super::reports::{self, Reported, Reports};
use super::{Local, not_started, output, pool};
use crate::codes;
use crate::event::{Event, Failure};
use crate::executor::{News, Stop};
use crate::host::group::end_of;
use crate::keeper::{Ended, Keeper, Kind, Left, LogLimit, LogPlace, Output, Request};
use crate::locale;
use crate::process::{MARKER, kill_tree};
use crate::remains::{Alone, Remnant};
use crate::runner::{Attempt, lost};
use crate::sandbox::{Confinement, Tier, at_home, launched};
use crate::schedule::Ticket;

/// How often it is looked whether an attempt of an earlier session has ended.
const LOOK_IN: Duration = Duration::from_millis(20);

impl Local {
    /// Runs a command of an attempt to its end, its output going to `slot`'s log.
    pub(crate) async fn process(
        &self,
        attempt: &Attempt,
        mut command: Command,
        slot: &mut Slot,
    ) -> Result<Ended, Failure> {
        let marker = self.marker(attempt);
        command.env(MARKER, &marker).envs(pool::thread_variables(attempt.threads)).envs(attempt.seats.variables());
        let own = self.own(attempt);
        let mut reports = Reports::of(&own);
        command.env(reports::VARIABLE, reports.path());
        let confinement = self.confinement(attempt, &[own.as_path(), slot.path()]);
        if confinement.tier > Tier::Off {
            let home = own.join(HOME);
            self.folders.make(&home).map_err(|error| not_started(attempt, &error))?;
            at_home(&mut command, &home);
        }
        // What has secrets to hide does not outlive who hides them.
        let alone = if attempt.veil.is_some() && self.site.keeper.is_some() { Alone::Ended } else { Alone::Kept };
        let log = slot.begin(|start| self.now(attempt, start, alone)).and_then(File::try_clone);
        let log = match &attempt.veil {
            Some(veil) => log.and_then(|_| slot.veil(veil)),
            None => log,
        };
        let log = log.map_err(|error| not_started(attempt, &error))?;
        let (ends, ending) = watch::channel(*self.site.stop.borrow());
        let early = Cell::new(false);
        let mut look = |slot: &mut Slot| {
            slot.fresh(&mut |text| self.say(output(attempt, text)));
            // Who compares what it reports may find that it is not worth going on with.
            if self.pass_on(attempt, &mut reports) && self.advice(attempt.ticket).exists() && !early.replace(true) {
                ends.send_replace(Stop::Gently);
            }
        };
        let ended = {
            let ended = self.held(attempt, command, (&marker, &log, confinement), slot, ending, &mut look);
            let mut ended = std::pin::pin!(ended);
            let mut stop = self.stop();
            loop {
                tokio::select! {
                    ended = &mut ended => break ended,
                    Ok(()) = stop.changed() => {
                        ends.send_replace(*stop.borrow_and_update());
                    }
                }
            }
        };
        look(slot);
        self.judged(attempt, ended?, early.get())
    }

    /// An attempt that ended so, having been told, or not, that it is not worth going on with.
    fn judged(&self, attempt: &Attempt, ended: Ended, told: bool) -> Result<Ended, Failure> {
        if told && ended.how == Ending::Cancelled && *self.site.stop.borrow() == Stop::No {
            let message = format!("`{}` was not worth going on with", attempt.name.path);
            return Err(Failure::new(codes::STOPPED_EARLY, message));
        }
        Ok(ended)
    }

    /// The file that is there once the step may end at its next report.
    pub(super) fn advice(&self, ticket: Ticket) -> std::path::PathBuf {
        self.work.join(format!("{ticket}-stop"))
    }

    /// Passes on what a process reported since the last look; whether it has reported anything at all.
    fn pass_on(&self, attempt: &Attempt, reports: &mut Reports) -> bool {
        let step = &attempt.name.path;
        let (reported, wrong) = reports.fresh();
        for Reported { name, value, at } in reported {
            let name = attempt.veil.as_ref().map_or_else(|| name.clone(), |veil| veil.text(&name).into());
            self.tell(News::Reported { ticket: attempt.ticket, name: name.clone(), value, at });
            self.say(Event::Metric { step: step.clone(), name, value, at });
        }
        for line in wrong {
            let line = attempt.veil.as_ref().map_or_else(|| line.clone(), |veil| veil.text(&line));
            let text = format!("what was appended to ${} is no object of numbers: {line}", reports::VARIABLE);
            self.say(Event::Log { step: step.clone(), stream: SmolStr::new_static("warning"), text });
        }
        reports.any()
    }

    /// Runs a command to its end, or until it is to end, with a keeper where there is one.
    async fn held(
        &self,
        attempt: &Attempt,
        command: Command,
        (marker, log, confinement): (&str, &File, Confinement),
        slot: &mut Slot,
        stop: watch::Receiver<Stop>,
        look: &mut dyn FnMut(&mut Slot),
    ) -> Result<Ended, Failure> {
        let Some(program) = self.site.keeper.clone() else {
            return self.process_here(attempt, command, (marker, log, &confinement), slot, stop, look).await;
        };
        let veiled = attempt.veil.is_some();
        let mut keeper = keeper_of(&program, slot, &self.hidden()).map_err(|error| not_started(attempt, &error))?;
        let mut request = Request::of(&command, self.tag(attempt), self.site.root.clone());
        request.timeout = attempt.timeout;
        request.own = self.own(attempt);
        request.confinement = confinement;
        request.tied = veiled;
        request.recorded = attempt.task().is_some_and(|task| task.effect) && !request.tied;
        match keeper.run(request, stop, &mut || look(slot)).await {
            Ok(ended) => {
                match veiled {
                    true => keeper.close(),
                    false => slot.keeper = Some(keeper),
                }
                Ok(ended)
            }
            Err(_) => {
                // What it held is in its group, or looked for by its environment.
                end_of(keeper.pid());
                kill_tree(0, marker).await;
                keeper.close();
                Err(lost(attempt))
            }
        }
    }

    /// The same without a keeper.
    async fn process_here(
        &self,
        attempt: &Attempt,
        command: Command,
        (marker, log, confinement): (&str, &File, &Confinement),
        slot: &mut Slot,
        stop: watch::Receiver<Stop>,
        look: &mut dyn FnMut(&mut Slot),
    ) -> Result<Ended, Failure> {
        let not_started = |error: &io::Error| not_started(attempt, error);
        let output = Output::alone().map_err(|error| not_started(&error))?;
        output.begin(log.metadata().map_or(0, |about| about.len()));
        let mut command = match (&self.site.keeper, confinement.tier) {
            (Some(program), Tier::T2) => launched(&command, confinement, program),
            (None, Tier::T2) | (_, Tier::Off | Tier::T1) => command,
        };
        locale::settle(&mut command);
        command
            .stdin(self.nothing.try_clone().map_err(|error| not_started(&error))?)
            .stdout(output.writer().map_err(|error| not_started(&error))?)
            .stderr(output.writer().map_err(|error| not_started(&error))?)
            .current_dir(&self.site.root);
        let limits = process::Limits { timeout: attempt.timeout, stop };
        let mut look = || look(slot);
        let ended = tokio::select! {
            ended = process::run(command, (marker, confinement), limits, &mut look) => ended,
            never = output.pass(log) => match never {},
        };
        output.rest(log);
        let (how, memory) = match ended {
            Ok(ended) => ended,
            Err(error) => (Ending::not_started(&error), None),
        };
        Ok(Ended { how, memory, ..Ended::default() })
    }

    /// Waits for an attempt that an earlier session of the run left to its keeper; `None` when that is gone and has not
    /// noted how the attempt ended. All that it has reported is told: to this session it is new.
    pub(crate) async fn wait_for(&self, attempt: &Attempt, held: &Remnant) -> Result<Option<Ended>, Failure> {
        let mut stop = self.stop();
        let mut reports = Reports::of(held.own());
        let mut early = false;
        loop {
            let left = held.left();
            let reporting = self.pass_on(attempt, &mut reports);
            match &left {
                Left::Ended(ended) => return self.judged(attempt, Ended::clone(ended), early).map(Some),
                Left::Nothing => {
                    // It may have been dying when this run looked for it, or have told its end to a program that was.
                    let (held, run) = (held.clone(), self.site.run.clone());
                    let _ = tokio::task::spawn_blocking(move || held.end_forsaken(&run)).await;
                    return Ok(None);
                }
                Left::Alive(_) => {}
            }
            if reporting && !early && self.advice(attempt.ticket).exists() {
                early = true;
                left.ask_to_end();
            }
            tokio::select! {
                Ok(()) = stop.changed() => left.ask_to_end(),
                () = tokio::time::sleep(LOOK_IN) => {}
            }
        }
    }
}

/// The slot's keeper, which is started without the `hidden` variables where there is none; or one for what is veiled, alone.
fn keeper_of(program: &Path, slot: &mut Slot, hidden: &[String]) -> io::Result<Keeper> {
    if let Some((lease, log)) = slot.veiled() {
        let log = LogLimit { log: LogPlace::Open(&log), most: u64::MAX };
        return Keeper::start(program, Kind::Attempts, &lease, log, Stdio::null(), hidden);
    }
    if let Some(mut keeper) = slot.keeper.take()
        && !keeper.is_gone()
    {
        return Ok(keeper);
    }
    Keeper::start(program, Kind::Attempts, &slot.lease(), slot.log_limit(), Stdio::null(), hidden)
}
