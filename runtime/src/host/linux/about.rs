//! The kernel, as a person is told of it. Knows nothing of what else is looked at.

use super::group;
use crate::host::Holding;

/// The first kernel that processes can be waited for on by a descriptor.
const KERNEL: (u32, u32) = (5, 4);

/// What system this is, and what is wrong with it, if anything.
pub(crate) fn system() -> (String, Option<String>) {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let old = version(&release).is_some_and(|version| version < KERNEL);
    let wrong = old.then(|| format!("steps cannot be waited for before Linux {}.{}", KERNEL.0, KERNEL.1));
    (format!("Linux {release}"), wrong)
}

/// Major and minor number of a kernel's release.
fn version(release: &str) -> Option<(u32, u32)> {
    let mut parts = release.split(|character: char| !character.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// By what a step's processes are held together, so that none outlives it.
pub(crate) fn holding() -> Holding {
    let text = match group::possible() {
        true => "by a control group of its own, and a process that takes in what loses its parent",
        false => "by a process that takes in what loses its parent; no control group can be made here",
    };
    Holding { text: format!("{text}; in T2 by a process namespace, too"), lacking: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_told_by_their_first_two_numbers() {
        assert_eq!(version("6.18.44-fc-v657"), Some((6, 18)));
        assert_eq!(version("5.4"), Some((5, 4)));
        assert_eq!(version("unknown"), None);
    }
}
