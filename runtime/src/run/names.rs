//! Names of runs: an id that sorts by time, and two words that people can say.

use std::hash::{BuildHasher, RandomState};

const ADJECTIVES: [&str; 48] = [
    "able", "amber", "bold", "brave", "bright", "brisk", "calm", "clear", "clever", "cool", "crisp", "eager", "early",
    "fair", "fast", "fine", "firm", "fond", "free", "fresh", "gentle", "glad", "golden", "grand", "happy", "honest",
    "jolly", "keen", "kind", "lively", "loyal", "lucky", "mellow", "merry", "mild", "neat", "noble", "proud", "quick",
    "quiet", "rapid", "ready", "sharp", "silver", "steady", "sunny", "swift", "warm",
];

const ANIMALS: [&str; 48] = [
    "badger", "bear", "beaver", "bison", "bittern", "crab", "crane", "deer", "dolphin", "dove", "eagle", "egret",
    "falcon", "finch", "fox", "gecko", "goose", "hare", "hawk", "heron", "ibex", "ibis", "jay", "kestrel", "koala",
    "lark", "lemur", "lynx", "marten", "mole", "newt", "otter", "owl", "panda", "plover", "puffin", "quail", "raven",
    "robin", "seal", "shrew", "stork", "swan", "tern", "toad", "trout", "wren", "zebra",
];

/// A number that nobody else has thought of.
pub(super) fn random() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

/// `20261123-223908.123-5f0c9a`: sorts by time.
pub(super) fn id(milliseconds: i64, random: u64) -> String {
    let time = jiff::Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    format!("{}-{:06x}", time.strftime("%Y%m%d-%H%M%S.%3f"), random & 0xff_ffff)
}

/// `brave-otter`, and from the second try on `brave-otter-7`.
pub(super) fn name(random: u64, tries: u32) -> String {
    let pick = |words: &[&'static str; 48], number: u64| {
        usize::try_from(number % 48).ok().and_then(|index| words.get(index)).copied().unwrap_or("plain")
    };
    let words = format!("{}-{}", pick(&ADJECTIVES, random >> 24), pick(&ANIMALS, random >> 40));
    if tries == 0 { words } else { format!("{words}-{}", random % 900 + 100 * u64::from(tries)) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn ids_sort_by_time() {
        let id = super::id(1_794_000_000_123, 0xabc_def0);
        assert_eq!(id, "20261106-212000.123-bcdef0");
        assert!(super::id(1_794_000_000_124, 0) > id);
    }
}
