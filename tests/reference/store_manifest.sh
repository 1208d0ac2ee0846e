#!/bin/sh
# Stores dbt's manifest of a fixture project: store_manifest.sh DBT PROJECT_FOLDER. dbt 1.12.6 made what is committed.
# Built-in macros and docs, times and absolute paths are left out: tests/it/manifest.rs does not compare them.
set -eu
work=$(mktemp -d)
DBT_SEND_ANONYMOUS_USAGE_STATS=false "$1" parse --project-dir "$2" --profiles-dir "$2" --target-path "$work" \
    --log-path "$work" --no-partial-parse >"$work/output" || { cat "$work/output"; exit 1; }
python3 - "$work/manifest.json" "$2/expected_manifest.json" <<'END'
import json, sys
manifest = json.load(open(sys.argv[1]))
manifest["metadata"] = {"dbt_version": manifest["metadata"]["dbt_version"], "project_id": manifest["metadata"]["project_id"]}
for section in ("macros", "docs"):
    entries = manifest[section].items()
    manifest[section] = {k: v for k, v in entries if v["package_name"] not in ("dbt", "dbt_postgres")}
def strip(value):
    if isinstance(value, dict):
        return {k: strip(v) for k, v in value.items() if k not in ("created_at", "root_path")}
    return [strip(v) for v in value] if isinstance(value, list) else value
json.dump(strip(manifest), open(sys.argv[2], "w"), indent=1, sort_keys=True)
END
rm -r "$work"
