//! Files given as parameters: from where the user stands to where the project stands.

use std::path::Path;
use std::sync::Arc;

use smol_str::SmolStr;
use standpipe_plan::{Shape, Value};

use crate::problem::{Problem, nearest};
use crate::project::Project;

/// `value` with its paths, which are relative to `base`, made relative to the project's root, or absolute outside of it.
/// `how` names the parameter for messages.
///
/// # Errors
/// A path where nothing of that kind is.
pub(super) fn settle(
    value: &Value,
    shape: &Shape,
    base: &Path,
    project: &Project,
    how: &str,
) -> Result<Value, Problem> {
    let inner = |value: &Value, shape: &Shape| settle(value, shape, base, project, how);
    Ok(match (value, shape) {
        (Value::Path(path), shape) => {
            let full = base.join(path.as_str());
            exists(&full, path, matches!(shape, Shape::Dir), how)?;
            Value::Path(project.inside(&full)?.into())
        }
        (Value::None, Shape::Optional(_)) => Value::None,
        (value, Shape::Optional(of)) => inner(value, of)?,
        (Value::List(items), Shape::List(of)) => {
            Value::list(items.iter().map(|item| inner(item, of)).collect::<Result<_, _>>()?)
        }
        (Value::Map(entries), Shape::Map(of)) => {
            let entry = |(key, value): (&SmolStr, &Value)| Ok::<_, Problem>((key.clone(), inner(value, of)?));
            Value::Map(Arc::new(entries.iter().map(entry).collect::<Result<_, _>>()?))
        }
        (Value::Record(fields), Shape::Record(shapes)) => {
            let field = |(name, value): &(SmolStr, Value)| match shapes.iter().find(|field| field.name == *name) {
                Some(of) => Ok::<_, Problem>((name.clone(), inner(value, &of.shape)?)),
                None => Ok((name.clone(), value.clone())),
            };
            Value::record(fields.iter().map(field).collect::<Result<_, _>>()?)
        }
        (value, _) => value.clone(),
    })
}

fn exists(path: &Path, written: &str, folder: bool, how: &str) -> Result<(), Problem> {
    let what = if folder { "folder" } else { "file" };
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() == folder => Ok(()),
        Ok(metadata) if metadata.is_dir() => {
            Err(Problem::usage(format!("{how} wants a file, and `{written}` is a folder")))
        }
        Ok(_) => Err(Problem::usage(format!("{how} wants a folder, and `{written}` is a file"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let problem = Problem::usage(format!("{how} names the {what} `{written}`, which is not there"));
            Err(match near(path) {
                Some(near) => {
                    let near = Path::new(written).with_file_name(near);
                    problem.help(format!("did you mean `{}`?", near.display()))
                }
                None => problem,
            })
        }
        Err(error) => Err(Problem::usage(format!("{how} names the {what} `{written}`, which cannot be read: {error}"))),
    }
}

/// The name in the same folder that is most like the one that is not there.
pub(crate) fn near(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = folder.read_dir().ok()?;
    let names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).take(10_000).collect();
    nearest(path.file_name()?.to_str()?, names.iter().map(String::as_str)).map(str::to_owned)
}
