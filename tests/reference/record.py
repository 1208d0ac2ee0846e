"""Stores what dbt makes of a fixture project: record.py DBT PROJECT_FOLDER [SCENARIO...] (dbt 1.12.6 made what is committed).

Each file in the project's folder `commands` is a scenario, which starts with the project as it stands and an empty database. It
has a line for each command: its name, what is kept of it, a colon, dbt's arguments. Kept can be `manifest`, `semantic_manifest`,
`run_results`, `catalog`, `sources` (target/<name>.json), `tree` (the compiled files, by their checksum), `output` (what
`--quiet` leaves on standard output). They stand in `expected/<scenario>/<name>/`, and `expected/<scenario>/versions.json` says
who made them. A line `copy FROM TO` copies a file or what is in a folder. tests/it/differential.rs runs the same with hcw and
compares.

The server is that of PGHOST, PGPORT, PGUSER and PGPASSWORD; the database `hcw_differential` is made anew. Built-in macros and
docs, times, ids of runs, absolute paths and the owner's name are left out.
"""
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DATABASE = "hcw_differential"
BUILT_IN = {"dbt", "dbt_postgres"}
VOLATILE = {"created_at", "root_path", "generated_at", "invocation_id", "invocation_started_at", "run_started_at", "timing",
            "thread_id", "execution_time", "elapsed_time", "snapshotted_at", "max_loaded_at_time_ago_in_s", "owner_of_relation"}


def stripped(value):
    if isinstance(value, dict):
        return {key: stripped(inner) for key, inner in value.items() if key not in VOLATILE}
    return [stripped(inner) for inner in value] if isinstance(value, list) else value


def normal(name, artifact):
    metadata = artifact.get("metadata", {})
    kept = ("dbt_schema_version", "dbt_version", "project_id", "project_name", "adapter_type", "quoting", "env")
    if metadata:
        artifact["metadata"] = {key: metadata[key] for key in kept if key in metadata}
    if name == "manifest":
        for section in ("macros", "docs"):
            entries = artifact[section].items()
            artifact[section] = {key: entry for key, entry in entries if entry["package_name"] not in BUILT_IN}
    if name == "catalog":
        for table in [*artifact["nodes"].values(), *artifact["sources"].values()]:
            table["metadata"]["owner"] = "owner"
    if name in ("run_results", "sources"):
        artifact["results"].sort(key=lambda result: result["unique_id"])
    artifact.pop("args", None)
    return stripped(artifact)


def tree(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def store(path, value):
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def psql(database, statement):
    subprocess.run(["psql", "-q", "-d", database, "-v", "ON_ERROR_STOP=1", "-c", statement], check=True)


def copy(source, target):
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def record(dbt, project, scenario, environment):
    psql("postgres", f"drop database if exists {DATABASE} with (force)")
    psql("postgres", f"create database {DATABASE}")
    setup = project / "setup.sql"
    if setup.exists():
        subprocess.run(["psql", "-q", "-d", DATABASE, "-v", "ON_ERROR_STOP=1", "-f", str(setup)], check=True)
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "project"
        shutil.copytree(project, folder, ignore=shutil.ignore_patterns("expected", "target", "logs"))
        expected = Path(work) / "expected"
        for line in (project / "commands" / scenario).read_text().splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            head, colon, arguments = line.partition(":")
            name, *kept = head.split()
            if name == "copy" and not colon:
                copy(*(folder / path for path in kept))
                continue
            # retry goes by the results that stand
            for made in kept if shlex.split(arguments)[0] != "retry" else []:
                (folder / "target" / f"{made}.json").unlink(missing_ok=True)
            shutil.rmtree(folder / "target" / "compiled", ignore_errors=True)
            done = subprocess.run([dbt, *shlex.split(arguments)], cwd=folder, env=dict(environment, DBT_PROFILES_DIR=str(folder)),
                                  capture_output=True, text=True)
            print(f"{scenario}, {name}: exit code {done.returncode}")
            if os.environ.get("RECORD_VERBOSE") or done.returncode == 2:
                print(done.stdout[-6000:], done.stderr[-2000:])
            into = expected / name
            into.mkdir(parents=True)
            outcome = {"exit_code": done.returncode}
            for what in kept:
                if what == "tree":
                    outcome["tree"] = tree(folder / "target" / "compiled")
                elif what == "output":
                    outcome["output"] = done.stdout
                else:
                    artifact = json.loads((folder / "target" / f"{what}.json").read_text(encoding="utf-8"))
                    store(into / f"{what}.json", normal(what, artifact))
            store(into / "outcome.json", outcome)
        shown = subprocess.run([dbt, "--version"], capture_output=True, text=True).stdout
        versions = [line.split("-", 1)[1].strip() for line in shown.splitlines() if line.strip().startswith("-")]
        store(expected / "versions.json", {"dbt": versions})
        shutil.rmtree(project / "expected" / scenario, ignore_errors=True)
        shutil.copytree(expected, project / "expected" / scenario)
    psql("postgres", f"drop database if exists {DATABASE} with (force)")


def main():
    dbt, project, *scenarios = sys.argv[1], Path(sys.argv[2]).resolve(), *sys.argv[3:]
    environment = dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="false", DBT_PARTIAL_PARSE="false", DBT_USE_COLORS="false",
                       DIFFERENTIAL_HOST=os.environ["PGHOST"], DIFFERENTIAL_PORT=os.environ["PGPORT"],
                       DIFFERENTIAL_USER=os.environ["PGUSER"], DIFFERENTIAL_PASSWORD=os.environ["PGPASSWORD"],
                       DIFFERENTIAL_DATABASE=DATABASE)
    for line in (project / "environment").read_text().splitlines() if (project / "environment").exists() else []:
        name, _, value = line.partition("=")
        environment[name] = value
    for scenario in scenarios or sorted(path.name for path in (project / "commands").iterdir()):
        record(dbt, project, scenario, environment)


if __name__ == "__main__":
    main()
