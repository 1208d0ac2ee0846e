#!/usr/bin/env bash
# Builds the integration tests of public dbt packages, unmodified, from local copies; nothing of them is kept here.
#   tests/public_packages.sh target/release/hcw FOLDER
# FOLDER holds checkouts of dbt-labs/dbt-utils (dbt-utils/), and of metaplane/dbt-expectations with
# godatadriven/dbt-date (dbt-expectations/, dbt-date/). Each build runs twice on the embedded server.
set -euo pipefail

hcw=$(realpath "$1")
packages=$(realpath "$2")
work=$(mktemp -d)
trap 'cd /; (cd "$work/server" && "$hcw" db stop >/dev/null 2>&1) || true; rm -rf "$work"' EXIT
mkdir "$work/server"
export HOME=$work DATABASE_URL
DATABASE_URL=$(cd "$work/server" && "$hcw" db url)

build() {
    cd "$1"
    "$hcw" -q deps
    for _ in first second; do
        "$hcw" build --no-use-colors >"$work/log" 2>&1 || { grep -A12 '^error' "$work/log" | head -60; tail -n 2 "$work/log"; exit 1; }
    done
    echo "$(basename "$(dirname "$1")"): $(tail -n 1 "$work/log" | cut -c 11-)"
}

if [ -d "$packages/dbt-utils" ]; then
    cp -r "$packages/dbt-utils" "$work/dbt-utils"
    build "$work/dbt-utils/integration_tests"
fi
if [ -d "$packages/dbt-expectations" ] && [ -d "$packages/dbt-date" ]; then
    cp -r "$packages/dbt-expectations" "$packages/dbt-date" "$work/"
    # the hub's package becomes the local copy; nothing is downloaded
    printf 'packages:\n  - local: ../../dbt-date\n' >"$work/dbt-expectations/packages.yml"
    printf 'packages:\n  - local: ../\n  - local: ../../dbt-date\n' >"$work/dbt-expectations/integration_tests/packages.yml"
    build "$work/dbt-expectations/integration_tests"
fi
