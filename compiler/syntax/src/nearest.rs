//! Did you mean: the nearest of some words. Knows nothing of where they come from.

/// The candidate nearest to `word`, when it is near enough to be what was meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match word.len() {
        3..=5 => 2,
        6..=32 => 3,
        _ => return None,
    };
    candidates
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance * 2 <= candidate.len().min(word.len()) + 1)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_words_are_meant_and_far_ones_not() {
        let words = ["task", "type", "pipeline"];
        let meant = |word| nearest(word, words.into_iter());
        assert_eq!(meant("tsk"), Some("task"));
        assert_eq!(meant("pipline"), Some("pipeline"));
        assert_eq!(meant("tpye"), Some("type"));
        assert_eq!(meant("wombat"), None);
    }
}
