//! Schedules: what they start, and when.

use jiff::tz::TimeZoneDatabase;
use standpipe_plan::Value;
use standpipe_syntax::ast::{Attr, AttrValue, DeclKind, Expr, ExprKind, Schedule};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::attrs::SCHEDULE;
use super::cron;
use super::expect::plain;
use super::{Callee, Checker, Given};
use crate::env::attribute;
use crate::resolve::{DeclId, Target};
use crate::types::Type;
use standpipe_syntax::nearest::{listed, nearest};

/// Attributes of which a schedule has exactly one.
const TRIGGERS: [&str; 5] = ["cron", "every", "on_change", "after", "webhook"];

impl Checker<'_> {
    pub(super) fn schedule(&mut self, schedule: &Schedule, id: DeclId) {
        let file = id.file;
        self.attrs(&schedule.attrs, SCHEDULE, "a schedule", file);
        // A misspelt attribute explains what is missing.
        let misspelt = schedule.attrs.iter().any(|attr| SCHEDULE.iter().all(|(name, _)| *name != attr.name.text));
        if !misspelt && !schedule.attrs.iter().any(|attr| attr.name.text == "run") {
            self.report(
                Diagnostic::new(
                    Code::STARTS_NOTHING,
                    schedule.name.span,
                    format!("the schedule `{}` starts nothing", schedule.name.text),
                )
                .help("say what: `run: pipeline(…)`"),
            );
        }
        let triggers: Vec<&Attr> =
            schedule.attrs.iter().filter(|attr| TRIGGERS.contains(&attr.name.text.as_str())).collect();
        match triggers.as_slice() {
            [] if misspelt => {}
            [] => self.report(
                Diagnostic::new(
                    Code::TRIGGER,
                    schedule.name.span,
                    format!("the schedule `{}` does not say when it starts", schedule.name.text),
                )
                .help("add `cron`, `every`, `on_change`, `after` or `webhook`"),
            ),
            [_] => {}
            [first, second, ..] => self.report(
                Diagnostic::new(
                    Code::TRIGGER,
                    second.name.span,
                    format!("`{}` and `{}` both say when this starts", first.name.text, second.name.text),
                )
                .also(first.name.span, "the first one")
                .help("keep one of them, and make the other a schedule of its own"),
            ),
        }
        if let (Some(zone), None) = (named(&schedule.attrs, "timezone"), attribute(&schedule.attrs, "cron"))
            && !triggers.is_empty()
        {
            self.report(
                Diagnostic::new(Code::ATTRIBUTE, zone.name.span, "only `cron` looks at a clock on the wall")
                    .help("take `timezone` away")
                    .fix("remove `timezone`", zone.span, ""),
            );
        }
        self.after_itself(schedule, id);
    }

    /// `run: pipeline(…)`.
    pub(super) fn scheduled(&mut self, value: &Expr, file: FileId) {
        self.in_pipeline = true;
        let before = self.diagnostics.len();
        self.expr(value, None, file);
        self.in_pipeline = false;
        let (ExprKind::Call { args, .. }, Some(call)) = (&value.kind, self.calls.get(&(file, value.id))) else {
            if self.diagnostics.len() == before && self.type_of(file, value) != Type::Error {
                self.no_pipeline(value.span);
            }
            return;
        };
        let Callee::Decl(callee) = call.callee else { return self.no_pipeline(value.span) };
        if !matches!(self.resolved.decl(callee).kind, DeclKind::Pipeline(_)) {
            return self.no_pipeline(value.span);
        }
        let given: Vec<u32> =
            call.args.iter().filter_map(|given| if let Given::Arg(at) = given { Some(*at) } else { None }).collect();
        for arg in given.iter().filter_map(|at| args.get(*at as usize)) {
            self.constant_or_report(&arg.value, file, "what a schedule gives");
        }
    }

    fn no_pipeline(&mut self, span: Span) {
        self.report(
            Diagnostic::new(Code::STARTS_NOTHING, span, "a schedule starts a pipeline, and this is no call of one")
                .help("write `run: pipeline(…)`, with values that are known before anything runs"),
        );
    }

    pub(super) fn cron(&mut self, value: &Expr) {
        let Some(text) = plain(value) else { return };
        match cron::comes(text) {
            Err(clause) => self.report(
                Diagnostic::new(Code::CRON, value.span, format!("{text:?} is not a cron expression: {clause}")).help(
                    "its fields are minute, hour, day of the month, month and day of the week: `\"0 2 * * *\"` is at two every night",
                ),
            ),
            Ok(false) => self.report(
                Diagnostic::new(
                    Code::NEVER_STARTS,
                    value.span,
                    format!("{text:?} never comes: this starts nothing"),
                )
                .help("no month has that day"),
            ),
            Ok(true) => {}
        }
    }

    pub(super) fn timezone(&mut self, value: &Expr) {
        let Some(text) = plain(value) else { return };
        let zones = TimeZoneDatabase::bundled();
        if zones.get(text).is_ok() {
            return;
        }
        let names: Vec<String> = zones.available().map(|name| name.as_str().to_owned()).collect();
        let diagnostic = Diagnostic::new(Code::TIMEZONE, value.span, format!("there is no time zone {text:?}"));
        let mut near = nearest(text, names.iter().map(String::as_str));
        // `Berlin` for `Europe/Berlin`.
        let city =
            names.iter().find(|name| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(text)));
        if let Some(city) = city {
            near = vec![city.as_str()];
        }
        self.report(match near.first() {
            Some(first) => diagnostic.help(format!("did you mean {}?", listed(&near))).fix(
                format!("use {first:?}"),
                value.span,
                format!("{first:?}"),
            ),
            None => diagnostic.help("write for example `\"Europe/Berlin\"` or `\"UTC\"`"),
        });
    }

    pub(super) fn every(&mut self, value: &Expr, file: FileId) {
        if let Some(Value::Duration(..=0)) = self.constant(value, file) {
            self.report(
                Diagnostic::new(Code::ATTRIBUTE, value.span, "`every` is longer than no time")
                    .help("write for example `every: 1h`"),
            );
        }
    }

    pub(super) fn after(&mut self, value: &Expr, file: FileId) {
        match self.target(file, value.id) {
            Some(Target::Unknown) => {}
            Some(Target::Decl(id))
                if matches!(
                    self.resolved.decl(id).kind,
                    DeclKind::Schedule(_) | DeclKind::Pipeline(_) | DeclKind::Broken(_)
                ) => {}
            _ => self.report(
                Diagnostic::new(Code::ATTRIBUTE, value.span, "`after` takes the name of a pipeline or a schedule")
                    .help("this one starts when that has succeeded"),
            ),
        }
    }

    pub(super) fn webhook(&mut self, value: &Expr) {
        if let Some(text) = plain(value)
            && !text.starts_with('/')
        {
            self.report(
                Diagnostic::new(Code::ATTRIBUTE, value.span, "the path of a webhook starts with `/`")
                    .help(format!("write `\"/{text}\"`"))
                    .fix("add `/`", value.span, format!("\"/{text}\"")),
            );
        }
    }

    /// A schedule that starts after itself, through others or not. The one that is declared first is told.
    fn after_itself(&mut self, schedule: &Schedule, id: DeclId) {
        let Some(first) = attribute(&schedule.attrs, "after") else { return };
        let (mut seen, mut next) = (vec![id], (id.file, first));
        while let Some(Target::Decl(target)) = self.target(next.0, next.1.id) {
            if target == id {
                if seen.iter().all(|one| id <= *one) {
                    self.report(
                        Diagnostic::new(
                            Code::CYCLIC,
                            first.span,
                            format!("the schedule `{}` waits for itself", schedule.name.text),
                        )
                        .help("let one of the schedules in the circle start at a time of its own"),
                    );
                }
                return;
            }
            let DeclKind::Schedule(other) = &self.resolved.decl(target).kind else { return };
            let Some(after) = attribute(&other.attrs, "after").filter(|_| !seen.contains(&target)) else { return };
            seen.push(target);
            next = (target.file, after);
        }
    }
}

fn named<'a>(attrs: &'a [Attr], name: &str) -> Option<&'a Attr> {
    attrs.iter().find(|attr| attr.name.text == name && matches!(attr.value, AttrValue::Expr(_)))
}
