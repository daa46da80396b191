//! Schedules: what starts a pipeline by itself, and with what.

use smol_str::SmolStr;
use standpipe_plan::{CatchUp, Overlap, Schedule, Trigger, Value};
use standpipe_syntax::ast::{self, Attr, DeclKind, ExprKind};

use super::{Frame, Lowerer};
use crate::check::{Callee, Given};
use crate::env::attribute;
use crate::resolve::{DeclId, Target, declared};

impl Lowerer<'_> {
    /// The schedules, in the user's files, that start pipeline `id`.
    pub(super) fn schedules(&mut self, id: DeclId) -> Vec<Schedule> {
        let checked = self.checked;
        let mut found = Vec::new();
        for file in checked.resolved.files.iter().filter(|file| !file.std) {
            for (index, decl) in (0..).zip(&file.tree.decls) {
                let DeclKind::Schedule(schedule) = &decl.kind else { continue };
                let own = DeclId { file: file.source.id, index };
                let outer = std::mem::replace(&mut self.frame, Frame::new(checked, own, Vec::new()));
                found.extend(self.schedule(id, schedule));
                self.frame = outer;
            }
        }
        found
    }

    fn schedule(&mut self, pipeline: DeclId, schedule: &ast::Schedule) -> Option<Schedule> {
        let run = attribute(&schedule.attrs, "run")?;
        let call = self.checked.calls.get(&(self.file(), run.id))?;
        if call.callee != Callee::Decl(pipeline) {
            return None;
        }
        let ExprKind::Call { args, .. } = &run.kind else { return None };
        let signature = self.checked.signatures.get(&pipeline)?;
        let mut params = Vec::new();
        for (param, given) in signature.params.iter().zip(&call.args) {
            if let Given::Arg(at) = given
                && let Some(value) = args.get(*at as usize).and_then(|arg| self.fixed(&arg.value))
            {
                params.push((param.name.clone(), value));
            }
        }
        Some(Schedule {
            name: schedule.name.text.clone(),
            params,
            trigger: self.trigger(&schedule.attrs)?,
            catch_up: self.one_of(&schedule.attrs, "catch_up", &CatchUp::ALL),
            overlap: self.one_of(&schedule.attrs, "overlap", &Overlap::ALL),
            origin: self.origin(schedule.name.span),
        })
    }

    fn trigger(&mut self, attrs: &[Attr]) -> Option<Trigger> {
        if let Some(expression) = self.text(attrs, "cron") {
            let timezone = self.text(attrs, "timezone").unwrap_or("UTC".into());
            return Some(Trigger::Cron { expression, timezone });
        }
        if let Some(Value::Duration(nanos)) = self.known(attrs, "every") {
            return Some(Trigger::Every(nanos));
        }
        if let Some(pattern) = self.text(attrs, "on_change") {
            return Some(Trigger::OnChange(crate::paths::beside(&self.frame.file.path, &pattern)));
        }
        if let Some(path) = self.text(attrs, "webhook") {
            return Some(Trigger::Webhook(path));
        }
        let after = attribute(attrs, "after")?;
        match self.frame.file.names.get(&after.id) {
            Some(Target::Decl(id)) => {
                declared(self.checked.resolved.decl(*id)).map(|name| Trigger::After(name.text.clone()))
            }
            _ => None,
        }
    }

    fn text(&mut self, attrs: &[Attr], name: &str) -> Option<SmolStr> {
        match self.known(attrs, name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    fn one_of<T: Copy + Default>(&mut self, attrs: &[Attr], name: &str, all: &[(&str, T)]) -> T {
        let chosen = self.text(attrs, name);
        all.iter().find(|(name, _)| chosen.as_deref() == Some(name)).map(|(_, one)| *one).unwrap_or_default()
    }
}
