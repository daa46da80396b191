"""What a call says and what comes of it, for whoever comes after a runtime that died meanwhile.

Knows nothing of when that is.
"""

import collections
import json
import os
from fcntl import fcntl

try:
    # On macOS a sync leaves it in the drive's own memory, unless this is asked for.
    from fcntl import F_FULLFSYNC
except ImportError:
    F_FULLFSYNC = None

# Reports that are remembered until somebody must find them.
MOST = 10_000


class Record:
    """The record of one call. `always`: what comes of it is noted before it is told, too."""

    def __init__(self, scratch, always):
        self.folder = scratch
        self.path = scratch + ".answer"
        self.always = always
        self.reports = None
        self.file = None

    def said(self, message):
        """Takes a message to the runtime up."""
        metric = message.get("metric")
        if metric is None:
            return
        line = json.dumps({"step": metric["at"], metric["name"]: metric["value"]}).encode() + b"\n"
        if self.file is not None:
            written(self.file, line)
            return
        if self.reports is None:
            self.reports = collections.deque(maxlen=MOST)
        self.reports.append(line)

    def alone(self):
        """Nobody hears what is said any more: it goes into a file, as that of a shell step does."""
        if self.file is not None:
            return
        try:
            os.makedirs(self.folder, exist_ok=True)
            self.file = os.open(os.path.join(self.folder, "report"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            written(self.file, b"".join(self.reports or ()))
        except OSError:
            # What a step reports on its way is no reason to fail.
            pass

    def keep(self, answer):
        """Brings to the disk what came of the call, its files before the answer that names them."""
        for folder, _, files in os.walk(self.folder):
            for name in files:
                synced(os.path.join(folder, name))
            synced(folder)
        # Nothing else may have had a reason to make it.
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        unfinished = self.path + ".new"
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            written(file, answer)
            sync(file)
        finally:
            os.close(file)
        os.replace(unfinished, self.path)
        synced(os.path.dirname(self.path))


def written(file, data):
    while data:
        data = data[os.write(file, data) :]


def synced(path):
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        sync(file)
    finally:
        os.close(file)


def sync(file):
    if F_FULLFSYNC is None:
        os.fsync(file)
    else:
        fcntl(file, F_FULLFSYNC)
