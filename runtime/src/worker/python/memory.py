"""How much memory a step takes at most: what the kernel counts of this process, set back before each step where that is
allowed. It has the interpreter in it, what earlier steps imported, and what they left behind.

Knows nothing of steps.
"""

import os
import sys

try:
    import resource
except ImportError:
    resource = None

# What the system counts in.
UNIT = 1 if sys.platform == "darwin" else 1024
PAGE = os.sysconf("SC_PAGE_SIZE")


class Peak:
    """The most since `begin`, in bytes; `None` where the system says nothing of it."""

    def __init__(self):
        self.own = self.below = 0
        try:
            self.file = os.open("/proc/self/clear_refs", os.O_WRONLY)
        except OSError:
            # A sandbox keeps it from us.
            self.file = None

    def begin(self):
        if self.file is not None:
            try:
                os.write(self.file, b"5")
            except OSError:
                self.file = None
        if self.file is None and resource is not None:
            self.own = most(resource.RUSAGE_SELF)

    def bytes(self):
        own = self.own_bytes()
        if own is None:
            return None
        # Of processes that the step started and waited for, the largest; of one that is smaller than another was earlier,
        # nothing is known.
        before, self.below = self.below, most(resource.RUSAGE_CHILDREN)
        return max(own, self.below) if self.below > before else own

    def own_bytes(self):
        """Without what other processes took that the step started."""
        if resource is None:
            return None
        own = most(resource.RUSAGE_SELF)
        if self.file is None and own == self.own:
            # It had more at another time: what it has now is all that is known.
            own = resident() or own
        return own


def most(whose):
    return resource.getrusage(whose).ru_maxrss * UNIT


def opened(path):
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return None


# Open all the time: where the kernel's count cannot be set back it is read after each step.
PAGES = opened("/proc/self/statm")


def resident():
    """Bytes of memory that the process has now; 0 where that is not known."""
    try:
        return int(os.pread(PAGES, 128, 0).split()[1]) * PAGE
    except (OSError, TypeError, ValueError, IndexError):
        return 0
