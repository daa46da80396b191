"""Bodies: from a task's code to a function that can be called with its inputs by name.

Raw bodies are compiled as functions whose lines are those of the `.pipe` file. Knows nothing of types or frames on
the socket.
"""

import ast
import importlib
import inspect
import linecache
import types
import typing

from _standpipe import annotated, habits
from _standpipe.plain import plain
from _standpipe.fault import Fault


class Body:
    """What a task calls: `bind(scope)` gives the function for one call."""

    def __init__(self, file, line):
        self.file = file
        self.line = line
        # Where its result comes from, when that is one place.
        self.returns = line
        self.wants = frozenset()
        self.frames = {}
        self.generates = False
        self.awaits = False
        # It may change something that lasts; None where that is up to the project's modules.
        self.lasting = None
        # It can reach nothing but its inputs.
        self.plain = False


class Raw(Body):
    """A function's body, as text. Each call gets globals of its own, so that `global` leaks nothing."""

    def __init__(self, name, inputs, text, file, line):
        super().__init__(file, line)
        remember(file, line, text)
        self.code, tree = compiled(name, inputs, text, file, line)
        lines = [node.lineno for node in own(tree.body[0]) if isinstance(node, ast.Return)]
        self.returns = lines[0] if len(lines) == 1 else line
        self.lasting = habits.lasting(tree)
        self.plain = plain(tree, inputs)
        self.imports = {path[0] for path in habits.imported(tree).values()}
        self.name = name
        self.wants = frozenset(names(self.code))
        self.generates = bool(self.code.co_flags & inspect.CO_GENERATOR)
        self.awaits = bool(self.code.co_flags & inspect.CO_COROUTINE)

    def bind(self, scope):
        scope["__name__"] = self.name
        scope["__file__"] = self.file
        return types.FunctionType(self.code, scope)


class Function(Body):
    """A function of a module of the project."""

    def __init__(self, module, function, inputs):
        self.function = find(module, function)
        code = getattr(inspect.unwrap(self.function), "__code__", None)
        super().__init__(code and code.co_filename, code and code.co_firstlineno)
        self.generates = inspect.isgeneratorfunction(self.function)
        self.awaits = inspect.iscoroutinefunction(self.function)
        parameters = signature(self.function)
        self.wants = frozenset(parameters) - frozenset(inputs)
        hints = annotations(self.function, parameters)
        self.frames = frames(hints)
        makers = ((name, annotated.maker(hint)) for name, hint in hints.items() if name in inputs)
        self.makers = [(name, make) for name, make in makers if make is not None]

    def bind(self, scope):
        given = {name: scope[name] for name in ("report", "log", "checkpoint") if name in self.wants}
        if not given and not self.makers:
            return self.function

        def called(**inputs):
            for name, make in self.makers:
                inputs[name] = make(inputs[name])
            return self.function(**inputs, **given)

        return called


def compiled(name, inputs, text, file, line):
    """The code of a function `name` with parameters `inputs`, and its tree; `return` may stand anywhere in `text`."""
    try:
        tree = ast.parse("\n" * (line - 1) + text, file)
        function = ast.parse(f"def body({', '.join(inputs)}): pass").body[0]
        function.name = name
        function.body = tree.body or function.body
        if any(isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)) for node in own(tree)):
            function = ast.AsyncFunctionDef(**dict(ast.iter_fields(function)))
        ast.copy_location(function, ast.Pass(lineno=line, col_offset=0, end_lineno=line, end_col_offset=0))
        tree = ast.fix_missing_locations(ast.Module([function], []))
        module = compile(tree, file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        fault = Fault("load", f"the body is not valid Python: {getattr(error, 'msg', None) or error}")
        fault.at = (file, getattr(error, "lineno", None) or line)
        raise fault from None
    return next(part for part in module.co_consts if isinstance(part, types.CodeType)), tree


def own(tree):
    """The nodes of a body without those of functions and classes defined in it."""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, inner):
            waiting.extend(ast.iter_child_nodes(node))


def remember(file, line, text):
    """Lets tracebacks show the lines of this body; several bodies stand in one file."""
    _, _, lines, _ = linecache.cache.get(file, (0, None, [], file))
    body = [part + "\n" for part in text.split("\n")]
    end = line - 1 + len(body)
    lines = lines + ["\n"] * (end - len(lines))
    lines[line - 1 : end] = body
    linecache.cache[file] = (1, None, lines, file)


def names(code):
    """Every global name a body may read, those of functions inside it too."""
    yield from code.co_names
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield from names(part)


def find(module, function):
    """The function, or a failure that says what there is instead."""
    value = importlib.import_module(module)
    for part in function.split("."):
        try:
            value = getattr(value, part)
        except AttributeError:
            raise Fault("load", f"module `{module}` has no function `{function}`") from None
    if not callable(value):
        raise Fault("load", f"`{function}` of module `{module}` is not a function")
    return value


def signature(function):
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}


def annotations(function, parameters):
    """What the parameters are said to be; as text where that means nothing."""
    try:
        hints = typing.get_type_hints(function)
    except Exception:
        hints = {name: parameter.annotation for name, parameter in parameters.items()}
    return {name: hint for name, hint in hints.items() if name != "return"}


def frames(hints):
    """The kind of table that each annotated parameter asks for."""
    kinds = {}
    for name, hint in hints.items():
        words = hint if isinstance(hint, str) else f"{getattr(hint, '__module__', '')}."
        root = words.split(".")[0]
        kind = {"pl": "polars", "pa": "pyarrow", "pd": "pandas"}.get(root, root)
        if kind in ("pandas", "polars", "pyarrow"):
            kinds[name] = kind
    return kinds
