//! A case: a file and what its marks expect.

use std::fs;
use std::path::{Path, PathBuf};

use standpipe_compiler::Analysis;
use standpipe_syntax::Source;

/// One `.pipe` file of the corpus.
pub(crate) struct Case {
    pub(crate) area: String,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A diagnostic by file, line and code.
pub(crate) type Found = (String, u32, String);

/// `tests/cases`.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// The folders that hold cases, sorted.
pub(crate) fn folders() -> Vec<String> {
    let mut folders: Vec<String> = entries(&root()).into_iter().filter(|path| path.is_dir()).map(name).collect();
    folders.retain(|name| name != "support");
    folders
}

impl Case {
    /// The cases of one area, by name.
    pub(crate) fn of(area: &str) -> Vec<Case> {
        let files = entries(&root().join(area)).into_iter().filter(|path| path.extension() == Some("pipe".as_ref()));
        files
            .map(|path| Case {
                area: area.into(),
                text: fs::read_to_string(&path).unwrap(),
                name: name(path.with_extension("")),
            })
            .collect()
    }

    /// Relative to `tests/cases`.
    pub(crate) fn path(&self) -> String {
        format!("{}/{}.pipe", self.area, self.name)
    }
}

/// What the marks in `sources` expect, sorted.
pub(crate) fn expected(sources: &[Source]) -> Vec<Found> {
    let mut expected = Vec::new();
    for source in sources {
        for (line, text) in (1..).zip(source.text.lines()) {
            let Some((_, mark)) = text.split_once("#~") else { continue };
            let above = u32::try_from(mark.len() - mark.trim_start_matches('^').len()).unwrap();
            let codes = mark.trim_start_matches('^').split_whitespace();
            expected.extend(codes.map(|code| (source.name.to_string(), line - above, code.to_owned())));
        }
    }
    expected.sort();
    expected
}

/// What an analysis found, sorted.
pub(crate) fn found(analysis: &Analysis) -> Vec<Found> {
    let sources = analysis.sources();
    let mut found: Vec<Found> = analysis
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let source = &sources[diagnostic.span.file.0 as usize];
            let line = source.place(diagnostic.span.start).line;
            (source.name.to_string(), line, diagnostic.code.to_string())
        })
        .collect();
    found.sort();
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

fn name(path: PathBuf) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
