"""Puts the process back between steps, as far as that is cheap: folder, variables, random numbers, warnings and more.
Tells when a step left what cannot be put back: a thread, an open file, too much memory.

What a body itself changes in modules it imported is found in its text: see `habits`. Knows nothing of steps.
"""

import _locale
import _signal
import _thread
import builtins
import gc
import os
import random
import stat
import sys
import time
import warnings

from _standpipe import memory


def handlers():
    return [_signal.getsignal(number) for number in SIGNALS]


def set_handlers(saved):
    for number, handler in zip(SIGNALS, saved):
        _signal.signal(number, handler)


def variables():
    """The variables as they are kept, encoded: decoding all of them before every step would take longer than it."""
    return dict(getattr(os.environ, "_data", os.environ))


def set_variables(saved):
    zone = os.environ.get("TZ")
    os.environ.clear()
    os.environ.update({os.fsdecode(name): os.fsdecode(value) for name, value in saved.items()})
    if os.environ.get("TZ") != zone:
        time.tzset()


def set_path(saved):
    sys.path[:] = saved


def set_arguments(saved):
    sys.argv[:] = saved


def set_filters(saved):
    warnings.filters[:] = saved


def forget_shown():
    """A warning that was shown before is shown again, as in a new process."""
    if hasattr(warnings, "_filters_mutated"):
        warnings._filters_mutated()
    elif hasattr(warnings, "_filters_mutated_lock_held"):
        with warnings._lock:
            warnings._filters_mutated_lock_held()


def hooks():
    return [getattr(sys, name) for name in HOOKS]


def set_hooks(saved):
    for name, hook in zip(HOOKS, saved):
        setattr(sys, name, hook)


def tracing():
    return (sys.gettrace(), sys.getprofile())


def set_tracing(saved):
    sys.settrace(saved[0])
    sys.setprofile(saved[1])


SIGNALS = tuple(
    getattr(_signal, name)
    for name in "SIGHUP SIGINT SIGQUIT SIGTERM SIGALRM SIGCHLD SIGUSR1 SIGUSR2 SIGPIPE SIGCONT SIGTSTP SIGWINCH".split()
)

HOOKS = ("excepthook", "displayhook", "unraisablehook", "stdin", "dont_write_bytecode")

DIGITS = getattr(sys, "get_int_max_str_digits", lambda: 0)

# How to read a piece of the process's state, and how to set it.
STATE = (
    (variables, set_variables),
    (lambda: list(sys.path), set_path),
    (lambda: list(sys.argv), set_arguments),
    (lambda: list(warnings.filters), set_filters),
    (handlers, set_handlers),
    (sys.getrecursionlimit, sys.setrecursionlimit),
    (gc.isenabled, lambda on: gc.enable() if on else gc.disable()),
    (gc.get_threshold, lambda saved: gc.set_threshold(*saved)),
    (sys.getswitchinterval, sys.setswitchinterval),
    (DIGITS, lambda saved: sys.set_int_max_str_digits(saved)),
    (lambda: _locale.setlocale(_locale.LC_ALL, None), lambda saved: _locale.setlocale(_locale.LC_ALL, saved)),
    (hooks, set_hooks),
    (tracing, set_tracing),
)


def fresh_context(decimal):
    """As the documentation has the default, whatever was made of that meanwhile."""
    trapped = [decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow]
    decimal.setcontext(
        decimal.Context(28, decimal.ROUND_HALF_EVEN, -999999, 999999, capitals=1, clamp=0, flags=[], traps=trapped)
    )


def no_policy(asyncio):
    if getattr(asyncio.events, "_event_loop_policy", None) is not None:
        asyncio.events._event_loop_policy = None


def no_folder(tempfile):
    tempfile.tempdir = None


# What modules keep that a body may set, once they are loaded.
LOADED = (
    ("decimal", fresh_context),
    ("_socket", lambda module: module.setdefaulttimeout(None)),
    ("asyncio", no_policy),
    ("tempfile", no_folder),
)

# Most memory that a process may keep between steps: a share of the machine's.
SHARE = 8
# Memory is looked at after so many steps.
OFTEN = 32
# A process ends after that many steps, or seconds.
STEPS = 20_000
AGE = 3600.0

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
        self.builtins = dict(builtins.__dict__)
        self.threads = _thread._count()
        self.free = free_number()
        self.steps = 0
        self.begun = time.monotonic()
        self.most = os.sysconf("SC_PHYS_PAGES") * memory.PAGE // SHARE

    def __call__(self, seed):
        """Before a step: everything as at the start, and random numbers from `seed`."""
        os.chdir(self.root)
        os.umask(self.mask)
        for (read, write), saved in zip(STATE, self.saved):
            if read() != saved:
                write(saved)
        forget_shown()
        for name, write in LOADED:
            module = sys.modules.get(name)
            if module is not None:
                write(module)
        self.seeder.seed = seed
        random.seed(seed)
        for name, seeds in SEEDED:
            module = sys.modules.get(name)
            if module is not None:
                seeds(module, seed)

    def own_builtins(self):
        """After a body: what the worker itself works with is as it was."""
        if builtins.__dict__ != self.builtins:
            builtins.__dict__.clear()
            builtins.__dict__.update(self.builtins)

    def spoiled(self):
        """After a step: whether it left something that cannot be put back, or the process has done enough."""
        if _thread._count() > self.threads:
            return True
        free = free_number()
        if free != self.free:
            if free < self.free or left_open(self.free):
                return True
            # What libraries keep open from their import on is no step's.
            self.free = free
        return self.enough()

    def enough(self):
        """Whether the process has done enough, whatever it has done."""
        self.steps += 1
        if self.steps >= STEPS or time.monotonic() - self.begun > AGE:
            return True
        return self.steps % OFTEN == 0 and memory.resident() > self.most


# Where the system lists the open files of whoever looks: Linux, and others.
OPEN = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"


def free_number():
    """The lowest number that no open file has."""
    number = os.dup(2)
    os.close(number)
    return number


def left_open(since):
    """Whether a file, a folder or a socket is open whose number is not below `since`."""
    for name in os.listdir(OPEN):
        if int(name) >= since:
            try:
                mode = os.fstat(int(name)).st_mode
            except OSError:
                continue
            if stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISSOCK(mode):
                return True
    return False
