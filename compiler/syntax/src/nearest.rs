//! Did you mean: the known names closest to one that is not known. Knows nothing of what is named.

/// No longer name is looked for: comparing takes time with the product of both lengths, and nobody slips in so long a one.
const LONGEST: usize = 64;

/// At most three of `known` that are close enough to `name` to be what was meant, the closest first.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    if name.len() > LONGEST {
        return Vec::new();
    }
    let (lower, length) = (name.to_lowercase(), name.chars().count());
    let mut close: Vec<(usize, &str)> = known
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST && *candidate != name)
        .filter_map(|candidate| {
            let own = candidate.chars().count();
            // A third of the letters may be wrong; and a name that goes on where this one stops is close too.
            let allowed = (length.max(own) / 3).max(1);
            let continues = name.len() >= 3 && (candidate.starts_with(name) || candidate.ends_with(name));
            if length.abs_diff(own) > allowed && !continues {
                return None;
            }
            let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
            // Of names of one letter any two are one letter apart.
            let alike = distance <= allowed && distance < length.max(own);
            (alike || continues).then_some((distance, candidate))
        })
        .collect();
    close.sort_unstable();
    close.dedup();
    close.into_iter().map(|(_, candidate)| candidate).take(3).collect()
}

/// `` `a` ``, `` `a` or `b` ``, `` `a`, `b` or `c` ``.
#[must_use]
pub fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// The word of the language nearest to `word`, when it is near enough to be what was meant.
pub(crate) fn nearest_word<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
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
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        assert_eq!(nearest("agee", ["age", "plan", "spend"]), ["age"]);
        assert_eq!(nearest("colunm", ["column", "columns"]), ["column", "columns"]);
        assert_eq!(nearest("x", ["age", "plan"]), [""; 0]);
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` or `c`");
    }

    #[test]
    fn near_words_are_meant_and_far_ones_not() {
        let words = ["task", "type", "pipeline"];
        let meant = |word| nearest_word(word, words.into_iter());
        assert_eq!(meant("tsk"), Some("task"));
        assert_eq!(meant("pipline"), Some("pipeline"));
        assert_eq!(meant("tpye"), Some("type"));
        assert_eq!(meant("wombat"), None);
    }
}
