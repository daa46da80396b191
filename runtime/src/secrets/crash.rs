//! What a crash of this program leaves: no memory in a core file, no secret in a panic's message. Knows nothing of runs.

use std::io::Write as _;
use std::panic;
use std::sync::Arc;

use rustix::process::{Resource, Rlimit, setrlimit};

use super::Veil;

/// Bytes: smaller than any core file, so that none is written. With 0, Linux would still hand one to a program that
/// collects them; with 1 it does not: <https://github.com/torvalds/linux/blob/master/fs/coredump.c>.
const NO_CORE: Option<u64> = Some(1);

/// Neither this process nor any that it starts from now on leaves its memory in a file when it crashes.
pub(super) fn leave_no_core() {
    // A limit can always be lowered. One of 0 cannot be raised to this, and has no file written either.
    let _ = setrlimit(Resource::Core, Rlimit { current: NO_CORE, maximum: NO_CORE });
}

/// From now on, the messages of panics have nothing of the secrets in them: that of a text which is cut in the middle of a
/// letter has the text.
pub(super) fn hide_in_panics(veil: Arc<Veil>) {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |about| match hidden(&about.to_string(), &veil) {
        Some(text) => {
            // There is nobody else to tell.
            let _ = writeln!(std::io::stderr(), "{text}");
        }
        None => before(about),
    }));
}

/// What is told instead, where there is a secret in it.
fn hidden(told: &str, veil: &Veil) -> Option<String> {
    // As the standard library leaves out the rest of a long text.
    let text = veil.text(&told.replace("`[...]", "…"));
    text.contains("[secret ").then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_does_not_tell_a_secret() {
        let secret = "sécret of some length ".repeat(20);
        let veil = Veil::new(&[("KEY".into(), secret.as_str().into())]);
        let told = panic::catch_unwind(|| secret[..2].to_owned()).expect_err("a letter is cut");
        let told = told.downcast::<String>().expect("a text");
        assert!(told.contains("sécret of some"), "{told}");
        let text = hidden(&told, &veil).expect("it is in it");
        assert!(text.contains("[secret KEY]") && !text.contains("length"), "{text}");
        assert_eq!(hidden("index out of bounds", &veil), None);
    }
}
