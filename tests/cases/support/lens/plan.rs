//! What the compiler made of it: the steps, and what each pass did.

use std::fmt::Write as _;

use standpipe_compiler::{compile, view};

use crate::support::{Case, Files, snapshot};

pub(crate) fn plan(case: &Case) {
    let analysis = case.analyse();
    let mut text = format!("{}\n----------\n", case.text.trim_end());
    for pipeline in analysis.pipelines() {
        let compiled = compile(&Files::default(), &analysis, pipeline.decl);
        _ = writeln!(text, "lowered:\n{}\noptimised:\n{}", compiled.lowered.trim_end(), compiled.optimised.trim_end());
        for pass in &compiled.passes {
            for what in &pass.what {
                _ = writeln!(text, "{}: {what}", pass.name);
            }
        }
        let Some(plan) = compiled.plan else { continue };
        _ = writeln!(text, "steps:");
        for line in view::tree(&plan) {
            _ = writeln!(text, "{}{} {} {}", "  ".repeat(line.depth), line.path, line.kind, line.detail);
        }
    }
    snapshot(case, "plan", &text);
}
