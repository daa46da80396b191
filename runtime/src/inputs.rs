//! The files and folders that a run reads: found and hashed where they are, before anything starts.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use standpipe_plan::{Blob, BlobKind, Digest, Expr, Plan, Region, Value};

use crate::codes;
use crate::event::Failure;
use crate::stamp::{self, Stamp};
use crate::store::{self, Entry};

/// What was found where, for one run.
pub(crate) struct Inputs<'c> {
    root: PathBuf,
    memory: Option<&'c Connection>,
    found: FxHashMap<SmolStr, Arc<Blob>>,
    stamps: Stamps,
}

/// The stamps of every file, by the path of the file or folder that was asked for.
pub(crate) type Stamps = FxHashMap<SmolStr, Stamped>;

/// Files and what was seen of them.
type Stamped = Vec<(PathBuf, Stamp)>;

impl<'c> Inputs<'c> {
    /// Relative paths are relative to `root`, which is absolute; digests are remembered in `memory`.
    pub(crate) fn new(root: &Path, memory: Option<&'c Connection>) -> Self {
        Self { root: root.to_owned(), memory, found: FxHashMap::default(), stamps: Stamps::default() }
    }

    /// The plan with every path in it found; `None` where it names none.
    pub(crate) fn in_plan(&mut self, plan: &Plan) -> Result<Option<Plan>, Failure> {
        if !mentions_path(&plan.root) {
            return Ok(None);
        }
        let mut plan = plan.clone();
        let mut outcome = Ok(());
        each_const(&mut plan.root, &mut |value| {
            if outcome.is_ok() {
                match self.in_value(value) {
                    Ok(found) => *value = found,
                    Err(failure) => outcome = Err(failure),
                }
            }
        });
        outcome.map(|()| Some(plan))
    }

    /// The value with every path in it found.
    pub(crate) fn in_value(&mut self, value: &Value) -> Result<Value, Failure> {
        Ok(match value {
            Value::Path(path) => Value::Blob(self.find(path)?),
            Value::List(items) => Value::list(items.iter().map(|item| self.in_value(item)).collect::<Result<_, _>>()?),
            Value::Record(fields) => Value::record(
                fields
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), self.in_value(value)?)))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Map(entries) => Value::Map(Arc::new(
                entries
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), self.in_value(value)?)))
                    .collect::<Result<_, Failure>>()?,
            )),
            other => other.clone(),
        })
    }

    fn find(&mut self, path: &SmolStr) -> Result<Arc<Blob>, Failure> {
        if let Some(blob) = self.found.get(path) {
            return Ok(Arc::clone(blob));
        }
        let full = self.root.join(path.as_str());
        let blob = Arc::new(self.read(&full).map_err(|error| unreadable(path, &error))?);
        self.found.insert(path.clone(), Arc::clone(&blob));
        Ok(blob)
    }

    fn read(&mut self, full: &Path) -> io::Result<Blob> {
        let name = SmolStr::new(full.to_str().ok_or_else(|| io::Error::other("its name is not UTF-8"))?);
        let about = std::fs::metadata(full)?;
        let (kind, digest, bytes, stamps) = if about.is_file() {
            let seen = stamp::see(self.memory, full)?;
            (BlobKind::File, seen.digest, seen.bytes, vec![(full.to_owned(), seen.stamp)])
        } else if about.is_dir() {
            let (digest, bytes, stamps) = self.read_folder(full)?;
            (BlobKind::Dir, digest, bytes, stamps)
        } else {
            return Err(io::Error::other("it is neither a file nor a folder"));
        };
        self.stamps.insert(name.clone(), stamps);
        Ok(Blob { kind, digest, bytes, format: SmolStr::default(), rows: None, path: Some(name) })
    }

    fn read_folder(&self, root: &Path) -> io::Result<(Digest, u64, Stamped)> {
        let mut stamps = Vec::new();
        let entries: Vec<Entry> = store::entries(root, &mut |file| {
            let seen = stamp::see(self.memory, file)?;
            stamps.push((file.to_owned(), seen.stamp));
            Ok((seen.digest, seen.bytes))
        })?;
        Ok((store::digest_of(&entries), entries.iter().map(|entry| entry.bytes).sum(), stamps))
    }

    /// What was seen of every file.
    pub(crate) fn into_stamps(self) -> Stamps {
        self.stamps
    }
}

/// Whether a file that `value` refers to is not what it was when the run began; its path then.
pub(crate) fn changed(stamps: &Stamps, value: &Value) -> Option<PathBuf> {
    match value {
        Value::Blob(blob) => {
            let seen = stamps.get(blob.path.as_ref()?)?;
            seen.iter().find(|(path, stamp)| Stamp::of(path).ok() != Some(*stamp)).map(|(path, _)| path.clone())
        }
        Value::List(items) => items.iter().find_map(|item| changed(stamps, item)),
        Value::Record(fields) => fields.iter().find_map(|(_, value)| changed(stamps, value)),
        Value::Map(entries) => entries.values().find_map(|value| changed(stamps, value)),
        _ => None,
    }
}

fn unreadable(path: &str, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        _ => error.to_string(),
    };
    Failure::new(codes::NO_FILE, format!("`{path}` cannot be read: {why}"))
        .with_help("paths in a .pipe file are relative to that file, paths on the command line to the current folder")
}

fn holds_path(value: &Value) -> bool {
    match value {
        Value::Path(_) => true,
        Value::List(items) => items.iter().any(holds_path),
        Value::Record(fields) => fields.iter().any(|(_, value)| holds_path(value)),
        Value::Map(entries) => entries.values().any(holds_path),
        _ => false,
    }
}

fn mentions_path(region: &Region) -> bool {
    any_const(region, &mut holds_path)
}

/// Whether `test` says yes to a constant of `region` or of one inside it; it is asked no further then.
pub(crate) fn any_const(region: &Region, test: &mut dyn FnMut(&Value) -> bool) -> bool {
    fn in_expr(expr: &Expr, test: &mut dyn FnMut(&Value) -> bool) -> bool {
        if let Expr::Const(value) = expr {
            return test(value);
        }
        let mut found = false;
        expr.each_child(&mut |child| found = found || in_expr(child, test));
        found
    }
    region.nodes.iter().any(|node| {
        let mut found = false;
        node.kind.each_expr(&mut |expr| found = found || in_expr(expr, test));
        found || node.kind.regions().any(|region| any_const(region, test))
    }) || in_expr(&region.result, test)
}

fn each_const(region: &mut Region, visit: &mut dyn FnMut(&mut Value)) {
    fn in_expr(expr: &mut Expr, visit: &mut dyn FnMut(&mut Value)) {
        if let Expr::Const(value) = expr {
            visit(value);
        }
        expr.each_child_mut(&mut |child| in_expr(child, visit));
    }
    for node in &mut region.nodes {
        node.kind.each_expr_mut(&mut |expr| in_expr(expr, visit));
        node.kind.regions_mut().into_iter().for_each(|inner| each_const(inner, visit));
    }
    in_expr(&mut region.result, visit);
}
