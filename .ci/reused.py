"""Fails when a run did again what it had done before: only effects may run a second time.

    standpipe run FILE --format json > EVENTS; python3 .ci/reused.py EVENTS
"""

import json
import pathlib
import sys

EFFECTS = {"publish"}

events = [json.loads(line) for line in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()]
ended = {event["step"]: event["status"] for event in events if event["event"] == "step_finished"}
again = [step for step, status in ended.items() if status != "cached" and step.rsplit(".", 1)[-1] not in EFFECTS]
reused = sum(status == "cached" for status in ended.values())
print(f"{reused} steps reused, run again: {', '.join(again) or 'none'}")
sys.exit(bool(again) or not reused)
