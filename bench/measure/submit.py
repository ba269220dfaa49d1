"""Durable submits over 64 connections of 64 accounts, beside the store alone and the bare disk.

The engine is held back so that pictures take nothing: each account runs one task, and that one waits in the sandbox.
Once each connection asks again as soon as it is answered, which fills every core and shows what the machine gives; once
it pauses before it asks again, as callers do, which offers somewhat more than the wanted rate and shows how long a
caller waits at it.
"""

import json
import re
import subprocess

from harness import MODEL, Load, Server
from rows import Row

ACCOUNTS = 64
PAUSE_MS = 2  # 64 connections that pause so long offer at most 32,000 submits a second
BODY = json.dumps({"model": MODEL, "prompt": "moonlight on a bamboo path, ink wash painting #slow:600s"})
SCRIPT = """
local keys = {{{keys}}}
local requests = {{}}
local turn = 0
init = function()
  for i, key in ipairs(keys) do
    requests[i] = wrk.format("POST", nil, {{["Content-Type"] = "application/json", Authorization = "Bearer " .. key}},
                             '{body}')
  end
end
request = function()
  turn = turn % #requests + 1
  return requests[turn]
end
"""
PAUSE = f"delay = function() return {PAUSE_MS} end\n"


def measure_server(bench, pause=""):
    """Requests a second, p99 in ms, CPU a request, of a server with an empty store."""
    server = Server(bench, concurrent_tasks=1)
    try:
        keys = [server.key(f"account-{i}") for i in range(8 if bench.quick else ACCOUNTS)]
        script = server.folder / "submit.lua"
        script.write_text(SCRIPT.format(keys=",".join(f'"{key}"' for key in keys), body=BODY) + pause)
        load = Load(bench, server, "/api/v1/images/generations", script=script)
        return load.per_second, load.p99_ms, load.cpu_micros, load.bound
    finally:
        server.stop()


def measure_store(bench):
    """name -> (tasks a second, p99 in µs), medians of each."""
    runs = []
    for _ in range(bench.repeats):
        said = subprocess.run([bench.program("store_bench"), str(bench.scratch), "12800" if bench.quick else "64000"],
                              check=True, capture_output=True, text=True).stdout
        runs.append({name: (float(rate), float(p99)) for name, rate, p99 in
                     re.findall(r"^(\w+)\s+(\d+) tasks/s.*?p99\s+(\d+) us", said, re.MULTILINE)})
    return {name: sorted(run[name] for run in runs)[len(runs) // 2] for name in runs[0]}


def measure(bench):
    paced, paced_p99_ms, paced_cpu, _ = bench.median(lambda: measure_server(bench, PAUSE))
    per_second, p99_ms, cpu_micros, bound = bench.median(lambda: measure_server(bench))
    store = measure_store(bench)
    row = lambda name, words: Row(f"… {words}", f"{store[name][0]:,.0f} tasks/s, p99 {store[name][1] / 1000:.1f} ms", "",
                                  f"{per_second / store[name][0]:.2f} × of it are submits", "", None)
    return [Row(f"durable submit, 64 connections that pause {PAUSE_MS} ms",
                f"{paced:,.0f} req/s, p99 {paced_p99_ms:.1f} ms, {paced_cpu:.0f} µs CPU", "",
                f"{paced_p99_ms / 10:.2f} of the limit", "≥ 15,000/s, p99 < 10 ms", paced >= 15_000 and paced_p99_ms < 10),
            Row("… that ask again at once", f"{per_second:,.0f} req/s, p99 {p99_ms:.1f} ms, {cpu_micros:.0f} µs CPU" + bound,
                f"the same rows in batches of 64: {store['sqlite'][0]:,.0f} tasks/s",
                f"{per_second / store['sqlite'][0]:.2f} × of the rows alone", "≥ 15,000/s", per_second >= 15_000),
            row("port", "the store's verb alone, 64 callers"),
            row("disk", "bare fdatasync, 64 tasks each")]
