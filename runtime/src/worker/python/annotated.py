"""Inputs of existing functions as their annotations want them: records as dataclasses, strings as members of enums.

Knows nothing of shapes: a value that an annotation says nothing of stays as it is.
"""

import dataclasses
import enum
import types
import typing


def maker(hint):
    """A function that makes of an input what `hint` says; `None` where that is the input itself."""
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return lambda value: value if value is None else hint(value)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return record(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, getattr(types, "UnionType", None)):
        makers = [make for make in map(maker, arguments) if make is not None]
        # Of several nobody could tell which is meant.
        return makers[0] if len(makers) == 1 and type(None) in arguments and len(arguments) == 2 else None
    if origin is list and arguments:
        item = maker(arguments[0])
        return item and (lambda value: value if value is None else [item(part) for part in value])
    if origin is dict and len(arguments) == 2:
        item = maker(arguments[1])
        return item and (lambda value: value if value is None else {key: item(part) for key, part in value.items()})
    return None


def record(kind):
    try:
        hints = typing.get_type_hints(kind)
    except Exception:
        hints = {}
    fields = [(field.name, maker(hints.get(field.name))) for field in dataclasses.fields(kind) if field.init]

    def make(value):
        if not isinstance(value, dict):
            return value
        given = {name: value[name] for name, _ in fields if name in value}
        for name, inner in fields:
            if inner is not None and name in given:
                given[name] = inner(given[name])
        return kind(**given)

    return make
