//! Finds the last uses: after which nodes the value of a step is let go of. It looks at the plan, by the same account of
//! who reads what that the runtime lets go by, and changes nothing.
//!
//! ```text
//! before                            after
//! %1 = load()                       %1 = load()
//! %2 = clean(raw: %1)               %2 = clean(raw: %1), the last that reads %1
//! result %2                         result %2
//! ```

use standpipe_plan::{Node, NodeKind, Plan, Region, uses};

/// Most readers that are named.
const NAMED: usize = 3;

/// What is let go of early, in sentences.
pub(super) fn last(plan: &Plan) -> Vec<String> {
    let mut what = Vec::new();
    region(&plan.root, &plan.pipeline, &mut what);
    what
}

fn region(region_: &Region, path: &str, what: &mut Vec<String>) {
    for (node, uses) in region_.nodes.iter().zip(uses(region_)) {
        let own = node.path_in(path);
        let readers = || uses.readers.iter().filter_map(|place| region_.nodes.get(*place));
        if gives(node) && !node.name.is_empty() && !uses.in_result && !uses.readers.is_empty() {
            let named: Vec<String> = readers().take(NAMED).map(|reader| called(reader, path)).collect();
            let more = uses.readers.len() - named.len();
            let after = match (named.as_slice(), more) {
                ([one], 0) => one.clone(),
                ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
                (named, more) => format!("{} and {more} more", named.join(", ")),
            };
            what.push(format!("what `{own}` gives is let go of after {after}"));
        }
        let inner = node.path_inside(path);
        node.kind.regions().for_each(|other| region(other, &inner, what));
    }
}

/// Whether a node holds what was worked out in steps.
fn gives(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Step(_)
        | NodeKind::If { .. }
        | NodeKind::For { .. }
        | NodeKind::Match { .. }
        | NodeKind::Loop { .. }
        | NodeKind::Try { .. }
        | NodeKind::Sweep(_) => true,
        NodeKind::Param(_) | NodeKind::Item | NodeKind::Value(_) => false,
    }
}

/// A reader as people know it.
fn called(reader: &Node, path: &str) -> String {
    if !reader.name.is_empty() {
        return format!("`{path}.{}`", reader.name);
    }
    let what = match &reader.kind {
        NodeKind::If { .. } => "`if`",
        NodeKind::Match { .. } => "`match`",
        NodeKind::Try { .. } => "`try`",
        NodeKind::For { .. } => "`for`",
        NodeKind::Loop { .. } => "`loop`",
        NodeKind::Sweep(_) => "`sweep`",
        NodeKind::Step(_) | NodeKind::Param(_) | NodeKind::Item | NodeKind::Value(_) => "expression",
    };
    format!("the {what} on line {}", reader.origin.line)
}

#[cfg(test)]
mod tests {
    use standpipe_plan::{BinaryOp, Expr};

    use super::super::tests::{Builder, int};
    use crate::emit::emit;
    use crate::graph::{Graph, NodeKind};

    #[test]
    fn what_the_result_needs_stays() {
        let mut builder = Builder::new();
        let load = builder.step(Graph::ROOT, 0, vec![int(1)]);
        let (each, body, item) = builder.each(Graph::ROOT, Expr::List(vec![Expr::Node(load), int(2)]));
        let inner = builder.step(body, 2, vec![Expr::Node(item), Expr::Node(load)]);
        let fit = builder.step(body, 1, vec![Expr::Node(inner)]);
        builder.node(body, "", NodeKind::Result(Expr::Node(fit)));
        let sum = Expr::Binary(BinaryOp::Add, Box::new(Expr::Node(each)), Box::new(Expr::Node(load)));
        let value = builder.node(Graph::ROOT, "", NodeKind::Value(sum));
        let kept = builder.step(Graph::ROOT, 1, vec![Expr::Node(value)]);
        builder.node(Graph::ROOT, "", NodeKind::Result(Expr::Node(kept)));
        insta::assert_snapshot!(super::last(&emit(&builder.graph)).join("\n"));
    }
}
