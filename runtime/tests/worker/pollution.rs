//! What a step changes in its process never shows in the next: each of these bodies runs before one that looks around, and
//! that must see what it sees in a new process. Where a worker says that it is of no more use, the next step has another.

use standpipe_plan::{Shape, Value};

use crate::bench::{Bench, said};

/// A module of the project that steps may change.
const HELPER: &str = "\
count = 0
seen = []
known = {'a': 1}
class Setting:
    level = 1
def total(number, so_far=[]):
    so_far.append(number)
    return sum(so_far)
def bump():
    global count
    count += 1
    seen.append(count)
";

/// Looks at everything that the others change.
const PROBE: &str = r#"
import asyncio, builtins, codecs, copyreg, csv, decimal, faulthandler, gc, json, locale, logging, math, mimetypes, os
import pathlib, random, resource, signal, socket, string, sys, tempfile, threading, time, tracemalloc, warnings
import helper

def attempt(what):
    try:
        return what()
    except BaseException as error:
        return type(error).__name__

def mask():
    old = os.umask(0)
    os.umask(old)
    return old

facts = {
    "variables": (sorted(os.environ), [os.environ.get(name) for name in ("PATH", "TZ", "TMPDIR", "EXTRA")]),
    "folder": os.path.exists("log.txt"),
    "path": [part for part in sys.path if not os.path.exists(os.path.join(part, "log.txt"))],
    "arguments": list(sys.argv),
    "filters": str(warnings.filters),
    "handlers": [str(getattr(signal.getsignal(n), "__name__", signal.getsignal(n))) for n in range(1, 32)],
    "blocked": sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, []))),
    "timer": signal.getitimer(signal.ITIMER_REAL)[0] > 0,
    "mask": mask(),
    "random": random.random(),
    "third": str(decimal.Decimal(1) / 3),
    "context": str(decimal.getcontext()),
    "locale": locale.setlocale(locale.LC_ALL),
    "recursion": sys.getrecursionlimit(),
    "switch": sys.getswitchinterval(),
    "digits": attempt(sys.get_int_max_str_digits),
    "collect": (gc.isenabled(), gc.get_threshold(), gc.get_debug()),
    "threads": threading.active_count(),
    "stack": threading.stack_size(),
    "files": len(os.listdir("/proc/self/fd")),
    "builtins": (len([1]), "extra" in vars(builtins), attempt(lambda: extra)),
    "pi": math.pi,
    "json": attempt(lambda: json.loads("[1]")),
    "encoder": attempt(lambda: json.JSONEncoder.item_separator),
    "exists": pathlib.Path("/").exists(),
    "letters": string.ascii_letters,
    "dialects": csv.list_dialects(),
    "field": csv.field_size_limit(),
    "type": mimetypes.guess_type("a.standpipe"),
    "timeout": socket.getdefaulttimeout(),
    "root": (logging.root.level, len(logging.root.handlers), logging.root.manager.disable),
    "logger": logging.getLogger("x").level,
    "hooks": (sys.excepthook is sys.__excepthook__, sys.displayhook is sys.__displayhook__),
    "tracing": (sys.gettrace() is None, sys.getprofile() is None),
    "bytecode": sys.dont_write_bytecode,
    "streams": (type(sys.stdout).__name__, type(sys.stderr).__name__, type(sys.stdin).__name__),
    "zone": (time.tzname, time.localtime(0).tm_hour),
    "temporary": tempfile.gettempdir(),
    "limits": resource.getrlimit(resource.RLIMIT_CORE),
    "nice": os.nice(0),
    "cores": len(os.sched_getaffinity(0)),
    "traced": tracemalloc.is_tracing(),
    "faults": faulthandler.is_enabled(),
    "modules": ("fake" in sys.modules, len(sys.path_hooks)),
    "finders": [type(finder).__name__ for finder in sys.meta_path],
    "copied": complex in copyreg.dispatch_table,
    "codec": attempt(lambda: codecs.lookup("standpipe-codec")),
    "policy": type(asyncio.get_event_loop_policy()).__name__,
    "helper": (helper.count, len(helper.seen), helper.known, helper.Setting.level, helper.total(1)),
    "session": os.getsid(0) == os.getpid(),
}
return json.dumps(facts, default=str, sort_keys=True)
"#;

/// What changes something, by what it changes.
const MUTATORS: [(&str, &str); 66] = [
    ("a variable", "import os\nos.environ['EXTRA'] = '1'"),
    ("a variable less", "import os\ndel os.environ['PATH']"),
    ("a variable behind Python's back", "import os\nos.putenv('EXTRA', '1')"),
    ("the folder", "import os\nos.chdir('/')"),
    ("the path", "import sys\nsys.path.insert(0, '/nowhere')"),
    ("the path anew", "import sys\nsys.path = ['/nowhere']"),
    ("arguments", "import sys\nsys.argv.append('x')"),
    ("filters of warnings", "import warnings\nwarnings.simplefilter('error')"),
    ("a handler", "import signal\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)"),
    ("the handler of interrupts", "import signal\nsignal.signal(signal.SIGINT, lambda *_: None)"),
    ("blocked signals", "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])"),
    ("a timer", "import signal\nsignal.setitimer(signal.ITIMER_REAL, 1000)"),
    ("an alarm", "import signal\nsignal.alarm(1000)"),
    ("the mask of modes", "import os\nos.umask(0)"),
    ("random numbers", "import random\nrandom.seed(7)"),
    ("a random function", "import random\nrandom.random = lambda: 4"),
    ("precision", "import decimal\ndecimal.getcontext().prec = 3"),
    ("precision for all", "import decimal\ndecimal.DefaultContext.prec = 3\ndecimal.setcontext(decimal.Context())"),
    ("a trap", "import decimal\ncontext = decimal.getcontext()\ncontext.traps[decimal.Inexact] = True"),
    ("the locale", "import locale\nlocale.setlocale(locale.LC_ALL, 'C.UTF-8')"),
    ("recursion", "import sys\nsys.setrecursionlimit(500)"),
    ("switching", "import sys\nsys.setswitchinterval(1)"),
    ("collection", "import gc\ngc.disable()"),
    ("thresholds", "import gc\ngc.set_threshold(1, 1, 1)"),
    ("a thread", "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()"),
    (
        "a pool",
        "import concurrent.futures as f\npool = f.ThreadPoolExecutor(2)\npool.submit(print).result()\nimport os\nos.pool = pool",
    ),
    ("stacks", "import threading\nthreading.stack_size(1 << 20)"),
    ("an open file", "import os\nos.open('/etc/passwd', os.O_RDONLY)"),
    ("an open file in a list", "import os, sys\nsys.kept = open('/etc/passwd')"),
    ("an open socket", "import socket\nsocket.socket().detach()"),
    ("a closed input", "import os\nos.close(0)"),
    ("closed outputs", "import os\nos.close(1)\nos.close(2)"),
    ("a builtin", "import builtins\nbuiltins.len = lambda _: 42"),
    ("a new builtin", "import builtins\nbuiltins.extra = 1"),
    ("a builtin by its dictionary", "__builtins__['extra'] = 1"),
    ("a number of a module", "import math\nmath.pi = 3"),
    ("a function of a module", "import json\njson.loads = lambda _: 'mine'"),
    ("a function by its name", "import json\nsetattr(json, 'loads', lambda _: 'mine')"),
    ("a function by another name", "import json\nmodule = json\nmodule.loads = None"),
    ("a function by its dictionary", "import json\njson.__dict__['loads'] = None"),
    ("a function that is updated", "import json\njson.__dict__.update(loads=None)"),
    ("a module by its name", "import importlib\nimportlib.import_module('json').loads = None"),
    ("a class", "import json\njson.JSONEncoder.item_separator = ';'"),
    ("a class that was imported", "from pathlib import Path\nPath.exists = lambda self: False"),
    ("a text", "import string\nstring.ascii_letters = ''"),
    ("text that is run", "exec('import json; json.loads = None')"),
    ("a dialect", "import csv\ncsv.register_dialect('mine', delimiter=';')"),
    ("fields", "import csv\ncsv.field_size_limit(10)"),
    ("a type of files", "import mimetypes\nmimetypes.add_type('x/y', '.standpipe')"),
    ("time-outs", "import socket\nsocket.setdefaulttimeout(1)"),
    ("logging", "import logging\nlogging.basicConfig(level=logging.DEBUG)"),
    ("the level of a logger", "import logging\nlogging.getLogger('x').setLevel(10)"),
    ("logging that is off", "import logging\nlogging.disable(logging.CRITICAL)"),
    ("a hook", "import sys\nsys.excepthook = print"),
    ("tracing", "import sys\nsys.settrace(lambda *_: None)"),
    ("streams", "import io, sys\nsys.stdout = sys.stderr = sys.stdin = io.StringIO()"),
    ("the zone", "import os, time\nos.environ['TZ'] = 'Asia/Tokyo'\ntime.tzset()"),
    (
        "the temporary folder",
        "import os, tempfile\nos.environ['TMPDIR'] = '/dev/shm'\ntempfile.tempdir = None\ntempfile.gettempdir()",
    ),
    ("limits", "import resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))"),
    ("politeness", "import os\nos.nice(1)"),
    ("tracing of memory", "import tracemalloc\ntracemalloc.start()"),
    ("a false module", "import sys, types\nsys.modules['fake'] = types.ModuleType('fake')"),
    ("a finder", "import sys\nsys.meta_path.append(object())"),
    (
        "a codec",
        "import codecs\ncodecs.register(lambda name: codecs.lookup('utf-8') if name == 'standpipe_codec' else None)",
    ),
    (
        "an event loop",
        "import asyncio\nasyncio.set_event_loop_policy(type('Mine', (asyncio.DefaultEventLoopPolicy,), {})())",
    ),
    (
        "the project's modules",
        "import helper\nhelper.bump()\nhelper.known['b'] = 2\nhelper.Setting.level = 5\nhelper.total(7)",
    ),
];

/// A worker for a project with the helper, on the interpreter itself: what stands for it on the path may take its time.
fn worker() -> Bench {
    let python = standpipe_runtime::environment::system(None).map(|ready| ready.python);
    Bench::with(&python.expect("there is one"), vec![("helper", HELPER)])
}

fn probe(bench: &mut Bench) -> String {
    let task = bench.raw(PROBE);
    said(bench.call(&task, &[], &Shape::String).result)
}

/// What differs, by the names of the probe's facts.
fn difference(one: &str, other: &str) -> String {
    let facts = |text: &str| -> serde_json::Value {
        let text: String = serde_json::from_str(text).unwrap_or_else(|_| text.to_owned());
        serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text))
    };
    let (one, other) = (facts(one), facts(other));
    let Some(fields) = one.as_object() else { return format!("{one}") };
    let differing = fields.iter().filter(|(name, value)| other.get(*name) != Some(value));
    let shown = differing.map(|(name, value)| format!("{name}: {value} and {}", other.get(name).unwrap_or_default()));
    shown.collect::<Vec<_>>().join("; ") + if other.is_object() { "" } else { "the probe failed" }
}

#[test]
#[expect(clippy::print_stdout, reason = "the figure is what it is run for")]
fn nothing_of_a_step_shows_in_the_next() {
    let cold = probe(&mut worker());
    assert!(cold.contains("third"), "{cold}");
    assert_eq!(difference(&cold, &probe(&mut worker())), "", "two new processes differ");
    let (mut undone, mut ended, mut seen, mut shows) = (0, 0, 0, Vec::new());
    let mut bench = worker();
    for (name, body) in MUTATORS {
        let task = bench.raw(&format!("{body}\nreturn 1"));
        let outcome = bench.call(&task, &[], &Shape::Int(None));
        assert_eq!(said(outcome.result), "1", "{name}");
        let difference = difference(&cold, &probe(&mut bench));
        if outcome.alive {
            undone += 1;
            if !difference.is_empty() {
                shows.push(format!("{name}: {difference}"));
            }
        } else {
            // That this process would have shown it says that the probe looks where it should.
            ended += 1;
            seen += usize::from(!difference.is_empty());
            bench = worker();
        }
    }
    println!(
        "{} changes: {undone} undone, {ended} ended the process ({seen} of them would have shown), {} shown",
        MUTATORS.len(),
        shows.len()
    );
    assert!(shows.is_empty(), "{}", shows.join("\n"));
    assert!(seen * 2 > ended, "only {seen} of {ended} would have shown");
}

#[test]
fn functions_of_the_projects_modules_start_from_what_their_modules_say() {
    let mut bench = worker();
    let body = |function: &str| standpipe_runtime::worker::PythonBody::Function {
        module: "helper".into(),
        function: function.into(),
    };
    let task = bench.task(body("total"));
    for number in [3, 4] {
        let outcome = bench.call(&task, &[("number", Value::Int(number), Shape::Int(None))], &Shape::Int(None));
        assert_eq!((said(outcome.result), outcome.alive), (number.to_string(), true));
    }
}

#[test]
fn ordinary_bodies_keep_their_process() {
    let mut bench = worker();
    for body in [
        "import math, os, re\nreturn len(re.findall('a', 'banana')) + os.getpid() * 0 + int(math.pi) * 0",
        "import helper\nreturn helper.known['a']",
        "import random\nrandom.seed(1)\nrandom.shuffle([1, 2])\nreturn 1",
        "class Point:\n    pass\npoint = Point()\npoint.x = 1\ntable = {}\ntable['a'] = 2\nreturn 1",
        "import os, tempfile\nwith tempfile.TemporaryFile() as file:\n    file.write(b'x')\nos.environ['A'] = 'b'\nreturn 1",
        "import threading\nthread = threading.Thread(target=print)\nthread.start()\nthread.join()\nreturn 1",
    ] {
        let task = bench.raw(body);
        let outcome = bench.call(&task, &[], &Shape::Int(None));
        assert!(outcome.result.is_ok() && outcome.alive, "{body}: {}", said(outcome.result));
    }
}
