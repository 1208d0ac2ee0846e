#!/usr/bin/env bash
# Builds the integration tests of public dbt packages, unmodified, from local copies; nothing of them is kept here.
#   tests/public_packages.sh target/release/hcw FOLDER
# FOLDER holds checkouts of dbt-labs/dbt-utils (dbt-utils/), and of metaplane/dbt-expectations with
# godatadriven/dbt-date (dbt-expectations/, dbt-date/). Each build runs twice on the embedded server. What is not
# there is said, as is a registry that does not answer.
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

# the tutorial's project of dbt-metricflow, from PyPI
if python3 -m pip download -q --no-deps -d "$work/wheel" dbt-metricflow==0.15.0 2>"$work/log"; then
    python3 -m zipfile -e "$work"/wheel/*.whl "$work/metricflow"
    tutorial=$work/metricflow/dbt_metricflow/cli
    mkdir -p "$work/tutorial"
    cp -r "$tutorial/mf_tutorial_project" "$work/tutorial/project"
    rm -f "$work/tutorial/project/profiles.yml"
    cp -r "$tutorial/sample_dbt_models/seeds" "$work/tutorial/project/"
    cp -r "$tutorial"/sample_dbt_models/{sources.yml,sample_models} "$work/tutorial/project/models/"
    # the tutorial's own installer fills in the schema
    sed -i 's/\$system_schema/public/' "$work"/tutorial/project/models/*.yml
    build "$work/tutorial/project"
else
    echo "not available: dbt-metricflow from PyPI ($(tail -n 1 "$work/log"))"
fi
for name in dbt-utils dbt-expectations dbt-date; do
    [ -d "$packages/$name" ] || echo "not available: $packages/$name"
done
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
