"""conformance.py RESULTS.xml BASELINE.json [part]: exits with 0 where every test of the baseline that applies has passed.

The suite has tests that apply to no PostgreSQL or to no external engine; the baseline says which do ("passed"), and the
others count for nothing. With `part` only a part of the suite was run, and what did not run is not missed.
"""
import json
import sys
import xml.etree.ElementTree as ElementTree


def outcomes(path):
    """The outcome of each test: the worst, where it is told more than once."""
    found = {}
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        marks = {mark.tag for mark in case} & {"error", "failure", "skipped"}
        if found.get(name) in (None, "passed"):
            found[name] = min(marks, default="passed")
    return found


def main():
    path, baseline, *part = sys.argv[1:]
    try:
        found = outcomes(path)
    except (OSError, ElementTree.ParseError) as error:
        sys.exit(f"no results of the suite: {error}")
    with open(baseline, encoding="utf-8") as file:
        applicable = [name for name, outcome in json.load(file).items() if outcome == "passed"]
    judged = [name for name in applicable if name in found] if part else applicable
    missed = [name for name in judged if found.get(name) != "passed"]
    for name in missed:
        print(f"{found.get(name, 'did not run')}: {name}")
    print(f"{len(judged) - len(missed)} of {len(judged)} applicable tests passed")
    sys.exit(1 if missed or not judged else 0)


if __name__ == "__main__":
    main()
