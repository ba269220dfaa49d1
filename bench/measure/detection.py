"""With 10,000 calls open at the vendor: from the last byte of an answer to the poll that shows the picture."""

from rows import Row
from vendor import Round, write_answer

TASKS = 10_000
ANSWERS_PER_SECOND = 250  # of pictures that take 40 s
POLL_EVERY_MS = 5


def measure(bench):
    tasks = 1000 if bench.quick else TASKS
    answer = write_answer(bench.scratch / "small.json", 10_000)

    trip = Round(bench, answer, tasks, ANSWERS_PER_SECOND, POLL_EVERY_MS)  # once: the tasks are sample enough
    p50, p99, worst = trip.figures["seen"]
    return [Row(f"answered → visible, {tasks:,} tasks in flight",
                f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, worst {worst:.0f} ms, "
                f"{trip.cpu_seconds / tasks * 1000:.2f} ms CPU a task, peak RSS {trip.peak_mb:.0f} MB",
                "", f"{p99 / 100:.2f} of the limit", "p99 < 100 ms", p99 < 100)]
