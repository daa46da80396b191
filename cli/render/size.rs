//! Memory that was reserved for steps, where it is worth telling.

use standpipe_plan::readable_size;

/// Less memory than this, in bytes, decides nothing on most machines: that it was reserved by what earlier attempts took is
/// told in JSON only.
const TOLD: u64 = 1 << 30;

/// Memory that was reserved by what earlier attempts took, where that is much.
pub(crate) fn reserved(bytes: Option<u64>) -> Option<String> {
    bytes.filter(|bytes| *bytes >= TOLD).map(readable_size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_much_is_told() {
        assert_eq!([None, Some(TOLD - 1), Some(TOLD)].map(reserved), [None, None, Some("1.0 GiB".to_owned())]);
    }
}
