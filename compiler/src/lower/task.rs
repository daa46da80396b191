//! Tasks and environments: what they are, apart from any call of them.

use standpipe_plan::{Body, Environment, EnvironmentId, Frame, Task, TaskId, Value};
use standpipe_syntax::ast::{self, AttrValue, DeclKind, Env, Raw};

use super::Lowerer;
use crate::env::{attribute, env_of, literal, packages};
use crate::resolve::DeclId;

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
        let environment = env_of(&checked.resolved, file, task).map(|(id, env)| self.environment(id, env));
        let settings = self.settings(decl, task);
        let lowered = Task {
            name: task.name.text.clone(),
            effect: task.effect,
            body: self.body(decl, task),
            environment,
            frame: self.frame_of(decl, task),
            settings,
            service,
            origin: self.origin(task.name.span),
        };
        self.graph.tasks.push(lowered);
        id
    }

    fn body(&self, decl: DeclId, task: &ast::Task) -> Body {
        let origin = |raw: &Raw, line: u32| {
            let at = raw.lines.first().copied().unwrap_or(line);
            self.origin(standpipe_syntax::Span { start: at, end: at, ..raw.span })
        };
        for attr in &task.attrs {
            match (attr.name.text.as_str(), &attr.value) {
                ("python", AttrValue::Raw(raw)) => {
                    let modules = self.embedded.raw_modules.get(&decl).cloned().unwrap_or_default();
                    return Body::Python { text: raw.text.to_string(), origin: origin(raw, raw.span.start), modules };
                }
                ("python", AttrValue::Expr(_)) => {
                    if let Some(found) = self.embedded.functions.get(&decl) {
                        let (module, function) = (found.module.clone(), found.function.clone());
                        return Body::PythonFunction { module, function, modules: found.modules.clone() };
                    }
                }
                ("sh", AttrValue::Raw(raw)) => {
                    return Body::Shell { text: raw.text.to_string(), origin: origin(raw, raw.span.start) };
                }
                ("sh", AttrValue::Expr(_)) => {
                    if let Some(text) = self.embedded.scripts.get(&decl) {
                        return Body::Shell { text: text.clone(), origin: self.origin(attr.span) };
                    }
                }
                _ => {}
            }
        }
        // Checking has refused a task without a body.
        Body::Shell { text: String::new(), origin: self.origin(task.name.span) }
    }

    /// What a table is in the task: its attribute says so, else the annotations of its function.
    fn frame_of(&self, decl: DeclId, task: &ast::Task) -> Frame {
        match attribute(&task.attrs, "frame").and_then(literal).as_deref() {
            Some("pandas") => Frame::Pandas,
            Some("polars") => Frame::Polars,
            Some("pyarrow") => Frame::Pyarrow,
            _ => self.embedded.functions.get(&decl).and_then(|found| found.frame).unwrap_or_default(),
        }
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
