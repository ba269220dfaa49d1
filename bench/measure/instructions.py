"""User-space instructions a request, counted by bench/request_instructions.py under callgrind."""

import re
import subprocess
import sys
from pathlib import Path

from rows import Row

PROGRAM = Path(__file__).resolve().parents[1] / "request_instructions.py"
MOST = {"poll": 12_000, "submit": 60_000}


def measure(bench):
    if not PROGRAM.exists():
        return []
    sizes = ["--short", "50", "--long", "250"] if bench.quick else []
    said = subprocess.run([sys.executable, str(PROGRAM), str(bench.darkroom), *sizes], check=True, capture_output=True,
                          text=True).stdout
    rows = []
    for title, count in re.findall(r"^(\w+)\s+([\d,]+) instructions a request", said, re.MULTILINE):
        number = int(count.replace(",", ""))
        rows.append(Row(f"instructions a {title}", count, "", f"{number / MOST[title]:.2f} of the limit",
                        f"< {MOST[title]:,}", number < MOST[title]))
    return rows
