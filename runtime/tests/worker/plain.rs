//! Bodies that can reach nothing but their inputs: which those are, and that steps around them meet what they always do.

use standpipe_plan::{Shape, Value};

use crate::bench::{Bench, python, said};

const INT: Shape = Shape::Int(None);

/// Bodies with inputs `n` and `id`, and whether they are such.
const BODIES: &[(&str, bool)] = &[
    ("return n + 1", true),
    ("id += n\nreturn str(id)", true),
    ("total = 0\nfor each in range(n):\n    total += each\nreturn total", true),
    ("return {'mean': sum(n) / len(n), 'words': [w.strip().lower() for w in id.split(',')]}", true),
    ("def twice(x):\n    return x * 2\nreturn twice(n)", true),
    (
        "if n < 0:\n    raise ValueError(f'{n!r} is below zero')\ntry:\n    return 1 / n\nexcept ZeroDivisionError as error:\n    return str(error)",
        true,
    ),
    ("return n.total", true),
    ("import math\nreturn math.pi", false),
    ("print(n)\nreturn n", false),
    ("report(n=n)\nreturn n", false),
    ("return open(id).read()", false),
    ("return eval(id)", false),
    ("global kept\nkept = n\nreturn n", false),
    ("n.total = 1\nreturn n", false),
    ("return n.__class__", false),
    ("return (x for x in [1]).gi_frame.f_builtins", false),
    ("return getattr(n, id)", false),
    ("return __builtins__", false),
    ("class Point:\n    pass\nreturn 1", false),
    ("with n:\n    return 1", false),
    ("yield {'n': n}\nreturn n", false),
    ("return await_(n)", false),
    ("def inner():\n    open = 1\n    return open\nreturn open(id)", false),
    ("@n\ndef inner():\n    return 1\nreturn inner", false),
    ("raise SystemExit(1)", false),
];

#[test]
fn what_a_body_can_reach_is_told_by_its_text() {
    let program = include_str!("../../src/worker/python/plain.py");
    let asked = "
import sys, json
for text in json.loads(sys.argv[1]):
    body = 'def body(n, id):\\n' + ''.join(f'    {line}\\n' for line in text.split('\\n'))
    print(plain(ast.parse(body), ['n', 'id']))
";
    let texts = serde_json::to_string(&BODIES.iter().map(|(text, _)| text).collect::<Vec<_>>()).expect("texts");
    let mut command = std::process::Command::new(python());
    let output = command.args(["-c", &format!("{program}{asked}"), &texts]).output().expect("Python runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let found: Vec<(&str, bool)> =
        BODIES.iter().map(|(text, _)| *text).zip(said.lines().map(|line| line == "True")).collect();
    assert_eq!(found, BODIES, "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn steps_around_them_meet_what_they_always_do() {
    let mut bench = Bench::new();
    let plain = bench.raw("return len(str(10 ** n))");
    let spoil = bench.raw(
        "import random, sys\nsys.set_int_max_str_digits(640)\nprint('spoilt', n)\nreturn random.randrange(10 ** 6)",
    );
    let call = |bench: &mut Bench, task, n| {
        let outcome = bench.call(task, &[("n", Value::Int(n), INT)], &INT);
        let log = bench.log(&outcome);
        (said(outcome.result), log, outcome.alive)
    };
    let drawn = call(&mut bench, &spoil, 7);
    assert_eq!((drawn.1.as_str(), drawn.2), ("spoilt 7\n", true));
    for _ in 0..3 {
        assert_eq!(call(&mut bench, &plain, 1000), ("1001".into(), String::new(), true));
    }
    assert_eq!(call(&mut bench, &spoil, 7), drawn);
    let (failed, log, alive) = call(&mut bench, &plain, 5000);
    assert!(failed.starts_with("E0601") && failed.contains("4300 digits"), "{failed}");
    assert_eq!((log.as_str(), alive), ("", true));
    assert_eq!(call(&mut bench, &plain, 2000).0, "2001");
}
