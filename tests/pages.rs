//! Every code has a page, and every page is true: its first program yields exactly the code, its second nothing.
//!
//! A block whose fence names a file, as in ```` ```python tools.py ````, is a file beside the page's own.

use standpipe_compiler::{Machine, MemoryWorld, analyse};
use standpipe_syntax::diag::CODES;

/// A page's blocks.
struct Page {
    /// The first fails, the second is mended; a page of the family E06 may have more or fewer.
    programs: Vec<String>,
    /// The files beside it.
    world: MemoryWorld,
}

impl Page {
    fn of(code: &str, page: &str) -> Self {
        let mut programs = Vec::new();
        let mut world = MemoryWorld::new();
        for (info, text) in blocks(page) {
            match info.split_once(' ') {
                Some((_, name)) => world = world.with(name, text),
                None if info == "pipe" => programs.push(text),
                None => {}
            }
        }
        assert!(!programs.is_empty(), "{code}: shows no program");
        Self { programs, world }
    }

    /// The codes that `page` yields.
    fn codes(&self, page: &str) -> Vec<String> {
        let machine = Machine { name: "this machine".into(), cpus: Some(16.0), memory: None, gpus: None };
        let analysis = analyse(&self.world.clone().on(machine).with("page.pipe", page), "page.pipe");
        analysis.diagnostics.iter().map(|diagnostic| diagnostic.code.to_string()).collect()
    }
}

/// Fenced blocks, each with what follows its fence.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let text: Vec<_> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            blocks.push((info.trim().to_owned(), format!("{}\n", text.join("\n"))));
        }
    }
    blocks
}

#[test]
fn codes_are_sorted_and_each_there_once() {
    let codes: Vec<_> = CODES.iter().map(|entry| entry.code.as_str()).collect();
    for kind in ["E", "W"] {
        let of_kind: Vec<_> = codes.iter().filter(|code| code.starts_with(kind)).collect();
        assert!(of_kind.is_sorted_by(|one, next| one < next), "{of_kind:?}");
    }
    for code in codes {
        let (family, number) = code.split_at(1);
        assert!(["E", "W"].contains(&family) && number.len() == 4, "{code}");
        assert!(number.parse::<u16>().is_ok_and(|number| number < 700), "{code}");
    }
}

#[test]
fn titles_differ_and_are_short() {
    let mut titles: Vec<_> = CODES.iter().map(|entry| entry.title).collect();
    titles.sort_unstable();
    for pair in titles.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
    for title in titles {
        assert!(title.len() <= 50 && !title.ends_with('.'), "{title}");
    }
}

/// What happens at run time cannot be shown by a file that is only checked: there, every program checks
/// clean.
#[test]
fn pages_are_true() {
    let mut wrong = Vec::new();
    for entry in CODES {
        let page = Page::of(entry.code.as_str(), entry.page);
        // What is no text cannot stand in a page.
        let only_told = entry.code.as_str() == "E0002" || entry.code.as_str().starts_with("E06");
        let expected =
            if only_told { vec![vec![]; page.programs.len()] } else { vec![vec![entry.code.to_string()], vec![]] };
        let found: Vec<_> = page.programs.iter().map(|program| page.codes(program)).collect();
        if found != expected {
            wrong.push(format!("{}: its programs yield {found:?}, not {expected:?}", entry.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pages_begin_with_what_it_means() {
    for entry in CODES {
        let prose = entry.page.split("```").next().unwrap_or_default();
        assert!(prose.split_whitespace().count() >= 12, "{}: says too little before its first block", entry.code);
    }
}

/// A page without a line in the registry would never be shown.
#[test]
fn every_page_has_a_code() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/compiler/errors");
    let mut pages: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    pages.sort();
    let mut codes: Vec<_> = CODES.iter().map(|entry| entry.code.to_string()).collect();
    codes.sort();
    assert_eq!(pages, codes);
}
