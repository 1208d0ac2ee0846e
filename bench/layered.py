#!/usr/bin/env python3
"""Times hcw on layered dbt projects of growing size: wall and CPU seconds, peak memory, and ratios within the run.

Usage: bench/layered.py path/to/hcw [path/to/dbt-core's dbt] [path/to/dbt 2's dbt]

A project of N models has seeds, staging, intermediate and mart layers; every model reads one to three models of the
layer before it through a macro, and has two tests. Measured: parse and compile from nothing, again, and after edits of
one model (its text, its references, its entry in a sidecar); `build` of 1,000 models and 2,000 tests from nothing, and when nothing has changed; `run` and `build` of 1,000
models as views, and of 1,000 views `select 1 as id` without tests, against psql sending the statements of `--dry-run`
over as many connections; a seed of 100,000 rows against psql's \\copy. What is compared is run in turn; the fastest of
several runs counts, and the medians are told beside it. With a dbt executable (dbt-core, adapter postgres) dbt parses the same projects of up to 1,000 models; with
that of dbt 2 (from PyPI's wheel `dbt`, adapter postgres behind its switch for experiments) it parses and compiles all.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HCW = Path(sys.argv[1]).resolve()
DBT, DBT2 = [Path(path).resolve() if path else None for path in (sys.argv[2:4] + ["", ""])[:2]]
REPEATS = 3
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


def write_views(folder):
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: views\nversion: '1.0'\nmodels:\n  views:\n    +materialized: view\n")
    for number in range(1000):
        (folder / "models" / f"view_{number:04d}.sql").write_text("select 1 as id\n")


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


def ratio(what, figure):
    print(f"  {what:34} {figure:8.2f} ×", flush=True)


def ratios(what, figures, walls):
    """Of the fastest runs, and of the medians: the machine may be busy otherwise."""
    ours = [wall for wall, _, _ in figures]
    ratio(what, min(ours) / min(walls))
    ratio("of the medians", statistics.median(ours) / statistics.median(walls))


def main():
    folder = Path(tempfile.mkdtemp())
    environment = {**os.environ, "HOME": str(folder), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    environment["DBT_ALLOW_EXPERIMENTAL_ADAPTERS"] = "true"
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
            compile_again(project, options)
            compare_with_dbt(project, size, options)
            if size == 1000:
                build_again(project, url, options)
                for threads in (1, 4):
                    run_against_psql(project, url, options, threads, "run", ["seed"])
        views = folder / "views"
        write_views(views)
        for threads in (1, 4):
            run_against_psql(views, url, {"cwd": views, "env": environment}, threads, "build", [])
        seed_against_copy(folder, url, environment)
    finally:
        subprocess.run([HCW, "db", "stop"], cwd=server, env=environment, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def away(folder):
    """Takes what was written before out of the way. It is not deleted: file systems pass over the places of files that
    were just deleted, and are slow to make new ones."""
    if folder.exists():
        folder.rename(Path(tempfile.mkdtemp(dir=folder.parent.parent)) / folder.name)


def compile_again(project, options):
    """parse and compile: from nothing, again, and after edits."""
    edited = sorted((project / "models" / LAYERS[1]).glob("*.sql"))[0]
    other = sorted((project / "models" / LAYERS[0]).glob("*.sql"))[1].stem
    sidecar = project / "models" / LAYERS[1] / "properties.yml"
    described = sidecar.read_text()
    entry = f"  - name: {edited.stem}\n"
    for verb in ("parse", "compile"):
        figures = {"from nothing": [], "again": [], "one model edited": [], "a reference": [], "a description": []}
        for repeat in range(REPEATS):
            away(project / "target")
            for what in figures:
                if what == "one model edited":
                    edited.write_text(f"{edited.read_text()}-- {repeat}\n")
                elif what == "a reference":
                    edited.write_text(f"{edited.read_text()}-- {repeat} {{{{ ref('{other}') }}}}\n")
                elif what == "a description":
                    sidecar.write_text(described.replace(entry, f"{entry}    description: {verb} {repeat}\n", 1))
                figures[what].append(measured([HCW, "-q", verb], **options))
        first = min(figures["from nothing"])
        line(f"hcw {verb}", first)
        for what in list(figures)[1:]:
            line(f"hcw {verb}, {what}", min(figures[what]))
            ratio(f"faster, {what}", first[0] / min(figures[what])[0])


def compare_with_dbt(project, size, options):
    """The same verbs of other engines, CPU against CPU; they reach no server."""
    profile = "{type: postgres, host: localhost, port: 1, user: x, password: x, dbname: x, schema: x, threads: 4}"
    engines = [("dbt", DBT, ["parse"] if size <= 1000 else []), ("dbt 2", DBT2, ["parse", "compile"])]
    for name, engine, verbs in engines:
        if not engine:
            continue
        (project / "profiles.yml").write_text(f"layered:\n  target: dev\n  outputs:\n    dev: {profile}\n")
        for verb in verbs:
            away(project / "target")
            theirs = measured([engine, "-q", verb, "--profiles-dir", "."], **options)
            away(project / "target")
            ours = measured([HCW, "-q", verb], **options)
            line(f"{name} {verb}", theirs)
            ratio(f"CPU of {name} / hcw, {verb}", theirs[1] / ours[1])
            ratio(f"wall of {name} / hcw, {verb}", theirs[0] / ours[0])
        (project / "profiles.yml").unlink()


def build_again(project, url, options):
    """build: from nothing, and when nothing has changed."""
    subprocess.run(
        ["psql", url, "-qc", "drop schema public cascade; create schema public; drop schema if exists hcw cascade"],
        check=True, capture_output=True,
    )
    line("hcw build", measured([HCW, "-q", "build"], **options))
    line("hcw build, nothing changed", min(measured([HCW, "-q", "build"], **options) for _ in range(REPEATS)))


def run_against_psql(project, url, options, threads, verb, before):
    def reset():
        schemas = "drop schema public cascade; create schema public; drop schema if exists hcw cascade"
        subprocess.run(["psql", url, "-qc", schemas], check=True, capture_output=True)
        for needed in before:
            measured([HCW, "-q", needed], **options)

    psql, hcw = [], []
    for _ in range(2 * REPEATS):
        reset()
        dry = subprocess.run([HCW, verb, "--dry-run"], check=True, capture_output=True, text=True, **options)
        psql.append(psql_in_layers(dry.stdout, url, threads))
        reset()
        hcw.append(measured([HCW, "-q", verb, "--threads", str(threads)], **options))
    print(f"{project.name}: 1000 views, connections: {threads}")
    print(f"  {'psql, the statements of ' + verb:34} {min(psql):8.2f} s wall")
    line(f"hcw {verb}", min(hcw))
    ratios("wall of hcw / psql", hcw, psql)


def psql_in_layers(plan, url, connections):
    """Seconds of psql processes, one a connection, that share each layer's statements and wait for it to end."""
    # each step begins with what it is; other comments are parts of statements
    before, *steps = re.split(r"\n-- (?=\d+ of \d+ |all of it is published)", plan)
    layers = [[step for step in steps if f".{layer}_" in step.split("\n")[0]] for layer in LAYERS]
    if not any(layers):
        # views without parents, then what publishes them
        layers = [[step for step in steps if " of " in step.split("\n")[0][:15]]]
    layers.append([step for step in steps if step.startswith("all of it is published")])
    start = time.perf_counter()
    processes = [
        subprocess.Popen(["psql", url, "-qAt"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(connections)
    ]
    for layer in [[f"first\n{before}"], *layers]:
        if not layer:
            continue
        for number, process in enumerate(processes):
            statements = "\n".join("-- " + step for step in layer[number::connections])
            process.stdin.write(f"{statements}\n\\echo done\n")
            process.stdin.flush()
        for process in processes:
            while process.stdout.readline() != "done\n":
                pass
    for process in processes:
        process.stdin.close()
        process.wait()
    return time.perf_counter() - start


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
    for _ in range(2 * REPEATS):
        subprocess.run(["psql", url, "-qc", "drop table if exists copied, wide"], check=True, capture_output=True)
        copy.append(measured(["psql", url, "-qc", table, "-c", f"\\copy copied from '{file}' csv header"]))
        seed.append(measured([HCW, "-q", "seed"], cwd=project, env=environment))
    print("seed, 100,000 rows of 12 columns")
    line("psql \\copy", min(copy))
    line("hcw seed", min(seed))
    ratios("wall of hcw / psql", seed, [wall for wall, _, _ in copy])


main()
