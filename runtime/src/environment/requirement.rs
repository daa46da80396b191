//! Requirements as text: which package one names, and which an environment has in all. Knows nothing of versions.

use standpipe_plan::Environment;

/// What an environment requires: what it declares, and those of `extra` that it does not declare itself; sorted.
pub(super) fn all(env: &Environment, extra: &[&str]) -> Vec<String> {
    let mut requires: Vec<String> = env.packages.iter().map(|package| package.trim().to_owned()).collect();
    let declared: Vec<String> = requires.iter().map(|package| name(package)).collect();
    requires.extend(extra.iter().filter(|package| !declared.contains(&name(package))).map(|package| (*package).into()));
    requires.sort();
    requires.dedup();
    requires
}

/// The package that a requirement names, in the form in which names are compared.
pub(super) fn name(requirement: &str) -> String {
    let end = requirement.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')));
    let name = requirement.get(..end.unwrap_or(requirement.len())).unwrap_or_default();
    let parts: Vec<&str> = name.split(['-', '_', '.']).filter(|part| !part.is_empty()).collect();
    parts.join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_packages_give_way_to_declared_ones() {
        let packages = ["scikit_learn>=1.5", "PyArrow[all]==26.0.1", "b @ file:///b"].map(Into::into).to_vec();
        let env = Environment { name: "ml".into(), python: None, packages };
        assert_eq!(
            all(&env, &["pyarrow", "pandas"]),
            ["PyArrow[all]==26.0.1", "b @ file:///b", "pandas", "scikit_learn>=1.5"]
        );
    }
}
