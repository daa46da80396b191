//! Trials that no other beats in every objective.

/// For each row of losses (all of one length), whether no other row is at least as good in all and better in one.
#[must_use]
pub fn undominated(rows: &[Vec<f64>]) -> Vec<bool> {
    let beats = |other: &[f64], row: &[f64]| {
        let pairs = || other.iter().zip(row);
        pairs().all(|(theirs, own)| theirs <= own) && pairs().any(|(theirs, own)| theirs < own)
    };
    // Sorted, a row can only be beaten by one before it; most are by one of the best few.
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|a, b| match (rows.get(*a), rows.get(*b)) {
        (Some(a), Some(b)) => {
            a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(a.len().cmp(&b.len()))
        }
        _ => a.cmp(b),
    });
    let mut front: Vec<&Vec<f64>> = Vec::new();
    let mut result = vec![false; rows.len()];
    for index in order {
        let (Some(row), Some(mark)) = (rows.get(index), result.get_mut(index)) else { continue };
        if !front.iter().any(|other| beats(other, row)) {
            front.push(row);
            *mark = true;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_do_not_beat_each_other() {
        let rows = [[1.0, 3.0], [2.0, 2.0], [2.0, 2.0], [3.0, 3.0], [3.0, 1.0]].map(Vec::from);
        assert_eq!(undominated(&rows), [true, true, true, false, true]);
        assert_eq!(undominated(&[]), [false; 0]);
    }
}
