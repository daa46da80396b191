# What these scripts begin with: `here`, a folder `work` that is gone when they end, and `python`, with the packages that
# are given. Read by bash from the script (`source ready.sh PACKAGE…`), not run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
python=$work/venv/bin/python
"$python" -m pip install -q --disable-pip-version-check "$@"

# The program that is measured.
standpipe() {
  realpath "${STANDPIPE:-$here/../../target/release/standpipe}"
}
