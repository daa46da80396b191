//! Python bodies, and what is said of them before they run.

use std::fmt::Write;

use standpipe_syntax::Span;

use crate::MemoryWorld;
use crate::check::{Checked, check};
use crate::embed::{self, Embedded};
use crate::resolve::{DeclId, resolve};

/// The first file is the `.pipe` file.
fn checked(files: &[(&str, &str)]) -> (Checked, Embedded) {
    let world = files.iter().fold(MemoryWorld::new(), |world, (path, text)| world.with(path, *text));
    let resolved = resolve(&world, &[files[0].0]);
    let begun = embed::begin(&world, &resolved);
    let checked = check(&world, resolved);
    let embedded = embed::check(&world, &checked, begun);
    (checked, embedded)
}

/// What is reported, each place by the text that stands there.
fn report(files: &[(&str, &str)]) -> String {
    let (checked, embedded) = checked(files);
    let mut sources: Vec<_> = checked.resolved.files.iter().map(|file| file.source.clone()).collect();
    sources.extend(embedded.sources.iter().cloned());
    let place = |span: Span| {
        let source = &sources[span.file.0 as usize];
        format!("{}:{} `{}`", source.name, source.place(span.start).line, source.slice(span).replace('\n', "⏎"))
    };
    let mut out = String::new();
    for diagnostic in &embedded.diagnostics {
        let _ = writeln!(out, "{} {}: {}", diagnostic.code, place(diagnostic.span), diagnostic.message);
        for label in &diagnostic.labels {
            let _ = writeln!(out, "    {}: {}", place(label.span), label.text);
        }
        if let Some(help) = &diagnostic.help {
            let _ = writeln!(out, "    help: {help}");
        }
        for fix in &diagnostic.fixes {
            for edit in &fix.edits {
                let _ = writeln!(out, "    fix: {}: {} -> {:?}", fix.title, place(edit.span), edit.text);
            }
        }
    }
    out
}

/// A task `t` with `inputs`, giving `result`, whose body is `body`.
fn task(inputs: &str, result: &str, attrs: &str, body: &str) -> String {
    let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
    format!("task t({inputs}) -> {result} {{\n{attrs}  python:\n{body}}}\n")
}

#[test]
fn a_syntax_error_is_shown_in_the_pipe_file() {
    let report = |body| report(&[("a.pipe", &task("x: Int", "Int", "", body))]);
    insta::assert_snapshot!(
        ["y = x\nif y >\n    return y", "retrun x", "form os import x", "y x", "return (x"].map(report).join("---\n")
    );
}

#[test]
fn a_name_that_nothing_defines_is_reported_once() {
    let pipe =
        task("rows: Int", "Int", "", "total = row + row\nreport(total=total)\nreturn math.floor(total) + np.sum(rows)");
    insta::assert_snapshot!(report(&[("a.pipe", &pipe)]));
}

#[test]
fn names_are_found_wherever_python_finds_them() {
    let body = "\
import os.path as p, json
from math import pi as tau
class Point:
    size = 1
    both = [each for each in range(size)]
    def area(self):
        return __class__.size + self.size
def outer(a, *rest, b=1, **named):
    def inner():
        nonlocal a
        a = b
        return rest, named, deep
    deep = 2
    return inner
try:
    pass
except ValueError as error:
    print(error)
with open(x) as handle:
    lines = [line for line in handle if line for part in line if (kept := part)]
squares = {k: v * w for k, v in {}.items() for w in [k]}
match lines:
    case [first, *others]:
        print(first, others)
    case {'a': value, **more} as whole:
        print(value, more, whole)
for index, (left, right) in enumerate([]):
    print(index, left, right)
f = lambda q, r=x: q + r
def late():
    global counter
    counter = 1
log(f'{kept} {checkpoint} {__name__}')
return Point, tau, p, json, squares, outer, f, counter, undefined_late
undefined_late = 1";
    assert_eq!(report(&[("a.pipe", &task("x: Int", "Json", "", body))]), "");
}

#[test]
fn names_are_left_alone_where_they_may_come_from_anywhere() {
    let bodies = [
        "from os import *\nreturn getcwd()",
        "exec('y = 1')\nreturn y",
        "return globals()['z'], z",
        "try:\n    y = unicode\nexcept NameError:\n    y = str\nreturn y",
        "try:\n    y = get_ipython()\nexcept Exception:\n    y = None\nreturn y",
    ];
    for body in bodies {
        assert_eq!(report(&[("a.pipe", &task("x: Int", "Json", "", body))]), "", "{body}");
    }
}

#[test]
fn a_body_that_surely_returns_nothing_is_an_error() {
    let wrong = ["y = x", "if x:\n    y = 1\nelse:\n    return", "def f():\n    return 1\nf()"];
    for body in wrong {
        let said = report(&[("a.pipe", &task("x: Int", "Int", "", body))]);
        assert!(said.starts_with("E0406 a.pipe:2 `python`: this body never returns a value\n"), "{body}\n{said}");
    }
    let said = report(&[("a.pipe", &task("x: Int", "Int", "", "if x:\n    return 1"))]);
    assert!(said.starts_with("W0404 a.pipe:3 `if x:`: the body can end here without returning a value\n"), "{said}");
    let right = ["return x", "raise ValueError(x)", "yield {'a': x}", "while True:\n    pass"];
    for body in right {
        assert_eq!(report(&[("a.pipe", &task("x: Int", "Int", "", body))]), "", "{body}");
    }
    assert_eq!(report(&[("a.pipe", &task("x: Int", "Int?", "", "y = x"))]), "");
}

#[test]
fn a_returned_dictionary_has_the_fields_of_the_result() {
    let fields = "{ auc: Float, depth: Int, note: String? }";
    let report = |body| report(&[("a.pipe", &task("x: Int", fields, "", body))]);
    assert_eq!(report("return {'auc': 0.5, 'depth': x}"), "");
    assert_eq!(report("d = {}\nreturn {'auc': 0.5, **d}"), "");
    insta::assert_snapshot!(
        ["return {'auc': 0.5}", "return {'auc': 0.5, 'detph': x}", "return {'auc': 0.5, 'depth': x, 'b': 1}"]
            .map(report)
            .join("---\n")
    );
}

#[test]
fn a_function_is_found_with_its_parameters() {
    let pipe = "task t(rows: Int, depth: Int) -> Int {\n  python: \"lib/fit.py:fit\"\n}\n";
    let report = |python| report(&[("a.pipe", pipe), ("lib/fit.py", python)]);
    for right in [
        "def fit(rows, depth, report, extra=1):\n    return rows",
        "def fit(depth, **inputs):\n    return depth",
        "@decorated\ndef fit():\n    pass\ndecorated = print",
        "from lib import fit",
        "class fit: pass",
        "from elsewhere import *",
    ] {
        assert_eq!(report(right), "", "{right}");
    }
    insta::assert_snapshot!(
        [
            "def fitt(rows, depth):\n    return rows",
            "def fit(row, depth):\n    return row",
            "def fit(rows, depth, /, rate):\n    return rows",
            "def fit(rows, depth):\n    pass",
            "def fit(rows, depth):\n    return rowz",
            "def fit(rows, depth:\n    return rows",
        ]
        .map(report)
        .join("---\n")
    );
}

#[test]
fn a_file_that_is_not_there_has_a_neighbour() {
    let pipe = |body: &str| format!("task t() -> Int {{\n  {body}\n}}\n");
    let report = |body| report(&[("a/b.pipe", &pipe(body)), ("a/tools.py", ""), ("a/run.sh", "")]);
    insta::assert_snapshot!(
        ["python: \"tool.py:f\"", "python: \"tools.py\"", "python: \"x/y.py:f\"", "sh: \"rum.sh\""]
            .map(report)
            .join("---\n")
    );
}

#[test]
fn a_reference_brings_every_module_of_the_project_behind_it() {
    let files = [
        (
            "p/a.pipe",
            "task t() -> Int {\n  python: \"model/fit.py:fit\"\n}\ntask u() -> Int {\n  python:\n    import tools, shared.text.lines\n    return tools.x\n}\n",
        ),
        ("p/model/__init__.py", ""),
        (
            "p/model/fit.py",
            "import json, numpy\nfrom . import base\nfrom .deep.er import x\nfrom shared import text\ndef fit():\n    import late\n    return 1",
        ),
        ("p/model/base.py", "import tools"),
        ("p/model/deep/__init__.py", "from .. import fit"),
        ("p/model/deep/er.py", "x = 1"),
        ("p/tools.py", "x = 1"),
        ("p/late.py", ""),
        ("p/unused.py", ""),
        ("shared/text/__init__.py", ""),
        ("shared/text/lines.py", ""),
        ("json.py", ""),
    ];
    let (checked, embedded) = checked(&files);
    let id = |index| DeclId { file: checked.resolved.files[0].source.id, index };
    let names = |indices: &[u32]| {
        let mut names: Vec<_> = indices.iter().map(|index| embedded.modules[*index as usize].name.as_str()).collect();
        names.sort_unstable();
        names
    };
    let function = &embedded.functions[&id(0)];
    assert_eq!((function.module.as_str(), function.function.as_str()), ("model.fit", "fit"));
    assert_eq!(
        names(&function.modules),
        ["late", "model", "model.base", "model.deep", "model.deep.er", "model.fit", "shared.text", "tools"]
    );
    assert_eq!(names(&embedded.raw_modules[&id(1)]), ["shared.text", "shared.text.lines", "tools"]);
    assert!(embedded.diagnostics.is_empty(), "{:?}", embedded.diagnostics);
}

#[test]
fn a_package_that_the_environment_lacks_is_found_with_a_repair() {
    let pipe = |env: &str, body: &str| format!("env ml {env}\n{}", task("x: Int", "Json", "  env: ml\n", body));
    let own = ("help.py", "import yaml\ntry:\n    import torch\nexcept ImportError:\n    pass\n");
    let report = |env: &str, body: &str| report(&[("a.pipe", &pipe(env, body)), own]);
    for (env, body) in [
        ("{\n  packages: [\"scikit-learn==1.5.2\"]\n}", "import numpy, sklearn.ensemble\nreturn x"),
        ("{\n  packages: [\"acme-tools\"]\n}", "import numpy\nreturn x"),
        ("{\n  packages: [\"pandas\"]\n}", "import acme, json\nif x:\n    import torch\nreturn x"),
    ] {
        assert_eq!(report(env, body), "", "{env} {body}");
    }
    insta::assert_snapshot!(
        [
            report("{\n  packages: [\"pandas==2.2.3\"]\n}", "from sklearn.ensemble import X\nimport sklearn\nreturn X"),
            report("{\n  packages: []\n}", "import PIL\nreturn PIL"),
            report("{\n  python: \"3.11\"\n}", "import help\nreturn help"),
        ]
        .join("---\n")
    );
}

#[test]
fn the_frame_of_a_task_with_tables_need_not_be_listed() {
    let pipe = |frame: &str| {
        let attrs = format!("  env: ml\n{frame}");
        format!("env ml {{\n  packages: []\n}}\n{}", task("x: Table", "Json", &attrs, "import polars, numpy\nreturn 1"))
    };
    assert!(report(&[("a.pipe", &pipe(""))]).starts_with("E0409 a.pipe:7 `polars`"));
    assert_eq!(report(&[("a.pipe", &pipe("  frame: \"polars\"\n"))]), "");
}

#[test]
fn deep_and_odd_texts_are_no_trouble() {
    let deep = format!("return {}x{}", "(".repeat(5_000), ")".repeat(5_000));
    let long = format!("return x{}", " + x".repeat(20_000));
    for body in [deep.as_str(), long.as_str(), "return '\u{1F600}' +", "\u{feff}", "return x\0"] {
        let _ = report(&[("a.pipe", &task("x: Int", "Json", "", body))]);
    }
}

const FLIGHTS: &str = "t: Table[{ carrier: String, delay: Float }], options: { limit: Int, label: String }";

#[test]
fn a_read_of_a_column_that_is_not_declared_is_found() {
    let body = "\
import pandas as pd
late = t[t[\"dealy\"] > options.limits]
both = t[[\"carrier\", \"delays\", \"distance\"]]
print(len(t), pd.concat([t, t]), options[\"label\"], options.get(\"label\"))
t.query(\"delay > 1\")[\"made\"].sum()
for name in [1]:
    late = late.assign(x=lambda row: row[\"y\"] + t[\"carier\"])
return t";
    insta::assert_snapshot!(report(&[("a.pipe", &task(FLIGHTS, "Json", "", body))]));
}

#[test]
fn columns_are_left_alone_where_they_may_have_come_from_elsewhere() {
    let bodies = [
        "t[\"late\"] = t[\"delay\"] > 15\nreturn t[\"late\"]",
        "t.loc[:, \"late\"] = 1\nreturn t[\"late\"]",
        "t.insert(0, \"late\", 1)\nreturn t[\"late\"]",
        "t.rename(columns={\"delay\": \"late\"}, inplace=True)\nreturn t[\"late\"]",
        "t = t.assign(late=1)\nreturn t[\"late\"]",
        "same = t\nsame[\"late\"] = 1\nreturn t[\"late\"]",
        "add(t)\nreturn t[\"late\"]\ndef add(table):\n    table[\"late\"] = 1",
        "return t[\"late\"] if \"late\" in t else None",
        "try:\n    return t[\"late\"]\nexcept KeyError:\n    return None",
        "return [t[\"late\"] for t in []]",
        "return (lambda t: t[\"late\"])({\"late\": 1})",
        "options[\"late\"] = 1\nreturn options.late",
        "exec('t[1] = 2')\nreturn t[\"late\"]",
        "return t[\"carrier\", \"late\"], t[\"a\":\"b\"], t.late, t.loc[\"late\"]",
    ];
    for body in bodies {
        assert_eq!(report(&[("a.pipe", &task(FLIGHTS, "Json", "", body))]), "", "{body}");
    }
}

#[test]
fn a_written_out_table_has_the_columns_that_are_promised() {
    let rows = "Table[{ carrier: String, delay: Float }]";
    let bodies = [
        "import pandas as pd\nreturn pd.DataFrame({\"carrier\": x, \"dealy\": y, \"more\": 1})",
        "import polars as pl\nreturn pl.DataFrame({\"carrier\": x})",
        "return {}",
        "import pandas as pd\nreturn pd.DataFrame({\"carrier\": x, \"delay\": y}, index=x)",
        "import pandas as pd\nreturn pd.DataFrame({\"carrier\": x}, columns=y)",
        "return {\"carrier\": x, **y}",
    ];
    let reports = bodies.map(|body| report(&[("a.pipe", &task("x: Json, y: Json", rows, "", body))]));
    insta::assert_snapshot!(reports.join("---\n"));
}

#[test]
fn a_misspelt_package_is_found_by_what_is_imported() {
    let env = "env ml {\n  packages: [\"pandas\", \"scikit-lern==1.7.2\"]\n}\n";
    let pipe = env.to_owned() + &task("x: Int", "Int", "  env: ml\n", "from sklearn.svm import SVC\nreturn 1");
    insta::assert_snapshot!(report(&[("a.pipe", &pipe)]));
}
