"""The worker's end of the socket: sends frames, and ends the process when the other end is gone.

Knows nothing of what the frames say.
"""

import json
import os
import select
import signal
import threading

# A larger frame is refused before it is sent: what is large belongs in a file.
LARGEST = 64 << 20

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class TooLarge(Exception):
    """A frame over the limit; its argument is the size in bytes."""


class Channel:
    """Frames out. Any thread may send; a process forked from the worker may not."""

    def __init__(self, file):
        self.file = file
        self.process = os.getpid()
        self.lock = threading.Lock()
        threading.Thread(target=self.watch, name="standpipe", daemon=True).start()

    def send(self, message):
        if os.getpid() != self.process:
            # A child that the body forked came back through here: only the worker itself may answer.
            os._exit(1)
        data = _encode(message).encode()
        if len(data) > LARGEST:
            raise TooLarge(len(data))
        frame = len(data).to_bytes(4, "big") + data
        with self.lock:
            while frame:
                frame = frame[os.write(self.file, frame) :]

    def watch(self):
        """Waits until the runtime is gone, however it ended, then ends this process and its group."""
        poll = select.poll()
        poll.register(self.file, getattr(select, "POLLRDHUP", 0))
        poll.poll()
        if os.getpgrp() == self.process:
            os.killpg(self.process, signal.SIGKILL)
        os._exit(1)
