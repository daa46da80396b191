"""Results: checks a Python value against its declared shape and turns it into what a frame holds.

One closure a shape, made once a task. Knows nothing of inputs. Tables and artifacts are written by their own modules,
loaded when one is met.
"""

import dataclasses
import datetime
import math
import os
from collections.abc import Iterable, Mapping

from _standpipe.fault import Fault, found, text
from _standpipe.packages import need

# Deeper JSON is refused: nothing that reads it must be able to overflow.
DEEPEST = 100


def writer(shape):
    """A function of (value, call) that gives what the frame holds, or raises a `Fault`."""
    if isinstance(shape, str):
        return NAMED[shape]
    ((kind, inner),) = shape.items()
    return MADE[kind](inner, shape)


def wrong(value, declared, help=None):
    if value is None:
        message = f"came back as nothing, but `{declared}` is declared"
        return Fault("result", message, help or "return a value on every path, or declare the type with `?`")
    return Fault("result", f"came back as {found(value)}, but `{declared}` is declared", help)


def plain(value):
    """A number of numpy, pandas or torch as Python's own; anything else as it is."""
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        return value.item()
    return value


def missing(value):
    """`None`, and what pandas has in its place."""
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def holds(bound, value, declared):
    low, high = bound["low"], bound["high"]
    fits = (low is None or value >= low) and (
        high is None or (value <= high if bound["inclusive"] else value < high)
    )
    if not fits:
        raise Fault("result", f"is {value}, but `{declared}` is declared")


def integer(bound, shape):
    declared = text(shape)

    def write(value, call):
        if type(value) is not int:
            number = plain(value)
            if isinstance(number, float) and math.isnan(number):
                raise Fault("result", f"is NaN, but `{declared}` is declared", "NaN is a Float, never an Int")
            if isinstance(number, bool) or not hasattr(number, "__index__"):
                whole = isinstance(number, float) and number.is_integer()
                raise wrong(number, declared, "convert it with `int(…)`" if whole else None)
            value = number.__index__()
        if not -(1 << 63) <= value < 1 << 63:
            raise Fault("result", f"is {value}, more than the 64 bits of an `Int`")
        if bound:
            holds(bound, value, declared)
        return value

    return write


def decimal(bound, shape):
    declared = text(shape)

    def write(value, call):
        if type(value) is not float:
            number = plain(value)
            if isinstance(number, bool) or not hasattr(number, "__float__") or isinstance(number, str):
                raise wrong(number, declared)
            value = float(number)
        if bound:
            holds(bound, value, declared)
        return value if math.isfinite(value) else str(value)

    return write


def boolean(value, call):
    if type(value) is not bool:
        value = plain(value)
        if type(value) is not bool:
            raise wrong(value, "Bool")
    return value


def string(value, call):
    if type(value) is not str:
        if not isinstance(value, str):
            raise wrong(value, "String")
        value = str(value)
    return value


def one_of(members, shape):
    declared = text(shape)

    def write(value, call):
        if value not in members:
            raise wrong(value, declared)
        return str(value)

    return write


def duration(value, call):
    if type(value).__name__ == "timedelta64":
        value = value.astype("timedelta64[us]").item()
    if not isinstance(value, datetime.timedelta):
        raise wrong(value, "Duration", "return a `datetime.timedelta`")
    return (value.days * 86400 + value.seconds) * 1_000_000_000 + value.microseconds * 1000


def size(value, call):
    number = plain(value)
    if isinstance(number, bool) or not hasattr(number, "__index__"):
        raise wrong(number, "Size", "a Size is a whole number of bytes")
    number = number.__index__()
    if not 0 <= number < 1 << 64:
        raise Fault("result", f"is {number}, but a `Size` has from 0 to 2⁶⁴ - 1 bytes")
    return number


def instant(value):
    """A moment as `datetime`; what has no zone is taken as UTC."""
    if type(value).__name__ == "datetime64":
        value = value.astype("datetime64[us]").item()
    if isinstance(value, datetime.datetime):
        zone = datetime.timezone.utc
        return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)
    return None


def date(value, call):
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    moment = None if missing(value) else instant(value)
    if moment is None:
        raise wrong(value, "Date", "return a `datetime.date`")
    if moment.time() != datetime.time():
        raise Fault("result", f"is the time {value}, but `Date` is declared", "take its day with `.date()`")
    return moment.date().isoformat()


def time(value, call):
    moment = None if missing(value) else instant(value)
    if moment is None:
        raise wrong(value, "Time", "return a `datetime.datetime`")
    return moment.isoformat().replace("+00:00", "Z")


def json(value, call):
    return jsonable(value, 0)


def jsonable(value, depth):
    """JSON of plain Python values; numpy's numbers and arrays, tuples and mappings are taken too."""
    if value is None or type(value) in (bool, int, str):
        return value
    if depth > DEEPEST:
        raise Fault("result", f"is nested deeper than {DEEPEST} levels, which `Json` may not be")
    value = plain(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Fault("result", f"holds {value}, which `Json` has no word for")
        return float(value)
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise Fault("result", f"has the key {key!r}, but keys of `Json` are strings")
        return {str(key): step(part, depth, f"[{key!r}]") for key, part in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [step(part, depth, f"[{index}]") for index, part in enumerate(value)]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise wrong(value, "Json")


def step(value, depth, part):
    try:
        return jsonable(value, depth + 1)
    except Fault as fault:
        raise fault.within(part) from None


def many(inner, shape):
    item, declared = writer(inner), text(shape)

    def write(value, call):
        if isinstance(value, (set, frozenset)):
            raise wrong(value, declared, "a set has no order: return `sorted(…)` of it")
        if hasattr(value, "tolist"):
            value = value.tolist()
        if isinstance(value, (str, bytes, Mapping, os.PathLike)) or not isinstance(value, Iterable):
            raise wrong(value, declared, None if value is None else "return a list")
        parts = []
        for part in value:
            try:
                parts.append(item(part, call))
            except Fault as fault:
                raise fault.within(f"[{len(parts)}]") from None
        return parts

    return write


def mapping(inner, shape):
    item, declared = writer(inner), text(shape)

    def write(value, call):
        if not isinstance(value, Mapping):
            raise wrong(value, declared)
        parts = {}
        for key, part in value.items():
            if not isinstance(key, str):
                raise Fault("result", f"has the key {key!r}, but keys of a `Map` are strings")
            try:
                parts[str(key)] = item(part, call)
            except Fault as fault:
                raise fault.within(f"[{key!r}]") from None
        return parts

    return write


def optional(inner, shape):
    item = writer(inner)
    return lambda value, call: None if missing(value) else item(value, call)


def record(fields, shape):
    parts, declared = [(field["name"], writer(field["shape"])) for field in fields], text(shape)
    needed = ", ".join(f"{name!r}: …" for name, _ in parts)

    def write(value, call):
        mapped = isinstance(value, Mapping)
        if not mapped and not attributes(value):
            raise wrong(value, declared, None if value is None else f"return a dict: `{{{needed}}}`")
        wire = []
        for name, item in parts:
            try:
                part = value[name] if mapped else getattr(value, name)
            except (KeyError, AttributeError):
                raise absent(value, name, mapped, declared) from None
            try:
                wire.append(item(part, call))
            except Fault as fault:
                raise fault.within("." + name) from None
        return wire

    return write


def attributes(value):
    """Whether it is an object with fields, rather than a value of some other kind."""
    if dataclasses.is_dataclass(value) or hasattr(value, "_fields"):
        return True
    return hasattr(value, "__dict__") and not callable(value) and not hasattr(value, "__len__")


def absent(value, name, mapped, declared):
    names = list(value) if mapped else getattr(value, "_fields", None) or list(getattr(value, "__dict__", {}))
    has = ", ".join(f"`{other}`" for other in names[:8]) or "none"
    return Fault("result", f"has no field `{name}`, but `{declared}` is declared", f"its fields: {has}")


def path(folder, declared):
    kind, exists = ("folder", os.path.isdir) if folder else ("file", os.path.isfile)

    def write(value, call):
        if not isinstance(value, (str, os.PathLike)):
            raise wrong(value, declared, None if value is None else f"return the path of a {kind}")
        name = os.path.abspath(value)
        if not exists(name):
            what = "is not a " + kind if os.path.exists(name) else "does not exist"
            raise Fault("result", f"is the path `{value}`, which {what}")
        return given(name, call)

    return write


def given(name, call):
    """A file for the frame: one of the inputs when it is one of them."""
    for index, other in enumerate(call.files):
        if other == name:
            return {"same": index}
    return {"path": name}


def table(columns, shape):
    need("pyarrow", "a `Table`")
    from _standpipe import tables

    return tables.writer(columns, text(shape))


def artifact(inner, shape):
    from _standpipe import codecs

    return codecs.writer(inner["codec"], inner["label"])


NAMED = {
    "nothing": lambda value, call: None,
    "bool": boolean,
    "string": string,
    "duration": duration,
    "size": size,
    "date": date,
    "time": time,
    "json": json,
    "dir": path(True, "Dir"),
}

MADE = {
    "int": integer,
    "float": decimal,
    "one_of": one_of,
    "file": lambda inner, shape: path(False, text(shape)),
    "list": many,
    "map": mapping,
    "optional": optional,
    "record": record,
    "table": table,
    "artifact": artifact,
}
