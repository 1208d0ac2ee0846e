#!/usr/bin/env python3
"""Times the example's build against the same SQL sent by psql, on fresh databases of one server.

Usage: bench/example.py path/to/hcw [repetitions]

The server is an embedded one in a temporary folder. psql gets, in one connection, the raw tables as COPY data
(what pg_dump writes of them) and then the statements that `hcw build --dry-run` prints. hcw does the same work
from the gzip-compressed files, with its bookkeeping, its artifacts and the verdict of each test. Both databases have
the validators and code lists beforehand.
"""

import statistics
import sys
from pathlib import Path

from example_project import example, run, timed

HCW = Path(sys.argv[1]).resolve()
REPETITIONS = int(sys.argv[2]) if len(sys.argv) > 2 else 7


def main():
    with example(HCW) as warehouse:
        # what both start from: roles and schemas, the validators, the code lists
        target = warehouse.database("bench_template")
        for arguments in (
            ["migrate"],
            ["validators", "install"],
            ["load-codes", "--system", "icd10cm"],
            ["load-codes", "--system", "hcpcs"],
        ):
            command, options = warehouse.call(arguments, target)
            run(command, **options)

        # the two inputs of psql
        target = warehouse.database("bench_plan", "bench_template")
        command, options = warehouse.call(["load"], target)
        run(command, **options)
        raw = warehouse.folder / "raw.sql"
        tables = run(["pg_dump", target, "-t", "raw_*.*"]).stdout
        landed = run(["pg_dump", target, "--data-only", "-t", "hcw.landed_files"]).stdout
        raw.write_text(tables + landed)
        command, options = warehouse.call(["build", "--dry-run"], target)
        models = warehouse.folder / "models.sql"
        # a statement names the database that it was planned for
        script = run(command, **options).stdout
        models.write_text(script.replace('"bench_plan"', '"bench_psql"'))

        times = {"psql": [], "hcw build": [], "second build": []}
        for _ in range(REPETITIONS):
            target = warehouse.database("bench_psql", "bench_template")
            psql = ["psql", target, "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", raw, "-f", models]
            times["psql"].append(timed(psql))
            target = warehouse.database("bench_hcw", "bench_template")
            command, options = warehouse.call(["build"], target)
            times["hcw build"].append(timed(command, **options))
            times["second build"].append(timed(command, **options))
        floor = statistics.median(times["psql"])
        print(f"example warehouse, median of {REPETITIONS} runs")
        for name, values in times.items():
            median = statistics.median(values)
            print(f"  {name:<13} {median:6.2f} s   {median / floor:5.2f} × psql")


if __name__ == "__main__":
    main()
