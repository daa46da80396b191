#!/usr/bin/env python3
"""Cuts the power at random moments of a run: what an image held of its file system then is mounted again, and the run
gone on with there. What had been told before must be on record, and its results whole.

    python3 tests/soak/power.py target/release/standpipe [--cuts N] [--seed N] [--file-system ext4|xfs|btrfs]

Needs root, loop devices, and mkfs of that file system. Ext4 is mounted without the habit of writing renamed files at once
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
# How each file system is made and mounted, and the least bytes that it takes.
FILE_SYSTEMS = {
    "ext4": (["mkfs.ext4", "-q", "-F"], "noauto_da_alloc", 48 << 20),
    "xfs": (["mkfs.xfs", "-q", "-f"], "nouuid", 300 << 20),
    "btrfs": (["mkfs.btrfs", "-q", "-f"], "noatime", 128 << 20),
}
EFFECT = "main.publish"


def command(*words):
    subprocess.run(words, check=True, capture_output=True)


class Mounted:
    """An image, mounted in a folder as long as this is open: the same one before and after the cut, as on a machine."""

    def __init__(self, image, folder, options):
        self.image, self.folder, self.options = image, folder, options

    def __enter__(self):
        command("mount", "-o", f"loop,{self.options}", str(self.image), str(self.folder))
        return self.folder

    def __exit__(self, *_):
        # A step that goes on alone holds it for a while; on a busy machine for longer.
        for _ in range(600):
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


def one(binary, scratch, file_system, number, steps, wait):
    """One run on a new disk, cut `wait` seconds after so many steps were told of; how many had been by then."""
    # A place of their own: nothing of an earlier round may be mixed up with this one.
    image, snapshot, folder = scratch / f"disk-{number}.img", scratch / f"snapshot-{number}.img", scratch / f"disk-{number}"
    folder.mkdir()
    make, mounted, size = FILE_SYSTEMS[file_system]
    with open(image, "wb") as file:
        file.truncate(size)
    command(*make, str(image))
    with Mounted(image, folder, mounted):
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
        command("cp", "--sparse=always", str(image), str(snapshot))
        run.send_signal(signal.SIGCONT)
        run.kill()
        run.wait()
        reader.join()
    before = succeeded(events("".join(heard)))
    with Mounted(snapshot, folder, mounted):
        go_on(binary, folder, number, before)
    image.unlink()
    snapshot.unlink()
    return len(before)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--file-system", choices=FILE_SYSTEMS, default="ext4")
    options = parser.parse_args()
    make = FILE_SYSTEMS[options.file_system][0][0]
    if os.geteuid() != 0 or shutil.which(make) is None:
        sys.exit(f"this needs root and {make}")
    binary, begun, chance = options.binary.resolve(), time.monotonic(), random.Random(options.seed)
    wrong, steps = [], 0
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(options.cuts):
            first, wait = chance.randrange(0, 40), chance.uniform(0, 0.03)
            try:
                steps += one(binary, pathlib.Path(scratch), options.file_system, number, first, wait)
            except (Wrong, subprocess.SubprocessError) as problem:
                wrong.append(f"cut {number}, {wait:.3f} s after {first} steps: {problem}")
    for line in wrong:
        print(f"WRONG {line}")
    print(f"K5 power cuts: {options.cuts} images, {steps} steps told of before, {len(wrong)} wrong (lost, damaged or stuck); "
          f"kernel {os.uname().release}, {options.file_system} {FILE_SYSTEMS[options.file_system][1]}, seed {options.seed}; "
          f"{time.monotonic() - begun:.1f} s")
    sys.exit(1 if wrong else 0)


main()
