#!/usr/bin/env bash
# How good the searches of a sweep are, beside Optuna's: the same functions, the same number of trials, many seeds. Needs
# Python 3.11 or newer with venv, and PyPI. Some minutes.
#
#   bash benches/peers/tune.sh [TRIALS] [SEEDS]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check optuna==5.0.0 cmaes==0.13.1 scipy==1.17.1
cargo run -q --release -p standpipe-tune --example functions --manifest-path "$here/../../Cargo.toml" -- "$@" >"$work/ours"
"$work/venv/bin/python" "$here/tune.py" search "$@" >"$work/theirs"
"$work/venv/bin/python" "$here/tune.py" table "$work/ours" "$work/theirs"
