#!/usr/bin/env python3
"""A workspace that is there to do harm: 100,000 `.pipe` files in folders of folders, links to `/` and in circles, pipes that
nobody writes to. The language server must say that it is too much, answer all the same, and come to rest.

    python3 tests/soak/hostile_workspace.py target/release/standpipe [--files 100000]
"""

import argparse
import os
import pathlib
import sys
import tempfile
import time

from session import Server, file

# An answer must not take longer, in seconds.
ANSWER = 2.0
# Nor must one that looks at all files, when these are known.
ALL = 0.1
# Seconds until nothing is left to do.
REST = 300.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--files", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for number in range(given.files):
            inner = folder / f"d{number // 1000}"
            if number % 1000 == 0:
                inner.mkdir()
                (inner / "everything").symlink_to("/")
                (inner / "circle").symlink_to("..")
                os.mkfifo(inner / "a.pipe")
            (inner / f"f{number}.pipe").write_text(f"const a{number}: Int = 1\n" if number % 20 else "pipeline main() -> Int { nothing }\n")
        main_file = folder / "main.pipe"
        main_file.write_text(file(0))
        wrong, longest = [], 0.0
        begun = time.monotonic()
        server = Server(str(pathlib.Path(given.program).resolve()), folder)
        server.open(main_file.as_uri(), main_file.read_text())
        server.diagnostics(main_file.as_uri(), 1)
        first = time.monotonic() - begun
        place = {"textDocument": {"uri": main_file.as_uri()}, "position": {"line": 7, "character": 6}}
        quiet, busy = 0, server.busy()
        while quiet < 3 and time.monotonic() - begun < REST:
            asked = time.monotonic()
            server.ask("textDocument/hover", place)
            longest = max(longest, time.monotonic() - asked)
            # Long enough for it to begin with what can wait.
            time.sleep(0.5)
            now = server.busy()
            quiet, busy = (quiet + 1, now) if now - busy < 0.05 else (0, now)
        rest = time.monotonic() - begun
        # The names of all files, the uses of one and a new name for it, and what a few letters could become.
        last = f"f{given.files - 1}.pipe"
        if not any(found["containerName"] == last for found in server.ask("workspace/symbol", {"query": f"a{given.files - 1}"})):
            wrong.append("a name of the last file is not found")
        named = {"textDocument": place["textDocument"], "position": {"line": 6, "character": 5}}
        questions = [
            ("symbols", "workspace/symbol", {"query": "a"}),
            ("references", "textDocument/references", {**named, "context": {"includeDeclaration": True}}),
            ("rename", "textDocument/rename", {**named, "newName": "another"}),
            ("completion", "textDocument/completion", place),
        ]
        took = {}
        for name, method, params in questions:
            times = []
            for _ in range(5):
                asked = time.monotonic()
                server.ask(method, params)
                times.append(time.monotonic() - asked)
            took[name] = sorted(times)[2]
            if took[name] > ALL:
                wrong.append(f"{name} took {took[name] * 1000:.0f} ms")
        memory = server.memory()
        if quiet < 3:
            wrong.append("it did not come to rest")
        if longest > ANSWER:
            wrong.append(f"an answer took {longest:.1f} s")
        if not any("hold more" in text for text in server.told):
            wrong.append("it did not say that it is too much")
        if server.end() != 0:
            wrong.append("it did not end well")
        print(f"{given.files} files: first diagnostics after {first:.2f} s, at rest after {rest:.1f} s, longest answer "
              f"{longest * 1000:.0f} ms, "
              + ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in took.items())
              + f", memory {memory / 1024:.0f} MiB; "
              + ("; ".join(wrong) if wrong else "nothing wrong"))
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
