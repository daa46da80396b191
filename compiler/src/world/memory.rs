//! Files that exist only in memory: for tests, pages of errors and fuzzing. Knows nothing of what is in them.

use std::collections::BTreeMap;

use super::{FileKind, MAX_SOURCE, Machine, ReadError, World};

/// Files by path, relative to the root with `/` between parts, or absolute. Folders are there when something is in them.
#[derive(Clone, Debug, Default)]
pub struct MemoryWorld {
    files: BTreeMap<String, Vec<u8>>,
    machines: Vec<Machine>,
}

impl MemoryWorld {
    /// Nothing at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with `content` at `path`.
    #[must_use]
    pub fn with(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), content.into());
        self
    }

    /// The same, where steps may run on `machine`, too.
    #[must_use]
    pub fn on(mut self, machine: Machine) -> Self {
        self.machines.push(machine);
        self
    }

    /// What is below the folder `path`, each without that part.
    fn below<'a>(&'a self, path: &str) -> impl Iterator<Item = &'a str> {
        let folder = if path.is_empty() || path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
        let from = self.files.range(folder.clone()..).map(|(path, _)| path.as_str());
        from.map_while(move |path| path.strip_prefix(&folder))
    }
}

impl World for MemoryWorld {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.files.get(path) {
            Some(content) if content.len() as u64 > MAX_SOURCE => {
                Err(ReadError::TooLarge { bytes: content.len() as u64 })
            }
            Some(content) => Ok(content.clone()),
            None if self.kind(path) == Some(FileKind::Dir) => Err(ReadError::IsDir),
            None => Err(ReadError::NotFound),
        }
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        if self.files.contains_key(path) {
            return Some(FileKind::File);
        }
        self.below(path).next().map(|_| FileKind::Dir)
    }

    fn machines(&self) -> Vec<Machine> {
        self.machines.clone()
    }

    fn list(&self, path: &str) -> Vec<String> {
        let names = self.below(path).map(|rest| rest.split('/').next().unwrap_or(rest));
        let mut names: Vec<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_there_when_something_is_in_them() {
        let world = MemoryWorld::new().with("a/b.pipe", "x").with("a/c/d", "y").with("a.csv", "z").with("/e/f", "");
        assert_eq!(world.read("a/b.pipe"), Ok(b"x".to_vec()));
        assert_eq!(world.read("a"), Err(ReadError::IsDir));
        assert_eq!(world.read("b"), Err(ReadError::NotFound));
        assert_eq!(world.kind("a/c"), Some(FileKind::Dir));
        assert_eq!(world.kind("a/"), Some(FileKind::Dir));
        assert_eq!(world.list("a"), ["b.pipe", "c"]);
        assert_eq!(world.list(""), ["a", "a.csv"]);
        assert_eq!(world.list("/e"), ["f"]);
    }
}
