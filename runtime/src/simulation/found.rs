//! The test of the tests: each mistake of [`crate::planted`] is planted, and something must notice.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::play;
use crate::planted::{ALL, Bug, with};
use crate::schedule::queue::tests as queue;
use crate::{cache, journal, store, upkeep};

/// Most seeds that are played to find a mistake.
const SEEDS: u64 = 3_000;

/// What should notice a mistake.
enum Finder {
    Simulation,
    Test(fn()),
}

fn finder(bug: Bug) -> Finder {
    use Finder::{Simulation, Test};
    match bug {
        Bug::LateResultApplied
        | Bug::SlotLeakOnFailure
        | Bug::SlotLeakOnSuccess
        | Bug::SlotGivenTwice
        | Bug::DispatchGivenBackEarly
        | Bug::KeptPlaceTakenTwice
        | Bug::KeptPlaceLost
        | Bug::OneRetryTooMany
        | Bug::RetryWhileCancelling
        | Bug::BackoffLost
        | Bug::CancelledTakenForFailed
        | Bug::QueuedStepsStartAfterCancel
        | Bug::StartAfterFailure
        | Bug::KeepGoingIgnored
        | Bug::MemoryOfFirstAttempt
        | Bug::LearntMemoryForgotten
        | Bug::NeverFitsQueued
        | Bug::WokenStepForgotten
        | Bug::OutOfMemoryForEver
        | Bug::OrderOfEffectsIgnored
        | Bug::OtherBranchTaken
        | Bug::LimitOfForIgnored
        | Bug::ResultsInOrderOfArrival
        | Bug::LastItemLost
        | Bug::DependentsOfLostForgotten
        | Bug::EmptyRegionNeverCloses
        | Bug::OneInputIsEnough
        | Bug::FailedLoopHasValue
        | Bug::BrokenBranchHasValue
        | Bug::WorstTrialIsBest
        | Bug::FailedTrialEndsRun
        | Bug::FailedTrialForgotten
        | Bug::CoresOvercommitted
        | Bug::MemoryOvercommitted
        | Bug::CardsOvercommitted
        | Bug::NamedLimitIgnored
        | Bug::EffectStartsUnrecorded
        | Bug::EffectReused
        | Bug::ToldBeforeDurable
        | Bug::CacheNeverAsked
        | Bug::ChangedFileKept
        | Bug::UncachedTaskKept
        | Bug::DuplicateHeard
        | Bug::TimerForgotten
        | Bug::TimerTooEarly
        | Bug::SecondInterruptIgnored
        | Bug::StopNotPassedOn
        | Bug::BrokenJournalIgnored
        | Bug::OnlyFirstWaiterOfEnvironment
        | Bug::EnvironmentFailureSwallowed
        | Bug::MemoryWithoutEnd
        | Bug::WaitForBrokenDisk
        | Bug::CachedCountedAsRun => Simulation,
        Bug::LargeStepsStarve => Test(queue::small_steps_pass_a_large_one_but_not_for_ever),
        Bug::SmallPriorityFirst => Test(queue::larger_priority_goes_first_then_the_older),
        Bug::ReservationStopsEverything => Test(queue::who_waits_for_a_slot_keeps_nobody_from_the_cores),
        Bug::ShortPathFirst => Test(queue::of_equal_priority_the_longest_rest_goes_first),
        Bug::KeyWithoutBody
        | Bug::KeyWithoutModules
        | Bug::KeyWithoutSignature
        | Bug::KeyWithoutEnvironment
        | Bug::KeyWithoutSandbox
        | Bug::KeyWithoutInputs => Test(cache::tests::changes_with_everything_that_has_a_say),
        Bug::KeyWithoutLengths => Test(cache::tests::inputs_are_told_apart_by_their_lengths),
        Bug::KeyWithPlace => Test(cache::tests::stays_when_only_places_and_names_change),
        Bug::StaleResultReused => Test(cache::tests::a_stale_result_is_not_found),
        Bug::ResultWithoutContentReused => Test(cache::tests::a_result_whose_content_is_gone_is_not_found),
        Bug::DurableBeforeCommit => Test(journal::tests::nothing_is_durable_that_could_not_be_written),
        Bug::CommitBeforeSync => Test(journal::tests::nothing_is_on_record_whose_content_is_not_on_the_disk),
        Bug::LastRecordsLost => Test(journal::tests::keeps_what_was_handed_over_and_remembers_results),
        Bug::FinishedRunLeftOpen => Test(journal::fold::tests::going_through_the_events_again_gives_the_same_tables),
        Bug::CutFileTakenForWhole => Test(store::tests::a_cut_file_is_not_there),
        Bug::UserFileMoved | Bug::StoredFileWritable => {
            Test(store::tests::moves_what_is_its_own_and_copies_what_is_not)
        }
        Bug::SecondOutputReplaces => {
            Test(journal::fold::tests::of_two_results_for_one_key_the_first_stays_and_the_second_is_told)
        }
        Bug::DamageUnseen | Bug::DamagedStaysInPlace => {
            Test(store::tests::another_content_of_the_same_length_is_seen_and_put_aside)
        }
        Bug::CollectedWhileReferred => Test(upkeep::tests::what_is_referred_to_stays),
        Bug::CollectedUnderRun => Test(upkeep::tests::what_a_run_may_be_reading_stays),
        Bug::FolderWithoutNames => Test(store::tests::a_folder_is_known_by_names_and_content),
    }
}

/// The seed that shows the mistake and what it shows, or that a test does.
fn found(bug: Bug) -> Option<String> {
    let noticed = |what: &dyn Fn() -> Vec<String>| match catch_unwind(AssertUnwindSafe(|| with(Some(bug), what))) {
        Ok(breaks) => breaks.into_iter().next(),
        Err(_) => Some("it panics".into()),
    };
    match finder(bug) {
        Finder::Test(test) => noticed(&|| {
            test();
            Vec::new()
        })
        .map(|_| "its test fails".into()),
        Finder::Simulation => {
            (0..SEEDS).find_map(|seed| Some(format!("seed {seed}: {}", noticed(&|| play::seed(seed).1)?)))
        }
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the figure is what it is run for")]
fn every_planted_mistake_is_found() {
    // Panics are one way of noticing; on this thread their messages would hide what is missing.
    let (hook, own) = (std::panic::take_hook(), std::thread::current().id());
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() != own {
            hook(info);
        }
    }));
    let all: Vec<_> = ALL.iter().map(|bug| (*bug, found(*bug))).collect();
    let _ = std::panic::take_hook();
    for (bug, how) in &all {
        println!("{bug:?}: {}", how.as_deref().unwrap_or("NOT FOUND"));
    }
    let missed: Vec<Bug> = all.iter().filter(|(_, how)| how.is_none()).map(|(bug, _)| *bug).collect();
    println!("planted mistakes: {}/{} found", all.len() - missed.len(), all.len());
    assert!(missed.is_empty(), "nothing notices {missed:?}");
}
