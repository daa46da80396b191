//! The pages of reading and parsing: the first block of each yields exactly its code, the second nothing.

use standpipe_syntax::diag::CODES;
use standpipe_syntax::{FileId, Source, parse};

fn codes(text: &str) -> Vec<String> {
    let source = Source::new(FileId(0), "page.pipe", text);
    parse(&source).diagnostics.iter().map(|diagnostic| diagnostic.code.to_string()).collect()
}

#[test]
fn pages_prove_their_codes() {
    for entry in CODES.iter().filter(|entry| entry.code.as_str().starts_with("E01")) {
        let blocks: Vec<&str> =
            entry.page.split("```pipe\n").skip(1).filter_map(|block| block.split("```").next()).collect();
        let [failing, mended] = blocks.as_slice() else { panic!("{} has not two blocks", entry.code) };
        assert_eq!(codes(failing), [entry.code.as_str()], "{}", entry.code);
        assert_eq!(codes(mended), [""; 0], "{}", entry.code);
    }
}
