"""Stores the arguments that dbt tells in run_results.json: arguments.py DBT (dbt 1.12.6 made what is committed).

The calls are the keys of tests/fixtures/arguments.json. Paths, the words of the call and what only concerns another parser of
dbt's are left out; tests/it/arguments.rs compares. The server is that of PGHOST, PGPORT, PGUSER and PGPASSWORD.
"""
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

STORED = Path(__file__).resolve().parent.parent / "fixtures" / "arguments.json"
LEFT_OUT = {"invocation_command", "project_dir", "profiles_dir", "log_path", "v2_parser"}


def main():
    calls = json.loads(STORED.read_text())
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "models").mkdir()
        (root / "models" / "one.sql").write_text("select 1 as one\n")
        (root / "macros").mkdir()
        (root / "macros" / "told.sql").write_text("{% macro told(what) %}{% endmacro %}\n")
        (root / "dbt_project.yml").write_text(
            "name: test\nversion: '1.0'\nprofile: test\nflags: {send_anonymous_usage_stats: false, validate_macro_args: false}\n")
        target = {"type": "postgres", "host": os.environ["PGHOST"], "port": int(os.environ["PGPORT"]), "dbname": "postgres",
                  "user": os.environ["PGUSER"], "password": os.environ["PGPASSWORD"], "schema": "told_arguments"}
        (root / "profiles.yml").write_text(json.dumps({"test": {"target": "dev", "outputs": {"dev": target}}}))
        for call in calls:
            subprocess.run([sys.argv[1], *shlex.split(call)], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            args = json.loads((root / "target" / "run_results.json").read_text())["args"]
            calls[call] = {key: value for key, value in args.items() if key not in LEFT_OUT}
    STORED.write_text(json.dumps(calls, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
