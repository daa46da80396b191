//! Tables: what the store holds of them, what is refused, in which words.

use std::sync::Arc;

use insta::assert_snapshot;
use standpipe_plan::{Blob, BlobKind, Bound, Digest, Shape, Value};
use standpipe_runtime::Failure;
use standpipe_runtime::worker::Produced;

use crate::bench::{Bench, INT, fields, list, optional, packages, said, share, with_packages};

const PD: &str = "import pandas as pd\n";
const PL: &str = "import polars as pl\n";

fn table(columns: &[(&str, Shape)]) -> Shape {
    Shape::Table(Some(fields(columns)))
}

/// The value that the runtime makes of a produced table.
fn stored(bench: &Bench, produced: Result<Produced, Failure>) -> Value {
    let Ok(Produced::File { path, rows, .. }) = produced else { panic!("{produced:?}") };
    let kept = bench
        .folder
        .path()
        .join(format!("kept-{}.arrow", std::fs::read_dir(&bench.folder).into_iter().flatten().count()));
    std::fs::rename(&path, &kept).expect("it was made");
    let bytes = std::fs::read(&kept).expect("it is there");
    Value::Blob(Arc::new(Blob {
        kind: BlobKind::Table,
        digest: Digest::of(&bytes),
        bytes: bytes.len() as u64,
        format: "arrow".into(),
        rows,
        path: Some(kept.to_string_lossy().into()),
    }))
}

fn digest(value: &Value) -> Digest {
    let Value::Blob(blob) = value else { panic!("{value:?}") };
    blob.digest
}

/// What a body makes of a table: its columns and rows, as text.
fn shown(bench: &mut Bench, value: &Value, shape: &Shape) -> String {
    let inputs = [("t", value.clone(), shape.clone())];
    let task = bench.raw("import pyarrow as pa\nt = pa.Table.from_pandas(t, preserve_index=False)\nreturn ' '.join(f'{f.name}:{f.type}' for f in t.schema) + ' ' + repr(t.to_pylist())");
    said(bench.call(&task, &inputs, &Shape::String).result)
}

#[test]
fn equal_tables_have_equal_bytes_whatever_made_them() {
    let mut bench = with_packages();
    let shape = table(&[("id", INT), ("plan", optional(Shape::String)), ("spend", Shape::Float(None))]);
    let makers = [
        format!("{PD}return pd.DataFrame({{'id': [1, 2, 3], 'plan': ['a', None, 'c'], 'spend': [1, 2, 3], 'more': 0}}, index=[7, 8, 9])"),
        format!("{PD}return pd.DataFrame({{'plan': ['a', None, 'c'], 'spend': [1.0, 2, 3]}}, index=pd.Index([1, 2, 3], name='id'))"),
        format!("{PD}return pd.DataFrame({{'id': [1.0, 2, 3], 'plan': pd.Categorical(['a', None, 'c']), 'spend': pd.array([1, 2, 3], 'float32')}})"),
        format!("{PL}return pl.DataFrame({{'id': [1, 2, 3], 'plan': ['a', None, 'c'], 'spend': [1, 2, 3]}}).lazy()"),
        "import pyarrow as pa\nt = pa.table({'id': pa.array([1, 2, 3], pa.int8()), 'plan': ['a', None, 'c'], 'spend': [1.0, 2, 3]})\nreturn pa.concat_tables([t[:1], t[1:]])".into(),
        "return [{'id': i, 'plan': p, 'spend': float(i)} for i, p in ((1, 'a'), (2, None), (3, 'c'))]".into(),
    ];
    let made: Vec<Value> = makers
        .iter()
        .map(|maker| {
            let result = bench.run(maker, &shape);
            stored(&bench, result)
        })
        .collect();
    for (maker, value) in makers.iter().zip(&made) {
        assert_eq!(digest(value), digest(&made[0]), "{maker}");
        assert_eq!(value.field("rows"), Some(Value::Int(3)));
    }
    assert_snapshot!(shown(&mut bench, &made[0], &shape), @r#""id:int64 plan:large_string spend:double [{'id': 1, 'plan': 'a', 'spend': 1.0}, {'id': 2, 'plan': None, 'spend': 2.0}, {'id': 3, 'plan': 'c', 'spend': 3.0}]""#);
}

/// What a body that reads two columns makes of a table of four, when it is given all and when it is given those two.
#[test]
fn who_is_given_only_the_columns_that_it_reads_makes_the_same_of_them() {
    let mut bench = with_packages();
    let bench = &mut *bench;
    let made = table(&[("w", INT), ("x", INT), ("y", optional(Shape::String)), ("z", optional(INT))]);
    let maker = format!(
        "{PD}return pd.DataFrame({{'w': [1, 2, 3], 'x': [4, 5, 6], 'y': ['a', None, 'c'], 'z': pd.array([1, None, 3], 'Int64')}})"
    );
    let result = bench.run(&maker, &made);
    let value = stored(bench, result);
    let body = "both = t[['y', 'z']]\nreturn repr(both) + repr(t['z']) + repr(t['y'].dtype) + str(len(t))";
    for (body, frame) in [
        (body, standpipe_plan::Frame::Pandas),
        (body, standpipe_plan::Frame::Polars),
        ("return str(t['y'].to_pylist() + t['z'].to_pylist()) + str(len(t))", standpipe_plan::Frame::Pyarrow),
        ("return ' '.join(getattr(t, 'column_names', None) or t.columns)", standpipe_plan::Frame::Pyarrow),
    ] {
        let mut said_of = |shape: &Shape, reads: &[&str]| {
            let mut task = (*bench.raw(body)).clone();
            task.frame = frame;
            task.reads =
                reads.iter().map(|_| ("t".into(), reads.iter().map(|name| (*name).into()).collect())).collect();
            said(bench.call(&Arc::new(task), &[("t", value.clone(), shape.clone())], &Shape::String).result)
        };
        let declared = table(&[("x", INT), ("y", optional(Shape::String)), ("z", optional(INT))]);
        let all = said_of(&declared, &[]);
        if body.contains("column_names") {
            assert_eq!((all.as_str(), said_of(&declared, &["z", "y"]).as_str()), ("\"x y z\"", "\"y z\""));
            continue;
        }
        assert_eq!(said_of(&declared, &["z", "y"]), all);
        assert_eq!(said_of(&Shape::Table(None), &["z", "y"]), all);
    }
}

#[test]
fn every_type_of_column_travels() {
    let mut bench = with_packages();
    let shape = table(&[
        ("day", Shape::Date),
        ("at", Shape::Time),
        ("took", Shape::Duration),
        ("ok", optional(Shape::Bool)),
        ("tags", list(Shape::String)),
        ("at_place", Shape::Record(fields(&[("x", INT), ("y", optional(INT))]))),
        ("n", optional(INT)),
    ]);
    let body = format!(
        "{PD}return pd.DataFrame({{'day': pd.to_datetime(['2020-01-02', '2020-01-03']), 'at': pd.to_datetime(['2020-01-02T03:04:05', None]).fillna(pd.Timestamp(0)), 'took': pd.to_timedelta(['1s', '2h']), 'ok': [True, None], 'tags': [['a', 'b'], []], 'at_place': [{{'x': 1, 'y': None}}, {{'x': 2, 'y': 3}}], 'n': [1, None]}})"
    );
    let result = bench.run(&body, &shape);
    let value = stored(&bench, result);
    assert_snapshot!(shown(&mut bench, &value, &shape), @r#""day:timestamp[ms] at:timestamp[us, tz=UTC] took:duration[us] ok:bool tags:list<item: string> at_place:struct<x: int64, y: double> n:double [{'day': datetime.datetime(2020, 1, 2, 0, 0), 'at': datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=zoneinfo.ZoneInfo(key='UTC')), 'took': datetime.timedelta(seconds=1), 'ok': True, 'tags': ['a', 'b'], 'at_place': {'x': 1, 'y': None}, 'n': 1.0}, {'day': datetime.datetime(2020, 1, 3, 0, 0), 'at': datetime.datetime(1970, 1, 1, 0, 0, tzinfo=zoneinfo.ZoneInfo(key='UTC')), 'took': datetime.timedelta(seconds=7200), 'ok': None, 'tags': [], 'at_place': {'x': 2, 'y': 3.0}, 'n': None}]""#);
    for frame in ["polars", "pyarrow"] {
        let task = bench.task(standpipe_runtime::worker::PythonBody::Raw {
            text: "return t".into(),
            file: "f.pipe".into(),
            line: 3,
        });
        let mut task = (*task).clone();
        task.frame = if frame == "polars" { standpipe_plan::Frame::Polars } else { standpipe_plan::Frame::Pyarrow };
        let again = bench.call(&Arc::new(task), &[("t", value.clone(), shape.clone())], &shape).result;
        assert_eq!(again, Ok(Produced::Same(value.clone())), "{frame}");
    }
}

#[test]
fn maps_and_nested_records_are_columns() {
    let mut bench = with_packages();
    let bench = &mut *bench;
    let point = Shape::Record(fields(&[("x", INT), ("tags", list(Shape::String))]));
    let shape = table(&[
        ("counts", Shape::Map(Box::new(INT))),
        ("maybe", optional(Shape::Map(Box::new(Shape::Float(None))))),
        ("path", list(point)),
    ]);
    let look = "return repr(pa.Table.to_pylist(t) if isinstance(t, pa.Table) else t.to_dicts())";
    let mut made = Vec::new();
    for body in [
        format!(
            "{PD}return pd.DataFrame({{'counts': [{{'a': 1}}, {{'b': 2, 'c': 3}}, {{}}], 'maybe': [None, {{'k': 1}}, {{}}], 'path': [[{{'x': 1, 'tags': ['u']}}], [], [{{'x': 2, 'tags': []}}]]}})"
        ),
        "import pyarrow as pa\nreturn pa.table({'counts': pa.array([[('a', 1)], [('b', 2), ('c', 3)], []], pa.map_(pa.string(), pa.int32())), 'maybe': pa.array([None, [('k', 1.0)], []], pa.map_(pa.string(), pa.float32())), 'path': [[{'x': 1, 'tags': ['u']}], [], [{'x': 2, 'tags': []}]]})".to_owned(),
    ] {
        let result = bench.run(&body, &shape);
        made.push(stored(bench, result));
    }
    assert_eq!(digest(&made[0]), digest(&made[1]));
    let mut task = (*bench.raw(&format!("import pyarrow as pa\n{look}"))).clone();
    task.frame = standpipe_plan::Frame::Pyarrow;
    let said = said(bench.call(&Arc::new(task), &[("t", made[0].clone(), shape.clone())], &Shape::String).result);
    assert_snapshot!(said);
    let wrong = format!("{PD}return pd.DataFrame({{'counts': [{{'a': 1}}, {{'b': 'x'}}]}})");
    assert_snapshot!(bench.say(&wrong, &table(&[("counts", Shape::Map(Box::new(INT)))])));
    let wrong = format!("{PD}return pd.DataFrame({{'counts': [{{'a': 1.5}}]}})");
    assert_snapshot!(bench.say(&wrong, &table(&[("counts", Shape::Map(Box::new(INT)))])));
}

#[test]
fn a_table_handed_on_is_the_same_unless_it_was_changed() {
    let mut bench = with_packages();
    let shape = table(&[("id", INT), ("name", Shape::String)]);
    let result = bench.run("return {'id': [1, 2], 'name': ['a', 'b']}", &shape);
    let value = stored(&bench, result);
    let inputs = [("t", value.clone(), shape.clone())];
    let task = bench.raw("return t");
    assert_eq!(bench.call(&task, &inputs, &shape).result, Ok(Produced::Same(value.clone())));
    let task = bench.raw("t.loc[0, 'id'] = 5\nreturn t");
    let result = bench.call(&task, &inputs, &shape).result;
    let changed = stored(&bench, result);
    assert_ne!(digest(&changed), digest(&value));
    assert_snapshot!(shown(&mut bench, &changed, &shape), @r#""id:int64 name:large_string [{'id': 5, 'name': 'a'}, {'id': 2, 'name': 'b'}]""#);
    assert_snapshot!(shown(&mut bench, &value, &table(&[("name", Shape::String)])), @r#""name:large_string [{'name': 'a'}, {'name': 'b'}]""#);
    assert_snapshot!(shown(&mut bench, &value, &table(&[("age", INT)])), @"E0607 input `t` has no column `age`; it has `id`, `name`");
}

#[test]
fn empty_tables_and_bare_ones() {
    let mut bench = with_packages();
    let shape = table(&[("id", INT), ("name", optional(Shape::String))]);
    let result = bench.run(&format!("{PD}return pd.DataFrame({{'id': [], 'name': []}})"), &shape);
    let value = stored(&bench, result);
    assert_snapshot!(shown(&mut bench, &value, &shape), @r#""id:int64 name:large_string []""#);
    let result =
        bench.run(&format!("{PD}return pd.DataFrame({{'a': [1.5, None], 'b': ['x', 'y']}})"), &Shape::Table(None));
    let value = stored(&bench, result);
    assert_snapshot!(shown(&mut bench, &value, &Shape::Table(None)), @r#""a:double b:large_string [{'a': 1.5, 'b': 'x'}, {'a': None, 'b': 'y'}]""#);
}

#[test]
fn wrong_tables_name_the_column_and_the_row() {
    let mut bench = with_packages();
    let age = Shape::Int(Some(Bound { low: Some(0.0), high: Some(120.0), inclusive: true }));
    let shape = table(&[("id", INT), ("age", optional(age))]);
    let mut say = |columns: &str, shape: &Shape| bench.say(&format!("{PD}return pd.DataFrame({{{columns}}})"), shape);
    assert_snapshot!(say("'id': [1]", &shape), @r"
        E0603 the result has no column `age`, but `Table[{ id: Int, age: Int in 0..=120? }]` declares it
          help: its columns: `id`
    ");
    assert_snapshot!(say("'ID': [1], 'Age': [2]", &shape), @r"
        E0603 the result has no columns `id`, `age`, but `Table[{ id: Int, age: Int in 0..=120? }]` declares them
          help: its columns: `ID`, `Age`
    ");
    assert_snapshot!(say("'id': ['1'], 'age': [2]", &shape), @r"
        E0603 the result has column `id` as String, but `Table[{ id: Int, age: Int in 0..=120? }]` declares `Int`
          help: convert the column with `.astype(int)`
    ");
    assert_snapshot!(say("'id': [1, None], 'age': [2, 3]", &shape), @r"
        E0603 the result has no value in column `id`, row 1, but `Table[{ id: Int, age: Int in 0..=120? }]` declares `Int`
          help: drop or fill rows without a value, or declare `id: Int?` (rows are counted from 0)
    ");
    assert_snapshot!(say("'id': [1, 2], 'age': [2.5, None]", &shape), @r"
        E0603 the result has 2.5 in column `age`, row 0, but `Table[{ id: Int, age: Int in 0..=120? }]` declares `Int in 0..=120?`
          help: convert the column, or declare it `Float` (rows are counted from 0)
    ");
    assert_snapshot!(say("'id': [1, 2], 'age': [None, 121]", &shape), @r"
        E0603 the result has 121 in column `age`, row 1, but `Table[{ id: Int, age: Int in 0..=120? }]` declares `Int in 0..=120?`
          help: rows are counted from 0
    ");
    assert_snapshot!(say("'id': [1, 'x'], 'age': [2, 3]", &shape), @r"E0603 the result has column `id` with values of different kinds: Could not convert 'x' with type str: tried to convert to int64");
    assert_snapshot!(say("0: [1], 'id': [2]", &shape), @r"
        E0603 the result has a column whose name is the Int 0
          help: give every column a name that is text
    ");
    let plan = table(&[("plan", Shape::OneOf(vec!["free".into(), "pro".into()])), ("share", share())]);
    assert_snapshot!(say("'plan': ['free', 'gold'], 'share': [0.0, 1.0]", &plan), @r#"
        E0603 the result has 'gold' in column `plan`, row 1, but `Table[{ plan: "free" | "pro", share: Float in 0..=1 }]` declares `"free" | "pro"`
          help: rows are counted from 0
    "#);
    assert_snapshot!(say("'plan': ['free', 'pro'], 'share': [0.0, 1.5]", &plan), @r#"
        E0603 the result has 1.5 in column `share`, row 1, but `Table[{ plan: "free" | "pro", share: Float in 0..=1 }]` declares `Float in 0..=1`
          help: rows are counted from 0
    "#);
    assert_snapshot!(say("'day': ['2020-01-01']", &table(&[("day", Shape::Date)])), @r"
        E0603 the result has column `day` as String, but `Table[{ day: Date }]` declares `Date`
          help: convert the column with `pandas.to_datetime`
    ");
    assert_snapshot!(say("'day': [pd.Timestamp('2020-01-01T12:00')]", &table(&[("day", Shape::Date)])), @r"
        E0603 the result has datetime.datetime(2020, 1, 1, 12, 0) in column `day`, row 0, but `Table[{ day: Date }]` declares `Date`
          help: take the day of each time with `.dt.normalize()` (rows are counted from 0)
    ");
    assert_snapshot!(say("'xs': [[1], ['a']]", &table(&[("xs", list(INT))])), @r"E0603 the result has column `xs` with values of different kinds: Could not convert 'a' with type str: tried to convert to int64");
    assert_snapshot!(say("'xs': [[1], [2.5]]", &table(&[("xs", list(INT))])), @r"
        E0603 the result has 2.5 in column `xs`, row 1, but `Table[{ xs: List[Int] }]` declares `Int`
          help: convert the column, or declare it `Float` (rows are counted from 0)
    ");
}

#[test]
fn what_is_no_table() {
    let mut bench = with_packages();
    let shape = table(&[("id", INT)]);
    assert_snapshot!(bench.say("t = 1", &shape), @r"
        E0602 the result came back as nothing, but `Table[{ id: Int }]` is declared
          help: add a `return` to the body
    ");
    assert_snapshot!(bench.say("return [1, 2]", &shape), @r"
        E0602 the result came back as a list of 2, but `Table[{ id: Int }]` is declared
          help: return a data frame of pandas, polars or pyarrow
    ");
    assert_snapshot!(bench.say("return 3", &shape), @r"
        E0602 the result came back as the Int 3, but `Table[{ id: Int }]` is declared
          help: return a data frame of pandas, polars or pyarrow
    ");
    assert_snapshot!(bench.say(&format!("{PL}return pl.DataFrame({{'id': [1.0]}})"), &shape), @r"E0603 the result has column `id` as Float, but `Table[{ id: Int }]` declares `Int`");
}

#[test]
fn a_frame_that_is_not_installed_is_named() {
    let mut bench = Bench::new();
    assert_snapshot!(bench.say("return 3", &Shape::Table(None)), @r#"
        E0605 a `Table` needs the package `pyarrow`, which is not in the environment
          help: add `"pyarrow"` with a version to the `packages` of the task's `env`
    "#);
}

#[test]
fn annotations_choose_the_frame() {
    let text = "import polars as pl\nimport pyarrow\n\n\ndef kinds(a: pl.DataFrame, b: 'pyarrow.Table', c):\n    return [type(x).__module__.split('.')[0] for x in (a, b, c)]\n";
    let mut bench = Bench::with(&packages(), vec![("kinds", text)]);
    let shape = Shape::Table(None);
    let result = bench.run("return {'id': [1]}", &shape);
    let value = stored(&bench, result);
    let body = standpipe_runtime::worker::PythonBody::Function { module: "kinds".into(), function: "kinds".into() };
    let task = bench.task(body);
    let inputs = ["a", "b", "c"].map(|name| (name, value.clone(), shape.clone()));
    assert_snapshot!(said(bench.call(&task, &inputs, &Shape::Json).result), @r#"["polars","pyarrow","pandas"]"#);
}

#[test]
fn csv_files_for_shell_steps() {
    let mut bench = with_packages();
    let bench = &mut *bench;
    let shape = table(&[
        ("id", INT),
        ("name", Shape::String),
        ("nick", optional(Shape::String)),
        ("rate", optional(Shape::Float(None))),
        ("ok", Shape::Bool),
        ("day", Shape::Date),
        ("at", Shape::Time),
        ("took", Shape::Duration),
        ("tags", list(Shape::String)),
    ]);
    let body = format!(
        "{PD}return pd.DataFrame({{'id': [1, 2], 'name': ['a, \"b\"', ''], 'nick': [None, 'x'], 'rate': [0.5, None], 'ok': [True, False], 'day': pd.to_datetime(['2020-01-02'] * 2), 'at': pd.to_datetime(['2020-01-02T03:04:05'] * 2), 'took': pd.to_timedelta(['1500ms', '2h']), 'tags': [['a', 'b'], []]}})"
    );
    let result = bench.run(&body, &shape);
    let value = stored(bench, result);
    let csv = bench.folder.path().join("t.csv");
    let scratch = bench.folder.path().join("scratch");
    bench.runtime.block_on(bench.worker.table_to_csv(value.clone(), &shape, &csv)).expect("written");
    assert_snapshot!(std::fs::read_to_string(&csv).expect("text"), @r#"
        "id","name","nick","rate","ok","day","at","took","tags"
        1,"a, ""b""",,0.5,true,2020-01-02,2020-01-02 03:04:05.000000Z,1.5,"[""a"", ""b""]"
        2,"","x",,false,2020-01-02,2020-01-02 03:04:05.000000Z,7200,"[]"
    "#);
    let again = bench.runtime.block_on(bench.worker.csv_to_table(&csv, &shape, &scratch));
    assert_eq!(digest(&stored(bench, again)), digest(&value));

    let mut read = |text: &str, shape: &Shape| {
        std::fs::write(&csv, text).expect("written");
        said(bench.runtime.block_on(bench.worker.csv_to_table(&csv, shape, &scratch)))
    };
    let few = table(&[("id", INT), ("name", optional(Shape::String))]);
    assert_snapshot!(read("id,name\nx,a\n", &few), @r"E0603 the CSV file cannot be read as `Table[{ id: Int, name: String? }]`: In CSV column #0: CSV conversion error to int64: invalid value 'x'");
    assert_snapshot!(read("id\n1\n", &few), @r"
        E0603 the result has no column `name`, but `Table[{ id: Int, name: String? }]` declares it
          help: its columns: `id`
    ");
    assert_snapshot!(read("id,name\n1,a\n,b\n", &few), @r"
        E0603 the result has no value in column `id`, row 1, but `Table[{ id: Int, name: String? }]` declares `Int`
          help: drop or fill rows without a value, or declare `id: Int?` (rows are counted from 0)
    ");
    assert_snapshot!(read("", &few), @r"E0603 the CSV file cannot be read as `Table[{ id: Int, name: String? }]`: Empty CSV file");
}

/// The bytes of column `b` are overwritten: whoever reads it fails.
const DAMAGED: &str = "import pyarrow as pa, pyarrow.parquet as pq
path = checkpoint / 'damaged.parquet'
pq.write_table(pa.table({'a': [1, 2], 'b': ['x', 'y'], 'c': [0.5, None]}), path, compression='none', use_dictionary=False)
at = pq.read_metadata(path).row_group(0).column(1).data_page_offset
with open(path, 'r+b') as file:
    file.seek(at)
    file.write(b'\\xff' * 16)
return pq.ParquetFile(path)";

#[test]
fn of_a_parquet_file_only_the_declared_columns_are_read() {
    let mut bench = with_packages();
    let bench = &mut *bench;
    let few = table(&[("c", optional(Shape::Float(None))), ("a", INT)]);
    let result = bench.run(DAMAGED, &few);
    let value = stored(bench, result);
    assert_snapshot!(shown(bench, &value, &few), @r#""c:double a:int64 [{'c': 0.5, 'a': 1}, {'c': None, 'a': 2}]""#);
    assert_snapshot!(bench.say(DAMAGED, &table(&[("a", INT), ("d", INT)])), @r"
        E0603 the result has no column `d`, but `Table[{ a: Int, d: Int }]` declares it
          help: its columns: `a`, `b`, `c`
    ");
    let all = bench.say(DAMAGED, &table(&[("a", INT), ("b", Shape::String)]));
    assert!(all.starts_with("E0603 the result cannot be read: "), "{all}");
    let all = bench.say(DAMAGED, &Shape::Table(None));
    assert!(all.starts_with("E0603 the result cannot be read: "), "{all}");
}

#[test]
fn columns_of_a_csv_file_that_are_not_declared_change_nothing() {
    let mut bench = with_packages();
    let bench = &mut *bench;
    let (csv, scratch) = (bench.folder.path().join("w.csv"), bench.folder.path().join("wide"));
    let few = table(&[("b", optional(Shape::String)), ("a", INT)]);
    let read = |bench: &mut Bench, text: &str| {
        std::fs::write(&csv, text).expect("written");
        bench.runtime.block_on(bench.worker.csv_to_table(&csv, &few, &scratch))
    };
    let result = read(bench, "b,a\nx,1\n,2\n");
    let narrow = digest(&stored(bench, result));
    for wide in [
        "a,b,c\n1,x,0.5\n2,,z\n",
        "\"c\",\"b\",\"a\"\r\n\"p\nq\",x,1\r\n\"\",,2\r\n",
        "\u{feff}c,a,b\n0,1,x\n0,2,\n",
        "\"c\nd\",a,b\n0,1,x\n0,2,\n",
        "\n\nc,a,b\n0,1,x\n0,2,\n",
    ] {
        let result = read(bench, wide);
        assert_eq!(digest(&stored(bench, result)), narrow, "{wide}");
    }
    assert_snapshot!(said(read(bench, "a,b,c,c\n1,x,0,0\n")), @"E0603 the result has more than one column `c`");
    assert_snapshot!(said(read(bench, "a,c\n1,x\n")), @r"
        E0603 the result has no column `b`, but `Table[{ b: String?, a: Int }]` declares it
          help: its columns: `a`, `c`
    ");
    assert_snapshot!(said(read(bench, "a,b,c\n1,x\n")), @"E0603 the CSV file cannot be read as `Table[{ b: String?, a: Int }]`: CSV parse error: Expected 3 columns, got 2: 1,x");
}
