"""Fails when a snapshot waits for review, or when no test reads it any more.

    python3 .ci/snapshots.py REFERENCES

REFERENCES is what the tests wrote under INSTA_SNAPSHOT_REFERENCES_FILE: a path a line. Without it (the tests did not
run) only waiting snapshots are looked for.
"""

import pathlib
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
listing = subprocess.run(["git", "ls-files", "*.snap"], cwd=root, check=True, capture_output=True, text=True)
kept = {(root / line).resolve() for line in listing.stdout.splitlines()}

problems = []
for pattern in ("*.snap.new", "*.pending-snap"):
    for folder in ("tests", "plan", "compiler", "runtime", "lsp", "stdlib", "cli"):
        problems += [f"waits for review: {path.relative_to(root)}" for path in sorted((root / folder).rglob(pattern))]

references = pathlib.Path(sys.argv[1])
if references.exists():
    read = {pathlib.Path(line).resolve() for line in references.read_text(encoding="utf-8").splitlines()}
    problems += [f"no test reads it: {path.relative_to(root)}" for path in sorted(kept - read)]
    problems += [f"not committed: {path}" for path in sorted(read - kept) if path.is_relative_to(root)]

print("\n".join(problems) or f"{len(kept)} snapshots, all read by a test and none waiting")
sys.exit(bool(problems))
