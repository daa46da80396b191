#!/usr/bin/env python3
"""Cuts the power at random moments of a run: what an ext4 image held of its file system then is mounted again, and the run
gone on with there. What had been told before must be on record, and its results whole.

    python3 tests/soak/power.py target/release/standpipe [--cuts N] [--seed N]

Needs root, loop devices and mkfs.ext4. The file system is mounted without the habit of writing renamed files at once
(noauto_da_alloc), which hides a missing sync. Prints a summary; its exit code is 1 when anything was wrong.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from runs import Wrong, environment, events, standpipe, succeeded

PROGRAM = """
task make(n: Int, run: Int) -> File {
  sh:
    head -c 3000 /dev/zero | tr '\\0' x > "$out"
    echo "$n of $run" >> "$out"
}

effect publish() -> File {
  sh:
    head -c 5000 /dev/zero | tr '\\0' y > "$out"
}

task count(all: List[File], published: File) -> Int {
  python:
    return sum(len(part.read_bytes()) > 3000 for part in all) + published.read_bytes().count(b"y")
}

pipeline main(run: Int) -> Int {
  published = publish()
  all = for n in 0..40 { make(n, run) }
  count(all, published)
}
"""
RESULT = 5040
EFFECT = "main.publish"


def command(*words):
    subprocess.run(words, check=True, capture_output=True)


class Mounted:
    """An image, mounted in a folder as long as this is open: the same one before and after the cut, as on a machine."""

    def __init__(self, image, folder):
        self.image = image
        self.folder = folder

    def __enter__(self):
        command("mount", "-o", "loop,noauto_da_alloc", str(self.image), str(self.folder))
        return self.folder

    def __exit__(self, *_):
        for _ in range(50):
            if subprocess.run(["umount", str(self.folder)], capture_output=True).returncode == 0:
                break
            time.sleep(0.1)
        else:
            command("umount", "-l", str(self.folder))


def failed(told):
    return [event for event in told if event["event"] == "step_finished" and event["status"] == "failed"]


def go_on(binary, folder, number, before):
    """Goes on from what the disk held; what was told before must not be done again."""
    again = standpipe(binary, folder, "runs", "resume", "--format", "json")
    if again.returncode == 2 and not before:
        # Nothing had been told: nothing need be on record.
        again = standpipe(binary, folder, "run", "main.pipe", "--run", str(number), "--format", "json")
    if EFFECT not in before and [event["error"]["code"] for event in failed(events(again.stdout))] == ["E0652"]:
        # It was under way, or its end was not told yet: a person looks, and has it started again.
        again = standpipe(binary, folder, "runs", "resume", "--retry", EFFECT, "--format", "json")
    if again.returncode != 0:
        if "nothing of it is left to do" in again.stderr:
            return
        raise Wrong(f"cannot go on: {again.stdout[-500:]}{again.stderr[-500:]}")
    doubled = before & succeeded(events(again.stdout))
    if doubled:
        raise Wrong(f"lost, although their end was told: {sorted(doubled)[:5]}")
    last = json.loads(again.stdout.splitlines()[-1])
    if last["outputs"] != RESULT:
        raise Wrong(f"the result is {last['outputs']}")
    checked = standpipe(binary, folder, "doctor", "--format", "json")
    findings = json.loads(checked.stdout)["findings"]
    # That the disk is small is not its doing.
    wrong = [finding for finding in findings if finding["verdict"] == "wrong" and finding["about"] != "free space"]
    damaged = [finding["text"] for finding in wrong if finding["part"] == "state"]
    if damaged:
        raise Wrong(f"the state is not as it should be: {damaged}")


def one(binary, scratch, number, steps, wait):
    """One run on a new disk, cut `wait` seconds after so many steps were told of; how many had been by then."""
    image, snapshot, folder = scratch / "disk.img", scratch / "snapshot.img", scratch / "disk"
    folder.mkdir(exist_ok=True)
    with open(image, "wb") as file:
        file.truncate(48 << 20)
    command("mkfs.ext4", "-q", "-F", str(image))
    with Mounted(image, folder):
        (folder / "main.pipe").write_text(PROGRAM)
        os.sync()
        words = [binary, "run", "main.pipe", "--run", str(number), "--format", "json"]
        run = subprocess.Popen(words, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True)
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(run.stdout), daemon=True)
        reader.start()
        while len(succeeded(events("".join(lines)))) < steps and run.poll() is None:
            time.sleep(0.002)
        time.sleep(wait)
        heard = list(lines)
        # It writes nothing while the image is copied, and is told nothing of it.
        run.send_signal(signal.SIGSTOP)
        shutil.copyfile(image, snapshot)
        run.send_signal(signal.SIGCONT)
        run.kill()
        run.wait()
        reader.join()
    before = succeeded(events("".join(heard)))
    with Mounted(snapshot, folder):
        go_on(binary, folder, number, before)
    return len(before)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        sys.exit("this needs root and mkfs.ext4")
    binary, begun, chance = options.binary.resolve(), time.monotonic(), random.Random(options.seed)
    wrong, steps = [], 0
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(options.cuts):
            first, wait = chance.randrange(0, 40), chance.uniform(0, 0.03)
            try:
                steps += one(binary, pathlib.Path(scratch), number, first, wait)
            except (Wrong, subprocess.SubprocessError) as problem:
                wrong.append(f"cut {number}, {wait:.3f} s after {first} steps: {problem}")
    for line in wrong:
        print(f"WRONG {line}")
    print(f"K5 power cuts: {options.cuts} images, {steps} steps told of before, {len(wrong)} wrong (lost, damaged or stuck); "
          f"kernel {os.uname().release}, ext4 noauto_da_alloc, seed {options.seed}; {time.monotonic() - begun:.1f} s")
    sys.exit(1 if wrong else 0)


main()
