#!/usr/bin/env python3
"""Measures the rows of docs/PERFORMANCE.md and prints them as one table."""

import argparse
import os
import platform
import re
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import big_answers
import console
import detection
import instructions
import listing
import poll
import restart
import start
import submit
import waiting
from harness import Bench
from rows import Row, print_table

ROWS = {"poll": poll, "submit": submit, "instructions": instructions, "big_answers": big_answers, "start": start,
        "restart": restart, "detection": detection, "waiting": waiting, "listing": listing, "console": console}


def describe_machine():
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory_kb = int(re.search(r"^MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text()).group(1))
    return (f"{cpu.group(1) if cpu else platform.machine()}, {len(os.sched_getaffinity(0))} cores, "
            f"{memory_kb / 1e6:.0f} GB, Linux {platform.release()}; load before: {os.getloadavg()[0]:.1f}")


def measure(bench, names):
    rows = []
    for name in names:
        print(f"measuring {name} …", file=sys.stderr)
        try:
            rows += ROWS[name].measure(bench)
        except Exception as failure:  # one row that breaks must not take the others' hour with it
            rows.append(Row(name, f"not measured: {failure}".replace("\n", " ")[:300], "", "", "", False))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", help="the build folder of the preset `bench`")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--quick", action="store_true", help="one short run of each, to see that everything works")
    parser.add_argument("--only", action="append", choices=list(ROWS), help="measure this row; may be repeated")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that processes and folders are cleared away, too
    machine = describe_machine()
    scratch = tempfile.mkdtemp(prefix="measure-", dir=Path(options.build).resolve())
    try:
        rows = measure(Bench(options.build, options.quick, scratch), options.only or list(ROWS))
    finally:
        shutil.rmtree(scratch)
    print(f"{machine}\n\n{print_table(rows, options.markdown)}")
    return 1 if any(row.held is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
