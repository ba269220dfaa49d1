"""One hundred vendor answers of 20 MB at once: the server's peak memory, and its CPU beside the least it can cost."""

import shutil
import subprocess

from rows import Row
from vendor import Round, write_answer

TASKS = 100
PICTURE_BYTES = 15_000_000  # 20 MB as base64
POLL_EVERY_MS = 50


def bare_cpu_seconds(bench, answer, tasks):
    """The CPU of receiving, decoding, hashing and writing the same bytes."""
    folder = bench.folder("bare")
    said = subprocess.run([bench.program("bare_receive"), str(answer), str(tasks), str(folder)], check=True,
                          capture_output=True, text=True).stdout
    shutil.rmtree(folder)
    return float(said.split()[1]) / 1000


def measure(bench):
    tasks = 10 if bench.quick else TASKS
    answer = write_answer(bench.scratch / "big.json", PICTURE_BYTES)

    def one_round():
        bare = bare_cpu_seconds(bench, answer, tasks)
        trip = Round(bench, answer, tasks, 0, POLL_EVERY_MS)
        return trip.cpu_seconds, bare, trip.peak_mb, trip.figures["took"][0]

    cpu, bare, peak_mb, took = bench.median(one_round)
    answer.unlink()
    title = f"{tasks} answers of 20 MB at once"
    return [Row(f"{title}: peak RSS", f"{peak_mb:.0f} MB", "", f"{peak_mb / 256:.2f} of the limit", "< 256 MB",
                peak_mb < 256),
            Row(f"{title}: CPU", f"{cpu:.2f} s, all saved after {took:.1f} s",
                f"receive + decode + hash + write + sync: {bare:.2f} s", f"{cpu / bare:.2f} × CPU", "< 1.5 ×",
                cpu < 1.5 * bare)]
