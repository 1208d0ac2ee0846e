#!/usr/bin/env bash
# Makes a Python environment with the programs of PyPI that read dbt's artifacts: install.sh FOLDER. What is installed
# already is left alone.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=$1
wanted=$(cat "$here/requirements.txt" "$here/alone.txt")
[ "$(cat "$folder/installed" 2>/dev/null)" != "$wanted" ] || exit 0

rm -rf "$folder"
python3 -m venv "$folder"
pip() { "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
pip -r "$here/requirements.txt"
pip --no-deps -r "$here/alone.txt"
echo "$wanted" >"$folder/installed"
