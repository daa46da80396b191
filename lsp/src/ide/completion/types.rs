//! Names of types that could stand at the cursor.

use standpipe_compiler::check::ROW_FORMATS;
use standpipe_compiler::resolve::Visible;
use standpipe_compiler::types::BUILTIN_TYPES;
use standpipe_syntax::ast::DeclKind;
use standpipe_syntax::walk::{Node, path_at};
use tower_lsp::ls_types::CompletionItemKind;

use super::code::{declaration, scope};
use super::imports::Far;
use super::{Rank, Site, imports, snippet};
use crate::ide::shared::decl;
use crate::ide::words::TYPES;
use crate::snapshot::File;

pub(super) fn types(site: &mut Site<'_>, file: &File, at: u32) {
    if site.file.line_before(site.start).ends_with("File[") {
        for format in ROW_FORMATS {
            site.push(Rank::Plain, format, CompletionItemKind::ENUM_MEMBER, "format");
        }
        return;
    }
    for name in BUILTIN_TYPES {
        let what = TYPES.iter().find(|(known, _)| *known == name).map_or("", |(_, what)| *what);
        let item = site.push(Rank::Plain, name, CompletionItemKind::STRUCT, "");
        item.detail = Some(what.to_owned());
        if matches!(name, "List" | "Map" | "Table") {
            snippet(item, &format!("{name}[$0]"));
        }
    }
    if let Some(Node::Decl(around)) = path_at(file.tree(), at).first() {
        for name in around.kind.type_params() {
            site.push(Rank::Near, &name.text, CompletionItemKind::TYPE_PARAMETER, "type parameter");
        }
    }
    for (name, visible) in scope(file) {
        match visible {
            Visible::Decl(id) => {
                let is_type =
                    matches!(decl(file, id).map(|decl| &decl.kind), Some(DeclKind::Type(_) | DeclKind::Artifact(_)));
                if is_type {
                    declaration(site, file, id, Rank::Near, true);
                }
            }
            Visible::Module(_) => {
                site.push(Rank::Plain, &name, CompletionItemKind::MODULE, "module");
            }
            Visible::Missing => {}
        }
    }
    imports::far(site, file, Far::Types);
}
