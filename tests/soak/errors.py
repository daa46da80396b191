#!/usr/bin/env python3
"""Lets each kind of system call by which the program keeps its state fail, once or from then on, as a disk that is full or
broken and a process with too many open files have it: the N-th such call, for N = 1, 2, ... until it ends without having
met the error. The run may fail, with a cause that is true; nothing that it told of may be lost, and when the error is
over it goes on to the right result.

    python3 tests/soak/errors.py target/release/standpipe [--most N] [--every N] [--seconds S]

Needs strace 5.16. Prints one line for each kind of error and a summary; its exit code is 1 when anything was wrong.
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

# What fails, how, and from which call on: `N` alone, or `N+` for all that follow as well.
ERRORS = [
    ("pwrite64", "ENOSPC", "+"),
    ("pwrite64", "EIO", ""),
    ("fdatasync,fsync", "EIO", ""),
    ("fdatasync,fsync", "ENOSPC", "+"),
    ("ftruncate", "EIO", ""),
    ("openat", "EMFILE", "+"),
    ("openat", "ENOSPC", ""),
    ("openat", "EIO", ""),
    ("mkdir,mkdirat", "ENOSPC", "+"),
    ("renameat2,rename,renameat", "EIO", ""),
    ("linkat,link", "EIO", ""),
    ("unlink,unlinkat", "EIO", ""),
    ("pread64", "EIO", ""),
    ("pread64", "EIO", "+"),
    ("splice", "ENOSPC", ""),
    ("splice", "EIO", ""),
    ("flock", "EIO", ""),
    ("socketpair", "EMFILE", "+"),
    ("clone,clone3,vfork", "EAGAIN", ""),
    ("write", "ENOSPC", ""),
    ("write", "EIO", ""),
    # For good only where it prints: it also wakes itself by a `write`, to what is no file and cannot fail.
    ("write", "ENOSPC", "+"),
    ]
# By which a program of many threads wakes itself: no kernel lets a write to it fail so.
WAKER = "<anon_inode:[eventfd]>"

# What those that hold its steps, and the steps themselves, meet as well.
TOO = ("pwrite64", "fdatasync,fsync", "ftruncate", "splice", "write")

PROGRAM = """
task make(n: Int) -> File {
  sh:
    echo $((n * 2)) > "$out"
}

task add(all: List[File]) -> Int {
  python:
    return sum(int(part.read_text()) for part in all)
}

effect note(n: Int) -> Int {
  sh:
    echo "$n" >> noted
    echo "$n" > "$out"
}

pipeline main() -> Int {
  all = for n in 0..6 { make(n) }
  note(add(all))
}
"""
RESULT = 30
# The program could not so much as say what is wrong, in its own words.
CRASHES = (-6, -11, 101, 134, 139)


def one(binary, folder, call, error, onward, nth):
    """Meets the error once, then goes on without it: whether it was met, and whether the run failed of it; `None` where it
    was one that nothing meets."""
    traces = folder / "traces"
    traces.mkdir()
    # A file for each thread: in one for all, a call during which another thread is heard stands on two lines, and the one
    # with the error does not say on which file it was. What it starts is traced where errors of the disk are its own, too.
    every = ["-ff"] if call in TOO else ["-ff", "-b", "execve"]
    # What it prints goes to a file where that is to fail.
    printed = folder / "printed" if (call, onward) == ("write", "+") else None
    every += ["-P", str(printed)] if printed else []
    strace = ["strace", "-y", "-qq", *every, "-o", str(traces / "of"), "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={nth}{onward}"]
    first = standpipe(binary, folder, "run", "main.pipe", "--format", "json", before=strace, printed=printed)
    met = [line for trace in traces.iterdir() for line in trace.read_text(errors="replace").splitlines() if "(INJECTED)" in line]
    shutil.rmtree(traces)
    if any(WAKER in line for line in met):
        return True, None
    met = met != []
    if first.returncode == 127 and "loading shared libraries" in first.stderr:
        return met, True
    if first.returncode in CRASHES or "panicked" in first.stderr:
        raise Wrong(f"crashed with {first.returncode}: {first.stderr[-500:]}")
    told = events(first.stdout)
    before = succeeded(told)
    if first.returncode == 0:
        outputs = [event["outputs"] for event in told if event["event"] == "run_finished"]
        # What cannot be printed is not the run's doing.
        if outputs not in ([RESULT], []):
            raise Wrong(f"the result is {outputs}")
        if noted(folder) != [str(RESULT)]:
            raise Wrong(f"it succeeded, and the effect happened {len(noted(folder))} times")
        return met, False
    if first.returncode not in (1, 2, 130):
        raise Wrong(f"ended with {first.returncode}: {first.stderr[-500:]}")
    decided = []
    for _ in range(4):
        on_record = standpipe(binary, folder, "runs", "show").returncode == 0
        words = ["runs", "resume", *decided] if on_record else ["run", "main.pipe"]
        again = standpipe(binary, folder, *words, "--format", "json")
        if on_record and again.returncode in (1, 2) and "nothing of it is left" in again.stderr:
            # Everything was on record, and only telling it failed.
            again = standpipe(binary, folder, "run", "main.pipe", "--format", "json")
        heard = events(again.stdout)
        if before & succeeded(heard) - {"main.note"} and words[0] == "runs":
            raise Wrong(f"run again although their end was told: {sorted(before & succeeded(heard))}")
        if again.returncode == 0:
            break
        failed = [event for event in heard if event["event"] == "step_finished" and event["status"] == "failed"]
        if [event["error"]["code"] for event in failed] != ["E0652"]:
            raise Wrong(f"cannot go on: {again.stdout[-600:]}{again.stderr[-600:]}")
        # A person looks, undoes what happened, and has it started again.
        (folder / "noted").unlink(missing_ok=True)
        decided = ["--retry", failed[0]["step"]]
    else:
        raise Wrong("stuck")
    outputs = [event["outputs"] for event in heard if event["event"] == "run_finished"]
    if outputs != [RESULT]:
        raise Wrong(f"the result is {outputs}")
    return met, True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--most", type=int, default=10_000, help="points of each kind at most")
    parser.add_argument("--every", type=int, default=1, help="only every N-th point")
    parser.add_argument("--seconds", type=float, default=1e9, help="no further kind after that time")
    options = parser.parse_args()
    if shutil.which("strace") is None:
        sys.exit("strace is not installed: apt-get install strace")
    binary, begun = options.binary.resolve(), time.monotonic()
    total, failures, wrong = 0, 0, []
    for call, error, onward in ERRORS:
        explored = failed = 0
        for nth in range(1, options.most * options.every + 1, options.every):
            if time.monotonic() - begun > options.seconds:
                break
            with tempfile.TemporaryDirectory() as folder:
                folder = pathlib.Path(folder)
                (folder / "main.pipe").write_text(PROGRAM)
                try:
                    met, stopped = one(binary, folder, call, error, onward, nth)
                except (Wrong, subprocess.TimeoutExpired) as problem:
                    wrong.append(f"{call} {error} {nth}{onward}: {problem}")
                    met, stopped = True, True
            if not met:
                break
            explored, failed = explored + (stopped is not None), failed + bool(stopped)
        total, failures = total + explored, failures + failed
        print(f"  {call} {error}{' for good' if onward else ''}: {explored} points, {failed} runs stopped", flush=True)
    for line in wrong:
        print(f"WRONG {line}")
    print(f"R1-R3 errors: {total} explored, {failures} runs stopped and gone on with, {len(wrong)} wrong (lost, doubled, "
          f"crashed, stuck or silent); kernel {os.uname().release}; {time.monotonic() - begun:.1f} s")
    sys.exit(1 if wrong else 0)


main()
