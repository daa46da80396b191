//! Mistakes that can be planted, one at a time, to see whether the tests find them. Outside of tests there is none: every
//! question is answered `false` when the program is compiled.

/// The kinds of mistakes and, for the tests, the list of all.
macro_rules! bugs {
    ($($bug:ident,)*) => {
        /// Real schedulers, journals and caches have had each of these.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Bug {
            $($bug,)*
        }

        #[cfg(test)]
        pub(crate) const ALL: &[Bug] = &[$(Bug::$bug,)*];
    };
}

bugs! {
    // Scheduler: states, attempts, retries.
    LateResultApplied,
    SlotLeakOnFailure,
    SlotLeakOnSuccess,
    SlotGivenTwice,
    DispatchGivenBackEarly,
    KeptPlaceTakenTwice,
    KeptPlaceLost,
    OneRetryTooMany,
    RetryWhileCancelling,
    BackoffLost,
    CancelledTakenForFailed,
    QueuedStepsStartAfterCancel,
    StartAfterFailure,
    KeepGoingIgnored,
    MemoryOfFirstAttempt,
    LearntMemoryForgotten,
    NeverFitsQueued,
    WokenStepForgotten,
    OutOfMemoryForEver,
    // Scheduler: regions.
    OrderOfEffectsIgnored,
    OtherBranchTaken,
    LimitOfForIgnored,
    ResultsInOrderOfArrival,
    LastItemLost,
    DependentsOfLostForgotten,
    EmptyRegionNeverCloses,
    OneInputIsEnough,
    FailedLoopHasValue,
    BrokenBranchHasValue,
    WorstTrialIsBest,
    FailedTrialEndsRun,
    FailedTrialForgotten,
    // Admission and queue.
    CoresOvercommitted,
    MemoryOvercommitted,
    CardsOvercommitted,
    NamedLimitIgnored,
    LargeStepsStarve,
    SmallPriorityFirst,
    ReservationStopsEverything,
    ShortPathFirst,
    // Driver.
    EffectStartsUnrecorded,
    EffectReused,
    ToldBeforeDurable,
    CacheNeverAsked,
    ChangedFileKept,
    UncachedTaskKept,
    DuplicateHeard,
    TimerForgotten,
    TimerTooEarly,
    SecondInterruptIgnored,
    StopNotPassedOn,
    BrokenJournalIgnored,
    OnlyFirstWaiterOfEnvironment,
    EnvironmentFailureSwallowed,
    MemoryWithoutEnd,
    WaitForBrokenDisk,
    CachedCountedAsRun,
    // Keys, results, journal, store.
    KeyWithoutBody,
    KeyWithoutModules,
    KeyWithoutSignature,
    KeyWithoutEnvironment,
    KeyWithoutSandbox,
    KeyWithoutInputs,
    KeyWithoutLengths,
    KeyWithPlace,
    StaleResultReused,
    ResultWithoutContentReused,
    DurableBeforeCommit,
    CommitBeforeSync,
    LastRecordsLost,
    FinishedRunLeftOpen,
    CutFileTakenForWhole,
    UserFileMoved,
    StoredFileWritable,
    FolderWithoutNames,
    SecondOutputReplaces,
    DamageUnseen,
    DamagedStaysInPlace,
    CollectedWhileReferred,
    CollectedUnderRun,
}

#[cfg(not(test))]
pub(crate) const fn planted(_bug: Bug) -> bool {
    false
}

/// The same on another thread.
#[cfg(not(test))]
pub(crate) fn carried<T>(what: impl FnOnce() -> T) -> impl FnOnce() -> T {
    what
}

#[cfg(test)]
pub(crate) use self::plant::{carried, planted, with};

#[cfg(test)]
mod plant {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Whether that mistake is planted on this thread.
    pub(crate) fn planted(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }

    /// The same on another thread, with what is planted on this one.
    pub(crate) fn carried<T>(what: impl FnOnce() -> T) -> impl FnOnce() -> T {
        let bug = PLANTED.get();
        move || with(bug, what)
    }

    /// Does something with a mistake planted, or with none.
    pub(crate) fn with<T>(bug: Option<Bug>, what: impl FnOnce() -> T) -> T {
        struct Uproot;
        impl Drop for Uproot {
            fn drop(&mut self) {
                PLANTED.set(None);
            }
        }
        PLANTED.set(bug);
        let _uproot = Uproot;
        what()
    }
}
