"""User-space instructions a request, counted by bench/request_instructions.py under callgrind."""

import re
import subprocess
import sys
from pathlib import Path

from rows import Row

PROGRAM = Path(__file__).resolve().parents[1] / "request_instructions.py"
MOST = {("poll", "1 caller"): 12_000, ("submit", "64 callers"): 60_000}


def measure(bench):
    if not PROGRAM.exists():
        return []
    sizes = ["--short", "50", "--long", "250"] if bench.quick else []
    said = subprocess.run([sys.executable, str(PROGRAM), str(bench.darkroom), *sizes], check=True, capture_output=True,
                          text=True).stdout
    rows = []
    for title, callers, count, remark in re.findall(
            r"^(\w+)\s+(\d+ callers?)\s+([\d,]+) instructions a request(.*)$", said, re.MULTILINE):
        number, most = int(count.replace(",", "")), MOST.get((title, callers))
        rows.append(Row(f"instructions a {title}, {callers}", count + remark, "",
                        f"{number / most:.2f} of the limit" if most else "", f"< {most:,}" if most else "",
                        number < most if most else None))
    return rows
