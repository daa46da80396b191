#!/usr/bin/env python3
"""Drives Helix in a terminal as a user would, with the set-up that `editors/install helix` put into place and the language
server in STANDPIPE. Run in a copy of `editors/tests/project`, with a HOME of its own:

    python3 …/client.py HX STANDPIPE

Prints a line for each thing it tried, and ends with 1 when one went wrong. What it knows of Helix is keys and the screen.
"""

import os
import pathlib
import re
import subprocess
import sys
import time
import traceback

HX, STANDPIPE = sys.argv[1:]
VERSION = subprocess.run([HX, "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
# From 25.07 on a name in a body has the colour of what it was made as.
NEW = tuple(int(part) for part in VERSION.split(".")) >= (25, 7)
MAIN = pathlib.Path("main.pipe")
TEXT = MAIN.read_text()
# The machine may be loaded: this is how long nothing at all may happen, not how long things take.
PATIENCE = 20.0
# A theme in which each name of a colour that is looked for has a colour of its own.
COLOURS = {
    "keyword.function": "#000001", "keyword.control.import": "#000002", "type": "#000003", "type.builtin": "#000004",
    "string": "#000005", "comment.line.documentation": "#000006", "attribute": "#000007", "function": "#000008",
    "variable.parameter": "#000009", "variable.other.member": "#00000a", "constant.numeric.integer": "#00000b",
    "namespace": "#00000c", "variable": "#00000d", "keyword.control.conditional": "#00000e", "operator": "#00000f",
}


def tmux(*words):
    done = subprocess.run(["tmux", "-S", os.environ["HOME"] + "/tmux", *words], check=True, capture_output=True, text=True)
    return done.stdout


def start():
    """Opens main.pipe in a terminal of 120 columns and 40 lines."""
    config = pathlib.Path(os.environ["HOME"], ".config/helix")
    (config / "themes").mkdir(exist_ok=True)
    theme = ['"ui.background" = { bg = "#ffffff" }', '"ui.text" = "#aaaaaa"', '"ui.selection" = { bg = "#eeeeee" }']
    theme += [f'"{name}" = "{colour}"' for name, colour in COLOURS.items()]
    (config / "themes/names.toml").write_text("\n".join(theme) + "\n")
    (config / "config.toml").write_text(
        'theme = "names"\n'
        '[editor]\ntrue-color = true\nend-of-line-diagnostics = "disable"\nidle-timeout = 50\ncompletion-timeout = 5\n'
        '[editor.inline-diagnostics]\ncursor-line = "disable"\n'
        '[keys.normal]\nC-c = "no_op"\n[keys.insert]\nC-c = "normal_mode"\n'
        '[editor.statusline]\nleft = ["mode", "file-name", "file-modification-indicator"]\nright = ["file-type", "position"]\n'
    )
    tmux(
        "-f", "/dev/null", "new-session", "-d", "-s", "hx", "-x", "120", "-y", "40", HX, "main.pipe",
        ";", "set-option", "-s", "escape-time", "0",
    )


def screen():
    """The lines that are shown."""
    return [line.rstrip() for line in tmux("capture-pane", "-p", "-t", "hx").split("\n")]


def shown():
    return "\n".join(screen())


def wait(what, true):
    """Waits until `true` of the screen, as one text."""
    end = time.monotonic() + PATIENCE
    while not true(shown()):
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain until {what}; what is shown:\n{shown()}")
        time.sleep(0.03)


def wait_for(text):
    wait(f"`{text}` is shown", lambda seen: text in seen)


def mode(name):
    wait(f"the mode is {name}", lambda seen: re.search(rf"^ {name} ", seen, re.M))


def keys(*names):
    """Presses keys by their names: `Enter`, `Escape`, `C-o`."""
    tmux("send-keys", "-t", "hx", *names)


def typed(text):
    """Types text as it stands."""
    # tmux would take a last semicolon as the end of its command.
    tmux("send-keys", "-t", "hx", "-l", re.sub(";$", r"\\;", text))


def normal():
    """Leaves whatever is open. Not by Escape: with the key after it, that could be read as one with Alt."""
    # The first may close what is open over the text.
    keys("C-c", "C-c")
    mode("NOR")


def command(text):
    typed(":" + text)
    wait_for(":" + text)
    keys("Enter")
    wait("the command line is closed", lambda seen: ":" + text not in seen)


def on_disk():
    return MAIN.read_text()


def saved():
    """The text after a save."""
    command("write!")
    wait("it is saved", lambda seen: not re.search(r"main\.pipe \[\+\]", seen))
    return on_disk()


def afresh():
    """The file as it was."""
    normal()
    if re.search(r"^ NOR +main\.pipe", shown(), re.M) is None:
        command("open main.pipe")
    command("reload")
    MAIN.write_text(TEXT)
    command("reload")
    wait("it is as it was", lambda seen: " [+]" not in seen)
    normal()


def go(text):
    """Puts the cursor on the first letter of the first place of `text`."""
    typed("gg/")
    wait_for("search:")
    typed(re.escape(text).replace("\\ ", " "))
    keys("Enter")
    typed("\x1b;")  # Alt-; turns the selection round, `;` leaves its cursor
    typed(";")
    row, column = next((r, line.index(text)) for r, line in enumerate(TEXT.split("\n")) if text in line)
    wait(f"the cursor is on `{text}`", lambda seen: f" {row + 1}:{column + 1}" in seen)


def colour(text):
    """The name of the colour in which the first place of `text` is shown."""
    names = {value: name for name, value in COLOURS.items()}
    for line in tmux("capture-pane", "-e", "-p", "-t", "hx").split("\n"):
        plain, found, at, now = "", {}, 0, None
        for part in re.split(r"(\x1b\[[0-9;]*m)", line):
            if not part.startswith("\x1b"):
                found.update({at + n: now for n in range(len(part))})
                plain += part
                at += len(part)
            elif rgb := re.search(r"38;2;(\d+);(\d+);(\d+)", part):
                now = "#" + "".join(f"{int(value):02x}" for value in rgb.groups())
            elif re.fullmatch(r"\x1b\[(0|39)?m", part):
                now = None
        if text in plain:
            now = found[plain.index(text) + len(text) - len(text.lstrip())]
            return names.get(now, now)
    raise AssertionError(f"no `{text}` in\n{shown()}")


def equal(found, wanted):
    assert found == wanted, f"found  {found!r}\nwanted {wanted!r}"


def everything_is_in_its_place():
    found = subprocess.run([HX, "--health", "standpipe"], check=True, capture_output=True, text=True).stdout
    found = re.sub(r"\x1b\[[0-9;]*m", "", found)
    assert "✘" not in found and "standpipe: " + STANDPIPE in found, found
    for name in ["Tree-sitter parser", "Highlight queries", "Textobject queries", "Indent queries"]:
        assert f"{name}: ✓" in found, found


def the_file_is_standpipes():
    start()
    wait_for(" standpipe ")
    wait_for("pipeline main(")


def words_raw_bodies_and_documentation_have_their_colours():
    normal()
    for text, name in [
        ("task count_words", "keyword.function"),
        ("count_words(text: ", "function"),
        ("text: String)", "variable.parameter"),
        ("String)", "type.builtin"),
        ('"a b"', "string"),
        ("## Counts", "comment.line.documentation"),
        ("sh:", "attribute"),
        ("Line =", "type"),
        ("import", "keyword.control.import"),
        (" metrics", "namespace"),
        ("metrics.double", "variable"),
        ("double(n)", "function"),
        ("text)", "variable.parameter" if NEW else "variable"),
        ('text: "a",', "variable.other.member"),
        ("count: 1", "variable.other.member"),
        ("1 }", "constant.numeric.integer"),
        ("-> Int", "operator"),
    ]:
        wait(f"`{text}` has the colour {name}, not {colour(text)}", lambda _seen, text=text, name=name: colour(text) == name)


def new_lines_are_indented_and_raw_bodies_left_alone():
    # Helix closes brackets by itself.
    for lines, wanted in [
        (["env ml {", "packages: [", '"a",', "1"], ["env ml {", "  packages: [", '    "a",', "    1", "  ]", "}"]),
        (
            ["task f() -> Int {", "python:", "if 1:", "    return 1", "more"],
            ["task f() -> Int {", "  python:", "    if 1:", "        return 1", "        more", "}"],
        ),
    ]:
        go("type Line")
        typed("o")
        mode("INS")
        for n, line in enumerate(lines):
            if n > 0:
                keys("Enter")
            typed(line)
        wait_for(lines[-1])
        normal()
        # Beside them stands what is said of the line.
        equal([line[7:60].rstrip() for line in screen()[3 : 3 + len(wanted)]], wanted)
    

def text_objects_are_declarations():
    go("task count_words")
    typed("mafd")
    wait("the task is gone", lambda seen: "task count_words" not in seen)
    assert "task shout" in shown()
    typed("u")
    wait_for("task count_words")
    typed("gg]f")
    wait("`]f` goes to the first task", lambda seen: re.search(r" (6|9):\d+\b", seen))


def a_mistake_is_shown_as_it_is_typed_and_its_action_mends_it():
    go("count_words(text)")
    # The twelfth letter goes.
    typed("8ld")
    wait_for("n = count_wods(text)")
    wait("the mistake is shown", lambda seen: "●" in seen)
    typed(" d")
    wait("the list of mistakes has it", lambda seen: "│   severity" in seen and "nothing here is named" in seen)
    normal()
    wait("the list is closed", lambda seen: "│   severity" not in seen)
    typed(" a")
    wait_for("`count_words`")
    keys("Enter", "Enter")
    wait_for("n = count_words(text)")
    wait("the mistake is gone", lambda seen: "●" not in seen)
    equal(saved(), TEXT)


def completion_knows_what_a_module_has():
    go("double(n)")
    # `c` takes the first letter, and it is typed again.
    typed("cd")
    wait("it offers `double`", lambda seen: re.search(r"\bdouble +function\b", seen))


def hover_shows_the_documentation():
    go("n = count_words")
    typed("4l")
    typed(" k")
    wait("hover opens", lambda seen: seen.count("Counts the words of a text.") == 2)


def definition_goes_to_the_other_file():
    go("double(n)")
    typed("gd")
    wait("the other file is shown", lambda seen: re.search(r"^ NOR +metrics\.pipe.* 2:6", seen, re.M))
    keys("C-o")
    wait("it is back", lambda seen: re.search(r"^ NOR +main\.pipe", seen, re.M))


def references_are_all_found():
    go("n = count_words")
    typed("4l")
    typed("gr")
    wait("both are listed", lambda seen: "main.pipe:6" in seen and "main.pipe:20" in seen)
    normal()


def symbols_are_listed():
    typed(" s")
    names = ["Line", "count_words", "shout", "main"]
    wait("all are listed", lambda seen: all(re.search(rf"\b{name}\b +│", seen) for name in names))
    normal()


def formatting_mends_the_layout_only():
    go("m = metrics")
    typed("i    ")
    normal()
    wait_for("      m = metrics")
    command("format")
    wait("the layout is mended", lambda seen: re.search(r"21 +m = metrics", seen) and "       m = metrics" not in seen)
    equal(saved(), TEXT)
    go("m = metrics")
    typed("i    ")
    normal()
    wait_for("      m = metrics")
    equal(saved(), TEXT)


def rename_reaches_every_use_in_this_file_and_the_other():
    go("double(n)")
    typed(" r")
    wait_for("rename-to:")
    keys("C-u")
    typed("twice")
    keys("Enter")
    wait_for("metrics.twice(n)")
    command("write-all")
    other = pathlib.Path("metrics.pipe")
    wait("the other file is changed", lambda _seen: "task twice" in other.read_text())
    wait("nothing is wrong", lambda seen: "●" not in seen)


def comments_are_this_languages():
    go("type Line")
    typed(" c")
    wait_for("# type Line")
    typed(" c")
    wait("the comment is gone", lambda seen: "# type Line" not in seen)
    equal(saved(), TEXT)


TRIED = [
    everything_is_in_its_place,
    the_file_is_standpipes,
    words_raw_bodies_and_documentation_have_their_colours,
    new_lines_are_indented_and_raw_bodies_left_alone,
    text_objects_are_declarations,
    comments_are_this_languages,
    a_mistake_is_shown_as_it_is_typed_and_its_action_mends_it,
    completion_knows_what_a_module_has,
    hover_shows_the_documentation,
    definition_goes_to_the_other_file,
    references_are_all_found,
    symbols_are_listed,
    formatting_mends_the_layout_only,
    rename_reaches_every_use_in_this_file_and_the_other,
]


def main():
    print(f"# Helix {VERSION}")
    failed = 0
    try:
        for tried in TRIED:
            name = tried.__name__.replace("_", " ").replace("standpipes", "Standpipe’s")
            try:
                if tried not in TRIED[:2]:
                    afresh()
                tried()
                print(f"ok {name}", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {name}\n{traceback.format_exc()}", flush=True)
    finally:
        subprocess.run(["tmux", "-S", os.environ["HOME"] + "/tmux", "kill-server"], check=False, capture_output=True)
    print(f"{len(TRIED) - failed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
