"""Runs of the program as its long tests make them: what was told, and what is wrong."""

import json
import os
import subprocess

# Longest that one command may take, in seconds.
PATIENCE = 60


class Wrong(Exception):
    """The program did what it must not."""


def environment():
    return {**{name: value for name, value in os.environ.items() if not name.startswith("STANDPIPE_")}, "NO_COLOR": "1"}


def standpipe(binary, folder, *words, before=(), printed=None):
    """Runs it to its end. What it prints goes through the file `printed` if there is one, and not through a pipe."""
    command = [*before, binary, *words]
    options = {"cwd": folder, "env": environment(), "text": True, "timeout": PATIENCE}
    if printed is None:
        return subprocess.run(command, **options, capture_output=True)
    with open(printed, "w") as stdout:
        done = subprocess.run(command, **options, stdout=stdout, stderr=subprocess.PIPE)
    done.stdout = printed.read_text()
    return done


def events(text):
    """The events told; where the program ended or its output failed, the last line may be cut."""
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            break
    # What could not be read at all is told as what is wrong with the file.
    return [event for event in found if "event" in event]


def succeeded(told):
    return {event["step"] for event in told if event["event"] == "step_finished" and event["status"] == "succeeded"}


def noted(folder):
    file = folder / "noted"
    return file.read_text().split() if file.exists() else []
