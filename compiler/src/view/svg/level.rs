//! One level of a drawing, whose boxes stand beside and below each other: layers, order, places, and the way of each arrow
//! between the boxes. Knows nothing of what is inside a box.

use super::order::Layers;
use super::place::middles;

/// Between two layers.
const BETWEEN: f64 = 34.0;
/// More bends than this are not worth their while: arrows across many layers then go straight.
const BENDS: usize = 4_000;

/// Where an arrow starts or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// At a box, by its number.
    Item(usize),
    /// Outside of the level: it comes in from above, or leaves below.
    Outside,
}

/// Boxes, and arrows between them, each once. An arrow leads from a box to one of a larger number.
#[derive(Debug, Default)]
pub(super) struct Level {
    pub(super) sizes: Vec<(f64, f64)>,
    pub(super) arrows: Vec<(End, End)>,
    /// The first box stands alone above all others.
    pub(super) headed: bool,
}

/// A level with everything in its place, from (0, 0).
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) width: f64,
    pub(super) height: f64,
    /// The middle of each box's upper edge.
    pub(super) tops: Vec<(f64, f64)>,
    /// Where the layer of each box ends.
    pub(super) floors: Vec<f64>,
    /// The bends of each arrow.
    pub(super) ways: Vec<Vec<(f64, f64)>>,
}

impl Level {
    pub(super) fn place(&self) -> Placed {
        let ranks = self.ranks();
        let depth = ranks.iter().max().map_or(0, |last| last + 1);
        let mut layers = Layers {
            rows: vec![Vec::new(); depth],
            above: vec![Vec::new(); ranks.len()],
            below: vec![Vec::new(); ranks.len()],
        };
        for (item, rank) in ranks.iter().enumerate() {
            layers.rows[*rank].push(item);
        }
        let mut widths: Vec<f64> = self.sizes.iter().map(|(width, _)| *width).collect();
        let mut row_of = ranks.clone();
        let mut bends: Vec<Vec<usize>> = Vec::new();
        let mut left = BENDS;
        for (from, to) in &self.arrows {
            let start = if let End::Item(item) = from { ranks[*item] + 1 } else { 0 };
            let end = if let End::Item(item) = to { ranks[*item] } else { depth };
            let rows = start..end.max(start);
            let mut chain = Vec::new();
            if rows.len() <= left {
                left -= rows.len();
                for row in rows {
                    let bend = widths.len();
                    widths.push(0.0);
                    row_of.push(row);
                    layers.rows[row].push(bend);
                    layers.above.push(Vec::new());
                    layers.below.push(Vec::new());
                    chain.push(bend);
                }
            }
            let item = |end: &End| if let End::Item(item) = end { Some(*item) } else { None };
            let all: Vec<usize> = item(from).into_iter().chain(chain.iter().copied()).chain(item(to)).collect();
            for pair in all.windows(2).filter(|pair| row_of[pair[0]] + 1 == row_of[pair[1]]) {
                layers.below[pair[0]].push(pair[1]);
                layers.above[pair[1]].push(pair[0]);
            }
            bends.push(chain);
        }
        let first: Vec<bool> = (0..widths.len()).map(|vertex| vertex == 0 && self.headed).collect();
        layers.order(&first);
        let middles = middles(&layers, &widths);
        let heights: Vec<f64> = layers
            .rows
            .iter()
            .map(|row| row.iter().filter_map(|item| self.sizes.get(*item)).map(|size| size.1).fold(0.0, f64::max))
            .collect();
        let mut tops = Vec::with_capacity(depth);
        let mut at = 0.0;
        for height in &heights {
            tops.push(at);
            at += height + BETWEEN;
        }
        let right = middles.iter().zip(&widths).map(|(middle, width)| middle + width / 2.0).fold(0.0, f64::max);
        let both = |bend: &usize| {
            let row = row_of[*bend];
            [(middles[*bend], tops[row]), (middles[*bend], tops[row] + heights[row])]
        };
        Placed {
            width: right,
            height: (at - BETWEEN).max(0.0),
            tops: ranks.iter().enumerate().map(|(item, rank)| (middles[item], tops[*rank])).collect(),
            floors: ranks.iter().map(|rank| tops[*rank] + heights[*rank]).collect(),
            ways: bends.iter().map(|chain| chain.iter().flat_map(both).collect()).collect(),
        }
    }

    /// The layer of each box: below all that lead to it, and what nothing leads to just above what it leads to.
    fn ranks(&self) -> Vec<usize> {
        let count = self.sizes.len();
        let mut into: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (from, to) in &self.arrows {
            if let (End::Item(from), End::Item(to)) = (from, to)
                && from < to
            {
                into[*to].push(*from);
                out[*from].push(*to);
            }
        }
        let lowest = usize::from(self.headed);
        let mut ranks = vec![0; count];
        for item in usize::from(self.headed)..count {
            ranks[item] = into[item].iter().map(|from| ranks[*from] + 1).max().unwrap_or(lowest).max(lowest);
        }
        for item in (lowest..count).rev().filter(|item| into[*item].iter().all(|from| *from < lowest)) {
            if let Some(next) = out[item].iter().map(|to| ranks[*to]).min() {
                ranks[item] = next.saturating_sub(1).max(ranks[item]);
            }
        }
        ranks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Levels made up at random: no two boxes stand on each other, and each arrow goes down.
    #[test]
    fn boxes_stand_apart_and_arrows_lead_down() {
        let mut seed = 3_u64;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).unwrap_or(0) % below
        };
        for count in 1..40 {
            let mut level = Level { headed: count % 3 == 0, ..Level::default() };
            for _ in 0..count {
                #[expect(clippy::cast_precision_loss, reason = "small")]
                level.sizes.push((20.0 + random(200) as f64, 20.0 + random(60) as f64));
            }
            for _ in 0..count * 2 {
                let (one, other) = (random(count), random(count));
                let arrow = match (one.cmp(&other), random(8)) {
                    (_, 0) => (End::Outside, End::Item(one)),
                    (_, 1) => (End::Item(one), End::Outside),
                    (std::cmp::Ordering::Less, _) => (End::Item(one), End::Item(other)),
                    (std::cmp::Ordering::Greater, _) => (End::Item(other), End::Item(one)),
                    (std::cmp::Ordering::Equal, _) => continue,
                };
                level.arrows.push(arrow);
            }
            level.arrows.sort_unstable();
            level.arrows.dedup();
            let placed = level.place();
            let frame = |item: usize| {
                let ((middle, top), (width, height)) = (placed.tops[item], level.sizes[item]);
                (middle - width / 2.0, top, middle + width / 2.0, top + height)
            };
            for one in 0..count {
                let a = frame(one);
                assert!(a.0 >= -0.01 && a.2 <= placed.width + 0.01 && a.3 <= placed.height + 0.01, "{count}: {a:?}");
                for other in 0..one {
                    let b = frame(other);
                    let apart = a.2 <= b.0 || b.2 <= a.0 || a.3 <= b.1 || b.3 <= a.1;
                    assert!(apart, "{count}: {one} stands on {other}");
                }
            }
            for ((from, to), way) in level.arrows.iter().zip(&placed.ways) {
                let start = if let End::Item(item) = from { placed.floors[*item] } else { 0.0 };
                let end = if let End::Item(item) = to { placed.tops[*item].1 } else { placed.height };
                let heights: Vec<f64> =
                    std::iter::once(start).chain(way.iter().map(|bend| bend.1)).chain(std::iter::once(end)).collect();
                assert!(
                    heights.windows(2).all(|pair| pair[0] <= pair[1] + 0.01),
                    "{count}: {from:?} {to:?} {heights:?}"
                );
            }
        }
    }
}
