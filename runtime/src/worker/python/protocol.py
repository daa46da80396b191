"""The worker's end of the socket: sends frames, and ends the process when the other end is gone, after the call that
is under way where that has a record.

Knows nothing of what the frames say.
"""

import json
import os
import select
import signal
import threading
import time

# A larger frame is refused before it is sent: what is large belongs in a file.
LARGEST = 64 << 20

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encoder():
    """A function from value to text. Where Python has one that is compiled, it is made once and not for each value."""
    try:
        kind = json.encoder.c_make_encoder
        parts = kind(None, _encoder.default, json.encoder.encode_basestring, None, ":", ",", False, False, False)
        parts([0], 0)
    except (AttributeError, TypeError):
        return _encoder.encode
    return lambda value: "".join(parts(value, 0))


_encode = encoder()


class TooLarge(Exception):
    """A frame over the limit; its argument is the size in bytes."""


class Channel:
    """Frames out. Any thread may send; a process forked from the worker may not.

    `kept`: another process holds this one, and ends what it leaves.
    """

    def __init__(self, file, kept):
        self.file = file
        self.kept = kept
        self.process = os.getpid()
        self.parent = os.getppid()
        self.lock = threading.Lock()
        # Of the call under way.
        self.record = None
        self.end = End(file)
        threading.Thread(target=self.watch, name="standpipe", daemon=True).start()

    def send(self, message):
        data = self.encoded(message)
        with self.lock:
            if self.record is not None:
                self.record.said(message)
            try:
                self.write(data)
            except OSError:
                if self.record is None:
                    raise
                self.record.alone()

    def answer(self, message):
        """Sends what came of the call; where nobody takes it, it is noted, and the process ends."""
        data = self.encoded(message)
        with self.lock:
            record, self.record = self.record, None
            noted = record is not None and record.always and keep(record, data)
            try:
                self.write(data)
            except OSError:
                if record is not None and not noted:
                    keep(record, data)
                os._exit(0)

    def encoded(self, message):
        if os.getpid() != self.process:
            # A child that the body forked came back through here: only the worker itself may answer.
            os._exit(1)
        data = _encode(message).encode()
        if len(data) > LARGEST:
            raise TooLarge(len(data))
        return data

    def write(self, data):
        frame = len(data).to_bytes(4, "big") + data
        while frame:
            frame = frame[os.write(self.file, frame) :]

    def watch(self):
        """Waits until the runtime is gone, however it ended, then ends this process and its group."""
        self.end.wait()
        with self.lock:
            record = self.record
            if record is not None:
                record.alone()
        if record is not None:
            # The call comes to its end, and the process with it; unless nobody holds it any more.
            while os.getppid() == self.parent:
                time.sleep(1)
        elif self.kept:
            os._exit(0)
        if os.getpgrp() == self.process:
            os.killpg(self.process, signal.SIGKILL)
        os._exit(1)


class End:
    """The end of a socket: nobody is at the other side any more, whatever is still to be read."""

    def __init__(self, file):
        self.queue = None
        if hasattr(select, "kqueue"):
            # With `poll`, macOS loses the end of a socket for which nothing else is asked.
            self.queue = select.kqueue()
            change = select.kevent(file, select.KQ_FILTER_READ, select.KQ_EV_ADD | select.KQ_EV_CLEAR)
            self.queue.control([change], 0)
        else:
            self.poll = select.poll()
            self.poll.register(file, getattr(select, "POLLRDHUP", 0))

    def wait(self):
        if self.queue is None:
            self.poll.poll()
            return
        while not any(event.flags & select.KQ_EV_EOF for event in self.queue.control(None, 1)):
            pass


def keep(record, data):
    """Whether the record could be made."""
    try:
        record.keep(data)
    except OSError:
        return False
    return True
