#!/usr/bin/env bash
# Builds the example twice in a fresh copy with an embedded server of its own, as a newcomer does.
set -euo pipefail

hcw=$(realpath "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
unset DATABASE_URL
export HCW_PG_FSYNC=off HOME=$folder

finish() {
    "$hcw" db stop --project-dir "$folder" >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap finish EXIT

mkdir "$folder/tests"
cp -r "$root"/{models,macros,seeds,migrations,dbt_project.yml} "$folder"
cp -r "$root/tests/data" "$folder/tests"
cd "$folder"
"$hcw" build 2>&1 | tail -n 2
"$hcw" build 2>&1 | tail -n 1
rows=$("$hcw" db psql -At -c "select count(*) from marts.kpi_revenue_by_service_line")
test "$rows" -gt 0
