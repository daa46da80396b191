//! From what is wrong with a query to what people are told.

use smol_str::SmolStr;
use standpipe_sql::{Inputs, Near, Problem, ProblemKind};
use standpipe_syntax::diag::{Code, Diagnostic};

use super::super::text::Text;
use standpipe_syntax::nearest::listed;

/// The message for a problem.
pub(super) fn diagnostic(problem: &Problem, text: Text<'_>, inputs: &Inputs) -> Diagnostic {
    let span = text.span(&problem.place);
    let new = |code, message: String| Diagnostic::new(code, span, message);
    match &problem.kind {
        ProblemKind::Syntax { said, misspelt } => {
            let found = new(Code::SQL_SYNTAX, format!("this is not valid SQL: {said}"));
            match misspelt {
                Some((place, keyword)) => found.help(format!("did you mean `{keyword}`?")).fix(
                    format!("write `{keyword}`"),
                    text.span(place),
                    *keyword,
                ),
                None => found,
            }
        }
        ProblemKind::TooDeep => new(Code::SQL_DEPTH, "this query is nested too deep".into())
            .help("take parts of it out into a `WITH`, or put long lists of values into a table"),
        ProblemKind::NotAQuery { statement } => new(
            Code::NOT_A_QUERY,
            format!("`{statement}` is no query: a body in SQL only reads"),
        )
        .help(
            "write one `SELECT`: its rows are the result, and what changes the world is an `effect` in Python or shell",
        ),
        ProblemKind::SeveralQueries => new(Code::NOT_A_QUERY, "this is a second statement".into())
            .help("a body in SQL is one query: make the other one a task of its own, or put it into a `WITH`"),
        ProblemKind::Reaches { what } => reaches(new, what, inputs),
        ProblemKind::UnknownTable { name, near } => {
            let found = meant(new(Code::SQL_TABLE, format!("there is no table `{name}` here")), span, near);
            if near.is_empty() { found.help(tables(inputs)) } else { found }
        }
        ProblemKind::NotATable { name, declared } => {
            let found = new(Code::SQL_TABLE, format!("the input `{name}` is no table"));
            label(found, *declared, "declared here").help(format!("as a value it is `${name}`"))
        }
        ProblemKind::UnknownColumn { name, table, declared, near } => {
            let message = match table {
                Some(table) => format!("`{table}` has no column `{name}`"),
                None => format!("no table here has a column `{name}`"),
            };
            let found = new(Code::SQL_COLUMN, message);
            if near.is_empty() {
                let found = label(found, *declared, "this table");
                if table.is_some() { found.help("only the columns that an input declares can be read") } else { found }
            } else {
                meant(found, span, near)
            }
        }
        ProblemKind::ParameterAsColumn { name, declared } => {
            let found = new(Code::SQL_COLUMN, format!("no table here has a column `{name}`"));
            label(found, *declared, "this input is a value").help(format!("the value is `${name}`")).fix(
                format!("write `${name}`"),
                span,
                format!("${name}"),
            )
        }
        ProblemKind::NotPromised { name, parameter, declared } => {
            let found = new(Code::SQL_COLUMN, format!("`{parameter}` does not promise a column `{name}`"));
            label(found, *declared, "the rows of this table may be any")
                .help(format!("promise it: `[{parameter}: {{ {name}: … }}]`"))
        }
        ProblemKind::Word { name } => new(Code::SQL_SYNTAX, format!("`{name}` is a word of SQL itself"))
            .help(format!("between quotes it is a name: `\"{name}\"`"))
            .fix("put it between quotes", span, format!("\"{name}\"")),
        ProblemKind::Ambiguous { name, tables } => ambiguous(new, span, name, tables),
        ProblemKind::UnknownParameter { name, near } => {
            let found = new(Code::SQL_PARAMETER, format!("there is no input `{name}`"));
            if near.is_empty() {
                return found.help("make it an input of the task");
            }
            let dollar = |near: &Near| Near { name: format!("${}", near.name).into(), declared: near.declared };
            meant(found, span, &near.iter().map(dollar).collect::<Vec<_>>())
        }
        ProblemKind::TableAsParameter { name, declared } => {
            let found = new(Code::SQL_PARAMETER, format!("`{name}` is a table, and no value"));
            label(found, *declared, "declared here").help(format!("read from it: `FROM {name}`"))
        }
        ProblemKind::PositionalParameter => {
            new(Code::SQL_PARAMETER, "parameters have names here".into()).help("write `$` and the name of an input")
        }
        ProblemKind::UnknownFunction { name, near } => {
            let found = new(Code::SQL_FUNCTION, format!("there is no function `{name}`"));
            let near: Vec<Near> = near.iter().map(|name| Near { name: name.clone(), declared: None }).collect();
            if near.is_empty() {
                found.help("DuckDB's functions are those that a query has")
            } else {
                meant(found, span, &near)
            }
        }
        ProblemKind::Widths { left, right } => {
            let message = format!("this query has {}, and the one before it {}", columns(*right), columns(*left));
            new(Code::SQL_WIDTHS, message)
                .help("rows can be put together when they have the same columns in the same order")
        }
        ProblemKind::NotGrouped { name } => {
            new(Code::NOT_GROUPED, format!("`{name}` has many values in a group, and no one of them is said"))
                .help(format!("add it to the `GROUP BY`, or take one: `any_value({name})`"))
        }
    }
}

fn reaches(new: impl Fn(Code, String) -> Diagnostic, what: &str, inputs: &Inputs) -> Diagnostic {
    let found = new(Code::SQL_REACHES, format!("`{what}` reaches outside the inputs of the task"));
    let file = inputs.parameters.iter().find(|parameter| parameter.file);
    match file {
        Some(file) if what.starts_with("read_") => {
            found.help(format!("of files a query reads its inputs alone: `{what}(${})`", file.name))
        }
        _ => found.help(
            "a result is reused as long as the inputs are the same: make what it reads an input, a `Table` or a `File`",
        ),
    }
}

fn ambiguous(
    new: impl Fn(Code, String) -> Diagnostic,
    span: standpipe_syntax::Span,
    name: &str,
    tables: &[SmolStr],
) -> Diagnostic {
    let named: Vec<String> =
        tables.iter().filter(|table| !table.is_empty()).map(|table| format!("{table}.{name}")).collect();
    let listed = listed(&named.iter().map(String::as_str).collect::<Vec<_>>());
    let found = new(Code::SQL_AMBIGUOUS, format!("several tables have a column `{name}`"));
    if named.is_empty() {
        return found.help("name the tables, and say which one is meant");
    }
    let found = found.help(format!("say which one is meant: {listed}"));
    named.into_iter().fold(found, |found, one| found.fix(format!("write `{one}`"), span, one))
}

/// The names that may have been meant, with where they are declared, and the repair when there is one.
fn meant(found: Diagnostic, span: standpipe_syntax::Span, near: &[Near]) -> Diagnostic {
    let names: Vec<&str> = near.iter().map(|near| near.name.as_str()).collect();
    if names.is_empty() {
        return found;
    }
    let mut found = found.help(format!("did you mean {}?", listed(&names)));
    if let [only] = near {
        found = label(found, only.declared, &format!("`{}` is declared here", only.name.trim_start_matches('$')));
        found = found.fix(format!("write `{}`", only.name), span, only.name.as_str());
    }
    found
}

fn label(found: Diagnostic, at: Option<standpipe_syntax::Span>, text: &str) -> Diagnostic {
    match at {
        Some(at) => found.also(at, text),
        None => found,
    }
}

fn tables(inputs: &Inputs) -> String {
    let names: Vec<&str> = inputs.tables.iter().take(6).map(|table| table.name.as_str()).collect();
    if names.is_empty() {
        return "tables are the inputs of the task that are a `Table`".into();
    }
    format!("the inputs that are tables: {}", listed(&names).replace(" or ", " and "))
}

fn columns(count: usize) -> String {
    if count == 1 { "1 column".into() } else { format!("{count} columns") }
}
