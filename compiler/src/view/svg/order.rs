//! Who stands beside whom in each layer, so that few arrows cross. Knows nothing of sizes.
//!
//! The layers are swept up and down, and each vertex is moved to the middle of those it is joined to in the layer before
//! (Sugiyama, Tagawa, Toda 1981); the order with the fewest crossings of all sweeps is taken.

/// Sweeps at most, and sweeps without an improvement.
const SWEEPS: usize = 16;
const PATIENCE: usize = 4;

/// Layers of vertices; `above[v]` and `below[v]` are the neighbours of `v` in the layers beside its own.
pub(super) struct Layers {
    pub(super) rows: Vec<Vec<usize>>,
    pub(super) above: Vec<Vec<usize>>,
    pub(super) below: Vec<Vec<usize>>,
}

impl Layers {
    /// Puts the rows into an order with few crossings; `first` are vertices that stay where their row begins.
    pub(super) fn order(&mut self, first: &[bool]) {
        let mut place = self.places();
        let (mut best, mut fewest) = (self.rows.clone(), self.crossings(&place));
        let mut since = 0;
        for sweep in 0..SWEEPS {
            if fewest == 0 || since >= PATIENCE {
                break;
            }
            let down = sweep % 2 == 0;
            for step in 0..self.rows.len() {
                let row = if down { step } else { self.rows.len() - 1 - step };
                self.settle(row, down, first, &mut place);
            }
            let crossings = self.crossings(&place);
            if crossings < fewest {
                (best, fewest, since) = (self.rows.clone(), crossings, 0);
            } else {
                since += 1;
            }
        }
        self.rows = best;
    }

    /// Where each vertex stands in its row.
    fn places(&self) -> Vec<usize> {
        let mut place = vec![0; self.above.len()];
        for row in &self.rows {
            for (at, vertex) in row.iter().enumerate() {
                place[*vertex] = at;
            }
        }
        place
    }

    fn settle(&mut self, row: usize, down: bool, first: &[bool], place: &mut [usize]) {
        let neighbours = if down { &self.above } else { &self.below };
        let middle = |vertex: usize| {
            let mut of: Vec<usize> = neighbours[vertex].iter().map(|other| place[*other]).collect();
            of.sort_unstable();
            match of.len() {
                // What is joined to nothing there stays.
                0 => as_float(place[vertex]),
                length if length % 2 == 1 => as_float(of[length / 2]),
                length => f64::midpoint(as_float(of[length / 2 - 1]), as_float(of[length / 2])),
            }
        };
        let mut keyed: Vec<(bool, f64, usize)> =
            self.rows[row].iter().map(|vertex| (!first[*vertex], middle(*vertex), *vertex)).collect();
        // Stable: equals keep their order.
        keyed.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
        self.rows[row] = keyed.into_iter().map(|(_, _, vertex)| vertex).collect();
        for (at, vertex) in self.rows[row].iter().enumerate() {
            place[*vertex] = at;
        }
    }

    /// Pairs of arrows that cross: inversions, counted with a tree of sums for each pair of rows.
    fn crossings(&self, place: &[usize]) -> u64 {
        let mut crossings = 0;
        for rows in self.rows.windows(2) {
            let mut sums = vec![0_u64; rows[1].len() + 1];
            let mut seen = 0;
            for vertex in &rows[0] {
                let mut ends: Vec<usize> = self.below[*vertex].iter().map(|other| place[*other]).collect();
                ends.sort_unstable();
                for end in &ends {
                    crossings += seen - up_to(&sums, *end);
                }
                for end in ends {
                    add(&mut sums, end);
                    seen += 1;
                }
            }
        }
        crossings
    }
}

fn up_to(sums: &[u64], end: usize) -> u64 {
    let (mut at, mut sum) = (end + 1, 0);
    while at > 0 {
        sum += sums[at];
        at -= at & at.wrapping_neg();
    }
    sum
}

fn add(sums: &mut [u64], end: usize) {
    let mut at = end + 1;
    while at < sums.len() {
        sums[at] += 1;
        at += at & at.wrapping_neg();
    }
}

#[expect(clippy::cast_precision_loss, reason = "places in a row")]
fn as_float(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_arrows_that_cross_are_untangled() {
        let mut layers = Layers {
            rows: vec![vec![0, 1], vec![2, 3]],
            above: vec![vec![], vec![], vec![1], vec![0]],
            below: vec![vec![3], vec![2], vec![], vec![]],
        };
        assert_eq!(layers.crossings(&layers.places()), 1);
        layers.order(&[false; 4]);
        assert_eq!(layers.crossings(&layers.places()), 0);
    }
}
