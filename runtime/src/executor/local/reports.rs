//! What a process reports beside its output: lines of JSON, `{"step": 3, "auc": 0.9}`, appended to a file that it is told
//! of. Knows nothing of who compares them.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use smol_str::SmolStr;

/// Names the file to the process.
pub(super) const VARIABLE: &str = "STANDPIPE_REPORT";

/// Longest line that is waited for.
const LONGEST: usize = 64 << 10;

/// A number that was reported, and how far on its way the process was.
#[derive(Debug, PartialEq)]
pub(super) struct Reported {
    pub name: SmolStr,
    pub value: f64,
    pub at: Option<i64>,
}

/// A file of reports, read as it grows.
pub(super) struct Reports {
    path: PathBuf,
    file: Option<File>,
    /// Up to where it was read.
    read: u64,
    /// A line that has not ended.
    rest: Vec<u8>,
}

impl Reports {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, file: None, read: 0, rest: Vec::new() }
    }

    /// Those of an attempt that keeps its files in `own`.
    pub(super) fn of(own: &Path) -> Self {
        Self::new(own.join("report"))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether anything was reported so far.
    pub(super) fn any(&self) -> bool {
        self.read > 0
    }

    /// What was reported since the last look, and the lines that are no report.
    pub(super) fn fresh(&mut self) -> (Vec<Reported>, Vec<String>) {
        let (mut reported, mut wrong) = (Vec::new(), Vec::new());
        if self.file.is_none() {
            self.file = File::open(&self.path).ok();
        }
        let Some(file) = &self.file else { return (reported, wrong) };
        let mut buffer = [0; 8 << 10];
        while let Ok(more @ 1..) = file.read_at(&mut buffer, self.read) {
            self.read += more as u64;
            self.rest.extend_from_slice(buffer.get(..more).unwrap_or_default());
            while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                match report(&line) {
                    Some(all) => reported.extend(all),
                    None => wrong.push(String::from_utf8_lossy(&line).trim().to_owned()),
                }
            }
            if self.rest.len() > LONGEST {
                self.rest.clear();
                wrong.push("a line that does not end".to_owned());
            }
        }
        (reported, wrong)
    }
}

/// The numbers of a line; none where it is no object of numbers.
fn report(line: &[u8]) -> Option<Vec<Reported>> {
    if line.trim_ascii().is_empty() {
        return Some(Vec::new());
    }
    let fields: Map<String, Value> = serde_json::from_slice(line).ok()?;
    let at = match fields.get("step") {
        None | Some(Value::Null) => None,
        Some(step) => Some(step.as_i64()?),
    };
    let numbers = fields.iter().filter(|(name, _)| *name != "step");
    numbers.map(|(name, value)| Some(Reported { name: name.as_str().into(), value: number(value)?, at })).collect()
}

/// A number, by name where JSON has no word for it.
fn number(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some(name @ ("nan" | "inf" | "-inf")) => name.parse().ok(),
        _ => value.as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write as _;

    use super::*;

    #[test]
    fn lines_are_read_once_they_have_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut reports = Reports::new(folder.path().join("report"));
        assert_eq!(reports.fresh(), (vec![], vec![]));
        let mut file = OpenOptions::new().create(true).append(true).open(reports.path()).expect("made");
        file.write_all(b"{\"step\": 1, \"auc\": 0.5}\n{\"auc\":").expect("written");
        let auc = |value: f64, at: Option<i64>| Reported { name: "auc".into(), value, at };
        assert_eq!(reports.fresh(), (vec![auc(0.5, Some(1))], vec![]));
        file.write_all(b" 1}\nauc=2\n\n{\"auc\": \"high\"}\n").expect("written");
        assert_eq!(reports.fresh(), (vec![auc(1.0, None)], vec!["auc=2".to_owned(), "{\"auc\": \"high\"}".to_owned()]));
        assert_eq!(reports.fresh(), (vec![], vec![]));
        file.write_all(b"{\"auc\": \"-inf\"}\n").expect("written");
        assert_eq!(reports.fresh(), (vec![auc(f64::NEG_INFINITY, None)], vec![]));
    }
}
