//! Paths inside a project, as text: `/` between parts, relative to the root or absolute. Knows nothing of what lies there.

use smol_str::SmolStr;

/// `relative` as seen from the folder of `file`, without `.` and, where they can be resolved, without `..`.
pub(crate) fn beside(file: &str, relative: &str) -> SmolStr {
    join(folder(file), relative)
}

/// `relative` as seen from `folder`; an absolute path is left where it is.
pub(crate) fn join(folder: &str, relative: &str) -> SmolStr {
    let whole = if relative.starts_with('/') { relative.to_owned() } else { format!("{folder}/{relative}") };
    let absolute = whole.starts_with('/') && (relative.starts_with('/') || folder.starts_with('/'));
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    SmolStr::new(format!("{}{}", if absolute { "/" } else { "" }, parts.join("/")))
}

/// The folder that `path` stands in; empty for the root.
pub(crate) fn folder(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) => "/",
        Some(at) => &path[..at],
        None => "",
    }
}

/// The last part of `path`.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_and_tidied() {
        assert_eq!(beside("examples/a/b.pipe", "../data/./x.csv"), "examples/data/x.csv");
        assert_eq!(beside("b.pipe", "x.csv"), "x.csv");
        assert_eq!(beside("b.pipe", "/tmp//x.csv"), "/tmp/x.csv");
        assert_eq!(beside("/abs/b.pipe", "../../../x.csv"), "/x.csv");
        assert_eq!(beside("b.pipe", "../x.csv"), "../x.csv");
    }
}
