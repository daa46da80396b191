//! What could be written at the cursor, the best first. The grammar says which words fit, the checker which names do.

mod attributes;
mod body;
mod cases;
mod code;
mod imports;
mod names;
mod objectives;
mod string;
mod types;
mod units;
mod wanted;

use serde_json::json;
use standpipe_compiler::resolve::Visible;
use standpipe_syntax::{FileId, Source};
use tower_lsp::ls_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, InsertTextFormat, Position, TextEdit, Uri,
};

pub(super) use imports::{import_edit, relative};
pub(super) use names::values_at;
pub(super) use wanted::wanted as wanted_at;

use super::shared::{decl, head_text, markdown, name_of};
use super::unwritten::{is_word, word_start};
use crate::snapshot::{File, Snapshot};

/// How well something fits: the smaller, the earlier it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It is what is wanted here.
    Wanted,
    Near,
    Plain,
    Word,
    /// It would have to be imported.
    Far,
}

/// What is being completed, and where.
struct Site<'a> {
    snapshot: &'a Snapshot,
    file: &'a File,
    /// The cursor.
    at: u32,
    /// Where the word starts that the cursor stands in.
    start: u32,
    items: Vec<CompletionItem>,
}

pub fn complete(snapshot: &Snapshot, uri: &Uri, position: Position) -> Option<Vec<CompletionItem>> {
    let file = snapshot.file(uri)?;
    let at = file.offset(position);
    let start = word_start(&file.source().text, at);
    let mut site = Site { snapshot, file: &file, at, start, items: Vec::new() };
    match super::embedded::raw_at(&file, at) {
        Some((language, _, task)) => body::complete(&mut site, language, task),
        None if in_comment(&file, at) => {}
        None => match string::open_at(&file, at) {
            Some(string) => string::complete(&mut site, &string),
            None => code::complete(&mut site),
        },
    }
    let mut items = site.items;
    items.sort_by(|a, b| (&a.sort_text, &a.label).cmp(&(&b.sort_text, &b.label)));
    items.dedup_by(|b, a| a.label == b.label && a.kind == b.kind);
    Some(items)
}

/// A comment stands before the cursor on its line.
fn in_comment(file: &File, at: u32) -> bool {
    let mut quoted = false;
    let mut escaped = false;
    for c in file.line_before(at).chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '#' if !quoted => return true,
            _ => {}
        }
    }
    false
}

impl Site<'_> {
    /// The text of the word before the cursor.
    fn word(&self) -> &str {
        self.file.source().text.get(self.start as usize..self.at as usize).unwrap_or("")
    }

    /// An item that replaces the word, or `from` on.
    fn push(&mut self, rank: Rank, label: &str, kind: CompletionItemKind, detail: &str) -> &mut CompletionItem {
        self.push_from(self.start, rank, label, kind, detail)
    }

    fn push_from(
        &mut self,
        from: u32,
        rank: Rank,
        label: &str,
        kind: CompletionItemKind,
        detail: &str,
    ) -> &mut CompletionItem {
        let text = &self.file.source().text;
        let rest = text.get(self.at as usize..).unwrap_or("");
        let end = self.at + u32::try_from(rest.find(|c| !is_word(c)).unwrap_or(rest.len())).unwrap_or(0);
        // What follows the cursor in the word is replaced too, unless the cursor stands before a word of its own.
        let end = if self.start == self.at { self.at } else { end };
        let range = tower_lsp::ls_types::Range::new(self.file.position(from), self.file.position(end));
        self.items.push(CompletionItem {
            label: label.to_owned(),
            kind: Some(kind),
            detail: (!detail.is_empty()).then(|| detail.to_owned()),
            sort_text: Some(format!("{}", rank as u8)),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(range, label.to_owned()))),
            ..CompletionItem::default()
        });
        let last = self.items.len() - 1;
        &mut self.items[last]
    }
}

/// The item inserts `text`, in which `$1` and the like are places to fill in.
fn snippet(item: &mut CompletionItem, text: &str) {
    if let Some(CompletionTextEdit::Edit(edit)) = &mut item.text_edit {
        edit.new_text = text.to_owned();
    }
    item.insert_text_format = Some(InsertTextFormat::SNIPPET);
}

/// Adds what takes time to find, once somebody looks at the item: its documentation.
pub fn resolve(snapshot: &Snapshot, mut item: CompletionItem) -> CompletionItem {
    let Some(data) = &item.data else { return item };
    let text = |key: &str| data.get(key).and_then(serde_json::Value::as_str);
    let found = match (text("uri"), text("module"), text("name")) {
        (Some(uri), _, Some(name)) => of_file(snapshot, uri, name),
        (None, Some(module), Some(name)) => of_module(module, name),
        _ => None,
    };
    item.documentation = found.map(|doc| Documentation::MarkupContent(markdown(doc)));
    item
}

/// Where the documentation of a name of this file is found later.
fn later(file: &File, name: &str) -> Option<serde_json::Value> {
    Some(json!({ "uri": file.uri, "name": name }))
}

fn of_file(snapshot: &Snapshot, uri: &str, name: &str) -> Option<String> {
    let file = snapshot.file(&uri.parse().ok()?)?;
    match file.analysis.checked.resolved.files.first()?.scope.get(name)? {
        Visible::Decl(id) => {
            let decl = decl(&file, *id)?;
            let head = format!("```pipe\n{}\n```", head_text(&file, decl));
            Some(decl.doc.as_ref().map_or(head.clone(), |doc| format!("{head}\n\n{}", doc.text)))
        }
        Visible::Module(of) => Some(format!("module `{}`", file.sources().get(of.0 as usize)?.name)),
        Visible::Missing => None,
    }
}

fn of_module(module: &str, name: &str) -> Option<String> {
    let source = Source::new(FileId(0), module, standpipe_stdlib::source(module)?);
    let parsed = standpipe_syntax::parse(&source);
    let decl = parsed.tree.decls.iter().find(|decl| name_of(decl) == name)?;
    decl.doc.as_ref().map(|doc| doc.text.to_string())
}

#[cfg(test)]
mod tests {
    use tower_lsp::ls_types::{CompletionItem, CompletionTextEdit};

    use crate::ide::testing::Editor;

    fn items(files: &[(&str, &str)]) -> (Editor, Vec<CompletionItem>) {
        let editor = Editor::among(files);
        let items = super::complete(&editor.snapshot, &editor.uri, editor.cursor()).unwrap();
        (editor, items)
    }

    fn labels(text: &str) -> Vec<String> {
        items(&[("a.pipe", text)]).1.into_iter().map(|item| item.label).collect()
    }

    const HEAD: &str = "import std/table { holdout }\n\ntype Plan = \"free\" | \"pro\"\n\ntype Row = { id: Int, plan: Plan }\n\nenv ml {\n  packages: [\"pandas==2.2.3\"]\n}\n\ntask load(from: File) -> Table[Row] {\n  sh:\n    cp $from $out\n}\n\ntask fit(rows: Table[Row], depth: Int, plan: Plan = \"free\") -> { auc: Float, depth: Int } {\n  env: ml\n  python:\n    return {\"auc\": 1.0, \"depth\": depth}\n}\n\n";

    fn in_main(statements: &str) -> Vec<String> {
        labels(&format!(
            "{HEAD}pipeline main(path: File, most: Int) -> Int {{\n  rows = load(path)\n  {statements}\n}}\n"
        ))
    }

    #[test]
    fn fields_come_after_a_point() {
        assert_eq!(in_main("m = fit(rows, 1)\n  m.‸"), ["auc", "depth"]);
        assert_eq!(in_main("m = fit(rows, 1)\n  m.a‸"), ["auc", "depth"]);
        assert_eq!(in_main("rows.‸"), ["rows"]);
        assert_eq!(in_main("parts = rows |> holdout(share: 20%)\n  load(parts.‸)"), ["test", "train"]);
    }

    #[test]
    fn a_call_offers_what_fits_first_and_inputs_that_are_not_given() {
        let found = in_main("fit(rows, ‸)");
        assert_eq!(found[0], "most");
        assert!(found.iter().any(|label| label == "depth:"), "{found:?}");
        assert!(found.iter().any(|label| label == "plan:"));
        assert!(!found.iter().any(|label| label == "rows:"));
        let found = in_main("fit(rows, 1, plan: ‸)");
        assert_eq!(found[..2], ["\"free\"", "\"pro\""]);
    }

    #[test]
    fn constants_come_where_their_types_do() {
        let of = |statement: &str| {
            let consts = "const depth_most: Int = 3\n\nconst name = \"x\"\n\nconst usual: Plan = \"free\"\n\n";
            labels(&format!(
                "{HEAD}{consts}pipeline main(path: File, word: String) -> Int {{\n  rows = load(path)\n  {statement}\n}}\n"
            ))
        };
        let before = |found: &[String], first: &str, second: &str| {
            let place = |label: &str| found.iter().position(|found| found == label);
            assert!(place(first).unwrap() < place(second).unwrap(), "{first} is not before {second} in {found:?}");
        };
        let found = of("fit(rows, ‸)");
        assert_eq!(found[0], "depth_most");
        before(&found, "depth_most", "word");
        before(&found, "plan:", "name");
        let found = of("fit(rows, 1, plan: ‸)");
        assert_eq!(found[..3], ["\"free\"", "\"pro\"", "usual"]);
        let found = of("x = ‸");
        before(&found, "name", "len");
    }

    #[test]
    fn any_letter_may_stand_before_what_is_written() {
        assert!(in_main("x = é𝄞3‸").is_empty());
        let body = "task look(rows: Table[Row]) -> Int {\n  python:\n    return 𝄞rows[\"‸\"]\n}\n";
        assert_eq!(labels(&format!("{HEAD}{body}")), ["id", "plan"]);
    }

    #[test]
    fn the_name_of_an_input_is_written_anew() {
        let text = format!("{HEAD}pipeline main(rows: Table[Row]) -> Float {{\n  fit(rows, d‸epth: 1).auc\n}}\n");
        let (editor, items) = items(&[("a.pipe", &text)]);
        let item = items.iter().find(|item| item.label == "depth:").unwrap();
        let Some(CompletionTextEdit::Edit(edit)) = &item.text_edit else { unreachable!() };
        assert_eq!(editor.after(std::slice::from_ref(edit)), text.replace('‸', ""));
    }

    #[test]
    fn a_sweep_offers_the_numbers_that_its_body_gives() {
        let sweep = |objectives: &str| {
            in_main(&format!("sweep depth in 1..4 {objectives} using 1 {{\n    fit(rows, depth)\n  }}"))
        };
        assert_eq!(sweep("maximize ‸"), ["auc", "depth", "seconds"]);
        assert_eq!(sweep("maximize auc, minimize s‸"), ["auc", "depth", "seconds"]);
    }

    #[test]
    fn what_is_written_into_a_string_may_be_anything() {
        assert!(!in_main("fit(rows, 1, \"${‸}\")").contains(&"\"free\"".to_owned()));
    }

    #[test]
    fn a_statement_offers_names_and_words() {
        let found = in_main("‸");
        for wanted in ["rows", "path", "fit", "load", "holdout", "for", "if", "max_by", "first"] {
            assert!(found.iter().any(|label| label == wanted), "{wanted} in {found:?}");
        }
        assert!(!found.iter().any(|label| label == "and" || label == "Row"), "{found:?}");
        let after = in_main("x = most ‸");
        assert!(after.iter().any(|label| label == "and") && !after.iter().any(|label| label == "rows"), "{after:?}");
    }

    #[test]
    fn a_match_offers_the_cases_that_no_arm_has() {
        let head = "effect tell(what: String) {\n  sh:\n    echo $what\n}\n\npipeline main(plan: (\"a\" | \"b\" | \"c\")?, yes: Bool) {\n";
        let cases = |arms: &str| labels(&format!("{head}  match plan {{\n{arms}  }}\n}}\n"));
        assert_eq!(cases("    ‸\n"), ["\"a\"", "\"b\"", "\"c\"", "none", "else"]);
        let one = "    \"b\" { tell(\"b\") }\n";
        assert_eq!(cases(&format!("{one}    ‸\n")), ["\"a\"", "\"c\"", "none", "else"]);
        assert_eq!(cases(&format!("{one}    \"‸\n")), ["a", "c"]);
        assert_eq!(cases(&format!("{one}    none {{}}\n    else {{}}\n    ‸\n")), ["\"a\"", "\"c\""]);
        assert!(cases(&one.replace("tell(", "‸tell(")).contains(&"plan".to_owned()));
        let yes = labels(&format!("{head}  match yes {{\n    true {{ tell(\"b\") }}\n    ‸\n  }}\n}}\n"));
        assert_eq!(yes, ["false", "else"]);
    }

    #[test]
    fn what_is_bound_below_is_not_offered() {
        assert!(!in_main("‸\n  below = 1").iter().any(|label| label == "below"));
    }

    #[test]
    fn a_name_of_the_library_brings_its_import() {
        let text = format!("{HEAD}pipeline main(path: File) -> Int {{\n  load(path) |> fir‸\n}}\n");
        let (editor, items) = items(&[("a.pipe", &text)]);
        let item = items.iter().find(|item| item.label == "first").unwrap();
        let mut edits = item.additional_text_edits.clone().unwrap();
        assert_eq!(editor.after(&edits).lines().next(), Some("import std/table { holdout, first }"));
        let Some(CompletionTextEdit::Edit(edit)) = &item.text_edit else { unreachable!() };
        edits.push(edit.clone());
        assert!(editor.after(&edits).contains("|> first"));
        let resolved = super::resolve(&editor.snapshot, item.clone());
        assert!(resolved.documentation.is_some());
    }

    #[test]
    fn names_of_other_files_bring_their_import() {
        let lib = "type Rows = { id: Int }\n\nconst most_rows: Int = 1\n\nenv science {\n  packages: []\n}\n\ntask rows_of(n: Int) -> Int {\n  sh:\n    echo 1 > $out\n}\n";
        let offered = |text: &str| -> Vec<String> {
            let (editor, items) = items(&[("a.pipe", text), ("parts/lib.pipe", lib)]);
            let far =
                items.into_iter().filter(|item| item.detail.as_deref() == Some("import from \"./parts/lib.pipe\""));
            far.map(|item| {
                let edits = item.additional_text_edits.unwrap();
                assert!(
                    editor.after(&edits).starts_with(&format!("import \"./parts/lib.pipe\" {{ {} }}\n", item.label))
                );
                item.label
            })
            .collect()
        };
        assert_eq!(offered("pipeline main() -> Int {\n  ro‸\n}\n"), ["most_rows", "rows_of"]);
        assert_eq!(offered("pipeline main(a: R‸) -> Int {\n  1\n}\n"), ["Rows"]);
        assert_eq!(offered("task t() -> Int {\n  env: ‸\n  sh:\n    echo 1 > $out\n}\n"), ["science"]);
    }

    #[test]
    fn types_and_attributes_have_their_places() {
        let found = labels(&format!("{HEAD}task t(a: ‸) -> Int {{\n}}\n"));
        assert!(found.iter().any(|label| label == "Row") && found.iter().any(|label| label == "Table"), "{found:?}");
        assert!(!found.iter().any(|label| label == "fit"));
        let found = labels(&format!("{HEAD}task t(a: Int) -> Int {{\n  cpu: 1\n  ‸\n}}\n"));
        assert!(found.iter().any(|label| label == "memory") && !found.iter().any(|label| label == "cpu"), "{found:?}");
        let found = labels(&format!("{HEAD}task t(a: Int) -> Int {{\n  me‸\n}}\n"));
        assert!(found.iter().any(|label| label == "memory"), "{found:?}");
        assert_eq!(labels(&format!("{HEAD}task t(a: Int) -> Int {{\n  env: ‸\n  sh:\n    a\n}}\n")), ["ml"]);
        let found = labels("task t(a: Int) -> Int {\n  retry: { times: 2, ‸ }\n  sh:\n    a\n}\n");
        assert_eq!(found, ["backoff:", "on:"]);
        assert_eq!(labels("task t(a: File[‸]) -> Int {\n}\n"), ["csv", "json", "jsonl", "parquet", "tsv"]);
        assert_eq!(labels("env a {\n  ‸\n}\n"), ["packages", "python"]);
        let found = labels("schedule nightly {\n  ‸\n}\n");
        assert!(found.iter().any(|label| label == "cron") && !found.iter().any(|label| label == "cpu"), "{found:?}");
        assert_eq!(labels("schedule nightly {\n  every: 1d\n  overlap: ‸\n}\n")[0], "\"cancel\"");
        let found = labels("artifact Model: ‸\n");
        assert!(found.iter().any(|label| label == "joblib"), "{found:?}");
    }

    #[test]
    fn a_number_gets_the_units_of_what_is_wanted() {
        let of = |attr: &str| labels(&format!("task t() -> Int {{\n  {attr}\n  sh:\n    echo 1 > $out\n}}\n"));
        assert_eq!(of("memory: 4‸")[..2], ["4GiB", "4MiB"]);
        assert_eq!(of("memory: 1.5G‸")[..2], ["1.5GiB", "1.5MiB"]);
        assert_eq!(of("timeout: 20‸"), ["20s", "20m", "20h", "20d", "20ms"]);
        assert_eq!(of("retry: { times: 3, backoff: 1s..30‸ }")[..2], ["30s", "30m"]);
        assert_eq!(of("cpu: 2‸"), [""; 0]);
        assert_eq!(in_main("holdout(rows, share: 20‸)"), ["20%"]);
        assert_eq!(in_main("fit(rows, 1‸)"), [""; 0]);
        assert_eq!(labels("const wait: Duration = 5‸\n")[0], "5s");
    }

    #[test]
    fn declarations_start_at_the_edge() {
        let found = labels(&format!("{HEAD}pi‸\n"));
        assert!(found.iter().any(|label| label == "pipeline") && found.iter().any(|label| label == "task"));
        assert!(!found.iter().any(|label| label == "for"));
    }

    #[test]
    fn imports_offer_modules_and_what_they_have() {
        assert!(labels("import std/‸\n").iter().any(|label| label == "table"));
        let found = labels("import std/table { ‸ }\n");
        assert!(found.iter().any(|label| label == "stack"), "{found:?}");
        let files = [("a.pipe", "import \"./‸\"\n"), ("b.pipe", ""), ("c.py", "")];
        assert_eq!(items(&files).1.into_iter().map(|item| item.label).collect::<Vec<_>>(), ["b.pipe"]);
    }

    #[test]
    fn a_folder_offers_what_its_files_have() {
        let offered = |text: &str| -> Vec<String> {
            let files = [
                ("a.pipe", text),
                ("steps/one.pipe", "type Row = { id: Int }\n\ntask one() -> Int {\n  sh:\n    echo 1 > $out\n}\n"),
                ("steps/two.pipe", "task two() -> Int {\n  sh:\n    echo 2 > $out\n}\n"),
                ("steps/more/far.pipe", "const far = 1\n"),
            ];
            let mut labels: Vec<String> = items(&files).1.into_iter().map(|item| item.label).collect();
            labels.sort();
            labels
        };
        assert_eq!(offered("import \"./steps\" { ‸ }\n"), ["Row", "one", "two"]);
        let main = "import \"./steps\" as steps\n\npipeline main(rows: List[steps.Row]) -> Int {\n  steps.one()\n}\n";
        assert_eq!(offered(&main.replace("steps.one()", "steps.‸")), ["one", "two"]);
        assert_eq!(offered(&main.replace("steps.Row", "steps.‸")), ["Row"]);
    }

    #[test]
    fn strings_offer_files_members_fields_and_packages() {
        let text = format!("{HEAD}pipeline main() -> Int {{\n  load(\"‸\").rows\n}}\n");
        let found: Vec<String> = items(&[("a.pipe", &text), ("data.csv", "x"), ("sub/x", "")])
            .1
            .into_iter()
            .map(|item| item.label)
            .collect();
        assert!(found.contains(&"data.csv".to_owned()) && found.contains(&"sub/".to_owned()), "{found:?}");
        assert_eq!(in_main("fit(rows, 1, \"‸\")"), ["free", "pro"]);
        assert_eq!(in_main("max_by([fit(rows, 1)], \"‸\")"), ["auc", "depth"]);
        let text = format!("{HEAD}env other {{\n  packages: [\"‸\"]\n}}\n");
        assert_eq!(labels(&text), ["pandas==2.2.3"]);
        let text = format!("{HEAD}task t(a: Int) -> Int {{\n  python: \"‸\"\n}}\n");
        let found = items(&[("a.pipe", &text), ("code.py", "def f(a):\n  return a\n")]).1;
        assert_eq!(found[0].label, "code.py");
        let text = format!("{HEAD}task t(a: Int) -> Int {{\n  python: \"code.py:‸\"\n}}\n");
        let found = items(&[("a.pipe", &text), ("code.py", "def f(a):\n  return a\n")]).1;
        assert_eq!(found[0].label, "f");
    }

    #[test]
    fn bodies_offer_inputs_and_columns() {
        let body = |language: &str, line: &str| {
            labels(&format!(
                "{HEAD}task t(rows: Table[Row], n: Int) -> {{ a: Int }} {{\n  {language}:\n    {line}\n}}\n"
            ))
        };
        let found = body("python", "x = ‸");
        assert!(found.contains(&"rows".to_owned()) && found.contains(&"report".to_owned()), "{found:?}");
        assert_eq!(body("python", "rows[\"‸\"]"), ["id", "plan"]);
        assert_eq!(body("python", "return {\"‸\"}"), ["a"]);
        assert_eq!(body("python", "rows[[\"‸\"]]"), ["id", "plan"]);
        assert_eq!(body("python", "rows[[\"id\", \"‸"), ["plan"]);
        assert_eq!(body("python", "rows.groupby(\"‸\").sum()"), ["id", "plan"]);
        assert_eq!(body("python", "rows.dropna(subset=[\"id\", \"pl‸\"])"), ["plan"]);
        assert!(body("python", "print(\"‸\")").is_empty());
        assert_eq!(body("sh", "echo $‸"), ["n", "rows", "out_a"]);
        assert!(body("python", "# ‸").is_empty());
    }

    #[test]
    fn comments_and_plain_strings_offer_nothing() {
        assert!(in_main("# ro‸").is_empty());
        assert!(in_main("x = \"ro‸\"").is_empty());
    }
}
