//! What one process is confined to, and how that is told to the process that starts it. Knows nothing of how it is done.

use std::ffi::OsString;
use std::path::PathBuf;

use super::Tier;

/// What a process and all that it starts may do. What does not exist when it starts is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confinement {
    pub tier: Tier,
    /// The cores that it may run on; any when empty.
    pub cores: Vec<usize>,
    /// It may speak to other machines, and to this one by its addresses.
    pub network: bool,
    /// Files and folders that it may read and run.
    pub read: Vec<PathBuf>,
    /// Folders whose names it may list.
    pub list: Vec<PathBuf>,
    /// Files and folders that it may change.
    pub write: Vec<PathBuf>,
}

impl Confinement {
    /// To nothing.
    #[must_use]
    pub fn open() -> Self {
        Self {
            tier: Tier::Off,
            cores: Vec::new(),
            network: true,
            read: Vec::new(),
            list: Vec::new(),
            write: Vec::new(),
        }
    }

    /// Whether it keeps from nothing but cores.
    pub(crate) fn is_open(&self) -> bool {
        self.tier == Tier::Off && self.network
    }

    /// As words, the last thing to be said by them known to [`Confinement::take`].
    pub(crate) fn words(&self) -> Vec<OsString> {
        let mut words = vec![self.tier.name().into(), if self.network { "net" } else { "-" }.into()];
        words.push(self.cores.len().to_string().into());
        words.extend(self.cores.iter().map(|core| core.to_string().into()));
        for list in [&self.read, &self.list, &self.write] {
            words.push(list.len().to_string().into());
            words.extend(list.iter().map(|path| path.as_os_str().to_owned()));
        }
        words
    }

    /// What the first words say; the others are left.
    pub(crate) fn take(words: &mut impl Iterator<Item = OsString>) -> Option<Self> {
        let tier = Tier::named(words.next()?.to_str()?)?;
        let network = words.next()? == "net";
        let number = |word: OsString| word.to_str()?.parse::<usize>().ok();
        let count = number(words.next()?)?;
        let cores = (0..count).map(|_| words.next().and_then(number)).collect::<Option<_>>()?;
        let mut paths = || {
            let count = words.next().and_then(number)?;
            (0..count).map(|_| words.next().map(PathBuf::from)).collect::<Option<Vec<_>>>()
        };
        Some(Self { tier, cores, network, read: paths()?, list: paths()?, write: paths()? })
    }
}

impl Default for Confinement {
    fn default() -> Self {
        Self::open()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_told_by_words_and_leaves_those_behind_it() {
        let confinement = Confinement {
            tier: Tier::T1,
            cores: vec![0, 12],
            network: false,
            read: vec!["/usr".into(), "/a b".into()],
            list: Vec::new(),
            write: vec!["/tmp/own".into()],
        };
        let mut words = confinement.words().into_iter().chain([OsString::from("bash")]);
        assert_eq!(Confinement::take(&mut words), Some(confinement));
        assert_eq!(words.collect::<Vec<_>>(), ["bash"]);
        assert!(Confinement::open().is_open());
        assert_eq!(Confinement::take(&mut Confinement::open().words().into_iter()), Some(Confinement::open()));
    }
}
