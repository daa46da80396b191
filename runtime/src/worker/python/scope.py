"""What a body finds in scope beside its inputs: `report`, `log`, `checkpoint`.

Knows nothing of the body or of types.
"""

import math
import os
import pathlib

from _standpipe.fault import Stopped


class Call:
    """One attempt of a step: its files, its folders, and what it says on the way."""

    def __init__(self, channel, number, files, scratch, checkpoint, seed):
        self.channel = channel
        self.number = number
        self.files = files
        self.scratch = scratch
        self.folder = checkpoint
        self.seed = seed
        self.made = 0
        self.originals = {}
        self.sizes = {}

    def scope(self, wants):
        scope = {"__builtins__": __builtins__, "report": self.report, "log": self.log}
        if "checkpoint" in wants:
            os.makedirs(self.folder, exist_ok=True)
            scope["checkpoint"] = pathlib.Path(self.folder)
        return scope

    def new_file(self, ending):
        """A path in the scratch folder where nothing is yet."""
        os.makedirs(self.scratch, exist_ok=True)
        self.made += 1
        return os.path.join(self.scratch, f"{self.made}{ending}")

    def report(self, step=None, **metrics):
        """Reports numbers of the moment, each a point of a metric; `step` tells where on its way the task is."""
        at = None if step is None else int(step)
        for name, value in metrics.items():
            try:
                number = float(value)
            except (TypeError, ValueError):
                raise TypeError(f"metric `{name}` must be a number, not {type(value).__name__}") from None
            value = number if math.isfinite(number) else str(number)
            self.channel.send({"metric": {"call": self.number, "name": name, "value": value, "at": at}})
        # There once the attempt may end early.
        if os.path.exists(self.folder.removesuffix("-checkpoint") + "-stop"):
            raise Stopped

    def log(self, *parts):
        """Writes a line to the step's log, and shows it at once."""
        line = " ".join(map(str, parts))
        print(line)
        self.channel.send({"log": {"call": self.number, "text": line.encode(errors="replace").decode()}})

    def progress(self, point):
        """Takes what a generator yields: metrics as a dict."""
        if not isinstance(point, dict):
            raise TypeError(f"a generator task yields dicts of metrics, not {type(point).__name__}")
        self.report(**point)
