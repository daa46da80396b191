//! A number of bytes as people read it.

/// In the largest binary unit that is not below one, with one digit after the point: `812 B`, `1.2 MiB`.
#[must_use]
pub fn readable_size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let mut number = bytes as f64;
    let mut unit = 0;
    // What would be shown as 1024.0 is one of the next.
    while number >= 1023.95 && unit + 1 < UNITS.len() {
        number /= 1024.0;
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or_default();
    if unit == 0 { format!("{bytes} B") } else { format!("{number:.1} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_the_largest_unit_that_fits() {
        let shown: Vec<_> = [0, 1023, 1024, 1_048_575, 41 << 20, 10 << 30, 5000 << 40].map(readable_size).into();
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1.0 MiB", "41.0 MiB", "10.0 GiB", "5000.0 TiB"]);
    }
}
