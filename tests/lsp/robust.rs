//! What makes no sense, comes in pieces, or comes at random: answered and survived.

use std::io::Write as _;

use serde_json::json;

use crate::editor::{Editor, GOOD, at, place, uri};

#[test]
fn what_makes_no_sense_is_answered_and_survived() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    editor.open(&uri, GOOD);
    assert_eq!(editor.request("textDocument/everything", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.request("textDocument/hover", json!({ "no": 1 }))["error"]["code"], -32602);
    editor.notify("textDocument/nothing", json!({}));
    // Places outside of the text, files that are not there, addresses of no file.
    for uri in [uri.as_str(), "file:///nowhere/a.pipe", "untitled:a"] {
        for position in
            [json!({ "line": 4_000_000_000_u32, "character": 1 }), json!({ "line": 6, "character": 4_000_000_000_u32 })]
        {
            for method in [
                "hover",
                "completion",
                "definition",
                "references",
                "signatureHelp",
                "documentHighlight",
                "prepareRename",
            ] {
                let mut params = at(uri, &position);
                params["context"] = json!({ "includeDeclaration": true, "triggerKind": 1, "isRetrigger": false });
                let answer = editor.request(&format!("textDocument/{method}"), params);
                assert!(answer["error"].is_null(), "{method} of {uri}: {answer}");
            }
        }
    }
    // A question that is withdrawn at once is answered all the same, if only with that.
    editor.next += 1;
    let id = editor.next;
    editor.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": at(&uri, &place(GOOD, "twice(n)")) }));
    editor.notify("$/cancelRequest", json!({ "id": id }));
    editor.wait(|message| message["id"] == id);
    // A message in pieces.
    let body = json!({ "jsonrpc": "2.0", "id": 777, "method": "textDocument/hover", "params": at(&uri, &place(GOOD, "twice(n)")) }).to_string();
    let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    for piece in frame.as_bytes().chunks(7) {
        editor.input.write_all(piece).unwrap();
        editor.input.flush().unwrap();
    }
    assert!(editor.wait(|message| message["id"] == 777)["result"]["contents"].is_object());
    editor.end();
}

#[test]
fn a_length_beyond_all_measure_takes_no_memory() {
    let Editor { mut server, mut input, .. } = Editor::start();
    write!(input, "Content-Length: 4294967296\r\n\r\n{{").unwrap();
    input.flush().unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let resident = status.lines().find(|line| line.starts_with("VmRSS")).unwrap().split_whitespace().nth(1).unwrap();
    assert!(resident.parse::<u64>().unwrap() < 500_000, "{resident} KiB");
    drop(input);
    server.wait().unwrap();
}

/// Edits and questions at random, and after them the same answers as a server that saw only the last text.
#[test]
fn what_was_edited_is_as_good_as_new() {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    editor.open(&uri, GOOD);
    let mut text = GOOD.to_owned();
    let mut seed = 11_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    let pieces = [
        "",
        " ",
        "\n",
        "}",
        "{",
        "(",
        "\"",
        "twice(n)",
        "x = ",
        "# é𝄞",
        "pipeline p() {\n  1\n}\n",
        ".",
        "type A = { b: Int }\n",
    ];
    let methods = [
        "hover",
        "completion",
        "definition",
        "signatureHelp",
        "documentHighlight",
        "documentSymbol",
        "semanticTokens/full",
        "foldingRange",
        "codeLens",
    ];
    let mut asked = Vec::new();
    for version in 2..=400_i64 {
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let (a, b) = (starts[random(starts.len())], starts[random(starts.len())]);
        let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 6));
        let to = starts.iter().copied().find(|start| *start >= to).unwrap();
        let position = |at: usize| {
            let line = text[..at].matches('\n').count();
            let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
            json!({ "line": line, "character": text[start..at].encode_utf16().count() })
        };
        let range = json!({ "start": position(from), "end": position(to) });
        let new = pieces[random(pieces.len())];
        let mut next = text.clone();
        next.replace_range(from..to, new);
        editor.change(&uri, version, json!([{ "range": range, "text": new }]));
        text = if next.len() > 2_000 { GOOD.to_owned() } else { next };
        if text == GOOD {
            editor.change(&uri, version, json!([{ "text": text }]));
        }
        editor.next += 1;
        asked.push(editor.next);
        let mut params = at(&uri, &json!({ "line": random(12), "character": random(30) }));
        params["context"] = json!({ "includeDeclaration": true, "triggerKind": 1, "isRetrigger": false });
        let method = format!("textDocument/{}", methods[random(methods.len())]);
        editor.send(&json!({ "jsonrpc": "2.0", "id": editor.next, "method": method, "params": params }));
    }
    let mut left: std::collections::BTreeSet<i64> = asked.into_iter().collect();
    while !left.is_empty() {
        let answer = editor.wait(|message| message["id"].is_i64());
        assert!(answer["error"].is_null(), "{answer}");
        left.remove(&answer["id"].as_i64().unwrap());
    }
    let mut fresh = Editor::start();
    fresh.open(&uri, &text);
    for (method, params) in [
        ("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } })),
        ("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } })),
        ("textDocument/foldingRange", json!({ "textDocument": { "uri": uri } })),
        ("textDocument/completion", at(&uri, &json!({ "line": 3, "character": 2 }))),
    ] {
        let (one, other) = (editor.request(method, params.clone()), fresh.request(method, params));
        assert_eq!(one["result"], other["result"], "{method} of {text:?}");
    }
    editor.end();
    fresh.end();
}

/// While one declaration is half typed, all others are there, and are what they were.
#[test]
fn one_half_typed_declaration_takes_nothing_from_the_others() {
    let decls = [
        "type Row = {\n  id: Int\n  score: Float\n}\n",
        "task load(path: String) -> Table[Row] {\n  memory: 1GiB\n  python:\n    import pandas as pd\n    return pd.read_csv(path)\n}\n",
        "task count(rows: Table[Row], least: Float = 0.5) -> Int {\n  sh:\n    wc -l < $rows > $out # $least\n}\n",
        "pipeline part(n: Int) -> List[Int] {\n  for m in 1..=n {\n    m * 2\n  }\n}\n",
        "pipeline main(path: String) -> Int {\n  rows = load(path)\n  if count(rows) > 3 { count(rows, least: 0.1) } else { 0 }\n}\n",
    ];
    let names = ["Row", "load", "count", "part", "main"];
    let folder = tempfile::tempdir().unwrap();
    let uri = uri(folder.path(), "a.pipe");
    let mut editor = Editor::start();
    let whole = decls.join("\n");
    editor.open(&uri, &whole);
    let document = json!({ "textDocument": { "uri": uri } });
    let hover = |editor: &mut Editor, text: &str, name: &str| {
        let declared = ["type ", "task ", "pipeline "].map(|word| format!("{word}{name}"));
        let needle = declared.iter().find(|needle| text.contains(needle.as_str())).unwrap();
        let mut place = place(text, needle);
        let column = place["character"].as_u64().unwrap() + needle.len() as u64 - 1;
        place["character"] = json!(column);
        editor.request("textDocument/hover", at(&uri, &place))["result"]["contents"]["value"].clone()
    };
    let before: Vec<_> = names.iter().map(|name| hover(&mut editor, &whole, name)).collect();
    assert!(before.iter().all(serde_json::Value::is_string), "{before:?}");
    let mut version = 1;
    for (broken, decl) in decls.iter().enumerate() {
        for cut in (3..decl.len() - 1).step_by(7) {
            let mut texts: Vec<&str> = decls.to_vec();
            texts[broken] = &decl[..cut];
            let text = texts.join("\n");
            version += 1;
            editor.change(&uri, version, json!([{ "text": text }]));
            let outline = editor.request("textDocument/documentSymbol", document.clone())["result"].clone();
            let outline: Vec<&str> =
                outline.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
            for (other, name) in names.iter().enumerate().filter(|(other, _)| *other != broken) {
                assert!(outline.contains(name), "{name} of {outline:?} in\n{text}");
                // What is known of a declaration may hang on the one that is not there yet, its head does not.
                let now = hover(&mut editor, &text, name);
                assert_eq!(now, before[other], "{name} in\n{text}");
            }
            // What could stand at the end of another pipeline's line.
            let (line, wanted) = if broken == 4 { ("m * 2", "m") } else { ("load(path)", "path") };
            let mut end = place(&text, line);
            end["character"] = json!(end["character"].as_u64().unwrap() + if broken == 4 { 0 } else { 5 });
            let offered = editor.request("textDocument/completion", at(&uri, &end))["result"].clone();
            assert!(
                offered.as_array().unwrap().iter().any(|item| item["label"] == wanted),
                "{wanted} is not offered in\n{text}"
            );
        }
    }
    editor.end();
}
