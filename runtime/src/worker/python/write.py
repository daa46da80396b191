"""Results: checks a Python value against its declared shape and turns it into what a frame holds.

One closure a shape, made once a task. Knows nothing of inputs. Tables and artifacts are written by their own modules,
loaded when one is met.
"""

import dataclasses
import os
from collections.abc import Iterable, Mapping

from _standpipe import scalars
from _standpipe.fault import Fault, text
from _standpipe.packages import need
from _standpipe.plainjson import json
from _standpipe.scalars import missing, wrong


def writer(shape):
    """A function of (value, call) that gives what the frame holds, or raises a `Fault`."""
    if isinstance(shape, str):
        return NAMED[shape]
    ((kind, inner),) = shape.items()
    return MADE[kind](inner, shape)


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


def tensor(inner, shape):
    from _standpipe import tensors

    return tensors.writer(inner, text(shape))


NAMED = {
    "nothing": lambda value, call: None,
    "bool": scalars.boolean,
    "string": scalars.string,
    "duration": scalars.duration,
    "size": scalars.size,
    "date": scalars.date,
    "time": scalars.time,
    "json": json,
    "dir": path(True, "Dir"),
}

MADE = {
    "int": scalars.integer,
    "float": scalars.decimal,
    "one_of": scalars.one_of,
    "file": lambda inner, shape: path(False, text(shape)),
    "list": many,
    "map": mapping,
    "optional": optional,
    "record": record,
    "table": table,
    "artifact": artifact,
    "tensor": tensor,
}
