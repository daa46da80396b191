"""Failures: from an exception to what the runtime shows, with the frames of the user's code only.

Knows nothing of codes or of what ran.
"""

import traceback

from _standpipe.fault import Ended, Fault, Stopped

# Characters kept of a message and of a traceback, whose end tells most.
MESSAGE = 2000
DETAIL = 60000


def failure(error, body, own_files):
    """The failure that `error` is; `own_files` tells whether a file name is the project's."""
    if isinstance(error, Fault):
        file, line = getattr(error, "at", None) or place_of(error, body)
        return described(error.kind, error.message, file, line, "", error.help)
    if isinstance(error, Stopped):
        file, line = (body.file, body.line) if body else (None, None)
        return described("stopped", "the trial was not worth going on with", file, line, "", None)
    trace = cut(traceback.TracebackException.from_exception(error))
    file, line = place(trace, error, body, own_files)
    name = type(error).__qualname__
    words = " ".join(said(error).split())
    if isinstance(error, Ended):
        message = "the step was asked to end"
    elif isinstance(error, SystemExit):
        message = f"the code ended itself with `sys.exit({error.code!r})`"
    else:
        message = f"{name}: {words}" if words else name
    return described("raised", message, file, line, formatted(trace), advice(error))


def place_of(fault, body):
    """The line that a fault is about: where the result comes from, or the body's first."""
    if body is None:
        return None, None
    return body.file, body.returns if fault.kind in ("result", "table") else body.line


def described(kind, message, file, line, detail, help):
    if len(message) > MESSAGE:
        message = message[:MESSAGE] + "…"
    if len(detail) > DETAIL:
        detail = "…" + detail[-DETAIL:]
    return {"kind": kind, "message": message, "file": file, "line": line, "detail": detail, "help": help}


def cut(trace, seen=None):
    """Takes the worker's own frames out, of causes and groups too."""
    seen = seen or set()
    if id(trace) in seen:
        return trace
    seen.add(id(trace))
    hidden = ("<standpipe>", "<frozen importlib")
    kept = [frame for frame in trace.stack if not frame.filename.startswith(hidden)]
    trace.stack = traceback.StackSummary.from_list(kept)
    inner = [trace.__cause__, trace.__context__, *(getattr(trace, "exceptions", None) or [])]
    for other in inner:
        if other is not None:
            cut(other, seen)
    return trace


def formatted(trace):
    try:
        return "".join(trace.format()).rstrip("\n")
    except Exception as error:
        return f"the traceback cannot be shown: {type(error).__name__}"


def said(error):
    try:
        return str(error)
    except Exception:
        return ""


def place(trace, error, body, own_files):
    """The last line of the user's own code on the way to the error."""
    if isinstance(error, SyntaxError) and error.filename and own_files(error.filename):
        return error.filename, error.lineno
    for frame in reversed(trace.stack):
        if own_files(frame.filename):
            return frame.filename, frame.lineno
    return (body.file, body.line) if body else (None, None)


def advice(error):
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"add the package that has `{error.name.split('.')[0]}` to the task's `env`"
    return None
