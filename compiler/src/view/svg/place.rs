//! How far to the right each vertex of a layer stands: near those it is joined to, in the given order, with room between.
//! Knows nothing of what is drawn.

use super::order::Layers;

/// Between two boxes of a layer, and beside a bend of an arrow.
const GAP: f64 = 26.0;
/// Rounds of moving towards neighbours.
const ROUNDS: usize = 12;

/// The middle of each vertex; the leftmost edge is at 0. `widths` are the vertices', 0 of what is only a bend.
pub(super) fn middles(layers: &Layers, widths: &[f64]) -> Vec<f64> {
    let mut middle = vec![0.0; widths.len()];
    for row in &layers.rows {
        let mut at = 0.0;
        for vertex in row {
            middle[*vertex] = at + widths[*vertex] / 2.0;
            at += widths[*vertex] + GAP;
        }
    }
    for round in 0..ROUNDS {
        let down = round % 2 == 0;
        for step in 0..layers.rows.len() {
            let row = if down { step } else { layers.rows.len() - 1 - step };
            let row = &layers.rows[row];
            let (wanted, weights): (Vec<f64>, Vec<f64>) =
                row.iter().map(|vertex| wish(layers, widths, &middle, *vertex, down)).unzip();
            let row_widths: Vec<f64> = row.iter().map(|vertex| widths[*vertex]).collect();
            for (vertex, at) in row.iter().zip(settled(&wanted, &weights, &row_widths)) {
                middle[*vertex] = at;
            }
        }
    }
    let left = middle.iter().zip(widths).map(|(middle, width)| middle - width / 2.0).fold(f64::INFINITY, f64::min);
    middle.iter().map(|middle| middle - if left.is_finite() { left } else { 0.0 }).collect()
}

/// Where a vertex would like to stand, and how much it matters: bends of one arrow stand in a line.
fn wish(layers: &Layers, widths: &[f64], middle: &[f64], vertex: usize, down: bool) -> (f64, f64) {
    let of = if down { &layers.above[vertex] } else { &layers.below[vertex] };
    if of.is_empty() {
        return (middle[vertex], 0.2);
    }
    let sum: f64 = of.iter().map(|other| middle[*other]).sum();
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let mean = sum / of.len() as f64;
    let bend = |vertex: usize| widths[vertex] == 0.0;
    let weight = if bend(vertex) && of.iter().all(|other| bend(*other)) { 8.0 } else { 1.0 };
    (mean, weight)
}

/// The places nearest to the wanted ones (by weighted squares) that keep order and room: pooling of neighbours that would
/// stand on each other (isotonic regression, Ayer and others 1955).
fn settled(wanted: &[f64], weights: &[f64], widths: &[f64]) -> Vec<f64> {
    let mut room = Vec::with_capacity(wanted.len());
    let mut at = 0.0;
    for (index, width) in widths.iter().enumerate() {
        if index > 0 {
            at += widths[index - 1] / 2.0 + GAP + width / 2.0;
        }
        room.push(at);
    }
    // Each pool: the sum of weights, their mean, how many.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for ((wanted, weight), room) in wanted.iter().zip(weights).zip(&room) {
        let mut pool = (*weight, wanted - room, 1);
        while let Some(last) = pools.last().filter(|last| last.1 >= pool.1) {
            let weight = last.0 + pool.0;
            pool = (weight, (last.0 * last.1 + pool.0 * pool.1) / weight, last.2 + pool.2);
            pools.pop();
        }
        pools.push(pool);
    }
    let moved = pools.into_iter().flat_map(|(_, mean, count)| std::iter::repeat_n(mean, count));
    moved.zip(room).map(|(moved, room)| moved + room).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wants_the_same_place_stands_around_it() {
        let found = settled(&[100.0, 100.0, 300.0], &[1.0, 1.0, 1.0], &[40.0, 20.0, 40.0]);
        assert_eq!(found, [72.0, 128.0, 300.0]);
    }
}
