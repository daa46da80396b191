#!/usr/bin/env bash
# How long it takes until a graph is known, beside ninja: 1,000 and 10,000 steps, each reading the one before (a chain) or
# none (a fan), as a .pipe file and as a build.ninja. Seconds of the processor in one run of the script, the tools in turn,
# and how many times ninja's that is. Needs Python 3.11 or newer with venv, and PyPI.
#
#   cargo build --release && bash benches/peers/load.sh
source "$(dirname "$0")/ready.sh" ninja==1.13.0
program=$(standpipe)
export STANDPIPE_HOME=$work/state
"$python" "$here/load.py" "$program" "$work/venv/bin/ninja" "$work"
