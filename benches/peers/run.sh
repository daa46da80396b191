#!/usr/bin/env bash
# The same work by Standpipe, luigi and doit, side by side: 1,000 small Python functions, 1,000 commands, and each again
# when nothing has changed. Two at a time wherever the tool can. Needs Python 3.11 or newer with venv, and PyPI.
#
#   cargo build --release && bash benches/peers/run.sh [N]
n=${1:-1000}
source "$(dirname "$0")/ready.sh" luigi==3.8.1 doit==0.37.0
program=$(standpipe)

# Seconds of a command's wall clock, and of the processor in all its processes.
measure() {
  "$python" - "$@" <<'PY'
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
wall = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{wall:.2f} s | {used.ru_utime + used.ru_stime:.2f} s")
PY
}

echo "| $n tasks | tool | wall | processor |"
echo "| --- | --- | --- | --- |"
for kind in python shell; do
  for times in first again; do
    cd "$work"
    cp "$here/$kind.pipe" .
    echo "| $kind, $times | standpipe | $(measure "$program" run "$kind.pipe" --n "$n" --jobs 2 -q) |"
    mkdir -p luigi doit
    echo "| $kind, $times | luigi | $(measure "$python" "$here/luigi_tasks.py" "$kind" "$n" "$work/luigi") |"
    cd doit
    echo "| $kind, $times | doit | $(KIND=$kind N=$n measure "$work/venv/bin/doit" -f "$here/doit_tasks.py" --dir "$work/doit" -n 2) |"
  done
done
