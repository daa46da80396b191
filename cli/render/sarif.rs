//! What a check found as SARIF 2.1.0, for code scanning. Knows nothing of how it was found.
//!
//! After OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; the numbers below are its sections.

use std::collections::BTreeMap;

use serde::Serialize;
use standpipe_syntax::diag::{Code, Diagnostic, Fix, Severity};
use standpipe_syntax::{LineColumn, Span};

use super::diagnostics::{Findings, Range, range};
use super::markdown;
use super::paint::Paint;
use super::report::Files;

/// Columns of the plain text of a rule's help.
const HELP_WIDTH: usize = 80;

/// All findings as one log file, with a line end.
pub(crate) fn log(findings: &Findings) -> String {
    let found: Vec<_> = findings.each().collect();
    let mut codes: Vec<Code> = found.iter().map(|(diagnostic, _)| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let results = found.iter().map(|(diagnostic, files)| Outcome::of(diagnostic, files, &codes)).collect();
    let driver = Driver {
        name: "standpipe",
        version: env!("CARGO_PKG_VERSION"),
        rules: codes.iter().filter_map(|code| Rule::of(*code)).collect(),
    };
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results }],
    };
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

/// 3.13: the root.
#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

/// 3.14.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

/// 3.18.
#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

/// 3.19: the program that found it, with the rules it found broken.
#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

/// 3.49: a code, with its page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message<'static>,
    full_description: Message<'static>,
    help: Help,
    default_configuration: Configuration,
}

/// 3.12.
#[derive(Serialize)]
struct Help {
    text: String,
    markdown: &'static str,
}

/// 3.50.
#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

impl Rule {
    fn of(code: Code) -> Option<Self> {
        let entry = Code::find(code.as_str())?;
        // A page is a heading, or none, a paragraph or two, and the examples.
        let first = entry.page.split("\n\n").find(|part| !part.starts_with('#')).unwrap_or(entry.title);
        Some(Self {
            id: code.as_str(),
            short_description: entry.title.into(),
            full_description: first.replace('\n', " ").into(),
            help: Help { text: markdown::render(entry.page, HELP_WIDTH, Paint::default()), markdown: entry.page },
            default_configuration: Configuration { level: level(code.severity()) },
        })
    }
}

/// 3.11. A brace stands for itself: no message has arguments.
#[derive(Serialize)]
struct Message<'a> {
    text: std::borrow::Cow<'a, str>,
}

impl<'a> From<&'a str> for Message<'a> {
    fn from(text: &'a str) -> Self {
        Self { text: text.into() }
    }
}

impl From<String> for Message<'_> {
    fn from(text: String) -> Self {
        Self { text: text.into() }
    }
}

/// 3.27: a result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message<'a>,
    locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Repair<'a>>,
}

impl<'a> Outcome<'a> {
    fn of(diagnostic: &'a Diagnostic, files: &'a Files, codes: &[Code]) -> Self {
        let message = match &diagnostic.help {
            Some(help) => format!("{}\n{help}", diagnostic.message).into(),
            None => diagnostic.message.as_str().into(),
        };
        let related = (1..).zip(&diagnostic.labels);
        Self {
            rule_id: diagnostic.code.as_str(),
            rule_index: codes.binary_search(&diagnostic.code).unwrap_or_default(),
            level: level(diagnostic.severity),
            message,
            locations: Location::of(None, diagnostic.span, &diagnostic.label, files).into_iter().collect(),
            related_locations: related
                .filter_map(|(id, label)| Location::of(Some(id), label.span, &label.text, files))
                .collect(),
            fixes: diagnostic.fixes.iter().map(|fix| Repair::of(fix, files)).collect(),
        }
    }
}

/// 3.28.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    physical_location: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

/// 3.29.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    artifact_location: Artifact,
    region: Region,
}

impl<'a> Location<'a> {
    /// `None` of a place in no file.
    fn of(id: Option<u32>, span: Span, text: &'a str, files: &Files) -> Option<Self> {
        let Range { file, start, end } = files.of(span).map(|_| range(span, files))?;
        Some(Self {
            id,
            physical_location: Place { artifact_location: Artifact::of(file), region: Region::of(start, end) },
            message: (!text.is_empty()).then(|| text.into()),
        })
    }
}

/// 3.4.
#[derive(Clone, Serialize)]
struct Artifact {
    uri: String,
}

impl Artifact {
    /// The path as part of an address: relative as it is shown, or absolute.
    fn of(path: &str) -> Self {
        let scheme = if path.starts_with('/') { "file://" } else { "" };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=@".contains(&byte);
        let part = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        Self { uri: scheme.to_owned() + &path.bytes().map(part).collect::<String>() }
    }
}

/// 3.30: lines and columns from 1; the end is the column behind the last.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

impl Region {
    fn of(start: LineColumn, end: LineColumn) -> Self {
        Self { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
    }
}

/// 3.55: a fix.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Repair<'a> {
    description: Message<'a>,
    artifact_changes: Vec<Change<'a>>,
}

/// 3.56.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

/// 3.57.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Message<'a>,
}

impl<'a> Repair<'a> {
    fn of(fix: &'a Fix, files: &'a Files) -> Self {
        let mut changes: BTreeMap<&str, Vec<Replacement<'a>>> = BTreeMap::new();
        for edit in &fix.edits {
            let Range { file, start, end } = range(edit.span, files);
            let replacement =
                Replacement { deleted_region: Region::of(start, end), inserted_content: edit.text.as_str().into() };
            changes.entry(file).or_default().push(replacement);
        }
        let change = |(file, replacements)| Change { artifact_location: Artifact::of(file), replacements };
        Self { description: fix.title.as_str().into(), artifact_changes: changes.into_iter().map(change).collect() }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use standpipe_syntax::diag::{CODES, Edit};
    use standpipe_syntax::{FileId, Source};

    use super::*;

    /// A finding of every code, each with a related place and a fix of two files.
    fn all() -> Value {
        let files = Files {
            files: ["a b/ü.pipe", "/tmp/x#1.pipe"]
                .into_iter()
                .zip(0..)
                .map(|(name, id)| (name.to_owned(), Source::new(FileId(id), name, "one\ntwo\n")))
                .collect(),
        };
        let span = |file, start, end| Span { file: FileId(file), start, end };
        let one = |code| {
            let edit = |span, text: &str| Edit { span, text: text.into() };
            Diagnostic::new(code, span(0, 4, 7), "wrong")
                .also(span(1, 0, 3), "because of this")
                .fix_all("mend it", vec![edit(span(0, 4, 4), "x"), edit(span(1, 0, 3), "y")])
        };
        let mut findings = Findings::default();
        findings.add(files, CODES.iter().map(|entry| one(entry.code)).collect());
        serde_json::from_str(&log(&findings.sorted())).unwrap()
    }

    fn list(value: &Value) -> &Vec<Value> {
        value.as_array().unwrap()
    }

    fn text(value: &Value) -> &str {
        value.as_str().filter(|text| !text.is_empty()).unwrap()
    }

    /// What the schema requires of a region: numbers from 1, none backwards.
    fn region(value: &Value) {
        let number = |name: &str| value[name].as_u64().filter(|number| *number >= 1).unwrap();
        let (start, end) = ((number("startLine"), number("startColumn")), (number("endLine"), number("endColumn")));
        assert!(start <= end);
    }

    #[test]
    fn a_log_of_every_code_has_what_the_schema_requires() {
        let log = all();
        assert_eq!(log["version"], "2.1.0");
        let [run] = list(&log["runs"]).as_slice() else { panic!("one run") };
        let driver = &run["tool"]["driver"];
        assert_eq!(driver["name"], "standpipe");
        let rules = list(&driver["rules"]);
        assert_eq!(rules.len(), CODES.len());
        for rule in rules {
            let id = text(&rule["id"]);
            for part in ["shortDescription", "fullDescription", "help"] {
                assert!(!text(&rule[part]["text"]).contains("```"), "{id}: {part}");
            }
            assert!(text(&rule["help"]["markdown"]).contains("```pipe"), "{id}");
            assert!(["error", "warning"].contains(&text(&rule["defaultConfiguration"]["level"])));
        }
        for result in list(&run["results"]) {
            text(&result["message"]["text"]);
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            let places = [&result["locations"][0], &result["relatedLocations"][0]].map(|at| &at["physicalLocation"]);
            assert_eq!(places[0]["artifactLocation"]["uri"], "a%20b/%C3%BC.pipe");
            assert_eq!(places[1]["artifactLocation"]["uri"], "file:///tmp/x%231.pipe");
            places.iter().for_each(|place| region(&place["region"]));
            let [fix] = list(&result["fixes"]).as_slice() else { panic!("one fix") };
            assert_eq!(list(&fix["artifactChanges"]).len(), 2);
            for change in list(&fix["artifactChanges"]) {
                text(&change["artifactLocation"]["uri"]);
                list(&change["replacements"]).iter().for_each(|one| region(&one["deletedRegion"]));
            }
        }
    }
}
