#!/usr/bin/env python3
"""Kills the program at every point where it changes something: before its N-th write, sync, rename, unlink, spawn, for
N = 1, 2, ... until it ends without having been killed. After each kill the run is gone on with until it ends, and what
came of it is held against what must come of it.

    python3 tests/soak/crash_points.py target/release/standpipe [--most N] [--every N]

Needs strace. Prints one line for each kind of point and a summary; its exit code is 1 when anything was wrong.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from runs import Wrong, events, noted, standpipe, succeeded

# What the program changes the world with. Only its own main process is counted: what it starts is not killed by this.
POINTS = ["pwrite64", "write", "fdatasync", "fsync", "ftruncate", "renameat2,rename,renameat", "unlink,unlinkat",
          "mkdir,mkdirat", "linkat,link", "openat", "clone,clone3,vfork", "flock", "sendto,sendmsg"]

PROGRAM = """
task make(n: Int) -> Int {
  sh:
    (env -i setsid /bin/sleep MARKER &)
    echo $((n * 2)) > "$out"
}

task add(all: List[Int]) -> Int {
  python:
    return sum(all)
}

effect note(n: Int) -> Int {
  sh:
    echo "$n" >> noted
    echo "$n" > "$out"
}

pipeline main() -> Int {
  all = for n in 0..4 { make(n) }
  note(add(all))
}
"""
RESULT = 12


def sleepers(marker):
    found = 0
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and marker.encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                found += 1
        except OSError:
            pass
    return found


def one(binary, folder, point, nth, marker):
    """Kills once, then goes on to the end: whether there was a kill, and how many effects a person had to look after."""
    strace = ["strace", "-qq", "-o", "/dev/null", "-e", f"trace={point}", "-e", f"inject={point}:signal=KILL:when={nth}"]
    first = standpipe(binary, folder, "run", "main.pipe", "--format", "json", before=strace)
    if first.returncode == 0:
        return False, 0
    if first.returncode not in (-9, 137):
        raise Wrong(f"ended with {first.returncode}: {first.stdout[-500:]}{first.stderr[-500:]}")
    told = succeeded(events(first.stdout))
    looked, decided = 0, []
    for _ in range(5):
        on_record = standpipe(binary, folder, "runs", "show").returncode == 0
        words = ["runs", "resume", *decided] if on_record else ["run", "main.pipe"]
        again = standpipe(binary, folder, *words, "--format", "json")
        heard = events(again.stdout)
        doubled = told & succeeded(heard)
        if doubled:
            raise Wrong(f"run again although their end was told: {sorted(doubled)}")
        told |= succeeded(heard)
        if again.returncode == 0:
            outputs = [event["outputs"] for event in heard if event["event"] == "run_finished"]
            break
        if "nothing of it is left to do" in again.stderr:
            # Its end was on record before it was told; what it came to is seen by what the effect noted.
            outputs = [RESULT]
            break
        failed = [event for event in heard if event["event"] == "step_finished" and event["status"] == "failed"]
        if [event["error"]["code"] for event in failed] != ["E0652"]:
            raise Wrong(f"cannot go on: {again.stdout[-800:]}{again.stderr[-800:]}")
        looked += 1
        # A person looks, undoes what happened, and has it started again.
        (folder / "noted").unlink(missing_ok=True)
        decided = ["--retry", failed[0]["step"]]
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
    return True, looked


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--most", type=int, default=10_000, help="points of each kind at most")
    parser.add_argument("--every", type=int, default=1, help="only every N-th point")
    options = parser.parse_args()
    if shutil.which("strace") is None:
        sys.exit("strace is not installed: apt-get install strace")
    binary, begun = options.binary.resolve(), time.monotonic()
    total, looked, wrong = 0, 0, []
    for kind in POINTS:
        explored = 0
        for nth in range(1, options.most * options.every + 1, options.every):
            marker = f"{86_400 + total}.{os.getpid()}"
            with tempfile.TemporaryDirectory() as folder:
                folder = pathlib.Path(folder)
                (folder / "main.pipe").write_text(PROGRAM.replace("MARKER", marker))
                try:
                    killed, by_hand = one(binary, folder, kind, nth, marker)
                except (Wrong, subprocess.TimeoutExpired) as problem:
                    wrong.append(f"{kind} {nth}: {problem}")
                    killed, by_hand = True, 0
            if not killed:
                break
            explored, total, looked = explored + 1, total + 1, looked + by_hand
        print(f"  {kind}: {explored} points", flush=True)
    for line in wrong:
        print(f"WRONG {line}")
    print(f"K1 crash-points: {total} explored, {len(wrong)} wrong (lost, doubled, orphans, stuck or manual), "
          f"{looked} effects looked after; kernel {os.uname().release}; {time.monotonic() - begun:.1f} s")
    sys.exit(1 if wrong else 0)


main()
