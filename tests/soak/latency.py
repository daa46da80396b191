#!/usr/bin/env python3
"""How soon the program sees that a step was lost, takes over what a killed one left, and is gone when it is cancelled.

    python3 tests/soak/latency.py target/release/standpipe [--times N] [--tasks N] [--seed N]

Losses: what holds a step, its shell or its Python worker is killed, from then until the step's end is told. Taken over:
`--tasks` steps under way when the program is killed, from the start of `runs resume` until each is told to be under way
again; none may have been started twice. Cancelled: from Ctrl-C until the program is gone, with steps that end when they are
asked to and with steps that are deaf; nothing may be left. Its exit code is 1 when anything was wrong; how long it took is
for the reader to judge.
"""

import argparse
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

from runs import PATIENCE, Wrong, environment, events, standpipe

SHELL = """
task wait() -> Int {
  sh:
    echo $$ > shell
    BODY
    echo 1 > "$out"
}

pipeline main() -> Int {
  wait()
}
"""
PYTHON = """
task wait() -> Int {
  python:
    import os, time
    with open("worker", "w") as file:
        file.write(str(os.getpid()))
    time.sleep(1000)
    return 1
}

pipeline main() -> Int {
  wait()
}
"""
# Every step waits until somebody writes to the pipe.
MANY = """
task wait(n: Int) -> Int {
  sh:
    echo "$n" >> begun
    read -r _ < gate || true
    echo "$n" > "$out"
}

pipeline main() -> List[Int] {
  for n in 0..TASKS { wait(n) }
}
"""
DEAF = "trap '' TERM INT; while :; do sleep 0.2; done"


def start(binary, folder, *words):
    words = [binary, *words, "--format", "json"]
    return subprocess.Popen(words, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def until(true_now, what):
    end = time.monotonic() + PATIENCE
    while not true_now():
        if time.monotonic() > end:
            raise Wrong(f"waited in vain: {what}")
        time.sleep(0.002)


def written(path):
    return path.exists() and path.read_text().strip() != ""


def keeper(folder):
    """The number of what holds the step: its lease is among its arguments."""
    for entry in pathlib.Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_text().split("\0") if entry.name.isdigit() else []
        except OSError:
            continue
        if any(word.startswith(str(folder)) and word.endswith(".lease") for word in words):
            return int(entry.name)
    raise Wrong("nothing holds the step")


def left(folder):
    """How many processes are still at work in that folder."""
    found = 0
    for entry in pathlib.Path("/proc").iterdir():
        try:
            found += entry.name.isdigit() and os.readlink(entry / "cwd") == str(folder)
        except OSError:
            pass
    return found


def loss(binary, folder, victim):
    """Seconds from the kill of `victim` to the step's end."""
    (folder / "main.pipe").write_text(PYTHON if victim == "worker" else SHELL.replace("BODY", "sleep 1000"))
    run = start(binary, folder, "run", "main.pipe")
    noted = folder / ("worker" if victim == "worker" else "shell")
    until(lambda: written(noted), "the step begins")
    process = keeper(folder) if victim == "keeper" else int(noted.read_text())
    begun = time.monotonic()
    os.kill(process, signal.SIGKILL)
    for line in run.stdout:
        event = json.loads(line)
        if event["event"] == "step_finished":
            took = time.monotonic() - begun
            break
    else:
        raise Wrong("no end was told")
    run.communicate()
    wanted = {"keeper": "E0650", "shell": "E0621", "worker": "E0608"}[victim]
    if event["error"]["code"] != wanted:
        raise Wrong(f"{victim}: told as {event['error']}")
    until(lambda: left(folder) == 0, "nothing is left")
    return took


def taken_over(binary, folder, tasks):
    """Seconds from the start of what goes on to each step's being under way again."""
    (folder / "main.pipe").write_text(MANY.replace("TASKS", str(tasks)))
    os.mkfifo(folder / "gate")
    run = start(binary, folder, "run", "main.pipe", "--jobs", str(tasks))
    begun = folder / "begun"
    until(lambda: begun.exists() and len(begun.read_text().split()) == tasks, "all steps begin")
    run.kill()
    run.communicate()
    started = time.monotonic()
    run = start(binary, folder, "runs", "resume", "--jobs", str(tasks))
    took, lines = [], []
    for line in run.stdout:
        lines.append(line)
        if json.loads(line)["event"] == "step_started":
            took.append(time.monotonic() - started)
            if len(took) == tasks:
                break
    # Whoever waits for it to be opened goes on.
    os.close(os.open(folder / "gate", os.O_WRONLY))
    lines += run.communicate()[0].splitlines(keepends=True)
    outputs = [event["outputs"] for event in events("".join(lines)) if event["event"] == "run_finished"]
    if run.returncode != 0 or outputs != [list(range(tasks))]:
        raise Wrong(f"ended with {run.returncode}, {outputs}")
    if sorted(map(int, begun.read_text().split())) != list(range(tasks)):
        raise Wrong(f"started again: {len(begun.read_text().split()) - tasks}")
    return took


def cancelled(binary, folder, body):
    """Seconds from Ctrl-C to the end."""
    (folder / "main.pipe").write_text(SHELL.replace("BODY", body))
    run = start(binary, folder, "run", "main.pipe")
    until(lambda: written(folder / "shell"), "the step begins")
    # Bash hears nothing before it has read its next line.
    time.sleep(0.05)
    begun = time.monotonic()
    run.send_signal(signal.SIGINT)
    run.communicate()
    took = time.monotonic() - begun
    if run.returncode != 130:
        raise Wrong(f"ended with {run.returncode}")
    if left(folder) > 0:
        raise Wrong(f"{left(folder)} processes are left")
    return took


def several(times, together, one):
    """`one()` so many times, some of them at once, each in a folder of its own: what each gave."""
    gave, wrong, turns = [], [], iter(range(times))
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                turn = next(turns, None)
            if turn is None:
                return
            with tempfile.TemporaryDirectory() as folder:
                try:
                    gave.append(one(turn, pathlib.Path(folder).resolve()))
                except (Wrong, subprocess.TimeoutExpired) as problem:
                    wrong.append(str(problem))

    threads = [threading.Thread(target=work) for _ in range(together)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return gave, wrong


def told(name, seconds, wrong):
    for line in wrong:
        print(f"WRONG {name}: {line}")
    if seconds:
        seconds = sorted(seconds)
        at = lambda share: seconds[min(len(seconds) - 1, int(len(seconds) * share))] * 1000
        print(f"{name}: {len(seconds)} times, median {at(0.5):.0f} ms, p99 {at(0.99):.0f} ms, most {at(1):.0f} ms; "
              f"{len(wrong)} wrong", flush=True)
    return len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    # What is started in the background is deaf to it, and so would be all that this starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    binary, times = options.binary.resolve(), options.times
    chance = random.Random(options.seed)
    victims = [chance.choice(["keeper", "shell", "worker"]) for _ in range(times)]
    wrong = told("losses", *several(times, 1, lambda turn, folder: loss(binary, folder, victims[turn])))
    gave, failures = several(1, 1, lambda _, folder: taken_over(binary, folder, options.tasks))
    wrong += told("taken over", [took for steps in gave for took in steps], failures)
    wrong += told("cancelled", *several(times, 1, lambda _, folder: cancelled(binary, folder, "sleep 1000")))
    wrong += told("cancelled, deaf (5 s of grace)", *several(times, 10, lambda _, folder: cancelled(binary, folder, DEAF)))
    print(f"latency: {wrong} wrong; seed {options.seed}; kernel {os.uname().release}")
    sys.exit(1 if wrong else 0)


main()
