"""The same tasks for doit: functions keep their results in its database, commands write a file."""

import os

from doit.tools import run_once

KIND, N = os.environ["KIND"], int(os.environ["N"])


def add(i):
    return {"value": i + 1}


def task_step():
    for i in range(N):
        if KIND == "python":
            yield {"name": str(i), "actions": [(add, [i])], "uptodate": [run_once]}
        else:
            out = f"shell-{i}"
            yield {"name": str(i), "actions": [f"printf 1 > {out}"], "targets": [out], "uptodate": [run_once]}
