"""Puts the process back between steps, as far as that is cheap: folder, variables, random numbers, warnings and more.

What a step changes in modules it imported stays; whoever needs that undone needs a process of his own. Knows nothing
of steps.
"""

import _signal
import gc
import os
import random
import sys
import warnings


def handlers():
    return [_signal.getsignal(number) for number in SIGNALS]


def set_handlers(saved):
    for number, handler in zip(SIGNALS, saved):
        _signal.signal(number, handler)


def variables():
    """The variables as they are kept, encoded: decoding all of them before every step would take longer than it."""
    return dict(getattr(os.environ, "_data", os.environ))


def set_variables(saved):
    os.environ.clear()
    os.environ.update({os.fsdecode(name): os.fsdecode(value) for name, value in saved.items()})


def set_path(saved):
    sys.path[:] = saved


def set_arguments(saved):
    sys.argv[:] = saved


def set_filters(saved):
    warnings.filters[:] = saved
    warnings._filters_mutated()


SIGNALS = (_signal.SIGINT, _signal.SIGTERM, _signal.SIGALRM, _signal.SIGCHLD)

# How to read a piece of the process's state, and how to set it.
STATE = (
    (variables, set_variables),
    (lambda: list(sys.path), set_path),
    (lambda: list(sys.argv), set_arguments),
    (lambda: list(warnings.filters), set_filters),
    (handlers, set_handlers),
    (sys.getrecursionlimit, sys.setrecursionlimit),
    (gc.isenabled, lambda on: gc.enable() if on else gc.disable()),
)

# Modules with random numbers of their own, and how to seed them.
SEEDED = (
    ("numpy.random", lambda module, seed: module.seed(seed & 0xFFFFFFFF)),
    ("torch", lambda module, seed: module.manual_seed(seed)),
)


class Seeder:
    """Seeds a module the moment it is first imported: a step's numbers don't depend on which step imported it."""

    def __init__(self):
        self.seed = 0
        self.busy = False

    def find_spec(self, name, path=None, target=None):
        seeds = dict(SEEDED).get(name)
        if seeds is None or self.busy:
            return None
        self.busy = True
        try:
            import importlib.util

            spec = importlib.util.find_spec(name)
        finally:
            self.busy = False
        if spec is None or spec.loader is None:
            return spec
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            seeds(module, self.seed)

        spec.loader.exec_module = exec_module
        return spec


class Reset:
    """The state at the start, and the way back to it."""

    def __init__(self, root):
        self.root = root
        self.seeder = Seeder()
        sys.meta_path.insert(0, self.seeder)
        self.mask = os.umask(0o077)
        os.umask(self.mask)
        self.saved = [read() for read, _ in STATE]

    def __call__(self, seed):
        """Before a step: everything as at the start, and random numbers from `seed`."""
        os.chdir(self.root)
        os.umask(self.mask)
        for (read, write), saved in zip(STATE, self.saved):
            if read() != saved:
                write(saved)
        self.seeder.seed = seed
        random.seed(seed)
        for name, seeds in SEEDED:
            module = sys.modules.get(name)
            if module is not None:
                seeds(module, seed)
