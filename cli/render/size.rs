//! Sizes as people read them.

/// Less memory than this, in bytes, decides nothing on most machines: that it was reserved by what earlier attempts took is
/// told in JSON only.
const TOLD: u64 = 1 << 30;

/// Memory that was reserved by what earlier attempts took, where that is much.
pub(crate) fn reserved(bytes: Option<u64>) -> Option<String> {
    bytes.filter(|bytes| *bytes >= TOLD).map(size)
}

/// `812 B`, `1.2 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let mut number = bytes as f64;
    let mut unit = 0;
    while number >= 1023.95 && unit + 1 < UNITS.len() {
        number /= 1024.0;
        unit += 1;
    }
    let unit_name = UNITS.get(unit).copied().unwrap_or_default();
    if unit == 0 { format!("{bytes} B") } else { format!("{number:.1} {unit_name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_the_largest_unit_that_fits() {
        let shown: Vec<_> = [0, 1023, 1024, 1_048_575, 10 << 30].map(size).into();
        assert_eq!([None, Some(TOLD - 1), Some(TOLD)].map(reserved), [None, None, Some("1.0 GiB".to_owned())]);
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1.0 MiB", "10.0 GiB"]);
    }
}
