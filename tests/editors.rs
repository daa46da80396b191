//! The words of the language in every editor's files, held to the compiler's own tables: a new keyword, attribute or
//! type that an editor does not know fails here. The tables are private to the compiler, so they are read from its
//! source.

use std::collections::BTreeSet;
use std::path::Path;

type Words = BTreeSet<String>;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The words of `text`, whatever stands between them.
fn words(text: &str) -> Words {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))
        .map(str::to_owned)
        .collect()
}

/// What stands between quotes in `text`.
fn quoted(text: &str) -> Words {
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What stands in `text` between `start` and the first `end` after it.
fn between<'t>(path: &str, text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{path} has no `{start}`"));
    rest.split_once(end).unwrap_or_else(|| panic!("{path} has no `{end}` after `{start}`")).0
}

/// A place in an editor's file where some of a table's words are listed: what stands before them, and after.
type Place = (&'static str, &'static str);

/// Fails when a word of `table` is missing in a file, all its places taken together.
fn hold(what: &str, table: &Words, files: &[(&str, &[Place])]) {
    assert!(table.len() > 5, "the compiler's {what} were not found");
    let mut missing = Vec::new();
    for (path, places) in files {
        let text = read(path);
        let listed: Words = places.iter().flat_map(|(start, end)| words(between(path, &text, start, end))).collect();
        for word in table.difference(&listed) {
            missing.push(format!("{path} does not know `{word}`, one of the {what}"));
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

const TEXTMATE: &str = "editors/vscode/syntaxes/standpipe.tmLanguage.json";
const VIM: &str = "editors/neovim/syntax/standpipe.vim";
const EMACS: &str = "editors/emacs/standpipe-mode.el";
const GRAMMAR: &str = "editors/tree-sitter-standpipe/grammar.js";
const SCANNER: &str = "editors/tree-sitter-standpipe/src/scanner.c";
const TREE_SITTER: &str = "editors/tree-sitter-standpipe/queries/highlights.scm";
const HELIX: &str = "editors/helix/queries/standpipe/highlights.scm";
const ZED: &str = "editors/zed/languages/standpipe/highlights.scm";

#[test]
fn every_editor_knows_the_declarations() {
    let path = "compiler/syntax/src/tree/mod.rs";
    let table = quoted(between(path, &read(path), "DECLARATIONS: &[&str] =", ";"));
    let queries: &[Place] = &[("\n; Words\n", "\n; Signs")];
    hold(
        "declarations",
        &table,
        &[
            (TEXTMATE, &[("\"declarations\": {", "\"attributes\": {")]),
            ("editors/vscode/package.json", &[("\"firstLine\"", "\n")]),
            ("editors/vscode/src/association.ts", &[("const DECLARATION =", ";")]),
            (VIM, &[("syntax match standpipeDeclaration", "\n")]),
            ("editors/neovim/ftdetect/standpipe.vim", &[("if line =~#", "\n")]),
            (EMACS, &[("(defconst standpipe-declarations", ")")]),
            (GRAMMAR, &[("declaration: ($)", "block: ($)")]),
            (SCANNER, &[("DECLARATIONS[] = {", "}")]),
            ("editors/tree-sitter-standpipe/tree-sitter.json", &[("\"first-line-regex\"", "\n")]),
            (TREE_SITTER, queries),
            (HELIX, queries),
            (ZED, queries),
        ],
    );
}

#[test]
fn every_editor_knows_the_keywords() {
    let path = "compiler/syntax/src/parse/grammar.lalrpop";
    let source = read(path);
    let terminals = between(path, &source, "enum Tok {", "\n    }").lines().filter(|line| line.contains("\" =>"));
    let mut table: Words = terminals.flat_map(quoted).filter(|word| word.starts_with(char::is_alphabetic)).collect();
    // Its lines are told apart before the grammar reads them.
    table.insert("expect".into());
    let queries: &[Place] = &[("\n; Words\n", "\n; Signs")];
    hold(
        "keywords",
        &table,
        &[
            (
                TEXTMATE,
                &[
                    ("\"constant.language.standpipe\", \"match\": \"\\\\b(", ")"),
                    ("\"keyword.operator.logical.standpipe\", \"match\": \"\\\\b(", ")"),
                    ("\"keyword.control.standpipe\", \"match\": \"\\\\b(", ")"),
                    ("\"match\": \"\\\\b(limit|", ")"),
                    ("\"keyword.control.clause.standpipe\",\n          \"match\": \"\\\\b(", ")"),
                ],
            ),
            (
                VIM,
                &[
                    ("syntax keyword standpipeConstant", "\n"),
                    ("syntax keyword standpipeConditional", "\n"),
                    ("syntax keyword standpipeRepeat", "\n"),
                    ("syntax keyword standpipeException", "\n"),
                    ("syntax keyword standpipeLogical", "\n"),
                    ("syntax keyword standpipeClause", "\n"),
                ],
            ),
            (
                EMACS,
                &[
                    ("(defconst standpipe-keywords", ")"),
                    ("(defconst standpipe-clauses", ")"),
                    ("(defconst standpipe-constants", ")"),
                ],
            ),
            (GRAMMAR, &[("const KEYWORDS = [", "]"), ("const CONTEXTUAL = [", "]"), ("expectation:", "\n")]),
            (TREE_SITTER, queries),
            (HELIX, queries),
            (ZED, queries),
        ],
    );
}

#[test]
fn every_editor_knows_the_types() {
    let table: Words = standpipe_compiler::types::BUILTIN_TYPES.iter().map(|name| (*name).to_owned()).collect();
    let queries: &[Place] = &[("(#any-of? @type.builtin", ")")];
    hold(
        "types",
        &table,
        &[
            (TEXTMATE, &[("\"name\": \"support.type.standpipe\",", "},")]),
            (VIM, &[("syntax keyword standpipeBuiltinType", "\n")]),
            (EMACS, &[("(defconst standpipe-types", ")")]),
            (TREE_SITTER, queries),
            (HELIX, queries),
            (ZED, queries),
        ],
    );
}

#[test]
fn every_editor_knows_the_attributes() {
    let path = "compiler/src/check/attrs/schema.rs";
    let table: Words = read(path)
        .lines()
        .filter(|line| line.contains("\", Takes::"))
        .flat_map(|line| {
            line.split("(\"").skip(1).map(|rest| rest.split('"').next().unwrap_or("").to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let queries: &[Place] = &[("(#any-of? @attribute", ")")];
    hold(
        "attributes",
        &table,
        &[
            (TEXTMATE, &[("\"attributes\": {", ")")]),
            (VIM, &[("syntax match standpipeAttribute", "\n")]),
            (EMACS, &[("(defconst standpipe-attributes", ")")]),
            (TREE_SITTER, queries),
            (HELIX, queries),
            (ZED, queries),
        ],
    );
}

/// Helix and Zed have the grammar's patterns under their own names; a script writes them.
#[test]
fn the_queries_of_other_editors_are_those_of_the_grammar() {
    let output = std::process::Command::new("python3")
        .args(["editors/queries.py", "--check"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
