//! A plan for Graphviz.

use std::fmt::Write;

use standpipe_plan::Plan;

use super::drawing::{BoxKind, Drawing, Item};

/// The plan as a `digraph`: steps are boxes, effects have a double border, an `if` or `for` is a cluster.
#[must_use]
pub fn dot(plan: &Plan) -> String {
    let drawing = Drawing::of(plan);
    let mut out =
        format!("digraph {} {{\n  rankdir = LR\n  node [shape = box, style = rounded]\n", quote(&plan.pipeline));
    write_items(&drawing.items, 1, &mut out);
    for (from, to) in &drawing.arrows {
        let _ = writeln!(out, "  n{} -> n{}", from.0, to.0);
    }
    out.push_str("}\n");
    out
}

fn write_items(items: &[Item], depth: usize, out: &mut String) {
    let margin = "  ".repeat(depth);
    for item in items {
        match item {
            Item::Box { id, kind, label, origin: _ } => {
                let style = match kind {
                    BoxKind::Param => ", shape = ellipse",
                    BoxKind::Step => "",
                    BoxKind::Effect => ", peripheries = 2",
                    BoxKind::Head => ", shape = plaintext",
                };
                let _ = writeln!(out, "{margin}n{} [label = {}{style}]", id.0, quote(label));
            }
            Item::Group { id, label, origin: _, items } => {
                let _ = writeln!(out, "{margin}subgraph cluster_{} {{\n{margin}  label = {}", id.0, quote(label));
                write_items(items, depth + 1, out);
                let _ = writeln!(out, "{margin}}}");
            }
        }
    }
}

fn quote(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " ");
    format!("\"{escaped}\"")
}
