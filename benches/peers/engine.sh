#!/usr/bin/env bash
# What the engine itself takes, by Standpipe, luigi and doit, side by side: a random graph of tasks that sleep against what
# list scheduling makes of it, a 100 MB table handed through 20 tasks, the memory of the engine while a task sleeps, and
# what each of many small tasks adds to it. Needs Python 3.11 or newer with venv, and PyPI.
#
#   cargo build --release && bash benches/peers/engine.sh [TASKS]
source "$(dirname "$0")/ready.sh" luigi==3.8.1 doit==0.37.0 pyarrow==26.0.1 numpy==2.4.6
export STANDPIPE_HOME=$work/state
"$python" "$here/engine.py" "$(standpipe)" "$work" "${1:-2000}"
