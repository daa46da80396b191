"""Which bodies can reach nothing but their inputs and what they make of them: told by their text, before they run.

After such a body there is nothing to put back or to look for. Rather one too few than one that changes something.
Knows nothing of steps.
"""

import ast
import builtins

# What of Python's own a body may name: it gives values, and neither changes nor shows anything else.
HARMLESS = frozenset(
    """
    ArithmeticError AssertionError AttributeError Exception IndexError KeyError LookupError NotImplementedError
    OverflowError RuntimeError StopIteration TypeError ValueError ZeroDivisionError abs all any bin bool bytes chr complex
    dict divmod enumerate filter float format frozenset hash hex int isinstance iter len list map max min next oct ord
    pow range repr reversed round set slice sorted str sum tuple zip
    """.split()
)

# What a name may stand for that is not the body's own.
OUTSIDE = frozenset(vars(builtins)) - HARMLESS | {"report", "log", "checkpoint"}

# Attributes that lead out of generators, coroutines and tracebacks into the frames behind them.
FRAMES = ("_", "gi_", "cr_", "ag_", "f_", "tb_", "co_")

# Nodes that do more than compute.
OTHERS = (
    ast.Import,
    ast.ImportFrom,
    ast.Global,
    ast.Nonlocal,
    ast.ClassDef,
    ast.With,
    ast.AsyncFunctionDef,
    ast.AsyncFor,
    ast.AsyncWith,
    ast.Await,
    ast.Yield,
    ast.YieldFrom,
)

# Inputs that are made of nothing but values.
SCALARS = {"int", "float", "bool", "string", "one_of", "json", "size", "duration", "date", "time", "nothing"}


def plain(tree, inputs):
    """Whether the function in `tree`, whose parameters are `inputs`, is such a body, whatever values it is given."""
    (function,) = tree.body
    if not isinstance(function, ast.FunctionDef):
        return False
    nodes = [node for part in function.body for node in ast.walk(part)]
    own = set(inputs) | {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    own |= {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ExceptHandler)) and node.name}
    # What a function inside it calls its own is something else outside of that.
    if not OUTSIDE.isdisjoint(own.difference(inputs)):
        return False
    return all(harmless(node, own) for node in nodes)


def harmless(node, own):
    if isinstance(node, OTHERS):
        return False
    if isinstance(node, ast.Name):
        return node.id in own or node.id in HARMLESS
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Load) and not node.attr.startswith(FRAMES)
    if isinstance(node, ast.FunctionDef):
        return not node.decorator_list
    # A pattern that names a class asks it what it has.
    return not isinstance(node, getattr(ast, "MatchClass", ()))


def value(shape):
    """Whether a value of that shape has no way to anything outside of it."""
    if isinstance(shape, str):
        return shape in SCALARS
    ((kind, inner),) = shape.items()
    if kind in ("list", "map", "optional"):
        return value(inner)
    if kind == "record":
        return all(value(field["shape"]) for field in inner)
    return kind in SCALARS
