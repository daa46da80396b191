//! Packages that a body imports and its environment does not have.

use smol_str::SmolStr;
use standpipe_plan::Frame;
use standpipe_syntax::ast::{Env, ExprKind};
use standpipe_syntax::{Source, Span};

use super::super::{Body, Embedder, errors, frame};
use super::Text;
use super::facts::{Facts, Import};
use super::library::is_standard;
use super::modules::{Closure, Entry};
use super::packages::{Provided, provided};
use crate::env::{attribute, env_of, literal, packages};
use crate::paths::folder;
use crate::types::Type;

/// Reports what the environment of `body` lacks for its own text and the project's modules behind it. A task without an
/// environment runs on the system's Python, of which nothing is known.
pub(super) fn check(embedder: &mut Embedder<'_>, body: Body<'_>, entry: &Entry<'_>, closure: &Closure) {
    let checked = embedder.checked;
    let Some((id, env)) = env_of(&checked.resolved, body.file, body.task) else { return };
    let frame = has_table(body).then(|| frame(&body.task.attrs));
    let needs = Needs { id, env, source: &checked.resolved.file(id.file).source, frame };
    let search = [folder(&body.file.path).into(), SmolStr::default()];
    embedder.check_imports(&needs, entry.facts, entry.text, entry.function, &search);
    for file in &closure.files {
        let search = [folder(&file.source.name).into(), search[0].clone(), SmolStr::default()];
        embedder.check_imports(&needs, &file.facts, Text::File(&file.source), None, &search);
    }
}

/// An environment, and what it is said to have.
struct Needs<'a> {
    id: crate::resolve::DeclId,
    env: &'a Env,
    source: &'a Source,
    /// What tables are in the task, when it has some: the runtime adds what they need.
    frame: Option<Frame>,
}

/// The distribution that is missing, and which of the listed ones was meant to be it.
pub(super) type Lack = (&'static str, Option<usize>);

impl Needs<'_> {
    fn lacks(&self, module: &str) -> Option<Lack> {
        let mut listed = packages(self.env)?;
        if let Some(frame) = self.frame {
            listed.push("pyarrow".into());
            listed.push(package_of(frame).into());
        }
        match provided(module, listed.iter().map(SmolStr::as_str)) {
            Provided::No(package) => Some((package, None)),
            Provided::Misspelt(package, listed) => Some((package, Some(listed))),
            Provided::Yes | Provided::Unknown => None,
        }
    }
}

impl Embedder<'_> {
    /// The distribution that an import surely needs and the environment surely lacks.
    fn missing(&mut self, import: &Import, needs: &Needs<'_>) -> Option<Lack> {
        let dotted = import.names.iter().map(|name| format!("{}.{name}", import.module));
        let modules: Vec<String> = std::iter::once(import.module.clone()).chain(dotted).collect();
        modules.into_iter().find_map(|module| {
            let key = (needs.id, needs.frame, module);
            if let Some(known) = self.python.judged.get(&key) {
                return *known;
            }
            let lack = needs.lacks(&key.2);
            self.python.judged.insert(key, lack);
            lack
        })
    }

    fn check_imports(
        &mut self,
        needs: &Needs<'_>,
        facts: &Facts,
        text: Text<'_>,
        function: Option<&str>,
        search: &[SmolStr],
    ) {
        for import in &facts.imports {
            let runs = import.certain && (import.within.is_none() || import.within.as_deref() == function);
            let top = import.module.split('.').next().unwrap_or_default();
            if !runs || is_standard(top) || self.is_own(import, search) {
                continue;
            }
            let Some((package, meant)) = self.missing(import, needs) else { continue };
            if !self.python.missing.insert((needs.id, package)) {
                continue;
            }
            let place = text.span(&import.place);
            if let Some((written, item)) = meant.and_then(|index| listed(needs.env, index)) {
                self.report(errors::misspelt_package(item, &written, package, place, &import.module));
            } else {
                let env = (needs.env.name.text.as_str(), needs.env.name.span);
                let mend = mend(needs.env, needs.source, package);
                let error = errors::missing_package(place, &import.module, package, env, mend);
                self.report(error);
            }
        }
    }
}

/// The requirement at `index` of the environment's list, and its place.
fn listed(env: &Env, index: usize) -> Option<(SmolStr, Span)> {
    let ExprKind::List(items) = &attribute(&env.attrs, "packages")?.kind else { return None };
    let item = items.get(index)?;
    Some((literal(item)?, item.span))
}

/// Where and how `package` is added to the environment's list.
fn mend(env: &Env, source: &Source, package: &str) -> Option<(Span, String)> {
    let quoted = format!("\"{package}\"");
    if let Some(list) = attribute(&env.attrs, "packages") {
        let ExprKind::List(items) = &list.kind else { return None };
        return Some(match items.last() {
            Some(last) => (last.span.after(), format!(", {quoted}")),
            None => (Span { start: list.span.start + 1, end: list.span.start + 1, ..list.span }, quoted),
        });
    }
    match env.attrs.last() {
        Some(last) => Some((last.span.after(), format!("\n  packages: [{quoted}]"))),
        None => {
            let rest = source.text.get(env.name.span.end as usize..)?;
            let brace = env.name.span.end + u32::try_from(rest.find('{')?).ok()? + 1;
            let at = Span { start: brace, end: brace, ..env.name.span };
            let end = if rest.split_once('{')?.1.trim_start_matches(' ').starts_with('}') { "\n" } else { "" };
            Some((at, format!("\n  packages: [{quoted}]{end}")))
        }
    }
}

fn package_of(frame: Frame) -> &'static str {
    match frame {
        Frame::Pandas => "pandas",
        Frame::Polars => "polars",
        Frame::Pyarrow => "pyarrow",
    }
}

fn has_table(body: Body<'_>) -> bool {
    let Some(signature) = body.signature else { return true };
    signature.params.iter().map(|param| &param.ty).chain([&signature.result]).any(holds_table)
}

fn holds_table(ty: &Type) -> bool {
    match ty {
        Type::Table(_) => true,
        Type::List(inner) | Type::Map(inner) | Type::Optional(inner) => holds_table(inner),
        Type::Record(fields) => fields.iter().any(|field| holds_table(&field.ty)),
        Type::Error
        | Type::Nothing
        | Type::None
        | Type::Bool
        | Type::Int(_)
        | Type::Float(_)
        | Type::String
        | Type::OneOf(_)
        | Type::Duration
        | Type::Size
        | Type::Date
        | Type::Time
        | Type::Json
        | Type::File(_)
        | Type::Dir
        | Type::Artifact { .. }
        | Type::Secret
        | Type::Tensor { .. }
        | Type::Extent(_)
        | Type::Param { .. }
        | Type::Var(_) => false,
    }
}
