"""Compares two manifest.json files field by field: compare_manifests.py REFERENCE OURS.

Left out: times, ids of runs, absolute paths, and everything of the packages `dbt`, `dbt_postgres` and `hcw` (built-in macros are
our own). Lists that dbt makes of sets are compared sorted. Exit code 1 when something differs.
"""
import json
import sys

VOLATILE = {"created_at", "generated_at", "invocation_id", "invocation_started_at", "run_started_at", "root_path", "user_id",
            "send_anonymous_usage_stats", "env"}
SETS = {"primary_key", "group_map"}
BUILT_IN = {"dbt", "dbt_postgres", "hcw"}


def differences(reference, ours, path, found):
    key = path[-1] if path else ""
    if key in VOLATILE:
        return
    if isinstance(reference, dict) and isinstance(ours, dict):
        for name in sorted(set(reference) | set(ours)):
            if name in VOLATILE:
                continue
            if name not in ours:
                found.append((path + [name], "missing", reference[name]))
            elif name not in reference:
                found.append((path + [name], "extra", ours[name]))
            else:
                differences(reference[name], ours[name], path + [name], found)
        return
    if isinstance(reference, list) and isinstance(ours, list):
        if SETS & set(path):
            reference, ours = sorted(reference), sorted(ours)
        if len(reference) == len(ours) and any(isinstance(item, dict) for item in reference):
            for at, (left, right) in enumerate(zip(reference, ours)):
                differences(left, right, path + [str(at)], found)
            return
    if reference != ours:
        found.append((path, reference, ours))


def load(path):
    manifest = json.load(open(path, encoding="utf-8"))
    for section in ("macros", "docs"):
        entries = manifest[section].items()
        manifest[section] = {k: v for k, v in entries if v["package_name"] not in BUILT_IN}
    return manifest


def main():
    found = []
    differences(load(sys.argv[1]), load(sys.argv[2]), [], found)
    for path, reference, ours in found:
        print(" / ".join(path), "\n   dbt:", json.dumps(reference)[:300], "\n   hcw:", json.dumps(ours)[:300])
    print(f"{len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
