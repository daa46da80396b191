"""The worker's loop: takes tasks and calls off the socket, runs them one at a time, answers.

Knows of no scheduling: what to run, with what and where to put files is in each call.
"""

import ast
import os
import signal
import sys

from _standpipe import body, habits, memory, modules, plain, read, reset, streams, trace, write
from _standpipe.fault import Ended, Fault, returned
from _standpipe.packages import need
from _standpipe.protocol import LARGEST, Channel, TooLarge
from _standpipe.record import Record
from _standpipe.scope import Call


class Task:
    """A task with the shapes of one kind of call: compiled at its first call, kept for all others."""

    def __init__(self, definition):
        self.definition = definition
        self.body = None
        self.inputs = None
        # Its steps can change nothing that another could meet.
        self.plain = False

    def prepare(self):
        definition = self.definition
        names = [name for name, _ in definition["inputs"]]
        if "raw" in definition["body"]:
            self.body = body.Raw(definition["name"], names, **definition["body"]["raw"])
        elif "sql" in definition["body"]:
            need("pyarrow", "a body in SQL")
            from _standpipe import sql

            self.body = sql.Sql(definition["inputs"], definition["output"], **definition["body"]["sql"])
        else:
            self.body = body.Function(inputs=names, **definition["body"]["function"])
        shapes = [shape for _, shape in definition["inputs"]]
        self.plain = self.body.plain and all(map(plain.value, [*shapes, definition["output"]]))
        frames = self.body.frames
        self.output = write.writer(definition["output"])
        self.inputs = [
            (name, read.reader(shape, frames.get(name, definition["frame"]), definition["reads"].get(name)))
            for name, shape in definition["inputs"]
        ]

    def run(self, wire, call):
        if self.inputs is None:
            self.prepare()
        values = {}
        for (name, reader), part in zip(self.inputs, wire):
            try:
                values[name] = part if reader is None else reader(part, call)
            except Fault as fault:
                if fault.kind != "package":
                    fault.message = f"input `{name}` {fault.message}"
                raise
        function = self.body.bind(call.scope(self.body.wants))
        result = function(**values)
        # The body's own hold on large inputs ends here: a table that it replaced need not live while it is written.
        del values
        if self.body.generates:
            result = driven(result, call)
        elif self.body.awaits:
            import asyncio

            result = asyncio.run(result)
        return self.checked(result, call)

    def checked(self, result, call):
        try:
            return self.output(result, call)
        except Fault as fault:
            if fault.kind != "package":
                fault.message = f"{returned(fault.place)} {fault.message}"
            if result is None and fault.place == "":
                fault.help = "add a `return` to the body"
            raise


def driven(generator, call):
    """Runs a generator to its end: what it yields are metrics, what it returns is the result."""
    while True:
        try:
            point = next(generator)
        except StopIteration as end:
            return end.value
        call.progress(point)


class Worker:
    def __init__(self, socket, hello, project):
        self.modules = modules.Modules(project)
        # Whether functions of the project's modules may change something that lasts; found out when one is called.
        self.lasting = None
        self.channel = Channel(socket, hello["kept"])
        self.root = hello["root"]
        self.tasks = {}
        self.own = {os.path.join(self.root, module["path"]) for module in hello["modules"]}
        os.chdir(self.root)
        self.output = streams.Streams(hello["log"])
        sys.argv = ["standpipe"]
        self.peak = memory.Peak()
        self.reset = reset.Reset(self.root)
        # Everything is as it was put back last.
        self.fresh = False
        # The log's length.
        self.end = self.output.end()

    def define(self, definition):
        self.tasks[definition["task"]] = Task(definition)
        for kind, part in definition["body"].items():
            if kind != "function":
                self.own.add(part["file"])

    def call(self, request, inputs):
        task = self.tasks[request["task"]]
        number = request["call"]
        scratch, record = request["scratch"], request.get("record")
        call = Call(self.channel, number, request["files"], scratch, request["checkpoint"], request["seed"])
        if record is not None:
            self.channel.record = Record(scratch, record == "always")
        try:
            if not (self.fresh and task.plain):
                self.renew(request["seed"])
            self.fresh = task.plain
            self.peak.begin()
            answer = {"done": {"call": number, "value": task.run(inputs, call)}}
        except BaseException as error:
            self.fresh = False
            answer = {"failed": {"call": number, **self.failure(error, task)}}
        ((_, content),) = answer.items()
        if self.fresh and self.output.quiet:
            content["log"] = [self.end, self.end]
            content["memory"] = self.peak.own_bytes()
            if self.reset.enough():
                content["left"] = True
        else:
            self.look(content, task)
        self.answer(answer, content, task)

    def renew(self, seed):
        """Puts back what is cheap to put back, for a step with random numbers from `seed`."""
        if self.modules.renewed():
            for known in self.tasks.values():
                known.inputs = None
        self.output.restore()
        self.reset(seed)

    def look(self, content, task):
        """Looks for what the step left, and where its part of the log ends."""
        self.reset.own_builtins()
        start, self.end = self.end, self.output.flushed()
        content["log"] = [start, self.end]
        # What the step started and did not wait for is waited for here: it counts as the step's.
        left = children()
        content["memory"] = self.peak.bytes()
        if left or self.lasts(task) or self.reset.spoiled():
            content["left"] = True

    def answer(self, answer, content, task):
        try:
            self.channel.answer(answer)
        except (TooLarge, UnicodeEncodeError, ValueError, RecursionError) as error:
            if isinstance(error, TooLarge):
                message = f"the result has {error.args[0]} bytes, more than the {LARGEST} that travel inline"
                fault = Fault("result", message, "return it as a Table, a File or an artifact")
            else:
                fault = Fault("result", "the result holds text that is not Unicode: a lone surrogate")
            failed = {**content, **self.failure(fault, task)}
            failed.pop("value", None)
            self.channel.answer({"failed": failed})

    def lasts(self, task):
        """Whether the step may have changed something that is not put back."""
        of = task.body
        if of is None:
            return False
        if of.lasting:
            return True
        if of.lasting is None or not of.imports.isdisjoint(self.modules.names):
            if self.lasting is None:
                self.lasting = any(map(lasting_functions, self.modules.sources.modules.values()))
            return self.lasting
        return False

    def failure(self, error, task):
        failed = trace.failure(error, task.body, self.own.__contains__)
        return {key: clean(value) for key, value in failed.items()}


def lasting_functions(module):
    """Whether a function of a module may change something that lasts; what is done at its import is not looked at."""
    try:
        tree = ast.parse(module["text"])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return bool(functions) and habits.lasting(tree, functions)


def children():
    """Whether a process is left below this one, which is the reaper of all that it starts."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        return True
    except ChildProcessError:
        return False


def clean(value):
    """Text that can travel: half characters are replaced."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def leave(number, frame):
    """Asked to end: the body's own `finally` still runs."""
    raise Ended


def main(frames, hello, project):
    signal.signal(signal.SIGTERM, leave)
    worker = Worker(frames.file, hello, project)
    worker.channel.send({"ready": {"python": sys.version.split()[0]}})
    while True:
        frame = frames.receive()
        if "define" in frame:
            worker.define(frame["define"])
        else:
            worker.call(*frame["call"])
