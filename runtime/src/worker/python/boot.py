"""Starts the worker: takes the socket off standard input, loads the program from its first frame, runs it.

Knows nothing of steps; everything else of the worker's program, and the project's modules, comes through `Sources`.
"""

import importlib.machinery
import importlib.util
import json
import linecache
import os
import sys


class Sources:
    """Finds and loads modules whose text was sent: a list of `{name, path, text, package}`."""

    def __init__(self, modules, folder):
        self.modules = {module["name"]: module for module in modules}
        self.folder = folder
        # Told of each module once it is loaded.
        self.loaded = None

    def find_spec(self, name, path=None, target=None):
        module = self.modules.get(name)
        if module is None:
            return self.namespace(name)
        spec = importlib.util.spec_from_loader(name, self, is_package=module["package"])
        spec.origin = os.path.join(self.folder, module["path"])
        spec.has_location = True
        if module["package"]:
            spec.submodule_search_locations = [os.path.dirname(spec.origin)]
        return spec

    def namespace(self, name):
        """A folder without `__init__.py` on the way to a module that was sent."""
        if not any(other.startswith(name + ".") for other in self.modules):
            return None
        spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [os.path.join(self.folder, *name.split("."))]
        return spec

    def folders(self):
        """The folders that the modules' names start from."""
        found = set()
        for name, module in self.modules.items():
            path = os.path.join(self.folder, module["path"])
            for _ in range(name.count(".") + 1 + module["package"]):
                path = os.path.dirname(path)
            found.add(path)
        return sorted(found)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        text = self.modules[module.__name__]["text"]
        # The text that runs is the one of the plan: tracebacks show it even when the file has changed since.
        lines = text.splitlines(keepends=True)
        linecache.cache[module.__file__] = (len(text), None, lines, module.__file__)
        exec(compile(text, module.__file__, "exec", dont_inherit=True), module.__dict__)
        if self.loaded is not None:
            self.loaded(module)

    def get_source(self, name):
        return self.modules[name]["text"]


# Text to value: what `json.loads` does after it has looked for encodings and blanks that are not there.
decode = json.JSONDecoder().raw_decode


class Frames:
    """Frames in: a length in four bytes, then that much JSON. Ends the process where the socket ends."""

    def __init__(self, file):
        self.file = file
        self.waiting = b""

    def receive(self):
        waiting = self.filled(4)
        size = 4 + int.from_bytes(waiting[:4], "big")
        waiting = self.filled(size)
        # Nearly always nothing is left: one call is answered before the next is sent.
        self.waiting = waiting[size:]
        return decode(waiting[4:size].decode())[0]

    def filled(self, wanted):
        """What has come, once that is as much as `wanted`."""
        if len(self.waiting) < wanted:
            parts, length = [self.waiting], len(self.waiting)
            while length < wanted:
                try:
                    part = os.read(self.file, max(1 << 16, wanted - length))
                except OSError:
                    # The runtime died with answers that it had not read.
                    part = b""
                if not part:
                    os._exit(0)
                parts.append(part)
                length += len(part)
            self.waiting = b"".join(parts)
        return self.waiting


def boot():
    socket = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    if sys.version_info < (3, 9):
        sys.exit("Standpipe needs Python 3.9 or newer")
    frames = Frames(socket)
    hello = frames.receive()
    program = Sources(hello["program"], "<standpipe>")
    project = Sources(hello["modules"], hello["root"])
    sys.meta_path[:0] = [program, project]
    # Processes that a body starts load the project's modules from its files.
    sys.path += project.folders()
    from _standpipe import main

    main.main(frames, hello, project)


boot()
