"""The project's own modules between steps: whether a step left something in them, and how they are made new.

What a function keeps in its module, in a list of it, in a class or in a default, would be there for the next step. Each
module is remembered as it was right after its import. Knows nothing of steps.
"""

import sys
import types

# Longer lists are known by their length.
LONGEST = 1000

KINDS = (list, dict, set, bytearray)


def content(value):
    """What is in a container, to tell whether it is still that."""
    if len(value) > LONGEST:
        return len(value)
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return list(value)


def same(old, new):
    if isinstance(old, int) or isinstance(new, int):
        return old == new
    return len(old) == len(new) and all(one is other for one, other in zip(old, new))


class Memory:
    """A module, a class or a function as it was."""

    def __init__(self, thing):
        self.thing = thing
        self.names = dict(vars(thing))
        values = list(self.names.values())
        if isinstance(thing, types.FunctionType):
            values += [*(thing.__defaults__ or ()), *(thing.__kwdefaults__ or {}).values()]
        self.containers = [(value, content(value)) for value in values if isinstance(value, KINDS)]
        self.caches = [value for value in values if callable(getattr(value, "cache_clear", None))]

    def changed(self):
        now = vars(self.thing)
        if len(now) != len(self.names):
            return True
        if any(value is not self.names.get(name) for name, value in now.items()):
            return True
        return any(not same(before, content(value)) for value, before in self.containers)


class Modules:
    """The project's modules that are loaded."""

    def __init__(self, sources):
        self.sources = sources
        self.known = {}
        self.names = {name.split(".")[0] for name in sources.modules}
        sources.loaded = self.loaded

    def loaded(self, module):
        """Remembers a module right after its import."""
        own = [
            value
            for value in vars(module).values()
            if isinstance(value, (type, types.FunctionType)) and value.__module__ == module.__name__
        ]
        self.known[module.__name__] = [Memory(module), *map(Memory, own)]

    def renewed(self):
        """Forgets all modules if a step has left something in one of them; whether it did."""
        for memories in self.known.values():
            for memory in memories:
                for cache in memory.caches:
                    cache.cache_clear()
        if not any(memory.changed() for memories in self.known.values() for memory in memories):
            return False
        for name in self.known:
            sys.modules.pop(name, None)
        self.known.clear()
        return True
