//! What an expression must be: conversions where the language has them, messages where it has not.

use smol_str::SmolStr;
use standpipe_plan::{Shape, Value, is_date, is_time};
use standpipe_syntax::ast::{Expr, ExprKind, StrPart};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::{FileId, Span};

use super::expr::unwrapped;
use super::{Checker, Conversion};
use crate::FileKind;
use crate::paths::beside;
use crate::types::{Bindings, Difference, Format, Kind, Type, differences, fits};
use standpipe_syntax::nearest::{listed, nearest};

/// Who made the promise: a place, and what stands there.
pub(super) type Cause<'a> = Option<(Span, &'a str)>;

impl Checker<'_> {
    /// Checks that `expr` may stand where `wanted` is wanted, reports it when not, notes a conversion when one is
    /// needed.
    pub(super) fn expect(&mut self, expr: &Expr, wanted: &Type, file: FileId, cause: Cause<'_>) {
        let found = self.expr(expr, Some(wanted), file);
        self.expect_found(expr, &found, wanted, &mut Bindings::default(), file, cause);
    }

    /// As [`Checker::expect`], for an expression whose type is known and variables in `wanted`. Says whether it fits.
    pub(super) fn expect_found(
        &mut self,
        expr: &Expr,
        found: &Type,
        wanted: &Type,
        bindings: &mut Bindings,
        file: FileId,
        cause: Cause<'_>,
    ) -> bool {
        if matches!(expr.kind, ExprKind::If { .. } | ExprKind::Match(_)) && *found != Type::Nothing {
            return self.expect_each(expr, wanted, bindings, file, cause);
        }
        if let Some(text) = plain(expr)
            && let Some(fine) = self.literal(expr, text, unwrapped(wanted), file)
        {
            return fine;
        }
        let differences = differences(found, wanted, bindings);
        if differences.is_empty() {
            self.widen(file, expr, wanted);
            return self.within_bounds(expr, wanted, file, cause);
        }
        let diagnostic = mismatch(expr, found, &wanted.bound(bindings), &differences, cause);
        self.report(diagnostic);
        false
    }

    /// Each branch of an `if` or `match` on its own, so that a message names the branch, and string literals may convert.
    fn expect_each(
        &mut self,
        expr: &Expr,
        wanted: &Type,
        bindings: &mut Bindings,
        file: FileId,
        cause: Cause<'_>,
    ) -> bool {
        let mut fine = true;
        for end in super::block::ends(expr) {
            let found = self.type_of(file, end);
            fine &= self.expect_found(end, &found, wanted, bindings, file, cause);
        }
        if fine {
            self.note(file, expr, wanted.bound(bindings));
        }
        fine
    }

    /// Notes that an Int becomes a Float where one is wanted.
    pub(super) fn widen(&mut self, file: FileId, expr: &Expr, wanted: &Type) {
        if matches!(unwrapped(wanted), Type::Float(_)) && matches!(unwrapped(&self.type_of(file, expr)), Type::Int(_)) {
            self.conversions.insert((file, expr.id), Conversion::ToFloat);
        }
    }

    /// Whether a string literal may stand where `wanted` is wanted, with a message when not; `None` when literals
    /// mean nothing special there.
    pub(super) fn literal(&mut self, expr: &Expr, text: &str, wanted: &Type, file: FileId) -> Option<bool> {
        match wanted {
            Type::File(_) | Type::Dir => Some(self.path(expr, text, wanted, file)),
            Type::Date | Type::Time => Some(self.date_or_time(expr, text, wanted, file)),
            Type::OneOf(members) => {
                let fine = members.iter().any(|member| member == text);
                if !fine {
                    let diagnostic = not_a_member(expr.span, text, members);
                    self.report(diagnostic);
                }
                Some(fine)
            }
            _ => None,
        }
    }

    /// A string literal beside a date is a date; says whether it was one.
    pub(super) fn date_literal(&mut self, expr: &Expr, wanted: &Type, file: FileId) -> bool {
        plain(expr).is_some_and(|text| self.date_or_time(expr, text, wanted, file))
    }

    fn date_or_time(&mut self, expr: &Expr, text: &str, wanted: &Type, file: FileId) -> bool {
        let (conversion, fine, example) = match wanted {
            Type::Date => (Conversion::ToDate, is_date(text), "a date is written `\"2013-09-30\"`"),
            _ => (Conversion::ToTime, is_time(text), "an instant is written `\"2013-09-30T12:00:00Z\"`"),
        };
        self.conversions.insert((file, expr.id), conversion);
        if !fine {
            self.report(
                Diagnostic::new(Code::BAD_DATE, expr.span, format!("{text:?} is not a `{wanted}`")).help(example),
            );
        }
        fine
    }

    fn path(&mut self, expr: &Expr, text: &str, wanted: &Type, file: FileId) -> bool {
        self.conversions.insert((file, expr.id), Conversion::ToPath);
        let path = beside(&self.resolved.file(file).path, text);
        let wants_dir = *wanted == Type::Dir;
        let message = match self.world.kind(&path) {
            Some(FileKind::Dir) if wants_dir => return true,
            Some(FileKind::File) if !wants_dir => return self.header(expr, &path, wanted),
            None => format!("there is no {} `{path}`", if wants_dir { "folder" } else { "file" }),
            Some(FileKind::Dir) => format!("`{path}` is a folder, and a file is wanted"),
            Some(_) => format!("`{path}` is not a {}", if wants_dir { "folder" } else { "regular file" }),
        };
        let mut diagnostic = Diagnostic::new(Code::MISSING_FILE, expr.span, message);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let names = self.world.list(folder);
        let close = nearest(name, names.iter().map(String::as_str));
        match (close.first(), text.strip_suffix(name)) {
            (Some(first), Some(start)) => {
                diagnostic = diagnostic.help(format!("did you mean {}?", listed(&close))).fix(
                    format!("name `{start}{first}`"),
                    expr.span,
                    format!("\"{start}{first}\""),
                );
            }
            _ => diagnostic = diagnostic.help("the path is relative to this `.pipe` file"),
        }
        self.report(diagnostic);
        false
    }

    /// Checks a number that is known now against its bounds.
    fn within_bounds(&mut self, expr: &Expr, wanted: &Type, file: FileId, cause: Cause<'_>) -> bool {
        let (Type::Int(Some(bound)) | Type::Float(Some(bound))) = unwrapped(wanted) else { return true };
        #[expect(clippy::cast_precision_loss, reason = "bounds are Floats by definition")]
        let (number, shown) = match self.constant(expr, file) {
            Some(value @ Value::Int(number)) => (number as f64, value),
            Some(value @ Value::Float(number)) => (number, value),
            _ => return self.axis_within(expr, wanted, bound, file, cause),
        };
        if bound.holds(number) {
            return true;
        }
        let bounds = match unwrapped(wanted) {
            Type::Float(_) => crate::types::float_bound(bound),
            _ => bound.to_string(),
        };
        let mut diagnostic = Diagnostic::new(Code::OUT_OF_BOUNDS, expr.span, format!("{shown} is outside `{bounds}`"));
        if let Some((span, what)) = cause {
            diagnostic = diagnostic.also(span, format!("{what} is `{wanted}`"));
        }
        self.report(diagnostic.help("give a number within the bounds, or change them"));
        false
    }
}

/// The text of a string literal without `${…}`.
pub(super) fn plain(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::String(parts) => match parts.as_slice() {
            [] => Some(""),
            [StrPart::Text(text)] => Some(text),
            _ => None,
        },
        ExprKind::Paren(inner) => plain(inner),
        _ => None,
    }
}

pub(super) fn not_a_member(span: Span, text: &str, members: &[SmolStr]) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::NOT_A_MEMBER, span, format!("{text:?} is not one of the allowed strings"));
    let close = nearest(text, members.iter().map(SmolStr::as_str));
    match close.first() {
        Some(first) => diagnostic.help(format!("did you mean {}?", listed(&close))).fix(
            format!("use {first:?}"),
            span,
            format!("{first:?}"),
        ),
        None => {
            let known: Vec<&str> = members.iter().map(SmolStr::as_str).take(8).collect();
            diagnostic.help(format!("it is {}", listed(&known)))
        }
    }
}

/// The message for an expression that does not fit.
fn mismatch(expr: &Expr, found: &Type, wanted: &Type, differences: &[Difference], cause: Cause<'_>) -> Diagnostic {
    let span = value_span(expr);
    let missing: Vec<_> = differences
        .iter()
        .filter_map(|difference| match &difference.kind {
            Kind::Missing(field) => Some(field),
            Kind::Mismatch { .. } => None,
        })
        .collect();
    let mut diagnostic = if let [first, ..] = missing.as_slice() {
        let names: Vec<&str> = missing.iter().map(|field| field.name.as_str()).collect();
        let what = if matches!(unwrapped(found), Type::Table(_) | Type::File(_)) { "column" } else { "field" };
        let plural = if names.len() == 1 { "" } else { "s" };
        let message =
            format!("the {what}{plural} {} {} missing", and(&names), if names.len() == 1 { "is" } else { "are" });
        let mut diagnostic = Diagnostic::new(Code::LACKS_FIELD, span, message).here(format!("this is `{found}`"));
        if let Some(declared) = first.span {
            diagnostic = diagnostic.also(declared, format!("`{}: {}` is wanted here", first.name, first.ty));
        }
        let own = fields_of(found);
        let close = nearest(&first.name, own.iter().map(|field| field.name.as_str()));
        match (close.first(), &expr.kind) {
            // A literal's own field is at hand to be renamed.
            (Some(near), ExprKind::Record(fields)) => {
                let field = fields.iter().find(|field| field.name.text == *near && !field.short);
                diagnostic = diagnostic.help(format!("did you mean `{}` where it says `{near}`?", first.name));
                if let Some(field) = field {
                    diagnostic =
                        diagnostic.fix(format!("rename to `{}`", first.name), field.name.span, first.name.as_str());
                }
                diagnostic
            }
            (Some(near), _) => diagnostic.help(format!("it has `{near}`: is that what is meant?")),
            (None, _) => diagnostic.help(format!("add {}", and(&names))),
        }
    } else {
        plain_mismatch(expr, found, wanted, differences)
    };
    if let Some((span, what)) = cause {
        diagnostic = diagnostic.also(span, format!("{what} is `{wanted}`"));
    }
    diagnostic
}

/// `"30s"` where a length of time is wanted, `"4GiB"` where a size is.
fn quoted_number(expr: &Expr, wanted: &Type) -> Diagnostic {
    let (shape, examples) = match wanted {
        Type::Size => (Shape::Size, "`2GiB`, `512MiB`"),
        _ => (Shape::Duration, "`30s`, `20m`, `2h`"),
    };
    let diagnostic = Diagnostic::new(Code::TYPE_MISMATCH, expr.span, format!("expected `{wanted}`, found a text"))
        .help(format!("it is written without quotes: {examples}"));
    match plain(expr).filter(|text| shape.parse_text(text).is_ok()) {
        Some(text) => diagnostic.fix(format!("write `{text}`"), expr.span, text),
        None => diagnostic,
    }
}

fn plain_mismatch(expr: &Expr, found: &Type, wanted: &Type, differences: &[Difference]) -> Diagnostic {
    let span = value_span(expr);
    match (found, wanted) {
        (found, wanted) if found.holds_secret() && !wanted.holds_secret() => {
            return Diagnostic::new(
                Code::SECRET_SEEN,
                span,
                format!("this is a secret, and `{wanted}` is wanted, which is kept and shown"),
            )
            .help("only an input of type `Secret[String]` may take it");
        }
        (Type::String | Type::OneOf(_), wanted) if *unwrapped(wanted) == Type::Secret => {
            return Diagnostic::new(Code::TYPE_MISMATCH, span, format!("expected `{wanted}`, found `{found}`"))
                .here(format!("this is `{found}`"))
                .help("a secret is named, never written out: `secret(\"NAME\")`");
        }
        (Type::List(item), wanted) if fits(item, wanted) => {
            return Diagnostic::new(Code::CARDINALITY, span, format!("this is a list, and one `{wanted}` is wanted"))
                .here(format!("this is `{found}`"))
                .help("do it for each item: `for item in … { … }`");
        }
        (found, Type::List(item)) if fits(found, item) => {
            return Diagnostic::new(Code::CARDINALITY, span, format!("this is one `{found}`, and a list is wanted"))
                .help("put it in brackets to make it a list of one")
                .fix_all(
                    "make it a list of one",
                    vec![
                        standpipe_syntax::diag::Edit {
                            span: Span { end: expr.span.start, ..expr.span },
                            text: "[".into(),
                        },
                        standpipe_syntax::diag::Edit { span: expr.span.after(), text: "]".into() },
                    ],
                );
        }
        (Type::String, Type::Duration | Type::Size) if plain(expr).is_some() => {
            return quoted_number(expr, wanted);
        }
        (Type::Optional(inner), wanted) if fits(inner, wanted) => {
            return Diagnostic::new(Code::MAY_BE_NONE, span, format!("this may be `none`, and `{wanted}` is wanted"))
                .here(format!("this is `{found}`"))
                .help("say what to use instead of `none`: `… ?? other`");
        }
        (Type::None, wanted) => {
            return Diagnostic::new(Code::MAY_BE_NONE, span, format!("this is `none`, and `{wanted}` is wanted"))
                .help(format!("only `{wanted}?` may be `none`"));
        }
        (Type::String, Type::OneOf(members)) => {
            let members: Vec<&str> = members.iter().map(SmolStr::as_str).take(8).collect();
            return Diagnostic::new(
                Code::TYPE_MISMATCH,
                span,
                format!("any `String` may stand here, and only {} fit", listed(&members)),
            )
            .help("declare the input or field with the union's type");
        }
        (Type::Nothing, wanted) => {
            return Diagnostic::new(Code::NO_VALUE, span, format!("this returns nothing, and `{wanted}` is wanted"))
                .help("end the block with an expression, or give the effect a result with `-> Type`");
        }
        _ => {}
    }
    let numbers = matches!(found, Type::Int(_) | Type::Float(_));
    let help = match wanted {
        Type::Size if numbers => Some("a size has a unit: `2GiB`, `512MiB`"),
        Type::Duration if numbers => Some("a duration has a unit: `30s`, `20m`, `2h`"),
        Type::String if numbers || matches!(found, Type::Bool) => Some("put it into a string: `\"${…}\"`"),
        Type::Int(_) if matches!(found, Type::Float(_)) => {
            Some("an Int is wanted; a Float never becomes one by itself")
        }
        Type::File(_) | Type::Dir if *found == Type::String => {
            Some("only a string literal becomes a file; declare the input as the file it is")
        }
        Type::Nothing => Some("leave the value out, or declare a result with `-> Type`"),
        _ => None,
    };
    // Of records and tables only the fields that differ.
    let inner: Vec<String> = differences
        .iter()
        .filter(|difference| !difference.place.is_empty())
        .filter_map(|difference| match &difference.kind {
            Kind::Mismatch { found, wanted, .. } => {
                Some(format!("`{}` is `{found}`, not `{wanted}`", difference.place.trim_start_matches('.')))
            }
            Kind::Missing(_) => None,
        })
        .take(3)
        .collect();
    let mut diagnostic = if inner.is_empty() {
        Diagnostic::new(Code::TYPE_MISMATCH, span, format!("expected `{wanted}`, found `{found}`"))
            .here(format!("this is `{found}`"))
    } else {
        Diagnostic::new(Code::TYPE_MISMATCH, span, inner.join("; "))
    };
    for difference in differences {
        if let Kind::Mismatch { wanted, declared: Some(declared), .. } = &difference.kind {
            diagnostic = diagnostic.also(*declared, format!("`{wanted}` is declared here"));
            break;
        }
    }
    for unit in units_meant(expr, wanted) {
        let whole = format!("{}{unit}", number(expr).unwrap_or_default());
        diagnostic = diagnostic.fix(format!("write `{whole}`"), span.after(), *unit);
    }
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The units that a bare number may be meant in, the likely one first: other tools count time in seconds, and nobody
/// counts memory in bytes.
fn units_meant(expr: &Expr, wanted: &Type) -> &'static [&'static str] {
    match (number(expr), wanted) {
        (Some(_), Type::Duration) => &["s", "m", "h"],
        (Some(few), Type::Size) if few <= 128.0 => &["GiB", "MiB"],
        (Some(_), Type::Size) => &["MiB", "GiB"],
        _ => &[],
    }
}

/// A number that is written out.
fn number(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        #[expect(clippy::cast_precision_loss, reason = "a unit is written behind it as it stands")]
        ExprKind::Int(value) => Some(*value as f64),
        ExprKind::Float(value) => Some(*value),
        ExprKind::Paren(inner) => number(inner),
        _ => None,
    }
}

/// The smallest place that holds the value: of a call, all of it; of parentheses, their inside.
fn value_span(expr: &Expr) -> Span {
    match &expr.kind {
        ExprKind::Paren(inner) => value_span(inner),
        _ => expr.span,
    }
}

fn fields_of(ty: &Type) -> &[crate::types::Field] {
    match unwrapped(ty) {
        Type::Record(fields) => fields,
        Type::Table(Some(row)) | Type::File(Some(Format { row: Some(row), .. })) => fields_of(row),
        _ => &[],
    }
}

/// `` `a` ``, `` `a` and `b` ``, `` `a`, `b` and `c` ``; more are counted.
fn and(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(4).map(|name| format!("`{name}`")).collect();
    match (shown.split_last(), names.len().saturating_sub(4)) {
        (None, _) => String::new(),
        (Some(_), more @ 1..) => format!("{} and {more} more", shown.join(", ")),
        (Some((last, [])), 0) => last.clone(),
        (Some((last, rest)), 0) => format!("{} and {last}", rest.join(", ")),
    }
}
