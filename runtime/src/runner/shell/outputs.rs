//! A shell step's result: the files `$out` or `$out_<field>` that it wrote, read by the declared type.

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use smol_str::SmolStr;
use standpipe_plan::{BlobKind, Shape, Value};

use crate::codes;
use crate::event::Failure;
use crate::executor::local::Local;
use crate::runner::Attempt;
use crate::store::Stored;

/// Longest text that is read as a value.
const LONGEST_TEXT: u64 = 16 << 20;

/// The files of one attempt.
pub(super) struct Work {
    local: Rc<Local>,
    /// The attempt's own.
    folder: PathBuf,
    made: Cell<bool>,
    outputs: Vec<Output>,
}

/// A file that the body is to write.
struct Output {
    /// `None` for the single result.
    field: Option<SmolStr>,
    shape: Shape,
    path: PathBuf,
}

impl Output {
    fn variable(&self) -> String {
        self.field.as_ref().map_or_else(|| "out".to_owned(), |field| format!("out_{field}"))
    }
}

impl Work {
    /// Those of an attempt that keeps its files in `folder`.
    pub(super) fn new(local: &Rc<Local>, folder: PathBuf, attempt: &Attempt) -> Self {
        let output = |field: Option<&SmolStr>, shape: &Shape| {
            let name = field.map_or("out", SmolStr::as_str);
            let path = folder.join(format!("{name}{}", ending(shape)));
            Output { field: field.cloned(), shape: shape.clone(), path }
        };
        let outputs = match &attempt.output {
            Shape::Nothing => Vec::new(),
            Shape::Record(fields) => fields.iter().map(|field| output(Some(&field.name), &field.shape)).collect(),
            shape => vec![output(None, shape)],
        };
        Self { local: Rc::clone(local), folder, made: Cell::new(false), outputs }
    }

    /// The folder is there.
    fn make(&self) -> io::Result<()> {
        if !self.made.get() {
            self.local.folders.make(&self.folder)?;
            self.made.set(true);
        }
        Ok(())
    }

    /// Tells the body where to write.
    pub(super) fn announce(&self, command: &mut Command) -> Result<(), Failure> {
        self.make().map_err(|error| not_written(&self.folder, &error))?;
        for output in &self.outputs {
            command.env(output.variable(), &output.path);
        }
        Ok(())
    }

    /// Writes a file for the body to read.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.folder.join("in").join(name);
        self.make()
            .and_then(|()| crate::store::make_folder(&self.folder.join("in")))
            .and_then(|()| fs::write(&path, content))
            .map_err(|error| not_written(&path, &error))?;
        Ok(path)
    }

    /// A folder for what is made of the body's files.
    fn scratch(&self) -> PathBuf {
        self.folder.join("scratch")
    }

    /// Removes what is left of them.
    pub(super) fn clear(&self) {
        // There may be nothing. Most attempts leave their outputs or less.
        for output in &self.outputs {
            let _ = fs::remove_file(&output.path);
        }
        self.local.folders.give_back(&self.folder);
    }
}

/// How the name of a file of that shape ends, for tools that go by it.
fn ending(shape: &Shape) -> String {
    match shape {
        Shape::File(Some(format)) => format!(".{format}"),
        Shape::Artifact { codec, .. } => format!(".{codec}"),
        Shape::Tensor { .. } => ".npy".to_owned(),
        Shape::Table(_) => ".csv".to_owned(),
        Shape::Optional(inner) => ending(inner),
        _ => String::new(),
    }
}

fn not_written(path: &Path, error: &io::Error) -> Failure {
    let code = if error.kind() == io::ErrorKind::StorageFull { codes::DISK_FULL } else { codes::NOT_STARTED };
    Failure::new(code, format!("{} cannot be written: {error}", path.display()))
}

/// The step's result, and the files in the store that it refers to.
pub(super) async fn read(local: &Rc<Local>, attempt: &Attempt, work: &Work) -> Result<(Value, Vec<Stored>), Failure> {
    let mut files = Vec::new();
    let mut fields = Vec::new();
    for output in &work.outputs {
        let value = read_one(local, attempt, work, output, &output.shape, &mut files).await?;
        match &output.field {
            None => return Ok((value, files)),
            Some(field) => fields.push((field.clone(), value)),
        }
    }
    let value = if attempt.output == Shape::Nothing { Value::None } else { Value::record(fields) };
    Ok((value, files))
}

async fn read_one(
    local: &Rc<Local>,
    attempt: &Attempt,
    work: &Work,
    output: &Output,
    shape: &Shape,
    files: &mut Vec<Stored>,
) -> Result<Value, Failure> {
    let shape = match shape {
        Shape::Optional(_) if !output.path.exists() => return Ok(Value::None),
        Shape::Optional(inner) => inner,
        shape => shape,
    };
    let step = &attempt.name.path;
    if fs::symlink_metadata(&output.path).is_err() {
        let variable = output.variable();
        return Err(Failure::new(
            codes::NO_OUTPUT,
            format!("`{step}` ended without writing its result to `${variable}`"),
        )
        .with_help(format!("write it before the body ends: `… > \"${variable}\"`")));
    }
    let (kind, format) = match shape {
        Shape::File(format) => (BlobKind::File, format.clone().unwrap_or_default()),
        Shape::Dir => (BlobKind::Dir, SmolStr::default()),
        Shape::Artifact { codec, .. } => (BlobKind::Artifact, codec.clone()),
        Shape::Tensor { .. } => (BlobKind::Artifact, "npy".into()),
        Shape::Table(_) => {
            let produced = local.csv_to_table(attempt, &output.path, shape, &work.scratch()).await?;
            let (value, kept) = crate::runner::python::keep(local, attempt, shape, &work.folder, produced).await?;
            files.extend(kept);
            return Ok(value);
        }
        shape => return read_text(step, output, shape),
    };
    // What an effect wrote may have to be read a second time.
    let own = !attempt.task().is_some_and(|task| task.effect);
    let adopted = local.adopt(output.path.clone(), own, kind, format, None).await.map_err(|error| {
        if error.kind() == io::ErrorKind::StorageFull {
            return crate::runner::not_kept(attempt, &error);
        }
        let variable = output.variable();
        Failure::new(codes::WRONG_RESULT, format!("what `{step}` left at `${variable}` is no {shape}: {error}"))
    })?;
    files.extend(adopted.files);
    Ok(Value::Blob(std::sync::Arc::new(adopted.blob)))
}

fn read_text(step: &str, output: &Output, shape: &Shape) -> Result<Value, Failure> {
    let variable = output.variable();
    let wrong = |why: String| {
        Failure::new(codes::WRONG_RESULT, format!("what `{step}` wrote to `${variable}` does not fit its type: {why}"))
    };
    match fs::metadata(&output.path) {
        Ok(found) if !found.is_file() => {
            return Err(wrong(format!("expected {shape}, found something that is no file")));
        }
        Ok(found) if found.len() > LONGEST_TEXT => {
            return Err(wrong(format!("expected {shape}, found {} bytes", found.len())));
        }
        _ => {}
    }
    let bytes = fs::read(&output.path).map_err(|error| wrong(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong(format!("expected {shape}, found no UTF-8 text")))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    shape.parse_text(text).map_err(|mismatch| wrong(mismatch.to_string()))
}
