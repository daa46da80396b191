//! The parser in use is the one that the grammar gives.

use std::path::Path;
use std::{env, fs};

#[test]
fn the_parser_in_use_is_that_of_the_grammar() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../syntax/src/parse/generated/grammar.rs");
    if env::var_os("STANDPIPE_UPDATE").is_some() {
        fs::write(&kept, standpipe_grammar::PARSER).expect("it can be written");
    }
    let used = fs::read_to_string(&kept).expect("it can be read");
    assert!(
        used == standpipe_grammar::PARSER,
        "grammar.lalrpop was changed: STANDPIPE_UPDATE=1 cargo test -p standpipe-grammar makes the parser of it"
    );
}
