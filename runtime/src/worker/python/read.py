"""Inputs: from what a frame holds to Python values, by shape. One closure a shape, made once a task.

Knows nothing of outputs. Tables and artifacts are read by their own modules, loaded when one is met.
"""

import datetime
import pathlib

from _standpipe.packages import need


class Record(dict):
    """A record: a dict whose fields are attributes too."""

    __slots__ = ()

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def reader(shape, frame, only=None):
    """A function of (what the frame holds, call) that gives the value; `None` where that is the value itself.

    `only` are the columns that are all that the body reads of it, where that is a table and known."""
    if isinstance(shape, str):
        return NAMED.get(shape)
    ((kind, inner),) = shape.items()
    if kind == "table":
        return table(inner, frame, only)
    make = MADE.get(kind)
    return make(inner, frame) if make else None


def duration(wire, call):
    return datetime.timedelta(microseconds=wire // 1000)


def date(wire, call):
    return datetime.date.fromisoformat(wire)


def time(wire, call):
    """RFC 3339, to the microsecond; older Pythons read neither `Z` nor other than six digits."""
    text = wire.replace("Z", "+00:00")
    if "." in text:
        head, tail = text.split(".", 1)
        digits = len(tail) - len(tail.lstrip("0123456789"))
        text = f"{head}.{tail[:digits][:6]:0<6}{tail[digits:]}"
    return datetime.datetime.fromisoformat(text)


def path(wire, call):
    return pathlib.Path(call.files[wire])


def many(inner, frame):
    item = reader(inner, frame)

    def read(wire, call):
        if isinstance(wire, dict):
            return list(range(wire["start"], wire["end"]))
        return wire if item is None else [item(part, call) for part in wire]

    return read


def mapping(inner, frame):
    item = reader(inner, frame)
    return item and (lambda wire, call: {key: item(part, call) for key, part in wire.items()})


def optional(inner, frame):
    item = reader(inner, frame)
    return item and (lambda wire, call: None if wire is None else item(wire, call))


def decimal(inner, frame):
    # Infinity and NaN travel by name.
    return lambda wire, call: float(wire)


def record(fields, frame):
    parts = [(field["name"], reader(field["shape"], frame)) for field in fields]

    def read(wire, call):
        return Record((name, part if item is None else item(part, call)) for (name, item), part in zip(parts, wire))

    return read


def table(columns, frame, only):
    need("pyarrow", "a `Table`")
    from _standpipe import tables

    return tables.reader(columns, frame, only)


def artifact(inner, frame):
    from _standpipe import codecs

    return codecs.reader(inner["codec"], inner["label"])


def tensor(inner, frame):
    from _standpipe import tensors

    return tensors.reader(inner)


NAMED = {"duration": duration, "date": date, "time": time, "dir": path}

MADE = {
    "float": decimal,
    "file": lambda inner, frame: path,
    "list": many,
    "map": mapping,
    "optional": optional,
    "record": record,
    "artifact": artifact,
    "tensor": tensor,
}
