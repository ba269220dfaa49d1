"""From exec to /readyz 200 on a store of 1,000,000 tasks, 10,000 of them unfinished, that no page is cached of."""

import os
import shutil
import time

from harness import Server, median
from rows import Row

TASKS, UNFINISHED = 1_000_000, 10_000


def drop_from_cache(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def ready_milliseconds(bench, filled, is_cached):
    """Of a copy, since the server goes on with the tasks that it finds."""
    data = bench.folder("restart")
    shutil.copy(filled, data / "darkroom.db")
    if not is_cached:
        drop_from_cache(data / "darkroom.db")
    server = Server(bench, data=data)
    try:
        while server.request("GET", "/readyz")[0] != 200:
            time.sleep(0.001)
        return (time.monotonic() - server.began) * 1000
    finally:
        server.stop()
        shutil.rmtree(data)


def measure(bench):
    tasks, unfinished = (20_000, 1000) if bench.quick else (TASKS, UNFINISHED)
    filled = bench.filled_store(f"store-{tasks}.db", tasks, unfinished)
    cold, warm = (median([ready_milliseconds(bench, filled, cached) for _ in range(bench.repeats)])
                  for cached in (False, True))
    return [Row(f"restart with {tasks:,} tasks, {unfinished:,} unfinished",
                f"ready after {cold:.0f} ms, {warm:.0f} ms with the file in the page cache", "",
                f"{cold / 1000:.2f} of the limit", "< 1 s", cold < 1000)]
