"""Stores what dbt says of common mistakes: mistakes.py DBT [NAME...] (dbt 1.12.6 made what is committed).

Each text in tests/fixtures/mistakes is a project: lines before the first `-- file: PATH` are `command: WORDS` (more than one
may be given, the last is the one that counts) and `words: WORD...`, which are parts of what is said. `expected.json` has, for
each, dbt's exit code and the names of its warnings and deprecations, and tests/it/mistakes.rs compares.

The server is that of PGHOST, PGPORT, PGUSER and PGPASSWORD; the database `hcw_mistakes` is made anew for each.
"""
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

DATABASE = "hcw_mistakes"
FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "mistakes"
SUMMARIES = {"DeprecationsSummary", "MainEncounteredError"}


def psql(database, statement):
    subprocess.run(["psql", "-q", "-d", database, "-v", "ON_ERROR_STOP=1", "-c", statement], check=True)


def read(text):
    head, *files = text.split("-- file: ")
    said = [line.partition(": ")[::2] for line in head.splitlines() if line.strip() and not line.startswith("#")]
    commands = [value for key, value in said if key == "command"] or ["parse"]
    words = [word for key, value in said if key == "words" for word in shlex.split(value)]
    return commands, words, dict(file.split("\n", 1) for file in files)


def run(dbt, commands, files):
    environment = dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="false", DBT_PARTIAL_PARSE="false", MISTAKES_DATABASE=DATABASE,
                       MISTAKES_HOST=os.environ["PGHOST"], MISTAKES_PORT=os.environ["PGPORT"],
                       MISTAKES_USER=os.environ["PGUSER"], MISTAKES_PASSWORD=os.environ["PGPASSWORD"])
    with tempfile.TemporaryDirectory() as folder:
        usual = {path.name: path.read_text() for path in FOLDER.glob("*.yml")}
        for path, text in (usual | files).items():
            target = Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        for command in commands:
            done = subprocess.run([dbt, *shlex.split(command), "--log-format", "json"], cwd=folder,
                                  env=dict(environment, DBT_PROFILES_DIR=folder), capture_output=True, text=True)
    events = []
    for line in done.stdout.splitlines():
        try:
            events.append(json.loads(line)["info"])
        except (ValueError, KeyError):
            events.append({"name": "", "level": "error", "msg": line})
    told = [event for event in events if event["level"] in ("warn", "error")]
    return done.returncode, told, done.stderr


def main():
    dbt, *only = sys.argv[1:]
    stored = FOLDER / "expected.json"
    expected = json.loads(stored.read_text()) if only else {}
    for path in sorted(FOLDER.glob("*.txt")):
        if only and path.stem not in only:
            continue
        psql("postgres", f"drop database if exists {DATABASE} with (force)")
        psql("postgres", f"create database {DATABASE}")
        commands, words, files = read(path.read_text())
        code, told, error = run(dbt, commands, files)
        said = "\n".join(event["msg"] for event in told) + error
        missing = [word for word in words if word not in said]
        names = sorted({event["name"] for event in told if event["level"] == "warn"} - SUMMARIES)
        print(f"{path.stem}: exit code {code} {' '.join(names)}" + (f": DOES NOT SAY {missing}" if missing else ""))
        if missing or os.environ.get("RECORD_VERBOSE"):
            print(said)
        expected[path.stem] = {"exit_code": code, "warnings": names}
    psql("postgres", f"drop database if exists {DATABASE} with (force)")
    stored.write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
