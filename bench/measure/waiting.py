"""10,000 connections that wait for 100 tasks, by long poll and by event stream: what they hold, and how soon they wake."""

import json
import resource
import select
import socket
import time

from harness import MODEL, Server, memory_mb
from rows import Row

WAITING, TASKS = 10_000, 100
OPEN_SECONDS = 40  # a long poll is answered after 60 by itself
WAKE_SECONDS = 20


class Waiter:
    """A connection with one request on it."""

    def __init__(self, port, request):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WAKE_SECONDS)
        self.socket.sendall(request)
        self.answer = b""
        self.ended_at = None

    def read(self, is_end):
        piece = self.socket.recv(65536)
        if not piece:
            raise RuntimeError(f"a waiting connection was closed: {self.answer[-300:]}")
        self.answer += piece
        if self.ended_at is None and is_end(self.answer):
            self.ended_at = time.monotonic()


def print_request(method, path, key, more=""):
    return (f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n{more}\r\n").encode()


def waiting(server):
    _, metrics = server.request("GET", "/metrics")
    line = next(line for line in metrics.decode().splitlines() if line.startswith("darkroom_waiting_requests "))
    return float(line.split()[1])


def submit(server, key):
    body = json.dumps({"model": MODEL, "prompt": "#slow:600s"})
    return json.loads(server.request("POST", "/api/v1/images/generations", key, body)[1])["id"]


def await_waiting(server, count):
    deadline = time.monotonic() + OPEN_SECONDS
    while waiting(server) < count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{waiting(server):.0f} of {count} requests wait")
        time.sleep(0.05)


def wake(server, key, task, waiters, is_end):
    """Milliseconds from the first byte of a cancel to each waiter's news of it."""
    poll = select.epoll()
    cancel = Waiter(server.port, print_request("POST", f"/api/v1/tasks/{task}/cancel", key, "Content-Length: 0\r\n"))
    began = time.monotonic()
    sockets = {one.socket.fileno(): one for one in [*waiters, cancel]}
    for number in sockets:
        poll.register(number, select.EPOLLIN)
    while any(one.ended_at is None for one in waiters):
        ready = poll.poll(WAKE_SECONDS)
        if not ready:
            asleep = sum(one.ended_at is None for one in waiters)
            raise RuntimeError(f"{asleep} were not woken by {cancel.answer[-200:]}")
        for number, _ in ready:
            sockets[number].read(is_end)
    poll.close()
    cancel.socket.close()
    return [(one.ended_at - began) * 1000 for one in waiters]


def measure_way(bench, name, path, more, is_end):
    count, tasks = (1000, 10) if bench.quick else (WAITING, TASKS)
    server = Server(bench, concurrent_tasks=1)
    waiters = []
    try:
        key = server.key()
        submit(server, key)  # runs, and keeps the others from beginning
        ids = [submit(server, key) for _ in range(tasks)]
        before = memory_mb(server.pid, "status", "VmRSS")
        waiters = [Waiter(server.port, print_request("GET", path.format(ids[i % tasks]), key, more))
                   for i in range(count)]
        await_waiting(server, count)
        holding = memory_mb(server.pid, "status", "VmRSS")
        took = sorted(time_ms for i, task in enumerate(ids)
                      for time_ms in wake(server, key, task, waiters[i::tasks], is_end))
    finally:
        for one in waiters:
            one.socket.close()
        server.stop()
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    held = holding < 150 and p99 < 50
    return Row(f"{count:,} waiting {name}, {count // tasks} for each task",
               f"RSS {holding:.0f} MB, {before:.0f} before; woken after p50 {p50:.1f} ms, p99 {p99:.1f} ms, "
               f"worst {took[-1]:.1f} ms", "", f"{holding / 150:.2f} and {p99 / 50:.2f} of the limits",
               "< 150 MB, p99 < 50 ms", held)


def measure(bench):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return [measure_way(bench, "long polls", "/api/v1/tasks/{}?wait=60", "", lambda text: b'"status":"failed"' in text),
            measure_way(bench, "event streams", "/api/v1/tasks/{}/events", "Accept: text/event-stream\r\n",
                        lambda text: b"event: cancelled" in text)]
