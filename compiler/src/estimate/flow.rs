//! The heaviest set of things of which none must wait for another: by Dilworth's theorem all weight less the largest flow
//! through the pairs of which one waits for the other (Dilworth 1950; flow after Dinic 1970).

use std::collections::VecDeque;

/// The weight of the heaviest such set; `before(a, b)` says that `b` waits for `a`, directly or not.
pub(super) fn heaviest(weights: &[u64], before: &dyn Fn(usize, usize) -> bool) -> u64 {
    let count = weights.len();
    let (source, sink) = (2 * count, 2 * count + 1);
    let mut net = Net { edges: Vec::new(), at: vec![Vec::new(); 2 * count + 2] };
    for (index, weight) in weights.iter().enumerate() {
        net.join(source, index, *weight);
        net.join(count + index, sink, *weight);
        for other in (0..count).filter(|other| before(index, *other)) {
            net.join(index, count + other, u64::MAX);
        }
    }
    let all: u64 = weights.iter().fold(0, |sum, weight| sum.saturating_add(*weight));
    all.saturating_sub(net.flow(source, sink))
}

struct Net {
    /// Where each leads, and how much still fits; its way back stands at the number with the last bit changed.
    edges: Vec<(usize, u64)>,
    at: Vec<Vec<usize>>,
}

impl Net {
    fn join(&mut self, from: usize, to: usize, fits: u64) {
        self.at[from].push(self.edges.len());
        self.edges.push((to, fits));
        self.at[to].push(self.edges.len());
        self.edges.push((from, 0));
    }

    fn flow(&mut self, source: usize, sink: usize) -> u64 {
        let mut flow = 0_u64;
        loop {
            let levels = self.levels(source);
            if levels[sink] == usize::MAX {
                return flow;
            }
            let mut next = vec![0; self.at.len()];
            loop {
                let pushed = self.push(source, sink, u64::MAX, &levels, &mut next);
                if pushed == 0 {
                    break;
                }
                flow = flow.saturating_add(pushed);
            }
        }
    }

    fn levels(&self, source: usize) -> Vec<usize> {
        let mut levels = vec![usize::MAX; self.at.len()];
        levels[source] = 0;
        let mut queue = VecDeque::from([source]);
        while let Some(vertex) = queue.pop_front() {
            for edge in &self.at[vertex] {
                let (to, fits) = self.edges[*edge];
                if fits > 0 && levels[to] == usize::MAX {
                    levels[to] = levels[vertex] + 1;
                    queue.push_back(to);
                }
            }
        }
        levels
    }

    fn push(&mut self, vertex: usize, sink: usize, most: u64, levels: &[usize], next: &mut [usize]) -> u64 {
        if vertex == sink {
            return most;
        }
        while let Some(edge) = self.at[vertex].get(next[vertex]).copied() {
            let (to, fits) = self.edges[edge];
            if fits > 0 && levels[to] == levels[vertex].wrapping_add(1) {
                let pushed = self.push(to, sink, most.min(fits), levels, next);
                if pushed > 0 {
                    self.edges[edge].1 = if fits == u64::MAX { fits } else { fits - pushed };
                    self.edges[edge ^ 1].1 = self.edges[edge ^ 1].1.saturating_add(pushed);
                    return pushed;
                }
            }
            next[vertex] += 1;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_each_other_counts_once() {
        // 0 and 1 are free; 2 waits for both; 3 waits for 0 alone.
        let waits = |one: usize, other: usize| matches!((one, other), (0 | 1, 2) | (0, 3));
        assert_eq!(heaviest(&[1, 1, 5, 1], &waits), 6);
        assert_eq!(heaviest(&[4, 4, 5, 1], &waits), 8);
        assert_eq!(heaviest(&[], &waits), 0);
    }

    /// Against every subset.
    #[test]
    fn no_other_set_is_heavier() {
        let mut seed = 5_u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..200 {
            let count = usize::try_from(random(9)).unwrap_or(0);
            let weights: Vec<u64> = (0..count).map(|_| random(10)).collect();
            let mut waits = vec![vec![false; count]; count];
            for to in 0..count {
                for from in 0..to {
                    if random(3) == 0 {
                        waits[from][to] = true;
                        waits.iter_mut().take(from).for_each(|earlier| earlier[to] |= earlier[from]);
                    }
                }
            }
            let sets = (0_u32..1 << count).filter(|set| {
                let has = |index: usize| set >> index & 1 == 1;
                (0..count).all(|one| (0..count).all(|other| !(has(one) && has(other) && waits[one][other])))
            });
            let weight = |set: u32| (0..count).filter(|index| set >> index & 1 == 1).map(|index| weights[index]).sum();
            let best: u64 = sets.map(weight).max().unwrap_or(0);
            assert_eq!(heaviest(&weights, &|one, other| waits[one][other]), best, "{weights:?} {waits:?}");
        }
    }
}
