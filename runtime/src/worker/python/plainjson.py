"""Results declared `Json`: plain Python values, and those of numpy, as what JSON has.

Knows nothing of other types.
"""

import dataclasses
import math
from collections.abc import Mapping

from _standpipe.fault import Fault
from _standpipe.scalars import plain, wrong

# Deeper JSON is refused: nothing that reads it must be able to overflow.
DEEPEST = 100


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
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
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
