//! Which signals this process was started to ignore, as under `nohup`.

/// None, as far as is known: nothing here tells without changing it.
pub(crate) fn ignored() -> u64 {
    0
}
