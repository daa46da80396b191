//! Every page that speaks of what the compiler finds is true: its first `pipe` block yields exactly its code, its second
//! nothing. A block whose fence names a file, as in ```` ```python tools.py ````, is a file beside the page's own;
//! `latin1` ones are written in that encoding.

use standpipe_compiler::{Machine, MemoryWorld, analyse};
use standpipe_syntax::diag::CODES;

/// The codes that `page` yields in `world`.
fn codes(world: &MemoryWorld, page: &str) -> Vec<String> {
    let machine = Machine { name: "this machine".into(), cpus: Some(16.0), memory: None, gpus: None };
    let analysis = analyse(&world.clone().on(machine).with("page.pipe", page), "page.pipe");
    analysis.diagnostics.iter().map(|diagnostic| diagnostic.code.to_string()).collect()
}

/// Fenced blocks, each with what follows its fence.
fn blocks(page: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let text: Vec<_> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            blocks.push((info.trim(), format!("{}\n", text.join("\n"))));
        }
    }
    blocks
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(character).unwrap()).collect()
}

#[test]
fn pages_are_true() {
    let mut wrong = String::new();
    for entry in CODES.iter().filter(|entry| !entry.code.as_str().starts_with("E06")) {
        let mut world = MemoryWorld::new();
        let mut pages = Vec::new();
        for (info, text) in blocks(entry.page) {
            match info.split_once(' ') {
                Some(("latin1", name)) => world = world.with(name, latin1(&text)),
                Some((_, name)) => world = world.with(name, text),
                None if info == "pipe" => pages.push(text),
                None => {}
            }
        }
        let found: Vec<Vec<String>> = pages.iter().map(|page| codes(&world, page)).collect();
        if found != [vec![entry.code.to_string()], vec![]] {
            wrong += &format!("{}: its `pipe` blocks yield {found:?}\n", entry.code);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
