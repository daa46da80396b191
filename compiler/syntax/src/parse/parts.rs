//! A file's declarations, those of a large file in parts side by side: none has to know another to be read.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Parser;
use super::build::Builder;
use super::decl::Site;
use crate::Source;
use crate::ast::{Decl, Doc, Tree};
use crate::lex::Token;
use crate::renumber::renumber;
use crate::tree::Tokens;

/// Starting a thread takes as long as reading a few thousand tokens.
const WORTH: usize = 8_000;

/// How deep what is read may go is limited; the main thread of a program has as much.
const STACK: usize = 8 << 20;

/// What everybody who reads a part reads from.
struct Whole<'s> {
    source: &'s Source,
    tokens: Arc<Vec<Token>>,
    docs: Arc<FxHashMap<u32, Doc>>,
}

impl<'s> Parser<'s> {
    /// Reads all declarations. The answer is where the tokens of each are, with what was left over after it.
    pub(super) fn file(&mut self, tree: &mut Tree) -> Vec<Range<usize>> {
        let worth = self.tokens.len() / WORTH;
        // Asking for the number of cores takes as long as reading many a file.
        let most = if worth > 1 { std::thread::available_parallelism().map_or(1, usize::from).min(worth) } else { 1 };
        self.file_in(tree, most)
    }

    /// Reads all declarations in at most so many parts.
    fn file_in(&mut self, tree: &mut Tree, most: usize) -> Vec<Range<usize>> {
        let sites = self.sites();
        // What is asked of a place is asked of one parser.
        let most = if self.probe.is_some() { 1 } else { most };
        let mut parts = cut(&sites, most).into_iter();
        let first = parts.next().unwrap_or(&[]);
        let docs = Arc::clone(&self.builder.docs);
        let whole = Whole { source: self.tokens.source, tokens: self.tokens.share(), docs };
        let whole = &whole;
        std::thread::scope(|scope| {
            let beside = |part| {
                let work = move || whole.part(part);
                (part, std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok())
            };
            let threads: Vec<_> = parts.map(beside).collect();
            tree.decls = self.part(first);
            for (part, thread) in threads {
                // Without a thread it is read here.
                let read = thread.map_or_else(|| Ok(whole.part(part)), std::thread::ScopedJoinHandle::join);
                let (parser, decls) = read.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                self.take(parser, decls, part, tree);
            }
        });
        sites.into_iter().map(|site| site.own.start..site.end).collect()
    }

    fn part(&mut self, part: &[Site]) -> Vec<Decl> {
        part.iter().map(|site| self.at(site)).collect()
    }

    /// Goes on as if it had read what `other` has.
    fn take(&mut self, mut other: Self, mut decls: Vec<Decl>, part: &[Site], tree: &mut Tree) {
        for decl in &mut decls {
            renumber(decl, self.builder.expr_count);
        }
        tree.decls.append(&mut decls);
        self.builder.expr_count += other.builder.expr_count;
        self.builder.diagnostics.append(&mut other.builder.diagnostics);
        self.braces.extend(other.braces);
        self.expects.extend(other.expects);
        if let (Some(first), Some(last)) = (part.first(), part.last()) {
            self.tokens.matched(&other.tokens, first.own.start..last.end);
        }
    }
}

impl<'s> Whole<'s> {
    /// Reads a part of the file, as if nothing stood before it.
    fn part(&self, part: &[Site]) -> (Parser<'s>, Vec<Decl>) {
        let tokens = Tokens::new(self.source, Arc::clone(&self.tokens));
        let mut parser = Parser::new(tokens, Builder::new(self.source.id, Arc::clone(&self.docs)), None);
        let decls = parser.part(part);
        (parser, decls)
    }
}

/// `sites` in at most so many parts with about as many tokens each.
fn cut(sites: &[Site], most: usize) -> Vec<&[Site]> {
    let all = sites.last().map_or(0, |site| site.end);
    let mut parts: Vec<&[Site]> = Vec::new();
    let mut rest = sites;
    for part in 1..most {
        let (one, others) = rest.split_at(rest.partition_point(|site| site.end * most <= all * part));
        parts.push(one);
        rest = others;
    }
    parts.push(rest);
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::path::Path;

    use super::*;
    use crate::{FileId, lex, parse};

    /// All that is known of a file that is read in at most so many parts.
    fn read(text: &str, most: usize) -> String {
        let source = Source::new(FileId(0), "a.pipe", text);
        let lexed = lex::lex(&source);
        let (_, docs) = parse::documentation(&source, &lexed);
        let tokens = Tokens::new(&source, Arc::new(lexed.tokens));
        let mut parser = Parser::new(tokens, Builder::new(source.id, Arc::new(docs)), None);
        let mut tree = Tree::default();
        let ranges = parser.file_in(&mut tree, most);
        let mut braces: Vec<_> = parser.braces.into_iter().collect();
        braces.sort_unstable_by_key(|(at, _)| *at);
        let mut expects: Vec<_> = parser.expects.into_iter().collect();
        expects.sort_unstable();
        let partners: Vec<_> = (0..parser.tokens.len()).map(|at| parser.tokens.partner(at)).collect();
        let mut out = format!("{tree:#?}\n{}\n", parser.builder.expr_count);
        let _ = write!(out, "{:#?}\n{ranges:?}\n{braces:?}\n{expects:?}\n{partners:?}", parser.builder.diagnostics);
        out
    }

    fn texts(folder: &Path, out: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                texts(&entry, out);
            } else if entry.extension().is_some_and(|extension| extension == "pipe") {
                out.extend(std::fs::read_to_string(entry));
            }
        }
    }

    #[test]
    fn parts_say_what_the_whole_says() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut all = Vec::new();
        for folder in ["tests/broken", "tests/right", "../../examples", "../../tests"] {
            texts(&here.join(folder), &mut all);
        }
        all.sort();
        assert!(all.len() > 100, "{} files", all.len());
        all.push(all.concat());
        for text in &all {
            let whole = read(text, 1);
            for most in [2, 3, 7] {
                assert!(read(text, most) == whole, "{most} parts of\n{text}");
            }
        }
    }

    #[test]
    fn parts_are_of_about_one_size_and_never_empty() {
        let site = |start: usize, end| Site { own: start..end, end };
        let sites = [site(0, 10), site(10, 20), site(20, 30), site(30, 90), site(90, 100)];
        let sizes = |most| cut(&sites, most).iter().map(|part| part.len()).collect::<Vec<_>>();
        assert_eq!(sizes(0), [5]);
        assert_eq!(sizes(1), [5]);
        assert_eq!(sizes(2), [3, 2]);
        assert_eq!(sizes(10), [1, 1, 1, 1, 1]);
        assert!(cut(&[], 3).is_empty());
    }
}
