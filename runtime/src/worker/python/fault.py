"""What is wrong with a value at the boundary, in words for the person who wrote the task.

Knows nothing of codes: the runtime has a code for each kind.
"""


class Fault(Exception):
    """A failure that is not the body's own exception.

    `kind` is one of `result`, `table`, `codec`, `package`, `load`, `input`; `place` tells where in the result.
    """

    def __init__(self, kind, message, help=None, place=""):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.help = help
        self.place = place

    def within(self, part):
        self.place = part + self.place
        return self


class Stopped(BaseException):
    """The trial that the body belongs to is not worth going on with; no `except Exception` of the body stops this."""


class Ended(SystemExit):
    """The worker was asked to end while the body ran."""


def returned(place):
    """How a sentence about the result, or a part of it, begins."""
    if not place:
        return "the result"
    if place.startswith(".") and "." not in place[1:] and "[" not in place:
        return f"field `{place[1:]}`"
    place = place.lstrip(".")
    return f"`{place if len(place) <= 80 else place[:80] + '…'}` of the result"


def text(shape):
    """A shape as it is written in a `.pipe` file."""
    if isinstance(shape, str):
        name = {"one_of": "String", "nothing": "nothing"}.get(shape, shape.capitalize())
        return name
    ((kind, inner),) = shape.items()
    if kind in ("int", "float"):
        return kind.capitalize() + (f" in {bound(inner)}" if inner else "")
    if kind == "one_of":
        return " | ".join('"' + member + '"' for member in inner)
    if kind == "file":
        return f"File[{inner}]" if inner else "File"
    if kind == "table":
        return "Table" if inner is None else f"Table[{record(inner)}]"
    if kind == "record":
        return record(inner)
    if kind == "optional":
        return text(inner) + "?"
    if kind == "artifact":
        return inner["label"]
    if kind == "tensor":
        sizes = "".join(f", {size}" for part in inner["sizes"] for size in part.values())
        return f"Tensor[{inner['of']}{sizes}]"
    return f"{kind.capitalize()}[{text(inner)}]"


def record(fields):
    return "{ " + ", ".join(f"{field['name']}: {text(field['shape'])}" for field in fields) + " }" if fields else "{}"


def bound(limits):
    ends = ["" if end is None else f"{end:g}" for end in (limits["low"], limits["high"])]
    return ends[0] + ("..=" if limits["inclusive"] else "..") + ends[1]


def found(value):
    """A value in a few words: its kind in the language's terms, and itself where that is short."""
    if value is None:
        return "nothing"
    kind = type(value)
    name = {bool: "the Bool", int: "the Int", float: "the Float", str: "the String"}.get(kind)
    if name:
        shown = str(value).lower() if kind is bool else repr(value)
        if kind is str:
            shown = '"' + value + '"'
        return f"{name} {shown}" if len(shown) <= 60 else f"{name.replace('the', 'a')} of {len(shown)} characters"
    if kind in (list, tuple):
        return f"a {kind.__name__} of {len(value)}"
    if kind is dict:
        keys = ", ".join(f"`{key}`" for key in list(value)[:8])
        return f"a dict of {keys}" if keys else "an empty dict"
    module = kind.__module__.split(".")[0]
    name = kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"
    return ("an " if name[:1] in "aeiouAEIOU" else "a ") + name
