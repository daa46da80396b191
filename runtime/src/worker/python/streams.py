"""Standard output and error: one log file, appended to. Tells where the log ends; repairs what a step broke.

Knows nothing of steps.
"""

import os
import sys


class Streams:
    def __init__(self):
        self.log = os.dup(1)
        self.file = os.fstat(1).st_ino
        self.stdout = self.stderr = None
        self.restore()

    def restore(self):
        """Output goes to the log, as at the start, whatever was put or closed in its place."""
        for number, name in ((1, "stdout"), (2, "stderr")):
            stream = getattr(self, name)
            if stream is None or stream.closed:
                stream = open(number, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)
                setattr(self, name, stream)
            setattr(sys, name, stream)

    def end(self):
        """The log's length so far."""
        for number in (1, 2):
            try:
                log = os.fstat(number)
            except OSError:
                log = None
            if log is None or log.st_ino != self.file:
                os.dup2(self.log, number)
                log = os.fstat(number)
        return log.st_size

    def flushed(self):
        """The log's length with everything in it that was printed."""
        for stream in (sys.stdout, sys.stderr, self.stdout, self.stderr):
            try:
                stream.flush()
            except (OSError, ValueError, AttributeError):
                pass
        ctypes = sys.modules.get("ctypes")
        if ctypes is not None:
            # C code has buffers of its own.
            ctypes.pythonapi.fflush(None)
        return self.end()
