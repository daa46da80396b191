"""VS Code itself, in the form that a browser shows: opens a program, breaks it, asks for help, renames, draws.

By hand, not in the gate: to fetch and build it takes longer than all of the gate.

    npm install -g code-server          (needs the Node.js that it names, and the headers of X11, Kerberos and libsecret)
    pip install playwright              (and Chromium, from the system)
    (cd editors/vscode && npm ci --ignore-scripts && npm run package)
    python3 editors/tests/vscode.py code-server target/release/standpipe editors/vscode/standpipe.vsix
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

PORT = 8901
PROGRAM = """\
type Score = { depth: Int, accuracy: Float }

task fit(depth: Int) -> Score {
  python:
    return {"depth": depth, "accuracy": depth / 10}
}

pipeline train() -> { accuracy: Float } {
  trees = for depth in 1..=4 {
    fit(depth)
  }
  best = max_by(trees, "accuracy")
  { accuracy: best.acuracy }
}
"""


class Editor:
    """The window of VS Code, driven by the keys that a person would press."""

    def __init__(self, page, folder):
        self.page = page
        page.goto(f"http://127.0.0.1:{PORT}/?folder={folder}")
        page.wait_for_selector(".monaco-workbench", timeout=60_000)
        time.sleep(5)

    def press(self, *keys, wait=0.3):
        for key in keys:
            self.page.keyboard.press(key)
            time.sleep(wait)

    def type(self, text):
        self.page.keyboard.type(text, delay=60)
        time.sleep(1)

    def command(self, name):
        self.press("F1", wait=1)
        self.type(name)
        self.press("Enter", wait=1)

    def open(self, name):
        self.page.locator(".explorer-folders-view .monaco-list-row").filter(has_text=name).first.dblclick(timeout=60_000)
        self.page.locator(".monaco-editor .view-line").first.wait_for(timeout=60_000)

    def go(self, line, column):
        self.press("Control+g", wait=0.7)
        self.type(f"{line}:{column}")
        self.press("Enter")

    def sees(self, what, selector, text=""):
        """Waits until an element shows the text."""
        self.page.locator(selector).filter(has_text=text).first.wait_for(timeout=60_000)
        print(f"ok: {what}", flush=True)


def saved(path, text):
    """Waits until the file has the text: what is typed is saved by itself."""
    until = time.monotonic() + 60
    while text not in path.read_text():
        assert time.monotonic() < until, f"{text!r} is not in {path.read_text()!r}"
        time.sleep(0.2)


def tour(editor, file):
    editor.open(file.name)
    editor.sees("a lens stands over the pipeline", ".codelens-decoration", "run")
    editor.sees("the mistake is counted", ".monaco-workbench .statusbar", "1")
    editor.go(13, 22)
    editor.press("Control+.", wait=2)
    editor.sees("its repair is offered", ".action-widget", "rename to `accuracy`")
    editor.press("Enter", wait=1)
    saved(file, "best.accuracy }")
    print("ok: it is applied")
    editor.go(9, 4)
    editor.press("F2", wait=2)
    editor.press("Control+a")
    editor.type("forest")
    editor.press("Enter", wait=1)
    saved(file, 'max_by(forest, "accuracy")')
    print("ok: a step is renamed where it is used")
    editor.go(12, 1)
    editor.press("End", "Enter")
    editor.type("x = best.")
    editor.sees("fields are offered", ".suggest-widget", "depth")
    editor.press("Escape", "Control+z", "Control+z", "Control+z")
    editor.command("Standpipe: Show Graph")
    editor.sees("the graph has a tab", ".tab", "Graph: train")


def main():
    server, standpipe, package = sys.argv[1:]
    scratch = pathlib.Path(tempfile.mkdtemp())
    folder = scratch / "project"
    folder.mkdir()
    file = folder / "wine.pipe"
    file.write_text(PROGRAM)
    (scratch / "user" / "User").mkdir(parents=True)
    settings = {
        "standpipe.command": [os.path.realpath(standpipe)],
        "files.autoSave": "afterDelay",
        "files.autoSaveDelay": 100,
        # Neither takes the keys.
        "workbench.startupEditor": "none",
        "chat.disableAIFeatures": True,
    }
    (scratch / "user" / "User" / "settings.json").write_text(json.dumps(settings))
    kept = ["--user-data-dir", scratch / "user", "--extensions-dir", scratch / "extensions"]
    subprocess.run([server, *kept, "--install-extension", package], check=True)
    serve = [server, *kept, "--auth", "none", "--bind-addr", f"127.0.0.1:{PORT}", "--disable-workspace-trust", "--disable-telemetry"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*serve, folder], start_new_session=True, **quiet)
    try:
        time.sleep(5)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1400, "height": 900})
            try:
                tour(Editor(page, folder), file)
            except BaseException:
                page.screenshot(path="vscode.png")
                print("vscode.png shows how it was", file=sys.stderr)
                raise
            browser.close()
    finally:
        # It has processes of its own.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(scratch, ignore_errors=True)


main()
