//! The book: what is generated in it is what the program's own tables say, every page can be reached, and no link leads
//! nowhere. `STANDPIPE_UPDATE=1 cargo test --test book` writes the generated pages anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path, PathBuf};

use standpipe_compiler::check::{ENV_ATTRIBUTES, SCHEDULE_ATTRIBUTES, SERVICE_ATTRIBUTES, TASK_ATTRIBUTES};
use standpipe_compiler::types::BUILTIN_TYPES;
use standpipe_lsp::words::{ATTRIBUTES, FUNCTIONS, TYPES};
use standpipe_syntax::ast::{DeclKind, Doc, Param};
use standpipe_syntax::diag::CODES;
use standpipe_syntax::{FileId, Source, parse};

/// What stands at the top of each generated page.
const GENERATED: &str = "<!-- Made of the program's tables by tests/book.rs. -->";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The generated pages: name and text.
fn pages() -> [(&'static str, String); 4] {
    [
        ("attributes.md", attributes()),
        ("codes.md", codes()),
        ("standard-library.md", standard_library()),
        ("types.md", types()),
    ]
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn attributes() -> String {
    let mut out = format!("# Attributes\n\n{GENERATED}\n");
    for (of, names) in [
        ("task and effect", &TASK_ATTRIBUTES[..]),
        ("env", &ENV_ATTRIBUTES[..]),
        ("service", &SERVICE_ATTRIBUTES[..]),
        ("schedule", &SCHEDULE_ATTRIBUTES[..]),
    ] {
        let _ = write!(out, "\n## {of}\n\n| attribute | takes | |\n| --- | --- | --- |\n");
        for name in names {
            let known = ATTRIBUTES.iter().find(|(known, _, _)| known == name);
            let (_, takes, what) = known.unwrap_or_else(|| panic!("`{name}` is described nowhere"));
            let _ = writeln!(out, "| `{name}` | {} | {} |", cell(takes), cell(what));
        }
    }
    out
}

fn types() -> String {
    let mut out = format!("# Types and functions\n\n{GENERATED}\n\n## Types\n\n| type | |\n| --- | --- |\n");
    for name in BUILTIN_TYPES {
        let known = TYPES.iter().find(|(known, _)| *known == name);
        let (_, what) = known.unwrap_or_else(|| panic!("`{name}` is described nowhere"));
        let _ = writeln!(out, "| `{name}` | {} |", cell(what));
    }
    out.push_str("\n## Functions\n\n| function | |\n| --- | --- |\n");
    for (_, head, what) in FUNCTIONS {
        let _ = writeln!(out, "| `{}` | {} |", cell(head), cell(what));
    }
    out
}

fn codes() -> String {
    let mut out =
        format!("# Codes\n\n{GENERATED}\n\n`standpipe explain CODE` shows an example of each, and its repair.\n");
    let families = [
        ("E00", "Reading"),
        ("E01", "Text and grammar"),
        ("E02", "Names"),
        ("E03", "Types"),
        ("E04", "Bodies in other languages"),
        ("E05", "Plans"),
        ("E06", "Runs"),
        ("W", "Warnings"),
    ];
    for (family, title) in families {
        let _ = write!(out, "\n## {title}\n\n| code | | |\n| --- | --- | --- |\n");
        for entry in CODES.iter().filter(|entry| entry.code.as_str().starts_with(family)) {
            let about = entry.page.split("\n\n").find(|part| !part.starts_with('#')).unwrap_or_default();
            let _ = writeln!(out, "| {} | {} | {} |", entry.code, cell(entry.title), cell(&about.replace('\n', " ")));
        }
    }
    out
}

fn standard_library() -> String {
    let mut out = format!("# The standard library\n\n{GENERATED}\n");
    for (name, text) in standpipe_stdlib::MODULES {
        let source = Source::new(FileId(0), name, text);
        let tree = parse(&source).tree;
        let _ = write!(out, "\n## std/{name}\n\n{}\n", doc(tree.doc.as_ref()));
        for decl in &tree.decls {
            let (name, params, result) = match &decl.kind {
                DeclKind::Task(task) => (&task.name.text, &task.params, task.result.as_ref()),
                DeclKind::Pipeline(pipeline) => (&pipeline.name.text, &pipeline.params, pipeline.result.as_ref()),
                DeclKind::Type(alias) => {
                    let _ = write!(out, "\n### {}\n\n`{}`\n", alias.name.text, one_line(source.slice(decl.span)));
                    continue;
                }
                DeclKind::Import(_)
                | DeclKind::Artifact(_)
                | DeclKind::Const(_)
                | DeclKind::Env(_)
                | DeclKind::Service(_)
                | DeclKind::Schedule(_)
                | DeclKind::Test(_)
                | DeclKind::Broken(_) => continue,
            };
            let end = result.map_or(decl.span.end, |result| result.span.end);
            let whole = &text[decl.span.start as usize..end as usize];
            let head = if result.is_some() { whole } else { whole.split(") {").next().unwrap_or(whole) };
            let close = if result.is_some() { "" } else { ")" };
            let _ = write!(out, "\n### {name}\n\n`{}{close}`\n\n{}\n", one_line(head), doc(decl.doc.as_ref()));
            for Param { name, doc: about, .. } in params.iter().filter(|param| param.doc.is_some()) {
                let _ = write!(out, "\n- `{}`: {}\n", name.text, doc(about.as_ref()));
            }
        }
    }
    out
}

fn doc(doc: Option<&Doc>) -> String {
    doc.map_or(String::new(), |doc| doc.text.trim().to_owned())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(").replace(", )", ")").replace(",)", ")")
}

#[test]
fn generated_pages_are_in_step() {
    let folder = root().join("docs/src/generated");
    if std::env::var_os("STANDPIPE_UPDATE").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in pages() {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let mut behind = Vec::new();
    for (name, text) in pages() {
        if fs::read_to_string(folder.join(name)).unwrap_or_default() != text {
            behind.push(name);
        }
    }
    assert!(behind.is_empty(), "{behind:?} are not what they would be now: STANDPIPE_UPDATE=1 cargo test --test book");
}

/// Every Markdown file below `folder`.
fn markdown(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            markdown(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// The targets of the links of a page, outside of code.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut code = false;
    for line in text.lines() {
        code ^= line.trim_start().starts_with("```");
        if code {
            continue;
        }
        // What stands between backticks is no link.
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let mut rest = prose.as_str();
        while let Some(at) = rest.find("](") {
            rest = &rest[at + 2..];
            found.push(rest.split(')').next().unwrap_or_default().to_owned());
        }
    }
    found
}

/// The anchors of a page's headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut code = false;
    let mut found = BTreeSet::new();
    for line in text.lines() {
        code ^= line.trim_start().starts_with("```");
        if let (Some(heading), false) = (line.strip_prefix('#'), code) {
            let heading = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
            found.insert(kept.collect::<String>().replace(' ', "-"));
        }
    }
    found
}

fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => out.push(part),
        }
    }
    out
}

#[test]
fn no_link_leads_nowhere() {
    let mut files = vec![root().join("README.md"), root().join("ARCHITECTURE.md"), root().join("CHANGELOG.md")];
    for folder in ["docs/src", "examples"] {
        markdown(&root().join(folder), &mut files);
    }
    files.sort();
    let mut broken = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        for link in links(&text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() { file.clone() } else { tidy(&file.parent().unwrap().join(path)) };
            let there = target.exists();
            let named =
                anchor.is_empty() || fs::read_to_string(&target).is_ok_and(|text| anchors(&text).contains(anchor));
            if !there || !named {
                broken.push(format!("{}: {link}", file.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_page_can_be_reached() {
    let source = root().join("docs/src");
    let summary = fs::read_to_string(source.join("SUMMARY.md")).unwrap();
    let linked: BTreeSet<PathBuf> = links(&summary).iter().map(|link| source.join(link)).collect();
    let mut files = Vec::new();
    markdown(&source, &mut files);
    files.retain(|file| !file.ends_with("SUMMARY.md"));
    let lost: Vec<_> = files.iter().filter(|file| !linked.contains(*file)).collect();
    assert!(lost.is_empty(), "no line of SUMMARY.md leads to {lost:?}");
}
