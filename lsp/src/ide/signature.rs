//! The inputs of what is being called, and which one is being written.

use standpipe_compiler::check::{Callee, Given};
use standpipe_compiler::resolve::{DeclId, Target};
use standpipe_plan::Builtin;
use standpipe_syntax::ast::{Arg, Expr, ExprKind};
use standpipe_syntax::walk::{Node, path_at};
use standpipe_syntax::{FileId, Span};
use tower_lsp::ls_types::{
    Documentation, ParameterInformation, ParameterLabel, Position, SignatureHelp, SignatureInformation, Uri,
};

use super::shared::{decl, doc, markdown, name_of};
use super::unwritten::completed;
use super::words::FUNCTIONS;
use crate::snapshot::{File, Snapshot};

pub fn signature_help(snapshot: &Snapshot, uri: &Uri, position: Position) -> Option<SignatureHelp> {
    let file = snapshot.file(uri)?;
    let at = file.offset(position);
    // What is half written is looked at as if it were whole.
    let (whole, at) = completed(snapshot, &file, at);
    let file = whole.file(uri)?;
    let path = path_at(file.tree(), at);
    let (call, args, callee) = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Call { callee, args } if callee.span.end < at => Some((*expr, args, &**callee)),
            _ => None,
        },
        _ => None,
    })?;
    let active = args.iter().position(|arg| Node::Arg(arg).span().end >= at).unwrap_or(args.len());
    match file.analysis.checked.resolved.files[0].names.get(&callee.id)? {
        Target::Decl(id) => of_decl(&file, *id, call, args, active),
        Target::Builtin(builtin) => of_builtin(*builtin, active, piped(&file, call)),
        Target::Param(..) | Target::Local(_) | Target::Module(_) | Target::Attempt | Target::Type | Target::Unknown => {
            None
        }
    }
}

/// Whether `call` stands right of `|>`.
fn piped(file: &File, call: &Expr) -> bool {
    path_at(file.tree(), call.span.end).iter().any(|node| match node {
        Node::Expr(expr) => matches!(&expr.kind, ExprKind::Pipe { call: right, .. } if right.id == call.id),
        _ => false,
    })
}

fn of_decl(file: &File, id: DeclId, call: &Expr, args: &[Arg], active: usize) -> Option<SignatureHelp> {
    let signature = file.analysis.checked.signatures.get(&id)?;
    let mut label = format!("{}(", name_of(decl(file, id)?));
    let mut parameters = Vec::new();
    for (index, param) in signature.params.iter().enumerate() {
        if index > 0 {
            label.push_str(", ");
        }
        let start = u32::try_from(label.encode_utf16().count()).ok()?;
        label.push_str(&format!("{}: {}", param.name, param.ty));
        if let Some(default) = default_text(file, id, index) {
            label.push_str(&format!(" = {default}"));
        }
        let end = u32::try_from(label.encode_utf16().count()).ok()?;
        let symbol = standpipe_compiler::query::Symbol::Param(id, u32::try_from(index).ok()?);
        parameters.push(ParameterInformation {
            label: ParameterLabel::LabelOffsets([start, end]),
            documentation: doc(file, &symbol).map(|doc| Documentation::MarkupContent(markdown(doc))),
        });
    }
    label.push_str(&format!(") -> {}", signature.result));
    let given = file.analysis.checked.calls.get(&(FileId(0), call.id)).filter(|call| call.callee == Callee::Decl(id));
    let by_name = args.get(active).and_then(|arg| arg.name.as_ref());
    let active_parameter = match (by_name, given) {
        (Some(name), _) => signature.params.iter().position(|param| param.name == name.text),
        (None, Some(given)) => {
            let here = Given::Arg(u32::try_from(active).unwrap_or(u32::MAX));
            // One more behind named inputs could be any that is not there yet.
            let place = |wanted: Given| given.args.iter().position(|given| *given == wanted);
            place(here).or_else(|| place(Given::Default))
        }
        (None, None) => Some(active + usize::from(piped(file, call))),
    };
    Some(help(label, doc(file, &standpipe_compiler::query::Symbol::Decl(id)), parameters, active_parameter))
}

fn default_text(file: &File, id: DeclId, index: usize) -> Option<String> {
    let (params, _) = decl(file, id)?.kind.head()?;
    let default = params.get(index)?.default.as_ref()?;
    let span: Span = default.span;
    Some(file.text(span).to_owned())
}

fn of_builtin(builtin: Builtin, active: usize, piped: bool) -> Option<SignatureHelp> {
    let (name, _) = Builtin::ALL.iter().find(|(_, known)| *known == builtin)?;
    let (_, label, what) = FUNCTIONS.iter().find(|(known, _, _)| known == name)?;
    let inside = &label[label.find('(')? + 1..label.rfind(") ->")?];
    let parameters = inside
        .split(", ")
        .map(|param| ParameterInformation { label: ParameterLabel::Simple(param.to_owned()), documentation: None });
    let active = active + usize::from(piped);
    Some(help((*label).to_owned(), Some((*what).to_owned()), parameters.collect(), Some(active)))
}

fn help(
    label: String,
    doc: Option<String>,
    parameters: Vec<ParameterInformation>,
    active: Option<usize>,
) -> SignatureHelp {
    let active_parameter = active.and_then(|active| u32::try_from(active).ok());
    SignatureHelp {
        signatures: vec![SignatureInformation {
            label,
            documentation: doc.map(|doc| Documentation::MarkupContent(markdown(doc))),
            parameters: Some(parameters),
            active_parameter,
        }],
        active_signature: Some(0),
        active_parameter,
    }
}

#[cfg(test)]
mod tests {
    use crate::ide::testing::Editor;

    fn help(statement: &str) -> String {
        let text = format!(
            "task f(a: Int, b: String = \"x\") -> Int {{\n  sh:\n    echo $a $b > $out\n}}\n\npipeline main() -> Int {{\n  {statement}\n}}\n"
        );
        let editor = Editor::with(&text);
        match super::signature_help(&editor.snapshot, &editor.uri, editor.cursor()) {
            Some(help) => format!("{} at {:?}", help.signatures[0].label, help.active_parameter),
            None => "nothing".into(),
        }
    }

    #[test]
    fn the_input_being_written_is_told() {
        let label = "f(a: Int, b: String = \"x\") -> Int";
        assert_eq!(help("f(‸)"), format!("{label} at Some(0)"));
        assert_eq!(help("f(1, ‸)"), format!("{label} at Some(1)"));
        assert_eq!(help("f(1, ‸"), format!("{label} at Some(1)"));
        assert_eq!(help("f(b: \"y\", a: ‸)"), format!("{label} at Some(0)"));
        assert_eq!(help("f(b: \"y\", ‸)"), format!("{label} at Some(0)"));
        assert_eq!(help("1 |> f(‸)"), format!("{label} at Some(1)"));
        assert_eq!(help("max_by([], ‸)"), "max_by(list: List[T], field: String) -> T at Some(1)");
        assert_eq!(help("f(1)‸"), "nothing");
    }
}
