//! Did you mean: the known names closest to one that is not known. Knows nothing of what is named.

/// No longer name is looked for: comparing takes time with the product of both lengths, and nobody slips in so long a one.
const LONGEST: usize = 64;

/// At most three of `known` that are close enough to `name` to be what was meant, the closest first.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
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
