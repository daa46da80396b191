//! Signals that end programs, by the number and the name that this system has for them.

use rustix::process::Signal;

/// The names of those that are not told by their number alone.
const NAMES: &[(Signal, &str)] = &[
    (Signal::HUP, "SIGHUP"),
    (Signal::INT, "SIGINT"),
    (Signal::QUIT, "SIGQUIT"),
    (Signal::ILL, "SIGILL"),
    (Signal::TRAP, "SIGTRAP"),
    (Signal::ABORT, "SIGABRT"),
    (Signal::BUS, "SIGBUS"),
    (Signal::FPE, "SIGFPE"),
    (Signal::KILL, "SIGKILL"),
    (Signal::USR1, "SIGUSR1"),
    (Signal::SEGV, "SIGSEGV"),
    (Signal::USR2, "SIGUSR2"),
    (Signal::PIPE, "SIGPIPE"),
    (Signal::ALARM, "SIGALRM"),
    (Signal::TERM, "SIGTERM"),
    #[cfg(target_os = "linux")]
    (Signal::STKFLT, "SIGSTKFLT"),
    (Signal::XCPU, "SIGXCPU"),
    (Signal::XFSZ, "SIGXFSZ"),
    (Signal::VTALARM, "SIGVTALRM"),
    (Signal::PROF, "SIGPROF"),
    (Signal::IO, "SIGIO"),
    #[cfg(target_os = "linux")]
    (Signal::POWER, "SIGPWR"),
    (Signal::SYS, "SIGSYS"),
];

/// Those by which a program ends that is wrong.
const CRASHES: &[Signal] =
    &[Signal::ILL, Signal::TRAP, Signal::ABORT, Signal::BUS, Signal::FPE, Signal::SEGV, Signal::SYS];

/// The name of the signal with that number, where it has one.
pub(super) fn name(number: i32) -> Option<&'static str> {
    NAMES.iter().find(|(signal, _)| signal.as_raw() == number).map(|(_, name)| *name)
}

/// Whether a program that ended by that signal is wrong.
pub(super) fn is_crash(number: i32) -> bool {
    CRASHES.iter().any(|signal| signal.as_raw() == number)
}

/// Whether it is what the system sends when a limit is reached.
pub(super) fn is_limit(number: i32) -> bool {
    [Signal::XCPU, Signal::XFSZ].iter().any(|signal| signal.as_raw() == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_named_once() {
        assert_eq!(name(Signal::KILL.as_raw()), Some("SIGKILL"));
        assert_eq!(name(0), None);
        for (signal, named) in NAMES {
            assert_eq!(name(signal.as_raw()), Some(*named));
        }
    }
}
