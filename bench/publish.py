#!/usr/bin/env python3
"""What safe publishing costs, and how long it holds up a reader: builds of the example by each way of publishing.

Usage: bench/publish.py path/to/hcw [scale] [repetitions]

A delivery of `scale` times the example's size is generated (the generator is HCW_DELIVERY_GENERATOR, or stands beside
the repository). Each way builds it on a database of its own, then again with --no-skip, in turn; the fastest of the
repetitions counts. Meanwhile a reader asks two marts for their rows over and over: its longest wait is shown.
"""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from example_project import ROOT, example, run, timed

HCW = Path(sys.argv[1]).resolve()
SCALE = sys.argv[2] if len(sys.argv) > 2 else "100"
REPETITIONS = int(sys.argv[3]) if len(sys.argv) > 3 else 2
GENERATOR = Path(os.environ.get("HCW_DELIVERY_GENERATOR", ROOT / "../shared/data/gen_composite.py"))
WAYS = ("legacy", "per-node", "atomic")
READ = (
    "select (select sum(appointments) from marts.kpi_appointments_by_department),"
    " (select sum(appointments) from marts.kpi_no_show_rate_by_clinic)"
)


class Reader(threading.Thread):
    """Reads two marts over and over through one psql; knows its longest wait and its errors."""

    def __init__(self, url):
        super().__init__()
        self.psql = subprocess.Popen(
            ["psql", url, "-qAt"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.is_stopped, self.longest, self.reads, self.errors = threading.Event(), 0.0, 0, 0

    def run(self):
        while not self.is_stopped.is_set():
            start = time.perf_counter()
            self.psql.stdin.write(f"{READ};\n\\echo done\n")
            self.psql.stdin.flush()
            while (line := self.psql.stdout.readline()) not in ("done\n", ""):
                self.errors += "ERROR" in line
            self.longest = max(self.longest, time.perf_counter() - start)
            self.reads += 1
            time.sleep(0.002)

    def stop(self):
        self.is_stopped.set()
        self.join()
        self.psql.stdin.close()
        self.psql.wait()


def main():
    with example(HCW) as warehouse:
        delivery = warehouse.folder / "delivery"
        run([sys.executable, GENERATOR, delivery, "7", SCALE])
        first, again, stalls = ({way: [] for way in WAYS} for _ in range(3))
        for _ in range(REPETITIONS):
            for way in WAYS:
                target = warehouse.database("publish")
                build = ["-q", "build", "--publish", way, "--vars", f"{{raw_dir: '{delivery}'}}"]
                command, options = warehouse.call(build, target)
                first[way].append(timed(command, **options))
                reader = Reader(target)
                reader.start()
                again[way].append(timed([*command, "--no-skip"], **options))
                reader.stop()
                stalls[way].append((reader.longest, reader.reads, reader.errors))
        print(f"example at {SCALE} times its size, fastest of {REPETITIONS}")
        for way in WAYS:
            longest, reads, errors = (max(figures) for figures in zip(*stalls[way]))
            print(
                f"  {way:<9} first {min(first[way]):7.2f} s ({min(first[way]) / min(first['legacy']):4.2f} x legacy)"
                f"   again {min(again[way]):7.2f} s ({min(again[way]) / min(again['legacy']):4.2f} x legacy)"
                f"   a reader's longest wait {longest * 1000:6.0f} ms, {reads} reads, {errors} errors"
            )


if __name__ == "__main__":
    main()
