//! A few that stand for many, so that a page stays readable and small.

/// At most `most` places of `count`, evenly spread, the first and the last among them.
pub(crate) fn evenly(count: usize, most: usize) -> impl Iterator<Item = usize> {
    let kept = count.min(most);
    (0..kept).map(move |index| if kept < 2 { index } else { index * (count - 1) / (kept - 1) })
}

/// At most `most` of the places `0..ranks.len()`, in order: a third of them the best, the rest evenly spread. `ranks` says
/// how well each did, 0 the best.
pub(crate) fn best_and_evenly(ranks: &[usize], most: usize) -> Vec<usize> {
    let count = ranks.len();
    if count <= most {
        return (0..count).collect();
    }
    let best = most / 3;
    let others: Vec<usize> = (0..count).filter(|place| ranks.get(*place).is_some_and(|rank| *rank >= best)).collect();
    let mut kept: Vec<usize> =
        evenly(others.len(), most - best).filter_map(|index| others.get(index).copied()).collect();
    kept.extend((0..count).filter(|place| ranks.get(*place).is_some_and(|rank| *rank < best)));
    kept.sort_unstable();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_kept() {
        assert_eq!(evenly(10, 4).collect::<Vec<_>>(), [0, 3, 6, 9]);
        assert_eq!(evenly(3, 4).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(evenly(9, 1).collect::<Vec<_>>(), [0]);
        assert_eq!(evenly(0, 4).count(), 0);
    }

    #[test]
    fn the_best_are_kept() {
        let ranks = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
        assert_eq!(best_and_evenly(&ranks, 6), [0, 2, 4, 7, 8, 9]);
        assert_eq!(best_and_evenly(&ranks, 20).len(), 10);
    }
}
