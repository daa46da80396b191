//! Attributes that a declaration has not yet, and the values of those that take only some.

use standpipe_compiler::check::{ENV_ATTRIBUTES, SCHEDULE_ATTRIBUTES, SERVICE_ATTRIBUTES, TASK_ATTRIBUTES};
use standpipe_compiler::resolve::Visible;
use standpipe_syntax::ast::{Attr, DeclKind, ExprKind};
use standpipe_syntax::walk::{Node, path_at};
use tower_lsp::ls_types::CompletionItemKind;

use super::code::{declaration, scope};
use super::imports::Far;
use super::{Rank, Site, imports, snippet};
use crate::ide::shared::decl;
use crate::ide::words::ATTRIBUTES;
use crate::snapshot::File;

/// What most declarations say, the usual first.
const USUAL: [&str; 14] = [
    "packages", "python", "sh", "sql", "env", "memory", "cpu", "timeout", "retry", "cache", "run", "cron", "every",
    "port",
];

/// Attributes that are not there yet.
pub(super) fn attributes(site: &mut Site<'_>, file: &File, at: u32) {
    let Some((attrs, known, effect)) = attributed(site.file, file, at) else { return };
    let given: Vec<String> = attrs.iter().map(|attr| attr.name.text.to_string()).collect();
    let has_body = given.iter().any(|name| matches!(name.as_str(), "python" | "sh" | "sql"));
    for name in known {
        let body = matches!(*name, "python" | "sh" | "sql") && known.contains(&"sh");
        let refused = if effect { matches!(*name, "retry" | "cache") } else { matches!(*name, "idempotent" | "probe") };
        if given.iter().any(|given| given == name) || (body && has_body) || refused {
            continue;
        }
        let (takes, what) =
            ATTRIBUTES.iter().find(|(known, _, _)| known == name).map_or(("", ""), |(_, takes, what)| (*takes, *what));
        let usual = USUAL.iter().position(|usual| usual == name);
        let rank = if usual.is_some() { Rank::Near } else { Rank::Plain };
        let item = site.push(rank, name, CompletionItemKind::PROPERTY, takes);
        if let Some(place) = usual {
            item.sort_text = Some(format!("{}{place:02}", rank as u8));
        }
        item.documentation = (!what.is_empty()).then(|| tower_lsp::ls_types::Documentation::String(what.to_owned()));
        snippet(item, &if body || *name == "probe" { format!("{name}:\n    $0") } else { format!("{name}: $0") });
    }
}

/// The attributes of the declaration around the place, in the text as it stands where that can be read.
fn attributed<'a>(now: &'a File, whole: &'a File, at: u32) -> Option<(&'a [Attr], &'static [&'static str], bool)> {
    let of = |file: &'a File| match path_at(file.tree(), at).first() {
        Some(Node::Decl(decl)) => match &decl.kind {
            DeclKind::Task(task) => Some((task.attrs.as_slice(), TASK_ATTRIBUTES.as_slice(), task.effect)),
            DeclKind::Service(task) => Some((task.attrs.as_slice(), SERVICE_ATTRIBUTES.as_slice(), false)),
            DeclKind::Schedule(schedule) => Some((schedule.attrs.as_slice(), SCHEDULE_ATTRIBUTES.as_slice(), false)),
            DeclKind::Env(env) => Some((env.attrs.as_slice(), ENV_ATTRIBUTES.as_slice(), false)),
            DeclKind::Import(_)
            | DeclKind::Type(_)
            | DeclKind::Artifact(_)
            | DeclKind::Const(_)
            | DeclKind::Pipeline(_)
            | DeclKind::Test(_)
            | DeclKind::Broken(_) => None,
        },
        _ => None,
    };
    of(now).or_else(|| of(whole))
}

/// Values of an attribute that takes only some; whether there are such.
pub(super) fn values_of_attribute(site: &mut Site<'_>, file: &File, at: u32) -> bool {
    let path = path_at(file.tree(), at);
    let Some(attr) = path.iter().find_map(|node| match node {
        Node::Attr(attr) => Some(*attr),
        _ => None,
    }) else {
        return false;
    };
    let plain = matches!(path.last(), Some(Node::Expr(expr)) if matches!(expr.kind, ExprKind::Name(_)));
    match attr.name.text.as_str() {
        "env" => {
            for (_, visible) in scope(file) {
                if let Visible::Decl(id) = visible
                    && matches!(decl(file, id).map(|decl| &decl.kind), Some(DeclKind::Env(_)))
                {
                    declaration(site, file, id, Rank::Wanted, true);
                }
            }
            imports::far(site, file, Far::Envs);
            true
        }
        "frame" => {
            for frame in ["\"pandas\"", "\"polars\"", "\"pyarrow\""] {
                site.push(Rank::Wanted, frame, CompletionItemKind::ENUM_MEMBER, "");
            }
            true
        }
        "catch_up" | "overlap" => {
            let known: &[&str] =
                if attr.name.text == "overlap" { &["skip", "queue", "cancel"] } else { &["none", "one", "all"] };
            for word in known {
                site.push(Rank::Wanted, &format!("{word:?}"), CompletionItemKind::ENUM_MEMBER, "");
            }
            true
        }
        "run" | "after" => {
            for (_, visible) in scope(file) {
                if let Visible::Decl(id) = visible
                    && matches!(
                        decl(file, id).map(|decl| &decl.kind),
                        Some(DeclKind::Pipeline(_) | DeclKind::Schedule(_))
                    )
                {
                    declaration(site, file, id, Rank::Wanted, true);
                }
            }
            true
        }
        "memory" | "disk" if plain => {
            for size in ["512MiB", "1GiB", "2GiB", "4GiB", "8GiB"] {
                site.push(Rank::Near, size, CompletionItemKind::UNIT, "Size");
            }
            site.push(Rank::Near, "attempt", CompletionItemKind::VARIABLE, "Int");
            false
        }
        "timeout" | "cache" if plain => {
            for duration in ["30s", "5m", "1h", "1d"] {
                site.push(Rank::Near, duration, CompletionItemKind::UNIT, "Duration");
            }
            false
        }
        "retry" if plain => {
            let item = site.push(Rank::Near, "{ times, backoff }", CompletionItemKind::SNIPPET, "");
            snippet(item, "{ times: ${1:3}, backoff: ${2:1s}..${3:30s} }");
            false
        }
        _ => false,
    }
}
