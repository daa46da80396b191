//! Who reads what each node of a region gives: after the last of them the value can be let go of. The runtime lets go by
//! this and `plan --explain` tells of it.

use std::collections::HashMap;

use crate::{NodeId, Region};

/// The readers of one node's value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// Nodes of the same region, by their place in it, ascending. A node reads what its inner regions read.
    pub readers: Vec<usize>,
    /// What the region is worth reads it: it is needed to the region's end.
    pub in_result: bool,
}

/// The uses of every node of `region`, in the region's order.
#[must_use]
pub fn uses(region: &Region) -> Vec<Uses> {
    let places: HashMap<NodeId, usize> =
        region.nodes.iter().enumerate().map(|(place, node)| (node.id, place)).collect();
    let mut all = vec![Uses::default(); region.nodes.len()];
    for (reader, node) in region.nodes.iter().enumerate() {
        node.each_read(&mut |read| {
            let own = places.get(&read).filter(|place| **place != reader).and_then(|place| all.get_mut(*place));
            if let Some(own) = own
                && own.readers.last() != Some(&reader)
            {
                own.readers.push(reader);
            }
        });
    }
    region.result.each_node(&mut |read| {
        if let Some(own) = places.get(&read).and_then(|place| all.get_mut(*place)) {
            own.in_result = true;
        }
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BinaryOp, Expr, Node, NodeKind, Origin, Value};

    #[test]
    fn inner_regions_read_for_the_node_that_holds_them() {
        let node = |id, kind| Node {
            id: NodeId(id),
            name: "".into(),
            kind,
            after: Vec::new(),
            origin: Origin { file: 0, line: 1 },
        };
        let read = |id| Expr::Node(NodeId(id));
        let value = |id, expr| node(id, NodeKind::Value(expr));
        let twice = Expr::Binary(BinaryOp::Add, Box::new(read(0)), Box::new(read(0)));
        let inner = Region { nodes: vec![value(3, read(1)), value(4, read(3))], result: read(0) };
        let region = Region {
            nodes: vec![
                value(0, Expr::Const(Value::Int(1))),
                value(1, twice),
                node(2, NodeKind::Try { body: inner }),
                value(5, Expr::Const(Value::Int(1))),
            ],
            result: read(2),
        };
        let of = |readers: &[usize], in_result| Uses { readers: readers.to_vec(), in_result };
        assert_eq!(uses(&region), [of(&[1, 2], false), of(&[2], false), of(&[], true), of(&[], false)]);
    }
}
