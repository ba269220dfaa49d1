"""From exec to listening with an empty store and the sandbox, and what the process holds then."""

import time

from harness import Server, median, memory_mb
from poll import completed_task
from rows import Row

RUNS = 7
SETTLE_SECONDS = 0.5


def resting(server):
    """RSS, PSS and private dirty memory in MB."""
    time.sleep(SETTLE_SECONDS)
    return (memory_mb(server.pid, "status", "VmRSS"), memory_mb(server.pid, "smaps_rollup", "Pss"),
            memory_mb(server.pid, "smaps_rollup", "Private_Dirty"))


def start_once(bench):
    """Milliseconds until it listens, its memory at rest, and its memory after the sandbox has drawn in it."""
    server = Server(bench)
    try:
        took = (time.monotonic() - server.began) * 1000
        fresh = resting(server)
        completed_task(server, server.key())
        return took, fresh, resting(server)
    finally:
        server.stop()


def measure(bench):
    runs = [start_once(bench) for _ in range(RUNS)]
    took = median([run[0] for run in runs])
    rss, pss, dirty = sorted(run[1] for run in runs)[RUNS // 2]
    later_rss, _, later_dirty = sorted(run[2] for run in runs)[RUNS // 2]
    return [Row("start to listening", f"{took:.0f} ms", "", f"{took / 100:.2f} of the limit", "< 100 ms", took < 100),
            Row("idle RSS", f"{rss:.1f} MB (PSS {pss:.1f}, private dirty {dirty:.1f}); after a sandbox picture "
                f"{later_rss:.1f} MB (private dirty {later_dirty:.1f})", "", f"{rss / 40:.2f} of the limit", "< 40 MB",
                rss < 40)]
