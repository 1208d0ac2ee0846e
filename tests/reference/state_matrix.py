#!/usr/bin/env python3
"""Records what dbt selects by `state:` after each edit of tests/fixtures/state/edits.json.

Usage: tests/reference/state_matrix.py (with dbt-core and dbt-postgres installed; writes tests/fixtures/state/selected.json)

Each edit is made on a copy of the project; selectors compare it with the manifest of the unchanged one.
"""

import json
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from dbt.cli.main import dbtRunner

STATE = Path(__file__).resolve().parent.parent / "fixtures" / "state"
SELECTORS = ["modified", "modified.body", "modified.configs", "modified.relation", "modified.persisted_descriptions",
             "modified.macros", "modified.contract", "new", "old", "unmodified"]

# the edit of which every answer is kept; of the others those that select something, and not all that stays as it is
WHOLE = "nothing"


def call(folder, manifest, *words):
    options = ["--project-dir", str(folder), "--profiles-dir", str(folder), "--no-partial-parse"]
    return dbtRunner(manifest=manifest).invoke(["--quiet", "--log-level-file", "none", *words, *options])


def main():
    work = Path(tempfile.mkdtemp())
    base = work / "base"
    shutil.copytree(STATE / "project", base)
    call(base, None, "parse")
    selected = {}
    for edit in json.loads((STATE / "edits.json").read_text()):
        folder = work / edit["name"]
        shutil.copytree(STATE / "project", folder)
        for path in edit["removes"]:
            (folder / path).unlink()
        for path, text in edit["writes"].items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        parsed = call(folder, None, "parse")
        if not parsed.success:
            raise SystemExit(f"{edit['name']}: {parsed.exception}")
        entry = {}
        for selector in SELECTORS:
            state = ["--select", f"state:{selector}", "--state", str(base / "target")]
            listed = call(folder, parsed.result, "ls", *state)
            # an error, such as a broken contract, is recorded as one
            found = sorted(listed.result or []) if listed.exception is None else str(type(listed.exception).__name__)
            if selector == "modified" or edit["name"] == WHOLE or found and selector not in ("old", "unmodified"):
                entry[selector] = found
        selected[edit["name"]] = entry
        print(edit["name"], {key: value for key, value in entry.items() if key == "modified"}, flush=True)
    recorded = {"dbt": version("dbt-core"), "selected": selected}
    (STATE / "selected.json").write_text(json.dumps(recorded, indent=1) + "\n")
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
