#!/usr/bin/env bash
# How good the searches of a sweep are, beside Optuna's: the same functions, the same number of trials, many seeds. Needs
# Python 3.11 or newer with venv, and PyPI. Some minutes.
#
#   bash benches/peers/tune.sh [TRIALS] [SEEDS]
source "$(dirname "$0")/ready.sh" optuna==5.0.0 cmaes==0.13.1 scipy==1.17.1
cargo run -q --release -p standpipe-tune --example functions --manifest-path "$here/../../Cargo.toml" -- "$@" >"$work/ours"
"$python" "$here/tune.py" search "$@" >"$work/theirs"
"$python" "$here/tune.py" table "$work/ours" "$work/theirs"
