//! Everything that people or scripts read: text for terminals, JSON for programs. No logic of any command.

pub(crate) mod counter;
pub(crate) mod diagnostics;
pub(crate) mod difference;
mod excerpt;
pub(crate) mod failure;
pub(crate) mod github;
pub(crate) mod label;
pub(crate) mod markdown;
pub(crate) mod outputs;
pub(crate) mod paint;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod report;
pub(crate) mod sarif;
pub(crate) mod size;
pub(crate) mod sweep;
pub(crate) mod table;
pub(crate) mod tests;

/// An instant of the runtime in the local time zone.
pub(crate) fn local_time(instant: &str) -> String {
    match instant.parse::<jiff::Timestamp>() {
        Ok(time) => time.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => instant.to_owned(),
    }
}

/// `1 file`, `2 files`.
pub(crate) fn plural(count: impl std::fmt::Display, what: &str) -> String {
    let count = count.to_string();
    format!("{count} {what}{}", if count == "1" { "" } else { "s" })
}
