#!/usr/bin/env python3
"""Times the example's build against the same SQL sent by psql, on fresh databases of one server.

Usage: bench/example.py path/to/hcw [repetitions]

The server is an embedded one in a temporary folder. psql gets, in one connection, the raw tables as COPY data
(what pg_dump writes of them) and then the statements that `hcw build --dry-run` prints. hcw does the same work
from the gzip-compressed files, with its bookkeeping, its artifacts and the verdict of each test. Both databases have
the validators and code lists beforehand.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HCW = Path(sys.argv[1]).resolve()
REPETITIONS = int(sys.argv[2]) if len(sys.argv) > 2 else 7
ROOT = Path(__file__).resolve().parent.parent


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return done


def timed(command, **options):
    start = time.perf_counter()
    run(command, **options)
    return time.perf_counter() - start


def main():
    folder = Path(tempfile.mkdtemp())
    environment = {**os.environ, "HOME": str(folder)}
    environment.pop("DATABASE_URL", None)
    try:
        url = run([HCW, "db", "url"], cwd=folder, env=environment).stdout.strip()
        project = folder / "project"
        project.mkdir()
        for name in ("models", "macros", "seeds", "migrations"):
            (project / name).symlink_to(ROOT / name)
        (project / "tests").mkdir()
        (project / "tests" / "data").symlink_to(ROOT / "tests" / "data")
        shutil.copy(ROOT / "dbt_project.yml", project)

        def hcw(arguments, target):
            return [HCW, *arguments], {"cwd": project, "env": {**environment, "DATABASE_URL": target}}

        def database(name, template="template1"):
            drop, create = f"drop database if exists {name}", f"create database {name} template {template}"
            run(["psql", url, "-c", drop, "-c", create])
            return url.replace("/hcw?", f"/{name}?")

        # what both start from: roles and schemas, the validators, the code lists
        target = database("bench_template")
        for arguments in (
            ["migrate"],
            ["validators", "install"],
            ["load-codes", "--system", "icd10cm"],
            ["load-codes", "--system", "hcpcs"],
        ):
            command, options = hcw(arguments, target)
            run(command, **options)

        # the two inputs of psql
        target = database("bench_plan", "bench_template")
        command, options = hcw(["load"], target)
        run(command, **options)
        raw = folder / "raw.sql"
        tables = run(["pg_dump", target, "-t", "raw_*.*"]).stdout
        landed = run(["pg_dump", target, "--data-only", "-t", "hcw.landed_files"]).stdout
        raw.write_text(tables + landed)
        command, options = hcw(["build", "--dry-run"], target)
        models = folder / "models.sql"
        # a statement names the database that it was planned for
        script = run(command, **options).stdout
        models.write_text(script.replace('"bench_plan"', '"bench_psql"'))

        times = {"psql": [], "hcw build": [], "second build": []}
        for _ in range(REPETITIONS):
            target = database("bench_psql", "bench_template")
            psql = ["psql", target, "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", raw, "-f", models]
            times["psql"].append(timed(psql))
            target = database("bench_hcw", "bench_template")
            command, options = hcw(["build"], target)
            times["hcw build"].append(timed(command, **options))
            times["second build"].append(timed(command, **options))
        floor = statistics.median(times["psql"])
        print(f"example warehouse, median of {REPETITIONS} runs")
        for name, values in times.items():
            median = statistics.median(values)
            print(f"  {name:<13} {median:6.2f} s   {median / floor:5.2f} × psql")
    finally:
        subprocess.run([HCW, "db", "stop"], cwd=folder, env=environment, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
