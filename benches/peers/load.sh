#!/usr/bin/env bash
# How long it takes until a graph is known, beside ninja: 1,000 and 10,000 steps, each reading the one before (a chain) or
# none (a fan), as a .pipe file and as a build.ninja. Seconds of the processor in one run of the script, the tools in turn,
# and how many times ninja's that is. Needs Python 3.11 or newer with venv, and PyPI.
#
#   cargo build --release && bash benches/peers/load.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
standpipe=$(realpath "${STANDPIPE:-$here/../../target/release/standpipe}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check ninja==1.13.0
export STANDPIPE_HOME=$work/state
"$work/venv/bin/python" "$here/load.py" "$standpipe" "$work/venv/bin/ninja" "$work"
