//! Makes the parser of the grammar. Nothing that users build needs this crate.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::var("OUT_DIR")?;
    lalrpop::Configuration::new()
        .set_in_dir("../syntax/src/parse")
        .set_out_dir(out)
        .emit_rerun_directives(true)
        .process()
}
