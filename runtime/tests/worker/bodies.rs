//! Bodies: how they are called, what they have in scope, what their errors show.

use insta::assert_snapshot;
use standpipe_plan::{Shape, Value};
use standpipe_runtime::worker::{Message, PythonBody};

use crate::bench::{Bench, INT, LINE, fields, list, optional, packages, python, said};

#[test]
fn inputs_are_local_variables_and_return_may_stand_anywhere() {
    let mut bench = Bench::new();
    let task = bench.raw("import math\nif n > 2:\n    return math.factorial(n)\nreturn \"\"\"\n  small\n\"\"\"");
    assert_eq!(said(bench.call(&task, &[("n", Value::Int(4), INT)], &INT).result), "24");
    let small = bench.call(&task, &[("n", Value::Int(1), INT)], &Shape::String);
    assert_eq!(said(small.result), r#""\n  small\n""#);
}

#[test]
fn a_traceback_shows_the_lines_of_the_pipe_file_only() {
    let mut bench = Bench::new();
    let failure = bench.run("def half(x):\n    return 1 / x\n\nreturn half(0)", &INT).expect_err("it raises");
    assert_eq!((failure.file.as_deref(), failure.line), (Some("flow.pipe"), Some(LINE + 1)));
    assert_snapshot!(failure.message, @"ZeroDivisionError: division by zero");
    let carets = failure.detail.lines().filter(|line| !line.trim_start().starts_with(['^', '~']));
    assert_snapshot!(carets.collect::<Vec<_>>().join("\n"), @r#"
        Traceback (most recent call last):
          File "flow.pipe", line 15, in fit
            return half(0)
          File "flow.pipe", line 13, in half
            return 1 / x
        ZeroDivisionError: division by zero
    "#);
}

#[test]
fn a_body_that_is_no_python_fails_at_its_line() {
    let mut bench = Bench::new();
    let failure = bench.run("x = 1\nreturn x +", &INT).expect_err("no Python");
    assert_eq!((failure.code.as_str(), failure.line), ("E0606", Some(LINE + 1)));
}

#[test]
fn a_result_that_does_not_fit_stands_where_it_is_returned() {
    let mut bench = Bench::new();
    let mut line = |body| bench.run(body, &INT).expect_err("it does not fit").line;
    assert_eq!(line("x = 1\ndef inner():\n    return x\nreturn 'text'"), Some(LINE + 3));
    assert_eq!(line("x = 1\nif x > 1:\n    return x\nreturn 'text'"), Some(LINE), "either may have been it");
}

#[test]
fn ends_of_the_process_are_failures_of_the_step() {
    let mut bench = Bench::new();
    assert_snapshot!(bench.say("import sys\nsys.exit(3)", &INT), @"E0601 the code ended itself with `sys.exit(3)`");
    assert_snapshot!(bench.say("import absent_thing", &INT), @r"
        E0601 ModuleNotFoundError: No module named 'absent_thing'
          help: add the package that has `absent_thing` to the task's `env`
    ");
    assert_snapshot!(bench.say("raise KeyboardInterrupt", &INT), @"E0601 KeyboardInterrupt");
    assert_eq!(bench.say("return 1", &INT), "1");
}

#[test]
fn metrics_and_lines_arrive_before_the_result() {
    let mut bench = Bench::new();
    let task = bench.raw("report(step=3, auc=0.5, loss=float('inf'))\nlog('half', 'way')\nprint('printed')\nreturn 1");
    let outcome = bench.call(&task, &[], &INT);
    assert_eq!(said(outcome.result.clone()), "1");
    assert_eq!(
        bench.messages,
        [
            Message::Metric { name: "auc".into(), value: 0.5, at: Some(3) },
            Message::Metric { name: "loss".into(), value: f64::INFINITY, at: Some(3) },
            Message::Log { text: "half way".into() },
        ]
    );
    assert_eq!(bench.log(&outcome), "half way\nprinted\n");
}

#[test]
fn each_step_has_its_own_part_of_the_log() {
    let mut bench = Bench::new();
    let task =
        bench.raw("import os, sys\nprint(n)\nprint('warned', file=sys.stderr)\nos.system('echo child')\nreturn n");
    for n in 0..2 {
        let outcome = bench.call(&task, &[("n", Value::Int(n), INT)], &INT);
        assert_eq!(bench.log(&outcome), format!("{n}\nwarned\nchild\n"));
    }
}

#[test]
fn a_function_of_a_module_is_called_by_name() {
    let churn = "import helpers.sums\n\n\ndef train(n, rate):\n    yield {'step': 1, 'auc': rate}\n    return helpers.sums.double(n)\n\n\ndef broken(n):\n    return helpers.sums.double(None)\n";
    let sums = "def double(n):\n    return n * 2 + 0\n";
    let mut bench = Bench::with(&crate::bench::python(), vec![("churn", churn), ("helpers.sums", sums)]);
    let function = |name: &str| PythonBody::Function { module: "churn".into(), function: name.into() };
    let inputs = [("rate", Value::Float(0.25), Shape::Float(None)), ("n", Value::Int(21), INT)];

    let task = bench.task(function("train"));
    assert_eq!(said(bench.call(&task, &inputs, &INT).result), "42");
    assert_eq!(bench.messages, [Message::Metric { name: "auc".into(), value: 0.25, at: Some(1) }]);

    let task = bench.task(function("broken"));
    let failure = bench.call(&task, &inputs[1..], &INT).result.expect_err("None times two");
    assert_eq!((failure.file.as_deref(), failure.line), (Some("helpers/sums.py"), Some(2)));
    assert!(failure.detail.contains("return n * 2 + 0"), "{}", failure.detail);

    let task = bench.task(function("trian"));
    assert_snapshot!(said(bench.call(&task, &[], &INT).result), @"E0606 module `churn` has no function `trian`");
}

#[test]
fn one_step_leaves_nothing_to_the_next() {
    let mut bench = Bench::new();
    let seen = "import gc, os, random, signal, sys, warnings
global left
mask = os.umask(0o22)
os.umask(mask)
seen = [
    os.getcwd(), os.environ.get('LEFT'), 'HOME' in os.environ, 'left' in globals(), random.random(), mask,
    sys.path, sys.argv, len(warnings.filters), sys.stdout is None, sys.getrecursionlimit(), gc.isenabled(),
    signal.getsignal(signal.SIGTERM) == signal.SIG_IGN,
]
";
    let leave = "os.chdir('/')
os.environ['LEFT'] = 'x'
del os.environ['HOME']
left = 1
os.umask(0)
sys.path.append('/')
sys.argv.append('x')
warnings.simplefilter('error')
sys.stdout = None
sys.setrecursionlimit(9999)
gc.disable()
signal.signal(signal.SIGTERM, signal.SIG_IGN)
";
    let task = bench.raw(&format!("{seen}{leave}return seen"));
    let first = bench.call(&task, &[], &Shape::Json).result.expect("it runs");
    let second = bench.call(&task, &[], &Shape::Json).result.expect("it runs");
    assert_eq!(first, second);
}

#[test]
fn random_numbers_follow_the_inputs() {
    let mut bench = Bench::new();
    let task = bench.raw("import random\nreturn random.random()");
    let mut draw = |n| said(bench.call(&task, &[("n", Value::Int(n), INT)], &Shape::Float(None)).result);
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}

#[test]
fn random_numbers_are_the_same_on_a_cold_worker_and_on_a_warm_one() {
    let text = "import random\nimport numpy as np\nreturn [random.random(), np.random.rand()]";
    let cold = Bench::with(&packages(), Vec::new()).run(text, &Shape::Json);
    let mut warm = Bench::with(&packages(), Vec::new());
    warm.run(
        "import random\nimport numpy as np\nreturn [random.random(), np.random.rand(), np.random.seed(3)]",
        &Shape::Json,
    )
    .expect("it runs");
    assert_eq!(warm.run(text, &Shape::Json), cold);
}

#[test]
fn a_checkpoint_is_a_folder_that_stays() {
    let mut bench = Bench::new();
    let task = bench.raw("done = checkpoint / 'done'\ncount = int(done.read_text()) if done.exists() else 0\ndone.write_text(str(count + 1))\nreturn count");
    assert_eq!(said(bench.call(&task, &[], &INT).result), "0");
    assert_eq!(said(bench.call(&task, &[], &INT).result), "1");
    bench.run("return 1", &INT).expect("it runs");
}

#[test]
fn annotations_say_what_inputs_are() {
    let text = "import enum\nfrom dataclasses import dataclass, field\nfrom typing import Optional\n\n\nclass Plan(enum.Enum):\n    FREE = 'free'\n    PRO = 'pro'\n\n\n@dataclass\nclass Customer:\n    id: int\n    plan: Plan\n    friends: 'list[Customer]' = field(default_factory=list)\n\n    def said(self):\n        return f'{self.id} {self.plan} {len(self.friends)}'\n\n\ndef names(one: Customer, many: list[Customer], plan: Optional[Plan], none: Optional[Plan], rest: dict):\n    return [one.said(), *(c.said() for c in many), one.friends[0].said(), str(plan), str(none), rest['id']]\n";
    let mut bench = Bench::with(&python(), vec![("shop", text)]);
    let plan = Shape::OneOf(vec!["free".into(), "pro".into()]);
    let plain = Shape::Record(fields(&[("id", INT), ("plan", plan.clone())]));
    let whole = Shape::Record(fields(&[("id", INT), ("plan", plan.clone()), ("friends", list(plain.clone()))]));
    let customer = |id| Value::record(vec![("id".into(), Value::Int(id)), ("plan".into(), Value::string("pro"))]);
    let one = Value::record(vec![
        ("id".into(), Value::Int(1)),
        ("plan".into(), Value::string("free")),
        ("friends".into(), Value::list(vec![customer(2)])),
    ]);
    let inputs = [
        ("one", one, whole),
        ("many", Value::list(vec![customer(3)]), list(plain.clone())),
        ("plan", Value::string("pro"), optional(plan.clone())),
        ("none", Value::None, optional(plan)),
        ("rest", customer(4), plain),
    ];
    let body = PythonBody::Function { module: "shop".into(), function: "names".into() };
    let task = bench.task(body);
    assert_snapshot!(said(bench.call(&task, &inputs, &Shape::Json).result), @r#"["1 Plan.FREE 1","3 Plan.PRO 0","2 Plan.PRO 0","Plan.PRO","None",4]"#);
}
