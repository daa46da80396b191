//! What each `.pipe` file of the folders declares, imports and names, kept file by file: tells at once where a name is
//! declared, and which files are worth a look. Knows no types, and reads nothing itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use smol_str::SmolStr;
use tower_lsp::ls_types::SymbolKind;

use crate::convert::Lines;
use crate::overlay::tidy;

/// The words that declarations with a name start with, and what editors show these as.
pub(crate) const WORDS: [(&str, SymbolKind); 10] = [
    ("type", SymbolKind::STRUCT),
    ("artifact", SymbolKind::CLASS),
    ("const", SymbolKind::CONSTANT),
    ("env", SymbolKind::NAMESPACE),
    ("task", SymbolKind::FUNCTION),
    ("effect", SymbolKind::EVENT),
    ("service", SymbolKind::INTERFACE),
    ("schedule", SymbolKind::CONSTRUCTOR),
    ("pipeline", SymbolKind::METHOD),
    ("test", SymbolKind::BOOLEAN),
];

/// Stands for every file of the standard library.
pub(crate) const LIBRARY: &str = "std";

/// A declaration, as its first line has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The word that it starts with, one of [`WORDS`].
    pub(crate) word: &'static str,
    pub(crate) name: SmolStr,
    /// The line of the name, and where it starts there: nothing but ASCII stands before it.
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Head {
    /// What editors show it as.
    pub(crate) fn kind(&self) -> SymbolKind {
        kind(self.word)
    }

    /// Whether it is something that a pipeline can call.
    pub(crate) fn is_called(&self) -> bool {
        matches!(self.word, "task" | "effect" | "service" | "pipeline")
    }
}

/// What editors show a declaration as that starts with `word`, one of [`WORDS`].
pub(crate) fn kind(word: &str) -> SymbolKind {
    WORDS.iter().find(|(known, _)| *known == word).map_or(SymbolKind::NULL, |(_, kind)| *kind)
}

/// What is known of a text without reading it as a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// In the order of the text.
    pub(crate) heads: Box<[Head]>,
    /// Files and folders of the project, absolute; and [`LIBRARY`].
    imports: Box<[PathBuf]>,
    /// Digests of all words of the text, sorted.
    words: Box<[u32]>,
}

impl Entry {
    /// Of the text of the file at `path`. A declaration starts at the edge, with its word and its name on one line.
    pub(crate) fn of(path: &Path, text: &str) -> Self {
        let (mut heads, mut imports) = (Vec::new(), Vec::new());
        for (number, line) in (0..).zip(Lines::of(text).each(text)) {
            if !line.starts_with(|first: char| first.is_ascii_lowercase()) {
                continue;
            }
            let (word, rest) = line.split_at(line.find(|c| !is_word(c)).unwrap_or(line.len()));
            let name = rest.trim_start_matches([' ', '\t']);
            if name.len() == rest.len() {
                continue;
            }
            if word == "import" {
                match name.strip_prefix('"').and_then(|name| name.split_once('"')) {
                    Some((to, _)) => imports.extend(path.parent().map(|folder| tidy(&folder.join(to)))),
                    None if name.starts_with("std/") => imports.push(LIBRARY.into()),
                    None => {}
                }
                continue;
            }
            let Some((word, _)) = WORDS.iter().find(|(known, _)| *known == word) else { continue };
            let own = match *word {
                "test" => name.strip_prefix('"').and_then(|name| name.split_once('"')).map_or("", |(own, _)| own),
                _ => &name[..name.find(|c| !is_word(c)).unwrap_or(name.len())],
            };
            if !own.is_empty() {
                let column = u32::try_from(line.len() - name.len()).unwrap_or(0) + u32::from(*word == "test");
                heads.push(Head { word, name: own.into(), line: number, column });
            }
        }
        let words = text.split(|c| !is_word(c)).filter(|word| word.starts_with(|c: char| !c.is_ascii_digit()));
        let mut words: Vec<u32> = words.map(digest).collect();
        words.sort_unstable();
        words.dedup();
        Self { heads: heads.into(), imports: imports.into(), words: words.into() }
    }

    /// Whether `word` stands in the text. May say so of a word that does not, never the other way round.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.words.binary_search(&digest(word)).is_ok()
    }
}

/// A file and what is known of it.
pub(crate) type Known = (Arc<Path>, Arc<Entry>);

/// The files of the folders, as they are on disk.
#[derive(Debug, Default)]
pub struct Index {
    files: BTreeMap<Arc<Path>, Arc<Entry>>,
    /// Surveys that were asked for and have not come to their end.
    pub awaited: usize,
}

impl Index {
    /// From now on there are these files, in order; what is known of them stays known.
    pub(crate) fn found(&mut self, paths: Vec<Arc<Path>>) {
        let unread = Arc::new(Entry::default());
        let mut before = std::mem::take(&mut self.files).into_iter().peekable();
        let files = paths.into_iter().map(|path| {
            while before.next_if(|(known, _)| *known < path).is_some() {}
            let known = before.next_if(|(known, _)| *known == path);
            (path, known.map_or_else(|| Arc::clone(&unread), |(_, entry)| entry))
        });
        self.files = files.collect();
    }

    /// Files were read.
    pub(crate) fn read(&mut self, files: Vec<Known>) {
        self.files.extend(files);
    }

    pub(crate) fn has(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    /// The files, in order.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Arc<Path>> {
        self.files.keys()
    }

    /// All files in order, `open` ones, which are in order too, in the place of those on disk.
    pub(crate) fn over<'o>(&self, open: impl Iterator<Item = (&'o Path, Arc<Entry>)>) -> Vec<Known> {
        let mut all = Vec::with_capacity(self.files.len());
        let known = |(path, entry): (&Arc<Path>, &Arc<Entry>)| (Arc::clone(path), Arc::clone(entry));
        let mut from = Bound::Unbounded;
        for (path, entry) in open {
            all.extend(self.files.range::<Path, _>((from, Bound::Excluded(path))).map(known));
            all.push((Arc::from(path), entry));
            from = Bound::Excluded(path);
        }
        all.extend(self.files.range::<Path, _>((from, Bound::Unbounded)).map(known));
        all
    }
}

/// Of `files`, those that import `path`, or the folder that it lies in, or a file that does, and so on; `path` itself is not
/// among them unless it imports itself. All of the standard library counts as one file, [`LIBRARY`].
pub(crate) fn importers<'i>(files: &'i [Known], path: &Path) -> BTreeSet<&'i Arc<Path>> {
    let mut by: HashMap<&Path, Vec<&'i Arc<Path>>> = HashMap::new();
    for (file, entry) in files {
        for import in &entry.imports {
            by.entry(import).or_default().push(file);
        }
    }
    let mut found = BTreeSet::new();
    let mut next: Vec<&Path> = vec![path];
    while let Some(path) = next.pop() {
        let folder = path.parent();
        for file in [Some(path), folder].into_iter().flatten().filter_map(|path| by.get(path)).flatten() {
            if found.insert(*file) {
                next.push(file);
            }
        }
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// FNV-1a, which is good enough where a mistake only costs a look.
fn digest(word: &str) -> u32 {
    word.bytes().fold(0x811c_9dc5, |digest, byte| (digest ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use standpipe_compiler::resolve::declared;
    use standpipe_syntax::ast::DeclKind;
    use standpipe_syntax::{FileId, Source};

    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let entry = Entry::of(Path::new("/w/a.pipe"), text);
        entry.heads.iter().map(|head| format!("{} {} {}:{}", head.word, head.name, head.line, head.column)).collect()
    }

    #[test]
    fn a_declaration_starts_at_the_edge_with_its_word_and_its_name() {
        let text = "##  é\ntask  fit[R](n: Int)\r\n  type Inner = Int\ntyped x\ntask\neffect tell(\n# const no = 1\nconst a=1\ntest \"It is so\" {\n";
        assert_eq!(shown(text), ["task fit 1:6", "effect tell 5:7", "const a 7:6", "test It is so 8:6"]);
    }

    #[test]
    fn words_are_found_wherever_they_stand() {
        let entry =
            Entry::of(Path::new("/w/a.pipe"), "task f(n: Int) {\n  sql: \"SELECT total_1 FROM rows\" # é-last\n}\n");
        for word in ["f", "n", "total_1", "rows", "last", "sql"] {
            assert!(entry.has(word), "{word}");
        }
        assert!(!entry.has("tota") && !entry.has("total") && !entry.has("1"));
    }

    #[test]
    fn importers_are_followed_through_files_and_folders() {
        let files: Vec<Known> = [
            ("/w/a.pipe", "import \"./lib/b.pipe\" { b }\n"),
            ("/w/lib/b.pipe", "import \"../other\" as other\n"),
            ("/w/other/c.pipe", "import std/table\n"),
            ("/w/other/d.pipe", "import \"./../a.pipe\"\n"),
            ("/w/e.pipe", ""),
        ]
        .map(|(path, text)| (Arc::from(Path::new(path)), Arc::new(Entry::of(Path::new(path), text))))
        .into();
        let of = |path: &str| {
            let found = importers(&files, Path::new(path));
            found.into_iter().map(|path| path.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of("/w/other/c.pipe"), ["/w/a.pipe", "/w/lib/b.pipe", "/w/other/d.pipe"]);
        assert_eq!(of("/w/e.pipe"), Vec::<String>::new());
        assert_eq!(of(LIBRARY), ["/w/a.pipe", "/w/lib/b.pipe", "/w/other/c.pipe", "/w/other/d.pipe"]);
        assert_eq!(of("/w/a.pipe"), ["/w/a.pipe", "/w/lib/b.pipe", "/w/other/d.pipe"]);
    }

    #[test]
    fn what_is_known_stays_known_and_what_is_open_counts() {
        let at = |name: &str| Arc::<Path>::from(Path::new("/w").join(name));
        let entry = |text: &str| Arc::new(Entry::of(Path::new("/w/x.pipe"), text));
        let mut index = Index::default();
        index.found(["a", "c", "d"].map(at).into());
        index.read(vec![(at("a"), entry("const a = 1\n")), (at("d"), entry("const d = 1\n"))]);
        index.found(["b", "c", "d"].map(at).into());
        let open = at("c");
        let all = index.over([(&*open, entry("const open = 1\n")), (Path::new("/w/e"), entry(""))].into_iter());
        let shown = |(path, entry): &Known| {
            let names: Vec<&str> = entry.heads.iter().map(|head| head.name.as_str()).collect();
            format!("{} {}", path.display(), names.join(" "))
        };
        assert_eq!(all.iter().map(shown).collect::<Vec<_>>(), ["/w/b ", "/w/c open", "/w/d d", "/w/e "]);
        assert!(index.has(Path::new("/w/b")) && !index.has(Path::new("/w/a")));
    }

    /// The whole standard library says the same as the parser.
    #[test]
    fn the_heads_of_a_text_are_its_declarations() {
        for (name, text) in standpipe_stdlib::MODULES {
            let source = Source::new(FileId(0), name, text);
            let parsed = standpipe_syntax::parse(&source);
            let mut wanted = Vec::new();
            for decl in &parsed.tree.decls {
                let name = match (declared(decl), &decl.kind) {
                    (Some(name), _) => (name.text.to_string(), name.span.start),
                    (None, DeclKind::Test(test)) => (test.name.value.to_string(), test.name.span.start + 1),
                    (None, _) => continue,
                };
                let (word, _) = crate::ide::kind(decl);
                let place = source.place(name.1);
                wanted.push(format!("{word} {} {}:{}", name.0, place.line - 1, place.column - 1));
            }
            assert_eq!(shown(text), wanted, "{name}");
        }
    }
}
