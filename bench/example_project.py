"""What the benches of the example have in common: calls that must succeed, and the example in a folder of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done


def timed(command, **options):
    start = time.perf_counter()
    run(command, **options)
    return time.perf_counter() - start


class Example:
    """The example's project in a temporary folder, with an embedded server of its own."""

    def __init__(self, hcw, folder):
        self.hcw, self.folder = hcw, folder
        self.environment = {**os.environ, "HOME": str(folder)}
        self.environment.pop("DATABASE_URL", None)
        self.project = folder / "project"
        self.project.mkdir()
        for name in ("models", "macros", "seeds", "migrations"):
            (self.project / name).symlink_to(ROOT / name)
        (self.project / "tests").mkdir()
        (self.project / "tests" / "data").symlink_to(ROOT / "tests" / "data")
        shutil.copy(ROOT / "dbt_project.yml", self.project)
        self.url = run([hcw, "db", "url"], cwd=folder, env=self.environment).stdout.strip()

    def database(self, name, template="template1"):
        """A fresh database; its address."""
        drop, create = f"drop database if exists {name}", f"create database {name} template {template}"
        run(["psql", self.url, "-c", drop, "-c", create])
        return self.url.replace("/hcw?", f"/{name}?")

    def call(self, arguments, target):
        """A call of hcw on a database: the command and its options."""
        return [self.hcw, *arguments], {"cwd": self.project, "env": {**self.environment, "DATABASE_URL": target}}


@contextmanager
def example(hcw):
    folder = Path(tempfile.mkdtemp())
    environment = {**os.environ, "HOME": str(folder)}
    try:
        yield Example(hcw, folder)
    finally:
        subprocess.run([hcw, "db", "stop"], cwd=folder, env=environment, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
