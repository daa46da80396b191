//! `standpipe check` of generated files: the whole process, beside one that only reads the same bytes.

use std::fmt::Write as _;
use std::process::Command;

use crate::measure::{Row, folder, median, ms, ratio, standpipe, timed};

pub(crate) fn rows() -> Vec<Row> {
    [(1_000, "30 ms"), (10_000, "300 ms")].map(|(steps, aim)| row(steps, aim)).into()
}

fn row(steps: usize, aim: &'static str) -> Row {
    let folder = folder();
    let path = folder.path().join("generated.pipe");
    std::fs::write(&path, program(steps)).expect("a generated file");
    let measured = median(7, || timed(standpipe(folder.path(), &["check", "generated.pipe"])).0);
    let limit = median(7, || {
        let mut cat = Command::new("cat");
        cat.arg(&path);
        timed(cat).0
    });
    Row {
        name: format!("`check` of {steps} steps"),
        measured: ms(measured),
        limit: format!("{} (`cat`)", ms(limit)),
        ratio: ratio(measured, limit),
        aim,
    }
}

/// As many tasks as steps, half of them in a chain and half in a fan, so that neither depth nor width goes unseen.
fn program(steps: usize) -> String {
    let mut text = String::from("type Row = {\n  id: Int\n  score: Float\n}\n");
    for task in 0..steps {
        let _ = write!(
            text,
            "\ntask t{task}(row: Row, weight: Float in 0.0..=1.0) -> Row {{\n  cpu: 1\n  sh:\n    echo \"$row\"; echo 1 > \"$out_id\"; echo \"$weight\" > \"$out_score\"\n}}\n"
        );
    }
    text.push_str("\npipeline main(row: Row) -> List[Row] {\n  s0 = t0(row, 0.5)\n");
    for step in 1..steps {
        let from = if step % 2 == 0 { step - 2 } else { 0 };
        let _ = writeln!(text, "  s{step} = t{step}(s{from}, weight: 0.5)");
    }
    text.push_str("  [");
    for step in 0..steps {
        let _ = write!(text, "s{step}, ");
    }
    text.push_str("]\n}\n");
    text
}
