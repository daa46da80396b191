//! What a person is offered who writes an example from nothing, letter by letter, with nothing behind the cursor.

use serde_json::json;

use crate::editor::{Editor, at, uri};

/// The pipeline of `examples/flights`: at each word, what is offered first; and of what is not new, that two letters bring
/// it to the top.
#[test]
fn what_is_typed_next_is_offered() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/flights/flights.pipe");
    let text = std::fs::read_to_string(path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "flights.pipe");
    let mut editor = Editor::start();
    editor.open(&uri, "");
    let mut version = 1;
    let mut offered = |editor: &mut Editor, end: usize| -> Vec<String> {
        let before = &text[..end];
        version += 1;
        editor.change(&uri, version, json!([{ "text": before }]));
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let place =
            json!({ "line": before.matches('\n').count(), "character": before[start..].encode_utf16().count() });
        let answer = editor.request("textDocument/completion", at(&uri, &place));
        let items = answer["result"].as_array().unwrap();
        items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    };
    let begin = text.find("\npipeline train").unwrap();
    let (mut shown, mut missed) = (String::new(), Vec::new());
    let mut from = begin;
    while let Some(start) = text[from..].find(|c: char| c.is_ascii_alphabetic()).map(|at| from + at) {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = text[start..].find(|c| !is_word(c)).unwrap_or(text.len() - start);
        let word = &text[start..start + length];
        from = start + length;
        let line = &text[text[..start].rfind('\n').unwrap() + 1..start];
        // Texts are the writer's own, and so are comments.
        if line.matches('"').count() % 2 == 1 || line.contains('#') {
            continue;
        }
        let first: Vec<String> = offered(&mut editor, start).into_iter().take(3).collect();
        shown.push_str(&format!("{line}‸{word}: {}\n", first.join(", ")));
        let rest = text[from..].trim_start();
        let is_new = rest.starts_with("= ") || line.trim_end().ends_with("for") || line.ends_with("pipeline ");
        let is_param = (rest.starts_with(':') && !line.contains("{ ") && !line.contains('(')) || word == "pipeline";
        if length > 2 && !is_new && !is_param && !line.contains("-> {") {
            let found = offered(&mut editor, start + 2);
            let fits = found.iter().filter(|label| label.to_lowercase().starts_with(&word[..2].to_lowercase()));
            let top: Vec<&String> = fits.take(3).collect();
            if !top.iter().any(|label| label.trim_end_matches(':') == word || label.starts_with(&format!("{word}."))) {
                missed.push(format!("{line}{}: {top:?} of {found:?}", &word[..2]));
            }
        }
    }
    editor.end();
    assert_eq!(missed, Vec::<String>::new());
    insta::assert_snapshot!(shown);
}
