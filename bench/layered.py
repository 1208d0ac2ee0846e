#!/usr/bin/env python3
"""Times hcw on layered dbt projects of growing size: wall and CPU seconds, peak memory.

Usage: bench/layered.py path/to/hcw [path/to/dbt]

A project of N models has seeds, staging, intermediate and mart layers; every model reads one to three models of the
layer before it through a macro, and has two tests. Measured: parse, compile, `run` of N models as views against psql
sending the statements of `run --dry-run` on one connection, and a seed of 100,000 rows against psql's \\copy. With a
dbt executable (dbt-core, adapter postgres) the same verbs of dbt run on the same project, up to 1,000 models.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HCW = Path(sys.argv[1]).resolve()
DBT = Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None
SIZES = (100, 1000, 5000)
LAYERS = ("staging", "intermediate", "marts")
MACRO = """{% macro keyed(relation, offset) -%}
    select id, amount + {{ offset }} as amount from {{ relation }}
{%- endmacro %}
"""


def write_project(folder, models):
    (folder / "macros").mkdir(parents=True)
    (folder / "seeds").mkdir()
    (folder / "dbt_project.yml").write_text(
        "name: layered\nversion: '1.0'\nprofile: layered\nmodels:\n  layered:\n    +materialized: view\n"
    )
    (folder / "macros" / "keyed.sql").write_text(MACRO)
    (folder / "seeds" / "numbers.csv").write_text(
        "id,amount\n" + "".join(f"{row},{row * 7 % 1000}\n" for row in range(100))
    )
    names = {layer: [] for layer in LAYERS}
    for number in range(models):
        layer = LAYERS[min(2, number * 3 // models)]
        before = names[LAYERS[LAYERS.index(layer) - 1]] if layer != LAYERS[0] else []
        parents = sorted({before[(number * 31 + step * 17) % len(before)] for step in range(1 + number % 3)}) if before else ["numbers"]
        name = f"{layer}_{number:05d}"
        target = folder / "models" / layer
        target.mkdir(parents=True, exist_ok=True)
        parts = [f"{{{{ keyed(ref('{parent}'), {position}) }}}}" for position, parent in enumerate(parents)]
        (target / f"{name}.sql").write_text("\nunion all\n".join(parts) + "\n")
        names[layer].append(name)
    for layer in LAYERS:
        lines = ["models:"]
        for name in names[layer]:
            lines += [f"  - name: {name}", "    columns:", "      - name: id", "        data_tests: [not_null]"]
            lines += ["      - name: amount", "        data_tests: [not_null]"]
        (folder / "models" / layer / "properties.yml").write_text("\n".join(lines) + "\n")


def measured(command, **options):
    """Wall seconds, CPU seconds and peak megabytes of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"{' '.join(map(str, command))}\n{output.decode()[-2000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def line(what, figures):
    wall, cpu, memory = figures
    print(f"  {what:34} {wall:8.2f} s wall {cpu:8.2f} s CPU {memory:6.0f} MB", flush=True)


def main():
    folder = Path(tempfile.mkdtemp())
    environment = {**os.environ, "HOME": str(folder), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    environment.pop("DATABASE_URL", None)
    server = folder / "server"
    server.mkdir()
    try:
        url = subprocess.run(
            [HCW, "db", "url"], cwd=server, env=environment, check=True, capture_output=True, text=True
        ).stdout.strip()
        environment["DATABASE_URL"] = url
        for size in SIZES:
            project = folder / f"layered{size}"
            write_project(project, size)
            options = {"cwd": project, "env": environment}
            print(f"{size} models, {size * 2} tests")
            for verb in ("parse", "compile"):
                shutil.rmtree(project / "target", ignore_errors=True)
                line(f"hcw {verb}", measured([HCW, "-q", verb], **options))
            if DBT and size <= 1000:
                profile = "layered:\n  target: dev\n  outputs:\n    dev: {type: postgres, host: localhost, port: 1, user: x, password: x, dbname: x, schema: x, threads: 4}\n"
                (project / "profiles.yml").write_text(profile)
                shutil.rmtree(project / "target", ignore_errors=True)
                line("dbt parse", measured([DBT, "-q", "parse", "--profiles-dir", "."], **options))
                (project / "profiles.yml").unlink()
            if size == 1000:
                run_against_psql(project, url, options)
        seed_against_copy(folder, url, environment)
    finally:
        subprocess.run([HCW, "db", "stop"], cwd=server, env=environment, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def run_against_psql(project, url, options):
    reset = ["psql", url, "-qc", "drop schema public cascade; create schema public"]
    psql, hcw = [], []
    for _ in range(3):
        subprocess.run(reset, check=True, capture_output=True)
        measured([HCW, "-q", "seed"], **options)
        plan = subprocess.run([HCW, "run", "--dry-run"], check=True, capture_output=True, **options).stdout
        script = project / "plan.sql"
        script.write_bytes(plan)
        psql.append(measured(["psql", url, "-qf", str(script)]))
        subprocess.run(reset, check=True, capture_output=True)
        measured([HCW, "-q", "seed"], **options)
        hcw.append(measured([HCW, "-q", "run"], **options))
        script.unlink()
    line("psql, the statements of run", min(psql))
    line("hcw run", min(hcw))
    print(f"  ratio of wall times {min(hcw)[0] / min(psql)[0]:.2f}")


def seed_against_copy(folder, url, environment):
    project = folder / "seeds"
    (project / "seeds").mkdir(parents=True)
    (project / "dbt_project.yml").write_text("name: seeds\nversion: '1.0'\n")
    columns = ",".join(f"c{number}" for number in range(12))
    rows = "".join(",".join(str(row * 13 + number) for number in range(12)) + "\n" for row in range(100_000))
    file = project / "seeds" / "wide.csv"
    file.write_text(f"{columns}\n{rows}")
    table = "create table copied (" + ", ".join(f"c{number} integer" for number in range(12)) + ")"
    copy, seed = [], []
    for _ in range(3):
        subprocess.run(["psql", url, "-qc", "drop table if exists copied, wide"], check=True, capture_output=True)
        copy.append(measured(["psql", url, "-qc", table, "-c", f"\\copy copied from '{file}' csv header"]))
        seed.append(measured([HCW, "-q", "seed"], cwd=project, env=environment))
    print("seed, 100,000 rows of 12 columns")
    line("psql \\copy", min(copy))
    line("hcw seed", min(seed))
    print(f"  ratio of wall times {min(seed)[0] / min(copy)[0]:.2f}")


main()
