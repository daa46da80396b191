//! The worker's Python program, sent to each process when it starts. Knows nothing of what it does.

use std::path::Path;

use serde::Serialize;
use standpipe_plan::Module;

/// What the interpreter runs: the program that is its argument, under a name that tracebacks leave out.
pub(super) const START: &str = "import sys; exec(compile(sys.argv[1], '<standpipe>/boot.py', 'exec'))";

/// That program. It takes everything else from the first frame.
pub(super) const BOOT: &str = include_str!("python/boot.py");

/// The modules of the program: name and text.
const PROGRAM: [(&str, &str); 26] = [
    ("annotated", include_str!("python/annotated.py")),
    ("body", include_str!("python/body.py")),
    ("codecs", include_str!("python/codecs.py")),
    ("columns", include_str!("python/columns.py")),
    ("convert", include_str!("python/convert.py")),
    ("fault", include_str!("python/fault.py")),
    ("frames", include_str!("python/frames.py")),
    ("habits", include_str!("python/habits.py")),
    ("main", include_str!("python/main.py")),
    ("memory", include_str!("python/memory.py")),
    ("modules", include_str!("python/modules.py")),
    ("packages", include_str!("python/packages.py")),
    ("plain", include_str!("python/plain.py")),
    ("plainjson", include_str!("python/plainjson.py")),
    ("protocol", include_str!("python/protocol.py")),
    ("read", include_str!("python/read.py")),
    ("record", include_str!("python/record.py")),
    ("reset", include_str!("python/reset.py")),
    ("scalars", include_str!("python/scalars.py")),
    ("scope", include_str!("python/scope.py")),
    ("sql", include_str!("python/sql.py")),
    ("streams", include_str!("python/streams.py")),
    ("tables", include_str!("python/tables.py")),
    ("tensors", include_str!("python/tensors.py")),
    ("trace", include_str!("python/trace.py")),
    ("write", include_str!("python/write.py")),
];

/// The first frame.
#[derive(Serialize)]
pub(super) struct Hello<'a> {
    program: Vec<Module>,
    modules: &'a [Module],
    root: &'a str,
    kept: bool,
    log: Option<&'a Path>,
}

impl<'a> Hello<'a> {
    /// The program, and the project's `modules` below `root`; whether another process holds the worker, and the log that it
    /// adds to.
    pub(super) fn new(root: &'a str, modules: &'a [Module], kept: bool, log: Option<&'a Path>) -> Self {
        let package =
            Module { name: "_standpipe".into(), path: "__init__.py".into(), text: String::new(), package: true };
        let parts = PROGRAM.iter().map(|(name, text)| Module {
            name: format!("_standpipe.{name}").into(),
            path: format!("{name}.py").into(),
            text: (*text).into(),
            package: false,
        });
        Self { program: std::iter::once(package).chain(parts).collect(), modules, root, kept, log }
    }
}
