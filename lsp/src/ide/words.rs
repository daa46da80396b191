//! What the words of the language mean, in a sentence each: for hover and completion.

/// Attributes of tasks and environments: what they take, and what they do.
pub const ATTRIBUTES: &[(&str, &str, &str)] = &[
    ("cache", "Bool | Duration", "Whether a result may be reused, or for how long. `true` when it is not given."),
    ("after", "a schedule or pipeline", "It starts when that one has ended."),
    ("catch_up", "String", "What happens to times that were missed: `\"none\"`, `\"one\"` or `\"all\"`."),
    ("container", "String", "The image that the step runs in."),
    ("cpu", "Float", "Cores that the step takes; 1 when it is not given."),
    ("cron", "String", "When it runs, as a cron expression."),
    ("disk", "Size", "Space on the disk that the step takes."),
    ("env", "an env", "The Python environment that the step runs in."),
    ("every", "Duration", "How often it runs."),
    ("expect", "Bool", "What must hold."),
    (
        "frame",
        "\"pandas\" | \"polars\" | \"pyarrow\"",
        "What a `Table` is in the body; `\"pandas\"` when it is not given.",
    ),
    ("gpu", "Int", "Cards that the step takes."),
    ("health", "String", "The path that answers when the service is ready."),
    (
        "idempotent",
        "String | Int | Date | Time",
        "What is the same for work that must be done once: lets an effect be tried again.",
    ),
    ("limit", "name(slots)", "At most so many steps that name the same limit run at once."),
    ("memory", "Size", "Memory that the step takes. May depend on `attempt` and on the inputs."),
    ("network", "Bool", "Whether the step may use the network."),
    ("on_change", "String", "It starts when one of these files changes."),
    ("overlap", "String", "What happens when the run before is not over: `\"skip\"`, `\"queue\"` or `\"cancel\"`."),
    ("packages", "List[String]", "Distributions of the environment, each with a version: `\"pandas==2.2.3\"`."),
    ("port", "Int", "The port that the service listens on."),
    ("priority", "Int", "Larger goes first; 0 when it is not given."),
    (
        "probe",
        "a body, or \"script.sh\"",
        "Shell: asked when nobody knows whether the effect happened. Exit status 0: it did; 1: it did not.",
    ),
    ("python", "a body, or \"file.py:function\"", "Python: inputs are local variables, `return` gives the result."),
    ("replicas", "Int", "How many of the service run."),
    ("retry", "Int | { times: Int, backoff: Duration..Duration }", "Further attempts after a failure."),
    ("run", "a call", "The pipeline that it runs."),
    ("sh", "a body, or \"script.sh\"", "Shell: inputs are variables, the result is written to the path `$out`."),
    ("sql", "a body, or \"query.sql\"", "SQL: tables are views by name, the result set is the result."),
    ("tags", "List[String]", "Shown beside the step."),
    ("timeout", "Duration", "Longest time of an attempt."),
    ("timezone", "String", "The time zone of the times."),
    ("webhook", "String", "It starts when this path is asked for."),
];

/// What the record that is the value of `retry` may say, and what each takes.
pub(super) const RETRY: [(&str, &str); 3] =
    [("times", "Int"), ("backoff", "Duration..Duration"), ("on", "List[String]")];

/// Types of the language.
pub const TYPES: &[(&str, &str)] = &[
    ("Bool", "`true` or `false`."),
    ("Date", "A day. A String literal such as `\"2026-01-31\"` goes where one is wanted."),
    ("Dir", "A folder; in Python a `pathlib.Path`."),
    ("Duration", "A length of time: `500ms`, `30s`, `5m`, `2h`, `7d`."),
    ("Endpoint", "Where a deployed service answers: `endpoint.url`."),
    ("File", "A file, `File[csv]` one of a format; in Python a `pathlib.Path`."),
    ("Float", "A 64-bit number; `20%` is 0.2. May be bounded: `Float in 0.0..1.0`."),
    ("Int", "A 64-bit whole number. May be bounded: `Int in 1..=64`."),
    ("Json", "Anything that JSON can say."),
    ("List", "`List[T]`: many, in order. `for` is the only way from one to many."),
    ("Map", "`Map[T]`: values by String keys."),
    ("Secret", "`Secret[T]`: a value that reaches no log, key or output."),
    ("Size", "A number of bytes: `512B`, `64KiB`, `4GiB`."),
    ("String", "Text."),
    ("Table", "`Table[Row]`: rows with these columns at least."),
    ("Tensor", "`Tensor[Float32, n, 28, 28]`: numbers with a shape."),
    ("Time", "An instant. A String literal in the form of RFC 3339 goes where one is wanted."),
];

/// Functions of the language: name, head, what it gives.
pub const FUNCTIONS: &[(&str, &str, &str)] = &[
    ("len", "len(x: List | Map | String) -> Int", "The length."),
    ("size", "size(x: File | Dir | Table | artifact) -> Size", "The bytes of it."),
    ("max_by", "max_by(list: List[T], field: String) -> T", "The record in which that field is largest."),
    ("min_by", "min_by(list: List[T], field: String) -> T", "The record in which that field is smallest."),
];

/// Words that begin an expression or stand in one, with what is inserted for them.
pub(super) const KEYWORDS: &[(&str, &str)] = &[
    ("if", "if ${1:condition} {\n  $2\n} else {\n  $0\n}"),
    ("for", "for ${1:item} in ${2:items} {\n  $0\n}"),
    ("match", "match ${1:value} {\n  $0\n}"),
    ("loop", "loop ${1:state} = ${2:start} limit ${3:20} until ${4:done} {\n  $0\n}"),
    ("sweep", "sweep ${1:x} in ${2:1..=10} maximize ${3:score} using ${4:random}(${5:32}) {\n  $0\n}"),
];

/// Declarations, the usual first, with what is inserted for them.
pub(super) const DECLARATIONS: &[(&str, &str)] = &[
    ("task", "task ${1:name}(${2}) -> ${3:Int} {\n  ${4|python,sh|}:\n    $0\n}"),
    ("pipeline", "pipeline ${1:main}(${2}) -> ${3:Int} {\n  $0\n}"),
    ("import", "import ${1:std/table} { $0 }"),
    ("type", "type ${1:Name} = {\n  $0\n}"),
    ("env", "env ${1:name} {\n  python: \"3.11\"\n  packages: [$0]\n}"),
    ("effect", "effect ${1:name}(${2}) {\n  ${3|sh,python|}:\n    $0\n}"),
    ("const", "const ${1:name}: ${2:Int} = $0"),
    ("artifact", "artifact ${1:Model}: ${2:joblib}"),
    ("test", "test \"${1:what holds}\" {\n  expect $0\n}"),
    ("schedule", "schedule ${1:nightly} {\n  run: ${2:main}()\n  cron: \"${3:0 2 * * *}\"\n}"),
    ("service", "service ${1:name}(${2}) {\n  port: ${3:8000}\n  python:\n    $0\n}"),
];
