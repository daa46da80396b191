//! What environments are made of, and which one a step runs in.

use standpipe_syntax::FileId;
use standpipe_syntax::ast::{DeclKind, Expr, ExprKind};
use standpipe_syntax::diag::{Code, Diagnostic};
use standpipe_syntax::nearest::listed;

use super::super::Checker;
use super::super::expect::plain;
use crate::env::requirement;
use crate::resolve::Target;

impl Checker<'_> {
    pub(super) fn version(&mut self, value: &Expr) {
        let Some(text) = plain(value) else { return };
        let parts: Vec<&str> = text.split('.').collect();
        let fine = parts.len() >= 2
            && parts.len() <= 3
            && parts[0] == "3"
            && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        if !fine {
            self.report(
                Diagnostic::new(Code::ATTRIBUTE, value.span, format!("{text:?} is not a version of Python"))
                    .help("write for example `\"3.11\"`"),
            );
        }
    }

    pub(super) fn packages(&mut self, value: &Expr) {
        let ExprKind::List(items) = &value.kind else { return };
        for item in items {
            let Some(text) = plain(item) else { continue };
            let (name, rest) = requirement(text);
            let rest = rest.split_once(']').map_or(rest, |(_, rest)| rest).trim_start();
            if name.is_empty() || !is_version_part(rest) {
                self.report(
                    Diagnostic::new(Code::ATTRIBUTE, item.span, format!("{text:?} does not name a package"))
                        .help("write for example `\"pandas==2.2.3\"`"),
                );
            } else if rest.is_empty() || rest.starts_with(';') {
                self.report(
                    Diagnostic::new(Code::NO_VERSION, item.span, format!("the package `{name}` has no version")).help(
                        "the lock keeps what is found the first time; say `==` and a version to choose it yourself",
                    ),
                );
            }
        }
    }

    pub(super) fn environment(&mut self, value: &Expr, file: FileId) {
        match self.target(file, value.id) {
            Some(Target::Decl(id)) if matches!(self.resolved.decl(id).kind, DeclKind::Env(_) | DeclKind::Broken(_)) => {
            }
            Some(Target::Unknown) => {}
            _ => {
                let envs = &self.resolved.file(file).tree.decls;
                let names: Vec<&str> = envs
                    .iter()
                    .filter_map(|decl| match &decl.kind {
                        DeclKind::Env(env) => Some(env.name.text.as_str()),
                        _ => None,
                    })
                    .collect();
                let diagnostic = Diagnostic::new(Code::ATTRIBUTE, value.span, "`env` takes the name of an environment");
                self.report(if names.is_empty() {
                    diagnostic.help("declare one: `env ml { packages: [\"pandas==2.2.3\"] }`")
                } else {
                    diagnostic.help(format!("there is {}", listed(&names)))
                });
            }
        }
    }
}

/// What may stand after a package's name: nothing, versions such as `>=1,<2`, an address, or when it is wanted.
fn is_version_part(rest: &str) -> bool {
    let (versions, _when) = rest.split_once(';').unwrap_or((rest, ""));
    let versions = versions.trim();
    if let Some(address) = versions.strip_prefix('@') {
        return !address.trim().is_empty();
    }

    let versions = versions.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(versions);
    versions.is_empty()
        || versions.split(',').all(|one| {
            let one = one.trim();
            let operators = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"];
            let version = operators.iter().find_map(|operator| one.strip_prefix(operator)).map(str::trim);
            version.is_some_and(|version| {
                version.starts_with(|first: char| first.is_ascii_digit() || first == 'v')
                    && version.chars().all(|part| part.is_ascii_alphanumeric() || ".*+!-_".contains(part))
            })
        })
}
