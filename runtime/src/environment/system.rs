//! The Python that is there without any `env`, and what is installed in it. Makes and changes nothing.

use std::fs;
use std::path::Path;

use standpipe_plan::Digest;

use crate::Failure;
use crate::codes::NO_PYTHON;

use super::interpreter::{Interpreter, ask, find, remember, stamp};
use super::{Ready, cache, identity};

/// Lists what is installed, `name==version`.
const QUESTION: &str = "import importlib.metadata as m, json; print(json.dumps(sorted(\
    {d.metadata['Name'].lower() + '==' + d.version for d in m.distributions() if d.metadata['Name']})))";

/// The interpreter for steps without an `env`: `python`, or `python3` on the path.
///
/// # Errors
/// When there is none, or it does not answer.
pub fn system(python: Option<&Path>) -> Result<Ready, Failure> {
    let here = std::env::current_dir().unwrap_or_else(|_| "/".into());
    let interpreter = find(None, python, &here)?;
    let packages = installed(&interpreter, &here).ok_or_else(|| {
        let path = interpreter.executable.display();
        Failure::new(NO_PYTHON, format!("the interpreter `{path}` does not tell what is installed in it"))
    })?;
    Ok(Ready { identity: identity(&interpreter, &packages), python: interpreter.executable, packages })
}

/// What is installed, from the record of the last time when nothing has come or gone since.
fn installed(interpreter: &Interpreter, here: &Path) -> Option<Vec<String>> {
    let mut text = format!("packages {} {}", interpreter.executable.display(), stamp(&interpreter.executable)?);
    for site in &interpreter.sites {
        text.push_str(&format!(" {} {}", site.display(), stamp(site).unwrap_or_default()));
    }
    let name = Digest::of(text.as_bytes()).to_hex();
    let record = cache().ok().map(|cache| cache.join("interpreters").join(format!("{name}.json")));
    if let Some(known) = record.as_ref().and_then(|record| serde_json::from_slice(&fs::read(record).ok()?).ok()) {
        return Some(known);
    }
    let output = ask(&interpreter.executable, QUESTION, here)?;
    let packages = serde_json::from_slice(&output).ok()?;
    if let Some(record) = record {
        remember(&record, &output);
    }
    Some(packages)
}
