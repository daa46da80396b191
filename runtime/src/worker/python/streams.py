"""Standard output and error: a pipe, which another process empties into the log. What Python prints is added to the log at
once, after what has come through the pipe. Tells where the log ends; repairs what a step broke.

The log itself would be cut by programs that open `/dev/stderr` to write to it. Knows nothing of steps.
"""

import io
import os
import select
import sys
from fcntl import ioctl
from termios import FIONREAD
from time import monotonic, sleep

NOTHING = bytes(4)
# Seconds that are waited at most until all is in the log: what a step left behind may print for ever.
PATIENCE = 5.0


class Raw(io.RawIOBase):
    """What is printed to the descriptor of that number, as long as it is what it was at the start."""

    mode = "wb"

    def __init__(self, streams, number):
        self.streams = streams
        self.name = number

    def fileno(self):
        return self.name

    def writable(self):
        return True

    def write(self, data):
        streams = self.streams
        streams.quiet = False
        if streams.log is None or not streams.own(self.name):
            return os.write(self.name, data)
        streams.drained()
        return os.write(streams.log, data)


class Streams:
    """`log` is the file where what is printed comes to lie; `None` when it is out of reach."""

    def __init__(self, log):
        self.kept = os.dup(1)
        self.file = os.fstat(1).st_ino
        self.log = None if log is None else os.open(log, os.O_WRONLY | os.O_APPEND)
        self.stdout = self.stderr = None
        # Nothing was printed in Python since the end of the log was asked for.
        self.quiet = True
        self.restore()
        self.drained()

    def own(self, number):
        """Whether that descriptor is what it was at the start."""
        try:
            return os.fstat(number).st_ino == self.file
        except OSError:
            return False

    def restore(self):
        """Output goes to the log, as at the start, whatever was put or closed in its place."""
        for number, name in ((1, "stdout"), (2, "stderr")):
            stream = getattr(self, name)
            if stream is None or stream.closed:
                stream = io.TextIOWrapper(
                    io.BufferedWriter(Raw(self, number)), encoding="utf-8", errors="backslashreplace", line_buffering=True
                )
                stream.mode = "w"
                setattr(self, name, stream)
            setattr(sys, name, stream)

    def end(self):
        """The log's length so far."""
        self.quiet = True
        for number in (1, 2):
            if not self.own(number):
                os.dup2(self.kept, number)
        return 0 if self.log is None else os.fstat(self.log).st_size

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
        self.drained()
        return self.end()

    def drained(self):
        """Waits until everything that came into the pipe is in the log."""
        if ioctl(self.kept, FIONREAD, NOTHING) == NOTHING:
            return
        poll = select.poll()
        # Whether anybody empties it is told without being asked for.
        poll.register(self.kept, 0)
        until, pause = monotonic() + PATIENCE, 2e-5
        while not poll.poll(0) and monotonic() < until:
            sleep(pause)
            if ioctl(self.kept, FIONREAD, NOTHING) == NOTHING:
                return
            pause = min(pause * 2, 0.001)
