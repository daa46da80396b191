"""Prints the commands of a marked block of README.md: the fenced block after `<!-- NAME -->`.

    python3 .ci/readme.py test

A `$ ` before a command is taken off, so are lines that show output.
"""

import pathlib
import re
import sys


def commands(text: str, name: str) -> list[str]:
    block = re.search(rf"<!-- {re.escape(name)} -->\s*```(?:console|sh|bash)\n(.*?)```", text, re.DOTALL)
    if block is None:
        sys.exit(f"README.md has no block marked <!-- {name} -->")
    lines = block[1].splitlines()
    shown = [line[2:] for line in lines if line.startswith("$ ")]
    return shown or [line for line in lines if line.strip()]


if __name__ == "__main__":
    readme = pathlib.Path(__file__).parent.parent / "README.md"
    print("\n".join(commands(readme.read_text(encoding="utf-8"), sys.argv[1])))
