"""The same graphs for each tool, and what they take of time and memory.

    engine.py STANDPIPE FOLDER TASKS
"""

import heapq
import json
import os
import pathlib
import random
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
HOPS = 20

TASKS = """\
task nap(seconds: Float, _needs: List[Int]) -> Int {
  python:
    import time
    time.sleep(seconds)
    return 1
}

task add(number: Int) -> Int {
  python:
    return number + 1
}

""" + (HERE.parent / "handoff.pipe").read_text()


def task(name, needs, does, number):
    return {"name": name, "needs": needs, "does": does, "number": number}


def naps(count):
    dice = random.Random(7)
    tasks = []
    for index in range(count):
        near = range(max(0, index - 12), index)
        needs = sorted(dice.sample(near, min(len(near), dice.randrange(3))))
        tasks.append(task(f"s{index}", [f"s{need}" for need in needs], "nap", dice.randrange(50, 250) / 1000))
    return tasks


def list_schedule(tasks, lanes=2):
    """Seconds of list scheduling by the longest chain (Graham 1969): what waits longest for its end goes first."""
    chain = {task["name"]: task["number"] for task in tasks}
    seconds = dict(chain)
    for task in reversed(tasks):
        for need in task["needs"]:
            chain[need] = max(chain[need], seconds[need] + chain[task["name"]])
    ends, busy, now = {}, [], 0.0
    waiting = {task["name"]: task["needs"] for task in tasks}
    while waiting or busy:
        ready = [name for name, needs in waiting.items() if all(ends.get(need, now + 1) <= now for need in needs)]
        if ready and len(busy) < lanes:
            name = max(ready, key=chain.get)
            del waiting[name]
            ends[name] = now + seconds[name]
            heapq.heappush(busy, ends[name])
        else:
            now = heapq.heappop(busy)
    return now


def as_pipe(tasks):
    """The graph in the language; instances of `add` as one `for`."""
    if tasks[0]["does"] == "add":
        lines, result = [f"  all = for i in 0..{len(tasks)} {{ add(i) }}\n"], "len(all)"
    else:
        lines = [f"  {task['name']} = {call(**task)}\n" for task in tasks]
        names = [task["name"] for task in tasks]
        result = f"{names[-1]}.rows" if tasks[0]["does"] == "make" else " + ".join(names)
    return f"{TASKS}\npipeline main() -> Int {{\n{''.join(lines)}  {result}\n}}\n"


def call(name, needs, does, number):
    if does == "nap":
        return f"nap({number}, [{', '.join(needs)}])"
    return f"change({needs[0]}, k: {number})" if does == "change" else f"make({number})"


class Tool:
    """A tool that runs a graph in a fresh folder."""

    def __init__(self, name, folder, command):
        self.name, self.folder, self.command = name, folder, command
        self.runs = 0

    def begin(self, tasks):
        self.runs += 1
        place = self.folder / f"{self.name}-{self.runs}"
        place.mkdir()
        (place / "graph.json").write_text(json.dumps(tasks))
        (place / "graph.pipe").write_text(as_pipe(tasks))
        environment = {**os.environ, "GRAPH": str(place), "PYTHONPATH": str(HERE)}
        command = [str(word) for word in self.command(place)]
        return subprocess.Popen(
            command, cwd=place, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def run(self, tasks):
        """Seconds, and bytes of memory that its first process had at most."""
        start = time.perf_counter()
        process = self.begin(tasks)
        most = 0
        while process.poll() is None:
            most = max(most, memory(process.pid, "status", "VmHWM"))
            time.sleep(0.005)
        took = time.perf_counter() - start
        if process.returncode:
            sys.exit(f"{self.name}: {process.stderr.read().decode()}")
        return took, most


def memory(process, file, line):
    """Bytes; 0 of a process that has ended."""
    try:
        text = pathlib.Path(f"/proc/{process}/{file}").read_text()
    except OSError:
        return 0
    return next((int(told.split()[1]) * 1024 for told in text.splitlines() if told.startswith(f"{line}:")), 0)


def main(standpipe, folder, count):
    folder = pathlib.Path(folder)
    python = folder / "venv/bin/python"
    doit = [folder / "venv/bin/doit", "-f", HERE / "graph_doit.py", "-n", 2]
    tools = [
        Tool("standpipe", folder, lambda _: [standpipe, "run", "graph.pipe", "--jobs", 2, "-q"]),
        Tool("luigi", folder, lambda _: [python, HERE / "graph_luigi.py"]),
        Tool("doit", folder, lambda place: [*doit, "--dir", place, "--db-file", place / "db"]),
    ]
    # Makes the environment of the one that makes it by itself.
    tools[0].run([task("t0", [], "make", 1)])
    print("| what | tool | measured | beside it |")
    print("| --- | --- | --- | --- |")

    graph = naps(60)
    bound = list_schedule(graph)
    for tool in tools:
        took, _ = tool.run(graph)
        print(f"| 60 tasks that sleep, 2 at a time | {tool.name} | {took:.2f} s | {took / bound:.2f}x list scheduling |")

    one = [task("t0", [], "make", 2)]
    chain = one + [task(f"t{hop}", [f"t{hop - 1}"], "change", hop) for hop in range(1, HOPS + 1)]
    for tool in tools:
        took = tool.run([{**one[0], "number": 3}])[0]
        print(f"| {HOPS} tasks hand on 100 MB | {tool.name} | {tool.run(chain)[0] - took:.2f} s | |")

    for tool in tools:
        process = tool.begin([task("t0", [], "nap", 5.0)])
        time.sleep(3)
        share = memory(process.pid, "smaps_rollup", "Pss")
        process.wait()
        print(f"| memory while a task sleeps | {tool.name} | {share / 2**20:.1f} MiB | |")

    for tool in tools:
        _, least = tool.run([task("s0", [], "add", 0)])
        took, most = tool.run([task(f"s{index}", [], "add", index) for index in range(count)])
        each = max(most - least, 0) // count
        rate = f"{count / took:,.0f} a second"
        print(f"| {count:,} small tasks | {tool.name} | {took:.2f} s, {rate} | {each:,} B of memory each |")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
