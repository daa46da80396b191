#!/usr/bin/env python3
"""Types into a language server for hours, asks it everything, and watches its memory.

    python3 tests/soak/editor.py target/release/standpipe [--minutes 1440] [--seed N] [--files 20] [--share 1]

Random edits and undone edits in files of one workspace, each followed by questions; files are opened, closed and saved.
Wrong is: a request answered with an error or not in a minute, a server that ends, an answer that a fresh server with the
same texts does not give, and memory that after the first sixth of the time grows by more than 5 %.
"""

import argparse
import pathlib
import random
import statistics
import sys
import tempfile
import time

from session import Server, file

QUESTIONS = ["hover", "completion", "definition", "references", "signatureHelp", "documentHighlight", "documentSymbol",
             "semanticTokens/full", "foldingRange", "codeLens", "documentLink", "formatting", "inlayHint", "codeAction",
             "prepareRename"]
PIECES = ["", " ", "\n", "}", "{", "(", '"', " + a", "s3", "x = ", "# é𝄞", "pipeline q() -> Int {\n  1\n}\n", ".", "weight: "]
# Memory may grow so far, in percent.
GROWTH = 5.0


def position(text, at):
    before = text[:at]
    line = before.count("\n")
    return {"line": line, "character": len(before[before.rfind("\n") + 1:].encode("utf-16-le")) // 2}


def params(uri, text, at):
    everything = {"start": position(text, 0), "end": position(text, len(text))}
    return {"textDocument": {"uri": uri}, "position": position(text, at), "range": everything,
            "options": {"tabSize": 2, "insertSpaces": True},
            "context": {"includeDeclaration": True, "triggerKind": 1, "isRetrigger": False, "diagnostics": []}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--minutes", type=float, default=24 * 60)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--share", type=float, default=1.0, help="of one core, that script and server take together")
    parser.add_argument("--curve", action="store_true", help="say every ten minutes what the memory is")
    given = parser.parse_args()
    program = str(pathlib.Path(given.program).resolve())
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder, f"f{number}.pipe") for number in range(given.files)]
        for number, path in enumerate(paths):
            path.write_text(file(number))
        server = Server(program, folder)
        good = {path.as_uri(): path.read_text() for path in paths}
        texts, versions = {}, {}
        begun, told, edits, asked, samples = time.monotonic(), 0, 0, 0, []
        length = given.minutes * 60
        while (elapsed := time.monotonic() - begun) < length:
            if len(texts) < 3 or (chance.random() < 0.002 and len(texts) < 6):
                uri = chance.choice([uri for uri in good if uri not in texts])
                texts[uri], versions[uri] = good[uri], 1
                server.open(uri, texts[uri])
            uri = chance.choice(sorted(texts))
            if chance.random() < 0.002 and len(texts) > 3:
                server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
                del texts[uri], versions[uri]
                continue
            text = texts[uri]
            start = chance.randrange(len(text) + 1)
            end = min(len(text), start + chance.choice([0, 0, 0, 1, 3]))
            piece = chance.choice(PIECES)
            versions[uri] += 1
            texts[uri] = text[:start] + piece + text[end:]
            # What was broken for a while is mended, as people do.
            change = [{"range": {"start": position(text, start), "end": position(text, end)}, "text": piece}]
            if chance.random() < 0.1:
                texts[uri] = good[uri]
                change.append({"text": good[uri]})
            server.notify("textDocument/didChange",
                          {"textDocument": {"uri": uri, "version": versions[uri]}, "contentChanges": change})
            edits += 1
            for question in chance.sample(QUESTIONS, 3):
                server.ask(f"textDocument/{question}", params(uri, texts[uri], chance.randrange(len(texts[uri]) + 1)))
                asked += 1
            if edits % 50 == 0:
                server.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
                server.ask("workspace/symbol", {"query": chance.choice(["t1", "row", "p"])})
            samples.append((elapsed, server.memory()))
            if given.curve and elapsed >= told + 600:
                told += 600
                print(f"{elapsed / 60:.0f} minutes, {edits} edits: {samples[-1][1] / 1024:.1f} MiB", flush=True)
            ahead = (server.busy() + time.process_time()) / given.share - (time.monotonic() - begun)
            if given.share < 1 and ahead > 0:
                time.sleep(ahead)
        wrong = []
        fresh = Server(program, folder)
        for uri, text in sorted(texts.items()):
            fresh.open(uri, text)
        for uri, text in sorted(texts.items()):
            for question in ["diagnostic", "documentSymbol", "foldingRange", "inlayHint", "semanticTokens/range"]:
                one, other = (each.ask(f"textDocument/{question}", params(uri, text, 0)) for each in (server, fresh))
                if one != other:
                    wrong.append(f"{question} of {uri} is not what a fresh server says")
        # The middle of what it took after the warm-up, and at the end.
        early = statistics.median(memory for at, memory in samples if length / 6 <= at <= length / 3)
        late = statistics.median(memory for at, memory in samples if at >= length * 5 / 6)
        growth = (late - early) / early * 100
        if growth > GROWTH:
            wrong.append(f"memory grew by {growth:.1f} %")
        wrong += [f"exit code {code}" for code in (server.end(), fresh.end()) if code != 0]
        print(f"{edits} edits, {asked} questions in {given.minutes:g} minutes, seed {given.seed}: "
              f"memory {early / 1024:.1f} MiB, later {late / 1024:.1f} MiB ({growth:+.1f} %), "
              f"at most {max(memory for _, memory in samples) / 1024:.1f} MiB; "
              + ("; ".join(wrong) if wrong else "nothing wrong"))
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
