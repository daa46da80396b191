#!/usr/bin/env python3
"""Kills the program at every point where it changes something: before its N-th write, sync, rename, unlink, spawn, for
N = 1, 2, ... until it ends without having been killed; in a new folder, and in one that has a state already. After each kill
the run is gone on with until it ends, and what came of it is held against what must come of it. Then, at random: what goes
on is killed as well, up to three times.

    python3 tests/soak/crash_points.py target/release/standpipe [--most N] [--every N] [--deep N] [--seed N]

Needs strace 5.16. Prints one line for each kind of point and a summary; its exit code is 1 when anything was wrong.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

from runs import Wrong, events, noted, standpipe, succeeded

# What the program changes the world with, and where, if that is not all the same. All threads of the program are counted,
# each for itself; what it starts is not killed by this. The journal's thread writes what the main thread has written to less
# often where there is a state already: there its own calls are reached.
POINTS = {
    "pwrite64": ("pwrite64", None),
    "pwrite64 to the journal": ("pwrite64", ".standpipe/state.db-wal"),
    "write": ("write", None),
    "sync": ("fdatasync,fsync", None),
    "sync of the journal": ("fdatasync,fsync", ".standpipe/state.db-wal"),
    "ftruncate": ("ftruncate", None),
    "rename": ("renameat2,rename,renameat", None),
    "unlink": ("unlink,unlinkat", None),
    "mkdir": ("mkdir,mkdirat", None),
    "link": ("linkat,link", None),
    "openat": ("openat", None),
    "spawn": ("clone,clone3,vfork", None),
    "flock": ("flock", None),
    "send": ("sendto,sendmsg", None),
}

PROGRAM = """
task make(n: Int) -> Int {
  sh:
    (env -i setsid /bin/sleep MARKER &)
    echo $((n * 2)) > "$out"
}

task add(all: List[Int]) -> File {
  python:
    with open("sum", "w") as file:
        file.write(str(sum(all)))
    return "sum"
}

effect note(sum: File) -> Int {
  sh:
    n="$(cat "$sum")"
    echo "$n" >> noted
    echo "$n" > "$out"
}

pipeline main() -> Int {
  all = for n in 0..10 { make(n) }
  note(add(all))
}
"""
RESULT = 90
# Gives a folder a state, and leaves no trace of what is looked for.
BEFORE = """
task hello() -> Int {
  sh:
    echo 1 > "$out"
}

pipeline before() -> Int {
  hello()
}
"""


def sleepers(marker):
    found = 0
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and marker.encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                found += 1
        except OSError:
            pass
    return found


def killing(folder, point, nth):
    """What has the command behind it killed at that point."""
    calls, path = POINTS[point]
    only = [] if path is None else ["-P", str(folder.resolve() / path)]
    inject = ["-e", f"trace={calls}", "-e", f"inject={calls}:signal=KILL:when={nth}"]
    return ["strace", "-f", "-b", "execve", "-qq", "-o", "/dev/null", *only, *inject]


def one(binary, folder, kills, marker):
    """Kills once, then goes on to the end, killed there as well as long as there are more `kills`: how often it was killed,
    and how many effects a person had to look after."""
    kills, killed, looked, decided, told = list(kills), 0, 0, [], set()
    words = ["run", "main.pipe"]
    # A person decides, and each kill may undo that.
    for _ in range(5 + 2 * len(kills)):
        planned = killing(folder, *kills.pop(0)) if kills else ()
        again = standpipe(binary, folder, *words, "--format", "json", before=planned)
        heard = events(again.stdout)
        doubled = told & succeeded(heard)
        if doubled:
            raise Wrong(f"run again although their end was told: {sorted(doubled)}")
        told |= succeeded(heard)
        if planned and again.returncode in (-9, 137):
            killed += 1
        elif again.returncode == 0:
            outputs = [event["outputs"] for event in heard if event["event"] == "run_finished"]
            break
        elif "nothing of it is left to do" in again.stderr:
            # Its end was on record before it was told; what it came to is seen by what the effect noted.
            outputs = [RESULT]
            break
        else:
            failed = [event for event in heard if event["event"] == "step_finished" and event["status"] == "failed"]
            if [event["error"]["code"] for event in failed] != ["E0652"]:
                raise Wrong(f"cannot go on: {again.returncode}: {again.stdout[-800:]}{again.stderr[-800:]}")
            looked += 1
            # A person looks, undoes what happened, and has it started again.
            (folder / "noted").unlink(missing_ok=True)
            decided = ["--retry", failed[0]["step"]]
        on_record = json.loads(standpipe(binary, folder, "runs", "--format", "json").stdout or '{"runs": []}')["runs"]
        on_record = [run for run in on_record if run["pipeline"] == "main"]
        words = ["runs", "resume", *decided] if on_record else ["run", "main.pipe"]
    else:
        raise Wrong("stuck")
    if outputs != [RESULT]:
        raise Wrong(f"the result is {outputs}")
    if noted(folder) != [str(RESULT)]:
        raise Wrong(f"the effect happened {len(noted(folder))} times")
    until = time.monotonic() + 10
    while sleepers(marker):
        if time.monotonic() > until:
            raise Wrong(f"{sleepers(marker)} processes are left")
        time.sleep(0.05)
    return killed, looked


class Sweep:
    """What was explored so far, and what was wrong."""

    def __init__(self, binary):
        self.binary, self.points, self.deep, self.looked, self.wrong = binary, 0, 0, 0, []

    def explore(self, used, kills):
        """Whether the program was killed at the first of these points."""
        marker = f"{86_400 + self.points}.{os.getpid()}"
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "main.pipe").write_text(PROGRAM.replace("MARKER", marker))
            if used:
                (folder / "before.pipe").write_text(BEFORE)
                standpipe(self.binary, folder, "run", "before.pipe")
            try:
                killed, looked = one(self.binary, folder, kills, marker)
            except (Wrong, subprocess.TimeoutExpired) as problem:
                self.wrong.append(f"{'used' if used else 'new'} {kills}: {problem}")
                killed, looked = 1, 0
        self.points += min(killed, 1)
        self.deep += max(killed - 1, 0)
        self.looked += looked
        return killed > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--most", type=int, default=10_000, help="points of each kind at most")
    parser.add_argument("--every", type=int, default=1, help="only every N-th point")
    parser.add_argument("--deep", type=int, default=0, help="runs killed at random, and killed again where they go on")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    if shutil.which("strace") is None:
        sys.exit("strace is not installed: apt-get install strace")
    begun, chance = time.monotonic(), random.Random(options.seed)
    sweep, found = Sweep(options.binary.resolve()), {}
    for used in (False, True):
        for point in POINTS:
            before = sweep.points
            for nth in range(1, options.most * options.every + 1, options.every):
                if not sweep.explore(used, [(point, nth)]):
                    break
                found[used, point] = nth
            print(f"  {'used' if used else 'new'}: {point}: {sweep.points - before} points", flush=True)
    for _ in range(options.deep):
        used = chance.random() < 0.5
        # Any kind as often as any other, any point of a kind as well.
        kinds = [point for point in POINTS if (used, point) in found]
        kills = [(kind, chance.randint(1, found[used, kind])) for kind in chance.choices(kinds, k=chance.randint(2, 4))]
        sweep.explore(used, kills)
    for line in sweep.wrong:
        print(f"WRONG {line}")
    print(f"K1 crash-points: {sweep.points} explored, and {sweep.deep} in what goes on after; {len(sweep.wrong)} wrong (lost, "
          f"doubled, orphans, stuck or manual), {sweep.looked} effects looked after; seed {options.seed}; kernel "
          f"{os.uname().release}; {time.monotonic() - begun:.1f} s")
    sys.exit(1 if sweep.wrong else 0)


main()
