//! A plan for Mermaid, as Markdown pages show it.

use std::fmt::Write;

use standpipe_plan::Plan;

use super::drawing::{BoxKind, Drawing, Item};

/// The plan as a `flowchart`: steps are boxes, effects have a double border, an `if` or `for` is a subgraph.
#[must_use]
pub fn mermaid(plan: &Plan) -> String {
    let drawing = Drawing::of(plan);
    let mut out = String::from("flowchart LR\n");
    write_items(&drawing.items, 1, &mut out);
    for (from, to) in &drawing.arrows {
        let _ = writeln!(out, "  n{} --> n{}", from.0, to.0);
    }
    out
}

fn write_items(items: &[Item], depth: usize, out: &mut String) {
    let margin = "  ".repeat(depth);
    for item in items {
        match item {
            Item::Box { id, kind, label, origin: _ } => {
                let (open, close) = match kind {
                    BoxKind::Param => ("([", "])"),
                    BoxKind::Step => ("[", "]"),
                    BoxKind::Effect => ("[[", "]]"),
                    BoxKind::Head => ("{{", "}}"),
                };
                let _ = writeln!(out, "{margin}n{}{open}{}{close}", id.0, quote(label));
            }
            Item::Group { id, label, origin: _, items } => {
                let _ = writeln!(out, "{margin}subgraph g{} [{}]", id.0, quote(label));
                write_items(items, depth + 1, out);
                let _ = writeln!(out, "{margin}end");
            }
        }
    }
}

/// Mermaid knows entities, not backslashes.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for ch in text.chars() {
        match ch {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '\n' | '\r' => out.push(' '),
            _ => out.push(ch),
        }
    }
    out.push('"');
    out
}
