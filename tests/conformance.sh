#!/usr/bin/env bash
# Runs the public dbt adapter suite (PyPI's dbt-tests-adapter) against hcw on a server of its own.
#   tests/conformance.sh target/release/hcw [suite/<folder> …]
# The runner stands beside the repository in ../shared/conformance. The suite expects dbt's way of replacing
# relations, so HCW_PUBLISH=legacy; HCW_PUBLISH=per-node shows where hcw keeps what dbt drops. Exits with 0 where every
# test that applies has passed.
set -euo pipefail
cd "$(dirname "$0")/.."

hcw=$(realpath "$1")
shift
runner=${HCW_CONFORMANCE:-../shared/conformance}
if [ ! -x "$runner/run.sh" ] && [ ! -r "$runner/run.sh" ]; then
    echo "no conformance runner in $runner: set HCW_CONFORMANCE" >&2
    exit 2
fi

binaries=${HCW_PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)}
folder=$(mktemp -d)
chmod 755 "$folder"
port=${HCW_CONFORMANCE_PORT:-54329}
as_server=()
if [ "$(id -u)" = 0 ]; then
    chown nobody "$folder"
    as_server=(setpriv --reuid=nobody --regid=nogroup --clear-groups env "HOME=$folder")
fi
stop() {
    "${as_server[@]}" "$binaries/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
"${as_server[@]}" bash -c "echo password > '$folder/password'"
"${as_server[@]}" "$binaries/initdb" -D "$folder/data" -U postgres --pwfile="$folder/password" -A scram-sha-256 >/dev/null
"${as_server[@]}" "$binaries/pg_ctl" -D "$folder/data" -l "$folder/log" -w -o \
    "-p $port -k $folder -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300" start >/dev/null

export PGHOST=127.0.0.1 PGPORT=$port PGUSER=postgres PGPASSWORD=password SUITE_DB=dbt
export PATH=$binaries:$PATH HCW_BIN=$hcw HCW_PUBLISH=${HCW_PUBLISH:-legacy}
export SUITE_WORK=${SUITE_WORK:-/tmp/hcw-conformance-work} SUITE_MODE=${SUITE_MODE:-shim}
rm -f "$SUITE_WORK/$SUITE_MODE.xml"
# the runner fails with any test, those too that do not apply; what it wrote is judged by those that do
bash "$runner/run.sh" "$@" || true
python3 tests/conformance.py "$SUITE_WORK/$SUITE_MODE.xml" "$runner/baseline.json" ${1:+part}
