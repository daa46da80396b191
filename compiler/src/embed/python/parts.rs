//! Which parts of a name's value a Python body reads, where it surely reads no others: every use of the name is
//! `name["key"]`, `name[["key", …]]` or `len(name)`, and nothing can reach the value in another way. A table that a task
//! is given then needs no other columns. Says nothing of what the keys are.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, ExprContext, ExprSubscript, InterpolatedStringElement, Stmt, StringLiteral};
use rustc_hash::FxHashSet;

use super::facts::{Import, Parts};

/// Names and attributes whose work may reach local variables by what they are called: frames, `eval`, and engines that
/// look around for tables.
const REACHING: [&str; 21] = [
    "SQLContext",
    "__import__",
    "_getframe",
    "compile",
    "currentframe",
    "dir",
    "eval",
    "evaluate",
    "exec",
    "f_locals",
    "get_referrers",
    "getinnerframes",
    "getouterframes",
    "globals",
    "import_module",
    "locals",
    "query",
    "setprofile",
    "settrace",
    "sql",
    "vars",
];

/// Packages that do.
const REACHERS: [&str; 8] = ["duckdb", "formulaic", "gc", "inspect", "numexpr", "pandasql", "patsy", "statsmodels"];

/// Whether one of a text's imports may reach the local variables of a function.
pub(super) fn reached(imports: &[Import]) -> bool {
    imports.iter().any(|import| {
        let root = import.module.split('.').next().unwrap_or_default();
        REACHERS.contains(&root) || import.names.iter().any(|name| REACHING.contains(&name.as_str()))
    })
}

/// The names of a body of which only parts are read, sorted.
pub(super) fn parts(suite: &[Stmt]) -> Vec<Parts> {
    let mut finder = Finder::default();
    finder.visit_body(suite);
    let Finder { parts, whole, words, reaching } = finder;
    if reaching {
        return Vec::new();
    }
    let partly = parts.into_iter().filter(|(of, _)| !whole.contains(of) && !words.contains(of.as_str()));
    partly.map(|(of, keys)| Parts { of, keys: keys.into_iter().collect() }).collect()
}

#[derive(Default)]
struct Finder {
    parts: BTreeMap<String, BTreeSet<String>>,
    /// Names that are used in another way.
    whole: FxHashSet<String>,
    /// What stands in texts: a formula or a query may be read by something that looks for its names here.
    words: FxHashSet<String>,
    reaching: bool,
}

impl Finder {
    /// Takes `name["key"]` and `name[["key", …]]` for what they are.
    fn part(&mut self, subscript: &ExprSubscript) -> bool {
        let (Expr::Name(of), ExprContext::Load) = (&*subscript.value, subscript.ctx) else { return false };
        let items = match &*subscript.slice {
            Expr::List(list) => list.elts.as_slice(),
            other => std::slice::from_ref(other),
        };
        let keys: Option<Vec<String>> = items
            .iter()
            .map(|item| match item {
                Expr::StringLiteral(key) => Some(key.value.to_str().to_owned()),
                _ => None,
            })
            .collect();
        // Of no columns at all a table would not know its length.
        let Some(keys) = keys.filter(|keys| !keys.is_empty()) else { return false };
        self.parts.entry(of.id.to_string()).or_default().extend(keys);
        true
    }

    fn text(&mut self, text: &str) {
        let words = text.split(|ch: char| !ch.is_alphanumeric() && ch != '_').filter(|word| !word.is_empty());
        self.words.extend(words.map(str::to_owned));
    }

    fn name(&mut self, name: &str) {
        self.reaching |= REACHING.contains(&name);
        self.whole.insert(name.to_owned());
    }
}

/// `len(name)`
fn counts(call: &ExprCall) -> bool {
    let function = matches!(&*call.func, Expr::Name(name) if name.id == "len");
    function && call.arguments.keywords.is_empty() && matches!(&*call.arguments.args, [Expr::Name(_)])
}

impl<'a> Visitor<'a> for Finder {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Global(names) => names.names.iter().for_each(|name| self.name(name.as_str())),
            Stmt::Nonlocal(names) => names.names.iter().for_each(|name| self.name(name.as_str())),
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Subscript(subscript) if self.part(subscript) => {}
            Expr::Call(call) if counts(call) => {}
            Expr::Name(name) => self.name(&name.id),
            Expr::Attribute(attribute) => {
                self.reaching |= REACHING.contains(&attribute.attr.as_str());
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }

    fn visit_string_literal(&mut self, literal: &'a StringLiteral) {
        self.text(&literal.value);
    }

    fn visit_interpolated_string_element(&mut self, element: &'a InterpolatedStringElement) {
        if let InterpolatedStringElement::Literal(literal) = element {
            self.text(&literal.value);
        }
        ruff_python_ast::visitor::walk_interpolated_string_element(self, element);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read::read;

    /// The keys read of `rows`, where they are known.
    fn keys(text: &str) -> Option<Vec<String>> {
        let facts = read(text);
        assert_eq!(facts.error, None, "{text}");
        let parts = facts.body.parts.into_iter().find(|parts| parts.of == "rows");
        parts.map(|parts| parts.keys)
    }

    fn of(keys: &[&str]) -> Option<Vec<String>> {
        Some(keys.iter().map(|key| (*key).to_owned()).collect())
    }

    #[test]
    fn what_is_only_subscripted_is_known() {
        assert_eq!(keys("x = rows['a']\ny = rows[['c', 'b']]\nprint(len(rows))\nreturn x.sum()"), of(&["a", "b", "c"]));
        assert_eq!(keys("return [rows['a'][i] for i in range(3)]"), of(&["a"]));
        assert_eq!(keys("def inner():\n    return rows['a']\nreturn inner()"), of(&["a"]));
        assert_eq!(keys("return rows['a'] + others['b']"), of(&["a"]));
    }

    #[test]
    fn every_other_use_may_read_all() {
        for text in [
            "return rows",
            "rows['a'] = 1\nreturn rows['b']",
            "del rows['a']\nreturn rows['b']",
            "return rows[rows['a'] > 0]['b']",
            "return rows[rows['a']]",
            "return rows.a + rows['b']",
            "return rows[name]",
            "return rows[['a', name]]",
            "return rows[[]]",
            "return f(rows) + rows['a']",
            "other = rows\nreturn other['b'] + rows['a']",
            "return len(rows, 1) + rows['a']",
            "return f'{rows}' + rows['a']",
            "x = eval('ro' + 'ws')\nreturn rows['a']",
            "return frame.query('a > 1') + rows['a']",
            "return sys._getframe().f_locals, rows['a']",
            "return db.run('SELECT * FROM rows'), rows['a']",
            "return db.run(f'SELECT * FROM rows WHERE a = {x}'), rows['a']",
            "def f():\n    global rows\nreturn rows['a']",
            "match rows:\n    case [x]:\n        return x\nreturn rows['a']",
            "for rows['a'] in x:\n    pass",
            "with rows as t:\n    return rows['a']",
            "return lambda x=rows: rows['a']",
            "return 1",
        ] {
            assert_eq!(keys(text), None, "{text}");
        }
    }

    /// A use of `rows`: a column that it reads, or none when it may read all.
    fn uses() -> impl Strategy<Value = (String, Option<&'static str>)> {
        let column = prop::sample::select(vec!["a", "b", "c", "d"]);
        prop_oneof![
            8 => column.clone().prop_map(|key| (format!("rows['{key}']"), Some(key))),
            4 => column.prop_map(|key| (format!("rows[['{key}']]"), Some(key))),
            1 => prop::sample::select(vec!["rows", "rows.b", "rows[0]", "rows[key]", "rows[['a', key]]", "rows[:2]"])
                .prop_map(|text| (text.to_owned(), None)),
        ]
    }

    /// Where an expression may stand.
    const FRAMES: [&str; 14] = [
        "x = @",
        "return @",
        "f(@, k=@)",
        "if @:\n    pass\nelse:\n    y = @",
        "for each in @:\n    print(each)",
        "while @:\n    break",
        "try:\n    y = @\nexcept KeyError:\n    y = @",
        "def inner(z=@):\n    return @",
        "z = [q for q in @ if @]",
        "z = lambda q: @",
        "w = f'{@}'",
        "class C:\n    size = @",
        "with f(@) as g:\n    assert @",
        "x = y if @ else @.sum()",
    ];

    proptest! {
        /// Every column that a text reads is among those that are known to be read, or all are taken to be.
        #[test]
        fn nothing_that_is_read_is_left_out(
            lines in prop::collection::vec((0..FRAMES.len(), uses(), uses()), 1..6),
        ) {
            let mut text = String::new();
            let (mut read, mut whole) = (std::collections::BTreeSet::new(), false);
            for (frame, first, second) in &lines {
                let mut line = FRAMES[*frame].to_owned();
                for (shown, key) in [first, second] {
                    if line.contains('@') {
                        // Quotes inside an f-string are of the other kind.
                        let shown = if line.contains("f'") { shown.replace('\'', "\"") } else { shown.clone() };
                        line = line.replacen('@', &shown, 1);
                        match key {
                            Some(key) => drop(read.insert((*key).to_owned())),
                            None => whole = true,
                        }
                    }
                }
                text += &line;
                text.push('\n');
            }
            let wanted = (!whole).then(|| read.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(keys(&text), wanted, "{}", text);
        }
    }
}
