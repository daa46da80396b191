#!/usr/bin/env bash
# What a trial costs beside the function that it computes: 1,000 trials of a trivial one, two at a time, by Standpipe,
# Optuna, Ray Tune (100 trials, unless `--no-ray` is said) and a bare pool of two processes. Needs Python 3.11 or newer
# with venv, and PyPI.
#
#   cargo build --release && bash benches/peers/trials.sh [--no-ray]
packages=(optuna==5.0.0)
[ "${1:-}" = --no-ray ] || packages+=("ray[tune]==2.60.0")
source "$(dirname "$0")/ready.sh" "${packages[@]}"
program=$(standpipe)
export STANDPIPE_HOME=$work/state
cp "$here/trials.pipe" "$work"
cd "$work"

# Seconds of a run of that many trials, without what a run of one takes.
ours() {
  "$python" - "$program" "$1" <<'PY'
import subprocess, sys, time

def run(trials):
    start = time.perf_counter()
    subprocess.run(
        [sys.argv[1], "run", "trials.pipe", "--trials", str(trials), "--jobs", "2", "--no-cache", "-q"],
        check=True, stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start

run(1)
one = run(1)
print(f"{run(int(sys.argv[2])) - one:.3f}")
PY
}

row() {
  awk -v name="$1" -v trials="$2" -v took="$3" \
    'BEGIN { printf "| %s | %d | %s s | %.0f |\n", name, trials, took, trials / took }'
}

echo "| tool | trials | wall | a second |"
echo "| --- | --- | --- | --- |"
row "two processes, nothing kept" 1000 "$("$python" "$here/trials.py" loop 1000)"
row "Standpipe" 1000 "$(ours 1000)"
row "Optuna, in memory, n_jobs=2" 1000 "$("$python" "$here/trials.py" optuna 1000)"
row "Optuna, in SQLite, n_jobs=2" 1000 "$("$python" "$here/trials.py" optuna-sqlite 1000)"
[ "${1:-}" = --no-ray ] || row "Ray Tune" 100 "$("$python" "$here/trials.py" ray 100 2>/dev/null | tail -1)"
