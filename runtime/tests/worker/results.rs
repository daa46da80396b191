//! Results against their declared shapes: what is taken, what is refused, in which words.

use insta::assert_snapshot;
use standpipe_plan::{Bound, Shape, Value};
use standpipe_runtime::worker::Produced;

use crate::bench::{Bench, INT, fields, list, optional, said, share, with_packages};

#[test]
fn values_come_back_as_they_went_in() {
    let mut bench = Bench::new();
    let field = |name: &str, value| (name.into(), value);
    let cases = [
        (Value::Int(i64::MIN), INT),
        (Value::Float(0.1), share()),
        (Value::Float(f64::NEG_INFINITY), Shape::Float(None)),
        (Value::Bool(true), Shape::Bool),
        (Value::string("é\u{1F600}\n"), Shape::String),
        (Value::string("pro"), Shape::OneOf(vec!["free".into(), "pro".into()])),
        (Value::Duration(1_500_000_000), Shape::Duration),
        (Value::Size(u64::MAX), Shape::Size),
        (Value::Date("2013-09-30".into()), Shape::Date),
        (Value::Time("2013-09-30T12:00:00Z".into()), Shape::Time),
        (Value::Time("2013-09-30T12:00:00.250000Z".into()), Shape::Time),
        (Value::Json(serde_json::json!({"a": [1, 2.5, null, "x"]}).into()), Shape::Json),
        (Value::None, optional(INT)),
        (Value::list(vec![Value::Int(1), Value::None]), list(optional(INT))),
        (Value::Map(std::sync::Arc::new([field("k", Value::Int(1))].into())), Shape::Map(Box::new(INT))),
        (
            Value::record(vec![field("b", Value::Int(1)), field("a", Value::string("x"))]),
            Shape::Record(fields(&[("b", INT), ("a", Shape::String)])),
        ),
    ];
    let task = bench.raw("return x");
    for (value, shape) in cases {
        let result = bench.call(&task, &[("x", value.clone(), shape.clone())], &shape).result;
        assert_eq!(result.expect("it comes back"), Produced::Value(value));
    }
}

#[test]
fn kinds_of_python_values_that_are_taken() {
    let mut bench = Bench::new();
    let pair = Shape::Record(fields(&[("a", INT), ("b", Shape::Float(None))]));
    let class = "from dataclasses import dataclass\n@dataclass\nclass Pair:\n    a: int\n    b: int\n";
    assert_snapshot!(bench.say(&format!("{class}return Pair(1, 2)"), &pair), @"{ a: 1, b: 2.0 }");
    assert_snapshot!(bench.say("class P: pass\np = P()\np.a = 1\np.b = 0.5\nreturn p", &pair), @"{ a: 1, b: 0.5 }");
    assert_snapshot!(bench.say("from collections import namedtuple\nreturn namedtuple('P', 'a b')(1, 2)", &pair), @"{ a: 1, b: 2.0 }");
    assert_snapshot!(bench.say("return {'a': 1, 'b': 2, 'more': 3}", &pair), @"{ a: 1, b: 2.0 }");
    assert_snapshot!(bench.say("return (n * n for n in range(4))", &list(INT)), @"[0, 1, 4, 9]");
    assert_snapshot!(bench.say("return range(2), (3,)", &list(list(INT))), @"[[0, 1], [3]]");
    assert_snapshot!(bench.say("import datetime\nreturn datetime.datetime(2020, 1, 2)", &Shape::Date), @"2020-01-02");
    assert_snapshot!(bench.say("return float('nan')", &Shape::Float(None)), @"NaN");
    assert_snapshot!(bench.say("return {'shown': 1}", &Shape::Nothing), @"none");
    assert_snapshot!(bench.say("import asyncio\nawait asyncio.sleep(0)\nreturn 1", &INT), @"1");
}

#[test]
fn members_of_enums_are_their_values() {
    let mut bench = Bench::new();
    let plan = Shape::OneOf(vec!["free".into(), "pro".into()]);
    let classes = "import enum\nclass Plan(enum.Enum):\n    FREE = 'free'\n    GOLD = 'gold'\nclass Text(str, enum.Enum):\n    PRO = 'pro'\nclass Level(enum.IntEnum):\n    LOW = 1\n";
    assert_snapshot!(bench.say(&format!("{classes}return Plan.FREE"), &plan), @r#""free""#);
    assert_snapshot!(bench.say(&format!("{classes}return Text.PRO"), &plan), @r#""pro""#);
    assert_snapshot!(bench.say(&format!("{classes}return Text.PRO"), &Shape::String), @r#""pro""#);
    assert_snapshot!(bench.say(&format!("{classes}return Level.LOW"), &INT), @"1");
    assert_snapshot!(bench.say(&format!("{classes}return {{'a': [Plan.FREE, Level.LOW]}}"), &Shape::Json), @r#"{"a":["free",1]}"#);
    assert_snapshot!(bench.say(&format!("{classes}return Plan.GOLD"), &plan), @r#"E0602 the result came back as the String "gold", but `"free" | "pro"` is declared"#);
}

#[test]
fn numbers_of_numpy_and_pandas_are_taken() {
    let mut bench = with_packages();
    let mut say = |value: &str, shape: &Shape| {
        bench.say(&format!("import datetime\nimport numpy as np\nimport pandas as pd\nreturn {value}"), shape)
    };
    assert_snapshot!(say("np.int8(3)", &INT), @"3");
    assert_snapshot!(say("np.array(4)", &INT), @"4");
    assert_snapshot!(say("np.float32(0.5)", &share()), @"0.5");
    assert_snapshot!(say("np.bool_(True)", &Shape::Bool), @"true");
    assert_snapshot!(say("np.str_('x')", &Shape::String), @r#""x""#);
    assert_snapshot!(say("pd.NA", &optional(INT)), @"none");
    assert_snapshot!(say("pd.NaT", &optional(Shape::Time)), @"none");
    assert_snapshot!(say("np.arange(3)", &list(INT)), @"[0, 1, 2]");
    assert_snapshot!(say("pd.Series([1.5, 2.5])", &list(Shape::Float(None))), @"[1.5, 2.5]");
    assert_snapshot!(say("np.timedelta64(1500, 'ms')", &Shape::Duration), @"1500ms");
    assert_snapshot!(say("pd.Timestamp('2020-01-02T03:04:05')", &Shape::Time), @"2020-01-02T03:04:05Z");
    assert_snapshot!(say("np.datetime64('2020-01-02')", &Shape::Date), @"2020-01-02");
    assert_snapshot!(say("{'a': np.float64(1), 'b': np.arange(2)}", &Shape::Json), @r#"{"a":1.0,"b":[0,1]}"#);
    assert_snapshot!(say("np.float64('nan')", &INT), @r"
        E0602 the result is NaN, but `Int` is declared
          help: NaN is a Float, never an Int
    ");
    assert_snapshot!(say("np.int64(1)", &Shape::String), @"E0602 the result came back as a numpy.int64, but `String` is declared");
    assert_snapshot!(say("pd.NaT", &Shape::Date), @r"
        E0602 the result came back as a pandas.NaTType, but `Date` is declared
          help: return a `datetime.date`
    ");
}

#[test]
fn inputs_have_attributes_and_paths() {
    let mut bench = Bench::new();
    let shape = Shape::Record(fields(&[("n", INT)]));
    let task = bench.raw("return [r.n, r['n'], type(d).__name__, d.name]");
    let record = Value::record(vec![("n".into(), Value::Int(3))]);
    let inputs = [("r", record, shape), ("d", Value::Path("/tmp".into()), Shape::Dir)];
    assert_eq!(said(bench.call(&task, &inputs, &Shape::Json).result), r#"[3,3,"PosixPath","tmp"]"#);
}

#[test]
fn wrong_scalars_name_both_sides() {
    let mut bench = Bench::new();
    let few = Shape::Int(Some(Bound { low: Some(1.0), high: Some(64.0), inclusive: true }));
    assert_snapshot!(bench.say("pass", &INT), @r"
        E0602 the result came back as nothing, but `Int` is declared
          help: add a `return` to the body
    ");
    assert_snapshot!(bench.say("return '3'", &INT), @r#"E0602 the result came back as the String "3", but `Int` is declared"#);
    assert_snapshot!(bench.say("return 3.0", &INT), @r"
        E0602 the result came back as the Float 3.0, but `Int` is declared
          help: convert it with `int(…)`
    ");
    assert_snapshot!(bench.say("return True", &INT), @"E0602 the result came back as the Bool true, but `Int` is declared");
    assert_snapshot!(bench.say("return float('nan')", &INT), @r"
        E0602 the result is NaN, but `Int` is declared
          help: NaN is a Float, never an Int
    ");
    assert_snapshot!(bench.say("return 2 ** 63", &INT), @r"E0602 the result is 9223372036854775808, more than the 64 bits of an `Int`");
    assert_snapshot!(bench.say("return 65", &few), @"E0602 the result is 65, but `Int in 1..=64` is declared");
    assert_snapshot!(bench.say("return 1.5", &share()), @"E0602 the result is 1.5, but `Float in 0..=1` is declared");
    assert_snapshot!(bench.say("return 'gold'", &Shape::OneOf(vec!["free".into(), "pro".into()])), @r#"E0602 the result came back as the String "gold", but `"free" | "pro"` is declared"#);
    assert_snapshot!(bench.say("return 1", &Shape::Bool), @"E0602 the result came back as the Int 1, but `Bool` is declared");
    assert_snapshot!(bench.say("return b'x'", &Shape::String), @"E0602 the result came back as a bytes, but `String` is declared");
    assert_snapshot!(bench.say("return '\\ud800'", &Shape::String), @"E0602 the result holds text that is not Unicode: a lone surrogate");
    assert_snapshot!(bench.say("return 5", &Shape::Duration), @r"
        E0602 the result came back as the Int 5, but `Duration` is declared
          help: return a `datetime.timedelta`
    ");
    assert_snapshot!(bench.say("return -1", &Shape::Size), @"E0602 the result is -1, but a `Size` has from 0 to 2⁶⁴ - 1 bytes");
    assert_snapshot!(bench.say("return '2020-01-01'", &Shape::Date), @r#"
        E0602 the result came back as the String "2020-01-01", but `Date` is declared
          help: return a `datetime.date`
    "#);
}

#[test]
fn wrong_parts_are_named_by_their_place() {
    let mut bench = Bench::new();
    let scored = Shape::Record(fields(&[("auc", share()), ("parts", list(INT))]));
    assert_snapshot!(bench.say("return {'auc': 0.5}", &scored), @r"
        E0602 the result has no field `parts`, but `{ auc: Float in 0..=1, parts: List[Int] }` is declared
          help: its fields: `auc`
    ");
    assert_snapshot!(bench.say("return {'auc': 'high', 'parts': []}", &scored), @r#"E0602 field `auc` came back as the String "high", but `Float in 0..=1` is declared"#);
    assert_snapshot!(bench.say("return {'auc': 1, 'parts': [1, 2, None]}", &scored), @r"
        E0602 `parts[2]` of the result came back as nothing, but `Int` is declared
          help: return a value on every path, or declare the type with `?`
    ");
    assert_snapshot!(bench.say("return 0.5, [1]", &scored), @r"
        E0602 the result came back as a tuple of 2, but `{ auc: Float in 0..=1, parts: List[Int] }` is declared
          help: return a dict: `{'auc': …, 'parts': …}`
    ");
    assert_snapshot!(bench.say("return [1, 'x']", &list(INT)), @r#"E0602 `[1]` of the result came back as the String "x", but `Int` is declared"#);
    assert_snapshot!(bench.say("return 1", &list(INT)), @r"
        E0602 the result came back as the Int 1, but `List[Int]` is declared
          help: return a list
    ");
    assert_snapshot!(bench.say("return 'abc'", &list(Shape::String)), @r#"
        E0602 the result came back as the String "abc", but `List[String]` is declared
          help: return a list
    "#);
    assert_snapshot!(bench.say("return {1, 2}", &list(INT)), @r"
        E0602 the result came back as a set, but `List[Int]` is declared
          help: a set has no order: return `sorted(…)` of it
    ");
    assert_snapshot!(bench.say("return {'a': [1, {'b': float('nan')}]}", &Shape::Json), @r"E0602 `['a'][1]['b']` of the result holds nan, which `Json` has no word for");
    assert_snapshot!(bench.say("x = []\nx.append(x)\nreturn x", &Shape::Json), @r"E0602 `[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0…` of the result is nested deeper than 100 levels, which `Json` may not be");
    assert_snapshot!(bench.say("return {'a': 1, 2: 3}", &Shape::Map(Box::new(INT))), @"E0602 the result has the key 2, but keys of a `Map` are strings");
}

#[test]
fn files_are_paths_that_exist() {
    let mut bench = Bench::new();
    let csv = Shape::File(Some("csv".into()));
    assert_snapshot!(bench.say("return 'absent.csv'", &csv), @"E0602 the result is the path `absent.csv`, which does not exist");
    assert_snapshot!(bench.say("return '/tmp'", &csv), @"E0602 the result is the path `/tmp`, which is not a file");
    assert_snapshot!(bench.say("return 3", &Shape::Dir), @r"
        E0602 the result came back as the Int 3, but `Dir` is declared
          help: return the path of a folder
    ");
    let made = bench.run("from pathlib import Path\nPath('o.csv').write_text('a')\nreturn Path('o.csv')", &csv);
    let path = bench.folder.path().canonicalize().expect("it is there").join("o.csv");
    let Ok(Produced::File { path: found, format, .. }) = made else { panic!("{made:?}") };
    assert_eq!((found, format.as_str()), (path.clone(), "csv"));

    let given = Value::Path(path.to_string_lossy().into());
    let task = bench.raw("return [f, f]");
    let again = bench.call(&task, &[("f", given.clone(), csv.clone())], &list(csv));
    assert_eq!(again.result, Ok(Produced::List(vec![Produced::Same(given.clone()), Produced::Same(given)])));
}
