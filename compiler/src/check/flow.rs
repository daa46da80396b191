//! `match`, `loop` and `try`: what they are worth, and what each part of them may be.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use standpipe_syntax::ast::{Arm, Case, CaseKind, Expr, ExprKind, Loop, Match, Pattern, StmtKind};
use standpipe_syntax::diag::{Code, Diagnostic, Edit};
use standpipe_syntax::{FileId, Span};

use super::Checker;
use super::block::Use;
use super::expr::unwrapped;
use super::narrow::Facts;
use crate::types::{Bindings, Type, join};
use standpipe_syntax::nearest::nearest;

/// What a subject can be, and which of it the arms so far cover.
struct Cover<'t> {
    ty: &'t Type,
    seen: FxHashSet<CaseKind>,
    /// An `else` stood before.
    all: bool,
}

impl Cover<'_> {
    /// Every case that can be told apart, in order; `None` when there are others besides.
    fn cases(&self) -> Option<Vec<CaseKind>> {
        let mut cases = match unwrapped(self.ty) {
            Type::OneOf(members) => members.iter().cloned().map(CaseKind::String).collect(),
            Type::Bool => vec![CaseKind::Bool(true), CaseKind::Bool(false)],
            Type::None => vec![CaseKind::None],
            _ => return None,
        };
        if matches!(self.ty, Type::Optional(_)) {
            cases.push(CaseKind::None);
        }
        Some(cases)
    }

    /// The cases that no arm covers; `None` when there are too many to name.
    fn missing(&self) -> Option<Vec<CaseKind>> {
        if self.all {
            return Some(Vec::new());
        }
        Some(self.cases()?.into_iter().filter(|case| !self.seen.contains(case)).collect())
    }

    /// The member of a union that a case names, or is likely to mean.
    fn meant(&self, text: &SmolStr) -> Option<SmolStr> {
        let Type::OneOf(members) = unwrapped(self.ty) else { return None };
        if members.contains(text) {
            return Some(text.clone());
        }
        nearest(text, members.iter().map(SmolStr::as_str)).first().map(SmolStr::new)
    }

    /// What the subject is in `case`.
    fn narrow(&self, case: &CaseKind) -> Type {
        match case {
            CaseKind::String(text) if matches!(unwrapped(self.ty), Type::OneOf(_)) => match self.meant(text) {
                Some(meant) => Type::OneOf(vec![meant]),
                None => unwrapped(self.ty).clone(),
            },
            CaseKind::None => Type::None,
            CaseKind::String(_) | CaseKind::Int(_) | CaseKind::Bool(_) => unwrapped(self.ty).clone(),
            CaseKind::Broken => self.ty.clone(),
            CaseKind::Else => {
                let inner = match unwrapped(self.ty) {
                    Type::OneOf(members) => {
                        let seen = |member: &SmolStr| self.seen.contains(&CaseKind::String(member.clone()));
                        let left: Vec<SmolStr> = members.iter().filter(|member| !seen(member)).cloned().collect();
                        if left.is_empty() { return self.ty.clone() } else { Type::OneOf(left) }
                    }
                    other => other.clone(),
                };
                let optional = matches!(self.ty, Type::Optional(_)) && !self.seen.contains(&CaseKind::None);
                if optional { crate::types::optional(inner) } else { inner }
            }
        }
    }
}

impl Checker<'_> {
    pub(super) fn matched(&mut self, expr: &Expr, wanted: Option<&Type>, used: Use, file: FileId) -> Type {
        let ExprKind::Match(matched) = &expr.kind else { return Type::Error };
        let ty = self.expr(&matched.subject, None, file);
        let fits = matches!(unwrapped(&ty), Type::OneOf(_) | Type::Bool | Type::Int(_) | Type::String | Type::None);
        let fits = fits || matches!(ty, Type::Optional(_) | Type::Error);
        if !fits {
            self.report(
                Diagnostic::new(
                    Code::NOT_MATCHABLE,
                    matched.subject.span,
                    format!("`{ty}` has no cases to tell apart"),
                )
                .help("a `match` looks at strings, Ints, Bools, and what may be `none`"),
            );
        }
        let ty = if fits { ty } else { Type::Error };
        let mut cover = Cover { ty: &ty, seen: FxHashSet::default(), all: false };
        let mut result: Option<(Type, Span)> = None;
        for arm in &matched.arms {
            let facts = self.cases(arm, &mut cover, &matched.subject, file);
            let found = self.under(facts, |checker| checker.block(&arm.body, wanted, used, file));
            result = Some(match result {
                None => (found, arm_end(arm)),
                Some((so_far, first)) if used == Use::Value => {
                    (self.arms(&so_far, &found, first, arm_end(arm), wanted), first)
                }
                Some(so_far) => so_far,
            });
        }
        if !matched.broken && ty != Type::Error {
            // The word itself.
            let word = Span { end: expr.span.start + 5, ..expr.span };
            self.covered(word, matched, &cover, used);
        }
        match (used, result) {
            (Use::Nobody, _) => Type::Nothing,
            (Use::Value, None) => Type::Error,
            (Use::Value, Some((result, _))) => result,
        }
    }

    /// The subject and the cases of a `match` whose arms are looked at elsewhere.
    pub(super) fn only_cases(&mut self, expr: &Expr, matched: &Match, file: FileId) {
        let ty = self.expr(&matched.subject, None, file);
        let mut cover = Cover { ty: &ty, seen: FxHashSet::default(), all: false };
        for arm in &matched.arms {
            self.cases(arm, &mut cover, &matched.subject, file);
        }
        if !matched.broken && ty != Type::Error {
            self.covered(Span { end: expr.span.start + 5, ..expr.span }, matched, &cover, Use::Value);
        }
    }

    /// The type of two arms together.
    fn arms(&mut self, so_far: &Type, found: &Type, first: Span, here: Span, wanted: Option<&Type>) -> Type {
        if *so_far == Type::Error || *found == Type::Error {
            return if *so_far == Type::Error { found.clone() } else { so_far.clone() };
        }
        if *so_far == Type::Nothing || *found == Type::Nothing {
            return Type::Nothing;
        }
        if let Some(joined) = join(so_far, found) {
            return joined;
        }
        if let Some(wanted) = wanted {
            return wanted.clone();
        }
        self.report(
            Diagnostic::new(Code::BRANCHES, here, format!("one arm is `{so_far}`, this one `{found}`"))
                .also(first, format!("this is `{so_far}`"))
                .help("all arms of a `match` that is used as a value have one type"),
        );
        Type::Error
    }

    /// Checks the cases of an arm and adds them to what is covered; the answer is what is known in the arm.
    fn cases(&mut self, arm: &Arm, cover: &mut Cover<'_>, subject: &Expr, file: FileId) -> Facts {
        let mut narrow: Option<Type> = None;
        for case in &arm.cases {
            let known = cover.narrow(&case.kind);
            self.case(case, cover);
            narrow = Some(match narrow {
                None => known,
                Some(so_far) => join(&so_far, &known).unwrap_or_else(|| cover.ty.clone()),
            });
        }
        match (self.place(subject, file), narrow) {
            (Some(place), Some(narrow)) if *cover.ty != Type::Error => vec![(place, narrow)],
            _ => Facts::new(),
        }
    }

    fn case(&mut self, case: &Case, cover: &mut Cover<'_>) {
        if case.kind == CaseKind::Broken || *cover.ty == Type::Error {
            cover.all |= case.kind == CaseKind::Else;
            return;
        }
        let inner = unwrapped(cover.ty);
        let fits = match &case.kind {
            CaseKind::String(text) => match inner {
                Type::OneOf(members) if !members.contains(text) => {
                    let diagnostic = super::expect::not_a_member(case.span, text, members);
                    // That what was meant has no case is the same mistake.
                    cover.seen.extend(cover.meant(text).map(CaseKind::String));
                    return self.report(diagnostic);
                }
                inner => matches!(inner, Type::String | Type::OneOf(_)),
            },
            CaseKind::Int(_) => matches!(inner, Type::Int(_)),
            CaseKind::Bool(_) => *inner == Type::Bool,
            CaseKind::None | CaseKind::Else | CaseKind::Broken => true,
        };
        if !fits {
            return self.report(
                Diagnostic::new(Code::TYPE_MISMATCH, case.span, format!("this case is no `{inner}`"))
                    .help(format!("what is matched is `{}`", cover.ty)),
            );
        }
        let why = if cover.all {
            Some("`else` before it takes everything".to_owned())
        } else if case.kind == CaseKind::Else {
            cover.missing().filter(Vec::is_empty).map(|_| "the cases before it cover everything".to_owned())
        } else if case.kind == CaseKind::None && !matches!(cover.ty, Type::Optional(_) | Type::None) {
            Some(format!("`{}` is never `none`", cover.ty))
        } else if cover.seen.contains(&case.kind) {
            Some("it stands before already".to_owned())
        } else {
            None
        };
        if let Some(why) = why {
            self.report(
                Diagnostic::new(Code::UNREACHABLE, case.span, format!("this case never comes: {why}"))
                    .help("take it away"),
            );
        }
        cover.all |= case.kind == CaseKind::Else;
        cover.seen.insert(case.kind.clone());
    }

    /// Reports the cases that no arm covers.
    fn covered(&mut self, span: Span, matched: &Match, cover: &Cover<'_>, used: Use) {
        let missing = match cover.missing() {
            Some(missing) if missing.is_empty() => return,
            Some(missing) => missing,
            None => vec![CaseKind::Else],
        };
        let shown: Vec<String> = missing.iter().take(4).map(written).collect();
        let more = missing.len().saturating_sub(4);
        let and_more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let plural = if missing.len() == 1 { "case" } else { "cases" };
        let message = match missing.as_slice() {
            [CaseKind::Else] => format!("other values of `{}` have no case", cover.ty),
            _ => format!(
                "the {plural} {}{and_more} {} missing",
                shown.join(", "),
                if missing.len() == 1 { "is" } else { "are" }
            ),
        };
        let cases: Vec<String> = missing.iter().map(|case| written(case).trim_matches('`').to_owned()).collect();
        let diagnostic = Diagnostic::new(Code::NOT_COVERED, span, message)
            .also(matched.subject.span, format!("this is `{}`", cover.ty));
        let close = Span { start: matched.span.end.saturating_sub(1), end: matched.span.end.saturating_sub(1), ..span };
        let last = matched.arms.last();
        self.report(match last.and_then(|arm| Some((arm, arm.cases.last()?))) {
            // Whoever needs a value gets it from the last arm.
            Some((arm, case)) if used == Use::Value => {
                let start = arm.cases.first().map_or(case.span, |first| first.span).to(case.span);
                let text =
                    if missing == [CaseKind::Else] { "else".to_owned() } else { format!(" | {}", cases.join(" | ")) };
                let place = if missing == [CaseKind::Else] { start } else { case.span.after() };
                diagnostic.help(format!("add an arm, such as `{} {{ … }}`", cases.join(" | "))).fix(
                    "let the last arm take them too",
                    place,
                    text,
                )
            }
            _ => diagnostic.help(format!("add an arm, such as `{} {{ … }}`", cases.join(" | "))).fix_all(
                "add an arm that does nothing",
                vec![Edit { span: close, text: format!("{} {{}}\n", cases.join(" | ")) }],
            ),
        });
    }

    pub(super) fn looped(&mut self, expr: &Expr, file: FileId) -> Type {
        let ExprKind::Loop(repeated) = &expr.kind else { return Type::Error };
        let Loop { state, start, limit, until, body } = repeated.as_ref();
        let ty = loosened(&self.expr(start, None, file));
        if ty == Type::Nothing {
            self.report(
                Diagnostic::new(Code::NO_VALUE, start.span, "a loop cannot begin with what returns nothing")
                    .help("begin with a value: each round turns it into the next"),
            );
        }
        let ty = if ty == Type::Nothing { Type::Error } else { ty };
        self.states.insert((file, start.id), ty.clone());
        if let Pattern::Fields(names) = state {
            self.take_apart(names, &ty, start.span);
        }
        match limit {
            Some(limit) => self.expect(limit, &Type::Int(None), file, None),
            None => {
                let after = start.span.after();
                self.report(
                    Diagnostic::new(Code::NO_LIMIT, Span { end: after.start, ..expr.span }, "this loop may never end")
                        .help("say how many rounds there are at most: `limit 100`")
                        .fix("at most 100 rounds", after, " limit 100"),
                );
            }
        }
        if let Some(until) = until {
            self.condition(until, file);
            self.no_calls(until, "the end of a loop", file);
        }
        let found = self.block(body, Some(&ty), Use::Value, file);
        match body.stmts.last().map(|stmt| &stmt.kind) {
            Some(StmtKind::Expr(last)) => {
                let cause = Some((start.span, "what the loop begins with"));
                self.expect_found(last, &found, &ty, &mut Bindings::default(), file, cause);
            }
            Some(StmtKind::Broken) => {}
            _ => self.report(
                Diagnostic::new(Code::NO_VALUE, body.span, "the rounds of this loop give nothing")
                    .help("the last line of the block is what the next round starts from"),
            ),
        }
        ty
    }

    /// Reports calls of tasks in `expr`, which is worked out without running anything.
    pub(super) fn no_calls(&mut self, expr: &Expr, what: &str, file: FileId) {
        if let Some(callee) = self.first_call(expr, file) {
            self.report(
                Diagnostic::new(Code::CONDITION_CALLS, callee, format!("{what} runs no steps"))
                    .help("give what it returns a name outside, or let the block return it"),
            );
        }
    }

    pub(super) fn tried(&mut self, inner: &Expr, wanted: Option<&Type>, file: FileId) -> Type {
        let ty = self.expr(inner, wanted.map(unwrapped), file);
        let mut part = inner;
        while let ExprKind::Paren(inside) | ExprKind::Field { of: inside, .. } = &part.kind {
            part = inside;
        }
        let plain = matches!(
            part.kind,
            ExprKind::Name(_)
                | ExprKind::Int(_)
                | ExprKind::Float(_)
                | ExprKind::Bool(_)
                | ExprKind::None
                | ExprKind::Duration(_)
                | ExprKind::Size(_)
        );
        if plain && ty != Type::Error {
            self.report(
                Diagnostic::new(Code::TRY_NOTHING, inner.span, "nothing can fail here, so `try` does nothing")
                    .help("`try` stands before the call that may fail"),
            );
        }
        match ty {
            Type::Nothing => Type::Nothing,
            ty => crate::types::optional(ty),
        }
    }
}

/// Where an arm's value stands, or the arm.
fn arm_end(arm: &Arm) -> Span {
    match arm.body.stmts.last().map(|stmt| &stmt.kind) {
        Some(StmtKind::Expr(last)) => last.span,
        _ => arm.span,
    }
}

/// A case as it is written, between backticks.
fn written(case: &CaseKind) -> String {
    match case {
        CaseKind::String(text) => format!("`{text:?}`"),
        CaseKind::Int(number) => format!("`{number}`"),
        CaseKind::Bool(value) => format!("`{value}`"),
        CaseKind::None => "`none`".to_owned(),
        CaseKind::Else | CaseKind::Broken => "`else`".to_owned(),
    }
}

/// The type without the bounds of numbers: what a loop begins with may be narrower than what it comes to.
fn loosened(ty: &Type) -> Type {
    match ty {
        Type::Int(_) => Type::Int(None),
        Type::Float(_) => Type::Float(None),
        Type::Record(fields) => Type::Record(
            fields.iter().map(|field| crate::types::Field { ty: loosened(&field.ty), ..field.clone() }).collect(),
        ),
        other => other.clone(),
    }
}
