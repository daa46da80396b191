"""The same graph as a .pipe file and as a build.ninja, and what it takes each tool to know it.

    load.py STANDPIPE NINJA FOLDER
"""

import os
import pathlib
import subprocess
import sys

ROUNDS = 7

TASK = """\
task step(x: Int) -> Int {
  sh:
    echo "$x" > "$out"
}

pipeline main() -> %s {
"""

RULE = """\
rule step
  command = cp $in $out
"""


def chain(steps):
    pipe = [TASK % "Int", "  s0 = 1\n"]
    ninja = [RULE]
    for step in range(steps):
        pipe.append(f"  s{step + 1} = step(s{step})\n")
        ninja.append(f"build s{step + 1}: step s{step}\n")
    return "".join([*pipe, f"  s{steps}\n}}\n"]), "".join(ninja)


def fan(steps):
    """Every step is needed: a list of all, a target that asks for all."""
    pipe = [TASK % "List[Int]"]
    ninja = [RULE]
    for step in range(steps):
        pipe.append(f"  s{step} = step({step})\n")
        ninja.append(f"build s{step}: step s\n")
    names = [f"s{step}" for step in range(steps)]
    ninja.append(f"build all: phony {' '.join(names)}\n")
    return "".join([*pipe, f"  [{', '.join(names)}]\n}}\n"]), "".join(ninja)


def used(command, folder):
    """Seconds of the processor."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}: {said.decode()}")
    return usage.ru_utime + usage.ru_stime


def main(standpipe, ninja, folder):
    tools = {
        "ninja: load": [ninja, "-t", "rules"],
        "ninja: load and plan": [ninja, "-n", "--quiet"],
        "standpipe check": [standpipe, "check", "graph.pipe"],
        "standpipe build": [standpipe, "build", "graph.pipe", "-o", "graph.plan"],
    }
    print("| graph | tool | processor | of `ninja: load` | of `ninja: load and plan` |")
    print("| --- | --- | --- | --- | --- |")
    for shape in (chain, fan):
        for steps in (1000, 10_000):
            place = pathlib.Path(folder) / f"{shape.__name__}-{steps}"
            place.mkdir()
            pipe, build = shape(steps)
            (place / "graph.pipe").write_text(pipe)
            (place / "build.ninja").write_text(build)
            (place / ("s0" if shape is chain else "s")).write_text("1")
            # In turn, so that what else the machine does falls on all; the least of each.
            rounds = [{tool: used(command, place) for tool, command in tools.items()} for _ in range(ROUNDS)]
            least = {tool: min(round[tool] for round in rounds) for tool in tools}
            load, plan = list(least.values())[:2]
            for tool, seconds in least.items():
                ratios = f"{seconds / load:.1f} | {seconds / plan:.1f}"
                print(f"| {shape.__name__} of {steps:,} | {tool} | {1000 * seconds:.1f} ms | {ratios} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
