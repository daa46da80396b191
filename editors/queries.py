#!/usr/bin/env python3
"""Writes the queries of Helix and Zed from those beside the grammar: the same patterns under the names that each editor has for
colours and languages. `--check` only says which are not as they would be written.

    python3 editors/queries.py [--check]
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE / "tree-sitter-standpipe" / "queries"

HELIX = {
    "comment": "comment.line", "comment.documentation": "comment.line.documentation", "property": "variable.other.member",
    "variable.member": "variable.other.member", "module": "namespace", "function.call": "function",
    "keyword.import": "keyword.control.import", "keyword.type": "keyword.storage.type",
    "keyword.conditional": "keyword.control.conditional", "keyword.repeat": "keyword.control.repeat",
    "keyword.exception": "keyword.control.exception", "boolean": "constant.builtin.boolean",
    "string.escape": "constant.character.escape", "none": "embedded", "number": "constant.numeric.integer",
    "number.float": "constant.numeric.float",
}
ZED = {
    "comment.documentation": "comment.doc", "variable.member": "property", "module": "namespace",
    "function.call": "function", "function.builtin": "function", "keyword.import": "keyword", "keyword.type": "keyword",
    "keyword.function": "keyword", "keyword.conditional": "keyword", "keyword.repeat": "keyword",
    "keyword.exception": "keyword", "keyword.operator": "keyword", "constant.builtin": "constant", "none": "embedded",
    "number.float": "number",
}
# Where they go, what the first line says, how colours and languages are called; languages that an editor has not.
EDITORS = [
    ("helix/queries/standpipe", "Helix", "; as of 25.07 the last pattern that matches wins", HELIX,
     {"markdown_inline": "markdown.inline"}, []),
    ("zed/languages/standpipe", "Zed", "", ZED, {}, ["markdown_inline", "comment"]),
]


def highlights(text, editor, note, names):
    lines = text.split("\n")
    lines[0] = f"; Colours, by the names of captures that {editor} knows{note}."
    text = "\n".join(lines).replace(" @spell", "")
    return re.sub(r"@([\w.]+)", lambda found: "@" + names.get(found[1].rstrip("."), found[1]), text)


def injections(text, languages, unknown):
    # Patterns stand in paragraphs.
    parts = text.strip("\n").split("\n\n")
    parts = [part for part in parts if not any(f'injection.language "{name}"' in part for name in unknown)]
    text = "\n\n".join(parts) + "\n"
    return re.sub(r'injection\.language "(\w+)"', lambda f: f'injection.language "{languages.get(f[1], f[1])}"', text)


def patterns(text):
    """The patterns of a query, each from the start of its line, without comments."""
    found, depth = [], 0
    for line in text.split("\n"):
        # No string of ours has a bracket in it that is not of the language.
        bare = re.sub(r'"(\\.|[^"])*"', "", line)
        if bare.lstrip().startswith(";") or (depth == 0 and not bare.strip()):
            continue
        if depth == 0:
            found.append(line)
        else:
            found[-1] += "\n" + line
        depth += sum(bare.count(c) for c in "([") - sum(bare.count(c) for c in ")]")
    return found


def first_wins(text):
    """The same colours where the first pattern that matches wins."""
    note = "; Made by `editors/queries.py` for Helix 25.01 and older, where the first pattern that matches wins.\n\n"
    return note + "\n".join(reversed(patterns(text))) + "\n"


def main():
    check = "--check" in sys.argv[1:]
    different = []
    for folder, editor, note, names, languages, unknown in EDITORS:
        made = {
            "highlights.scm": highlights((SOURCE / "highlights.scm").read_text(), editor, note, names),
            "injections.scm": injections((SOURCE / "injections.scm").read_text(), languages, unknown),
        }
        if editor == "Helix":
            made["tags.scm"] = (SOURCE / "tags.scm").read_text()
            made["../older/highlights.scm"] = first_wins(made["highlights.scm"])
        for name, text in made.items():
            path = (HERE / folder / name).resolve()
            path.parent.mkdir(exist_ok=True)
            if not path.exists() or path.read_text() != text:
                different.append(str(path.relative_to(HERE.parent)))
                if not check:
                    path.write_text(text)
    for name in different:
        print(f"{name} is not what the grammar's queries give" if check else f"wrote {name}")
    return 1 if check and different else 0


if __name__ == "__main__":
    sys.exit(main())
