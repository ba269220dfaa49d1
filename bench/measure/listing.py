"""A page of GET /api/v1/tasks of an account with 1,000,000 tasks: the newest beside one from the middle."""

import contextlib
import json
import shutil
import sqlite3

from harness import Server, median_loads
from rows import Row

TASKS = 1_000_000
LIMIT = 20
KEEP_MEDIA = '[media]\nretention = "3650d"\n'  # else the sweep of what the file's tasks had runs beside the first figure
PATH = f"/api/v1/tasks?limit={LIMIT}"


def middle(data, tasks):
    """The cursor of the page that begins in the middle."""
    with contextlib.closing(sqlite3.connect(f"file:{data / 'darkroom.db'}?mode=ro", uri=True)) as database:
        query = "SELECT id FROM tasks ORDER BY id LIMIT 1 OFFSET ?"
        return database.execute(query, (tasks // 2,)).fetchone()[0].hex()


def check(server, key, path):
    page = json.loads(server.request("GET", path, key)[1])
    if len(page["data"]) != LIMIT:
        raise RuntimeError(f"{path}: {page}"[:300])


def measure(bench):
    tasks = 20_000 if bench.quick else TASKS
    data = bench.folder("listing")
    shutil.copy(bench.filled_store(f"store-{tasks}-of-one.db", tasks, 0, 1), data / "darkroom.db")
    deep = f"{PATH}&cursor={middle(data, tasks)}"
    server = Server(bench, data=data, config=KEEP_MEDIA)
    try:
        key = server.key("account-0", test=False)
        for path in (PATH, deep):
            check(server, key, path)
        header = f"Authorization: Bearer {key}"
        first, inside = median_loads(bench, server, [PATH, deep], header=header, connections=16)
    finally:
        server.stop()
        shutil.rmtree(data)
    ratio = inside.cpu_micros / first.cpu_micros
    return [Row(f"a page of {LIMIT} of {tasks:,} tasks, from the middle",
                f"{inside.per_second:,.0f} req/s, p99 {inside.p99_ms:.1f} ms, {inside.cpu_micros:.0f} µs CPU",
                f"the first page: {first.per_second:,.0f} req/s, p99 {first.p99_ms:.1f} ms, {first.cpu_micros:.0f} µs CPU",
                f"{ratio:.2f} × CPU", "<= 1.25 × CPU", ratio <= 1.25)]
