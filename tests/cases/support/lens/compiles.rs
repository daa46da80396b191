//! Plans of what has no errors.

use standpipe_compiler::compile;
use standpipe_plan::{decode, encode};

use crate::support::{Case, Files};

pub(crate) fn compiles(case: &Case) {
    let analysis = case.analyse();
    if analysis.has_errors() {
        return;
    }
    for pipeline in analysis.pipelines() {
        let compiled = compile(&Files::default(), &analysis, pipeline.decl);
        assert_eq!(compiled.diagnostics, [], "{}: {}", case.path(), pipeline.name);
        let plan = compiled.plan.unwrap();
        let bytes = encode(&plan);
        assert_eq!(decode(bytes.as_bytes()).unwrap(), plan, "{}: {} read back (left)", case.path(), pipeline.name);
        let again = compile(&Files::default(), &case.analyse(), pipeline.decl).plan.unwrap();
        assert_eq!(encode(&again), bytes, "{}: {} compiled twice", case.path(), pipeline.name);
    }
}
