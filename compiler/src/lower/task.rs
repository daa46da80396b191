//! Tasks and environments: what they are, apart from any call of them.

use standpipe_plan::{Body, Environment, EnvironmentId, Frame, Origin, Task, TaskId, Value};
use standpipe_syntax::ast::{self, AttrValue, DeclKind, Env, Raw};

use super::Lowerer;
use crate::env::{attribute, env_of, literal, packages};
use crate::resolve::DeclId;

/// The environment of queries whose task names none.
const ENGINE: &str = "duckdb";
const ENGINE_PACKAGES: [&str; 2] = ["duckdb==2.0.1", "pyarrow==26.0.1"];

/// Whether the task's body is in SQL.
fn is_sql(task: &ast::Task) -> bool {
    task.attrs.iter().any(|attr| attr.name.text == "sql")
}

impl Lowerer<'_> {
    /// The task's number; it is lowered at its first call.
    pub(super) fn task(&mut self, decl: DeclId) -> TaskId {
        if let Some(id) = self.tasks.get(&decl) {
            return *id;
        }
        #[expect(clippy::cast_possible_truncation, reason = "fewer tasks than declarations")]
        let id = TaskId(self.graph.tasks.len() as u32);
        self.tasks.insert(decl, id);
        let checked = self.checked;
        let (task, service) = match &checked.resolved.decl(decl).kind {
            DeclKind::Task(task) => (task, None),
            DeclKind::Service(task) => (task, Some(self.service(decl, task))),
            _ => return id,
        };
        let file = checked.resolved.file(decl.file);
        let environment = match env_of(&checked.resolved, file, task) {
            Some((id, env)) => Some(self.environment(id, env)),
            None => is_sql(task).then(|| self.engine()),
        };
        let settings = self.settings(decl, task);
        let lowered = Task {
            name: task.name.text.clone(),
            effect: task.effect,
            body: self.body(decl, task),
            environment,
            frame: self.frame_of(decl, task),
            reads: self.embedded.columns.get(&decl).cloned().unwrap_or_default(),
            settings,
            service,
            origin: self.origin(task.name.span),
        };
        self.graph.tasks.push(lowered);
        id
    }

    /// What finds out whether an effect happened.
    pub(super) fn probe(&mut self, decl: DeclId, task: &ast::Task) -> Option<Body> {
        let attr = task.attrs.iter().find(|attr| attr.name.text == "probe")?;
        let (text, origin) = match &attr.value {
            AttrValue::Raw(raw) => (raw.text.to_string(), self.first_line(raw)),
            AttrValue::Expr(_) => (self.embedded.probes.get(&decl)?.clone(), self.origin(attr.span)),
        };
        Some(Body::Shell { text, origin })
    }

    /// The first line of a raw body that is not empty.
    fn first_line(&self, raw: &Raw) -> Origin {
        let at = raw.lines.first().copied().unwrap_or(raw.span.start);
        super::origin(self.checked, standpipe_syntax::Span { start: at, end: at, ..raw.span })
    }

    fn body(&mut self, decl: DeclId, task: &ast::Task) -> Body {
        for attr in &task.attrs {
            match (attr.name.text.as_str(), &attr.value) {
                ("python", AttrValue::Raw(raw)) => {
                    let modules = self.embedded.raw_modules.get(&decl).cloned().unwrap_or_default();
                    return Body::Python { text: raw.text.to_string(), origin: self.first_line(raw), modules };
                }
                ("python", AttrValue::Expr(_)) => {
                    if let Some(found) = self.embedded.functions.get(&decl) {
                        let (module, function) = (found.module.clone(), found.function.clone());
                        return Body::PythonFunction { module, function, modules: found.modules.clone() };
                    }
                }
                ("sh", AttrValue::Raw(raw)) => {
                    return Body::Shell { text: raw.text.to_string(), origin: self.first_line(raw) };
                }
                ("sh", AttrValue::Expr(_)) => {
                    if let Some(text) = self.embedded.scripts.get(&decl) {
                        return Body::Shell { text: text.clone(), origin: self.origin(attr.span) };
                    }
                }
                ("sql", AttrValue::Raw(raw)) => {
                    return Body::Sql { text: raw.text.to_string(), origin: self.first_line(raw) };
                }
                ("sql", AttrValue::Expr(_)) => {
                    if let Some(source) = self.embedded.query_files.get(&decl) {
                        let origin = Origin { file: self.place_of(&source.name), line: 1 };
                        return Body::Sql { text: source.text.to_string(), origin };
                    }
                }
                _ => {}
            }
        }
        // Checking has refused a task without a body.
        Body::Shell { text: String::new(), origin: self.origin(task.name.span) }
    }

    /// The number of a file among those of the plan.
    fn place_of(&mut self, path: &str) -> u32 {
        let files = &mut self.graph.files;
        let index = files.iter().position(|known| known == path).unwrap_or(files.len());
        if index == files.len() {
            files.push(path.into());
        }
        #[expect(clippy::cast_possible_truncation, reason = "fewer files than 32-bit numbers")]
        let index = index as u32;
        index
    }

    /// What a table is in the task: its attribute says so, else the annotations of its function.
    fn frame_of(&self, decl: DeclId, task: &ast::Task) -> Frame {
        if is_sql(task) {
            return Frame::Pyarrow;
        }
        match attribute(&task.attrs, "frame").and_then(literal).as_deref() {
            Some("pandas") => Frame::Pandas,
            Some("polars") => Frame::Polars,
            Some("pyarrow") => Frame::Pyarrow,
            _ => self.embedded.functions.get(&decl).and_then(|found| found.frame).unwrap_or_default(),
        }
    }

    /// What a query runs in when its task names no environment: an engine that is the same for everyone.
    fn engine(&mut self) -> EnvironmentId {
        let engine =
            Environment { name: ENGINE.into(), python: None, packages: ENGINE_PACKAGES.map(Into::into).to_vec() };
        let environments = &mut self.graph.environments;
        let index = environments.iter().position(|known| *known == engine).unwrap_or(environments.len());
        if index == environments.len() {
            environments.push(engine);
        }
        #[expect(clippy::cast_possible_truncation, reason = "fewer environments than declarations")]
        let id = EnvironmentId(index as u32);
        id
    }

    fn environment(&mut self, decl: DeclId, env: &Env) -> EnvironmentId {
        if let Some(id) = self.environments.get(&decl) {
            return *id;
        }
        #[expect(clippy::cast_possible_truncation, reason = "fewer environments than declarations")]
        let id = EnvironmentId(self.graph.environments.len() as u32);
        self.environments.insert(decl, id);
        let python = self.constant(decl, &env.attrs, "python").and_then(|value| match value {
            Value::String(text) => Some(text),
            _ => None,
        });
        let packages = packages(env).unwrap_or_else(|| match self.constant(decl, &env.attrs, "packages") {
            Some(Value::List(items)) => items.iter().map(|item| item.text().into()).collect(),
            _ => Vec::new(),
        });
        self.graph.environments.push(Environment { name: env.name.text.clone(), python, packages });
        id
    }
}
