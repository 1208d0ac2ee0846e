#!/usr/bin/env python3
"""Measures the native functions against C, against hand-written SQL and PL/pgSQL, and against the portable script.

Usage: pg_extension/bench/run.py [rows [--shapes]]

Builds the extension and the C functions of floor.c, starts a private server, and prints the backend's CPU time per row
above count(column), in one backend over five million rows, for the slow forms over a tenth of them, on which all
answers are compared first. Targets: at most 1.5 times C; at least 30 times as fast as PL/pgSQL, or 15 times as SQL; the
portable script at most 2 times one regular expression for rules of shape alone (shapes.py).
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from shapes import OTHERS, SHAPES

HERE = Path(__file__).resolve().parent
EXTENSION = HERE.parent
ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
SHAPES_ALONE = "--shapes" in sys.argv
ROUNDS = 7
PG_CONFIG = os.environ.get("PG_CONFIG", "pg_config")

# table, native call, its twin in C and by hand (prefix to be added), the rule of the portable script
CASES = [
    ("npi", "hcw.npi_is_valid(value)", "npi(value)"),
    ("icd10cm", "hcw.icd10cm_is_valid(value)", "icd10cm(value)"),
    ("ndc", "hcw.ndc_is_valid(value)", "ndc(value)"),
    ("fhir_date", "hcw.parse_date(value, 'fhir_date')", "parse_date(value, 'fhir_date')"),
    ("hl7", "hcw.parse_date(value, 'hl7')", "parse_date(value, 'hl7')"),
    ("us_mdy", "hcw.parse_date(value, 'us_mdy')", "parse_date(value, 'us_mdy')"),
]


def run(command, **options):
    done = subprocess.run(command, text=True, capture_output=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


class Server:
    """A private server; it refuses to run as root, so root hands it to nobody."""

    def __init__(self, folder, programs):
        self.folder, self.programs = folder, programs
        self.user = "hcw"
        as_root = os.geteuid() == 0
        self.prefix = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if as_root else []
        if as_root:
            shutil.chown(folder, "nobody", "nogroup")
        self.server("initdb", "-D", folder / "data", "-U", self.user, "-A", "trust", "-E", "UTF8", "--locale=C")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c shared_buffers=2GB -c jit=off"
        self.server("pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")

    def server(self, program, *arguments):
        environment = {**os.environ, "HOME": str(self.folder)}
        # pg_ctl leaves a server behind that must not hold our pipes
        command = [*self.prefix, self.programs / program, *arguments]
        done = subprocess.run(command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if done.returncode != 0:
            sys.exit(f"{program} failed; see {self.folder}/log")

    def sql(self, database, text, *arguments):
        command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-U", self.user, "-d", database, *arguments]
        return run(command, input=text).strip()

    def measure(self, database, table, expressions, rounds):
        listed = ", ".join("$e$" + expression + "$e$" for expression in expressions)
        settings = "set max_parallel_workers_per_gather = 0;"
        answer = self.sql(database, f"{settings} call measure('{table}', array[{listed}], {rounds});")
        return [float(number) for number in answer.strip("{}").split(",")]

    def stop(self):
        self.server("pg_ctl", "-D", self.folder / "data", "-w", "-m", "immediate", "stop")


def main():
    # below a folder that is open to the server's user
    folder = Path(tempfile.mkdtemp(prefix="hcw-bench-"))
    folder.chmod(0o755)
    programs = Path(run([EXTENSION / "install.sh", "--overlay", folder / "overlay"]).strip())
    floor = folder / "floor.so"
    headers = run([PG_CONFIG, "--includedir-server"]).strip()
    run(["gcc", "-O2", "-fPIC", "-shared", "-Wall", f"-I{headers}", HERE / "floor.c", "-o", floor])
    (folder / "run").mkdir()
    server = Server(folder / "run", programs)
    try:
        report(server, floor)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def report(server, floor):
    server.sql("postgres", "create database native;")
    forms = (HERE / "forms.sql").read_text().replace("'FLOOR'", f"'{floor}'")
    server.sql("native", forms, "-v", f"rows={ROWS}")
    server.sql("postgres", "create database portable template native;")
    server.sql("portable", run(["cargo", "run", "--quiet", "-p", "hcw-validators", "--example", "portable_sql"], cwd=EXTENSION))
    if SHAPES_ALONE:
        shapes(server)
        return
    server.sql("native", "create extension hcw_pg;")

    for table, native, twin in CASES:
        for form in ("c", "sql", "plpgsql"):
            differing = server.sql("native", f"select count(*) from {table}_tenth where {native} is distinct from {form}_{twin};")
            if differing != "0":
                sys.exit(f"{form}_{twin}: {differing} answers differ from {native}")

    print(f"{ROWS} rows, CPU nanoseconds per row above count(column); C is the floor")
    print(f"{'':<12}{'native':>8}{'C':>8}{'SQL':>9}{'PL/pgSQL':>10}{'portable':>10}   {'/C':>5}{'SQL/':>7}{'PL/':>7}{'port/':>7}")
    for table, native, twin in CASES:
        base, ours, c = server.measure("native", table, ["value", native, f"c_{twin}"], ROUNDS)
        slow_base, sql, plpgsql = server.measure("native", f"{table}_tenth", ["value", f"sql_{twin}", f"plpgsql_{twin}"], 2)
        twins = "-", "-"
        ours, c, sql, plpgsql = max(ours - base, 0.1), max(c - base, 0.1), sql - slow_base, plpgsql - slow_base
        if server.sql("portable", f"select to_regprocedure('{signature(native)}') is not null;") == "t":
            portable_base, other = server.measure("portable", f"{table}_tenth", ["value", native], 2)
            other -= portable_base
            twins = f"{other:.1f}", f"{other / ours:.0f}"
        verdict = "" if ours <= 1.5 * c and (plpgsql >= 30 * ours or sql >= 15 * ours) else "  misses a target"
        print(
            f"{table:<12}{ours:>8.1f}{c:>8.1f}{sql:>9.1f}{plpgsql:>10.1f}{twins[0]:>10}"
            f"   {ours / c:>5.2f}{sql / ours:>7.0f}{plpgsql / ours:>7.0f}{twins[1]:>7}{verdict}"
        )
    shapes(server)
    print("\na parallel plan:")
    settings = "set max_parallel_workers_per_gather = 2; set parallel_setup_cost = 0;"
    print(server.sql("native", f"{settings} explain (costs off) select count(*) from npi where hcw.npi_is_valid(value);"))


def shapes(server):
    """The portable script's shape-only rules; the target is at most twice the expression."""
    rows = max(ROWS // 10, 1)
    listed = server.sql("portable", "select code from hcw.validators where layer = 'shape';").split()
    unknown = set(listed) ^ (SHAPES.keys() | OTHERS.keys())
    if unknown:
        sys.exit(f"shapes.py and the registry differ in: {', '.join(sorted(unknown))}")
    print(f"\nportable shape-only rules, {rows} rows, ns per row above count(column); target: ratio at most 2")
    print(f"{'':<22}{'regex':>8}{'portable':>10}   {'ratio':>5}")
    for code, (pattern, value) in SHAPES.items():
        table = f"shape_{code}"
        server.sql(
            "portable",
            f"create table {table} as select ({value})::text as value from generate_series(0, {rows - 1}) as i; analyze {table};",
        )
        call = f"hcw.{code}_is_valid(value)"
        flags, pattern = ("(?i)", pattern[4:]) if pattern.startswith("(?i)") else ("", pattern)
        expression = f"value ~ '{flags}^\\s*{pattern}\\s*$'"
        found = server.sql(
            "portable",
            f"select count(*) filter (where {call} is distinct from ({expression})), count(*) filter (where {call}) from {table};",
        )
        differing, valid = map(int, found.split("|"))
        if differing or valid * 2 < rows:
            sys.exit(f"{code}: {differing} answers differ from the expression, {valid} of {rows} values are valid")
        base, regex, ours = server.measure("portable", table, ["value", expression, call], 5)
        regex, ours = regex - base, ours - base
        server.sql("portable", f"drop table {table};")
        print(f"{code:<22}{regex:>8.1f}{ours:>10.1f}   {ours / regex:>5.2f}{'' if ours <= 2 * regex else '  misses the target'}")


def signature(call):
    """`hcw.f(value, 'x')` as `hcw.f(text,text)`."""
    name, arguments = re.fullmatch(r"(\S+?)\((.*)\)", call).groups()
    return f"{name}({','.join('text' for _ in arguments.split(', '))})"


if __name__ == "__main__":
    main()
