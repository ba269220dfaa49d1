"""Polls of one task over 64 kept connections, beside nginx answering a constant of the same size."""

import json
import socket
import time

from harness import MODEL, Nginx, Server, median_load
from rows import Row

TARGET = "≥ 1.0 × req/s, less CPU a request"


def completed_task(server, key):
    """The path of a task that has a picture."""
    _, body = server.request("POST", "/api/v1/images/generations", key,
                             json.dumps({"model": MODEL, "prompt": "moonlight on a bamboo path"}))
    path = f"/api/v1/tasks/{json.loads(body)['id']}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        _, body = server.request("GET", path + "?wait=5", key)
        if json.loads(body)["status"] == "completed":
            return path
    raise RuntimeError(f"no picture: {body}")


def answer_bytes(port, path, header):
    """The size of an answer, head included."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{header}\r\nConnection: close\r\n\r\n".encode())
        total = 0
        while piece := connection.recv(65536):
            total += len(piece)
        return total


def measure_nginx(bench, size, log):
    """Its constant is padded until its whole answer is as long as ours."""
    probe = Nginx(bench, "x", bench.server_core, log)
    shortest = answer_bytes(probe.port, "/", "Accept: */*")
    probe.stop()
    nginx = Nginx(bench, "x" * (size - shortest - 1), bench.server_core, log)
    try:
        return median_load(bench, nginx, "/api/v1/tasks/x", header="Authorization: Bearer rk_test_x")
    finally:
        nginx.stop()


def measure_poll(bench, log):
    server = Server(bench, core=bench.server_core, threads=1, log_level="info" if log else "warn")
    try:
        key = server.key()
        path = completed_task(server, key)
        header = f"Authorization: Bearer {key}"
        ours = median_load(bench, server, path, header=header)
        size = answer_bytes(server.port, path, header)
    finally:
        server.stop()
    theirs = measure_nginx(bench, size, log)
    faster = ours.per_second / theirs.per_second
    lighter = ours.cpu_micros / theirs.cpu_micros
    title = f"poll of a task, {size} bytes, {'both logging' if log else 'no logs'}"
    return [Row(title, f"{ours.per_second:,.0f} req/s, p99 {ours.p99_ms:.1f} ms, {ours.cpu_micros:.1f} µs CPU{ours.bound}",
                f"nginx: {theirs.per_second:,.0f} req/s, p99 {theirs.p99_ms:.1f} ms, {theirs.cpu_micros:.1f} µs CPU"
                + theirs.bound, f"{faster:.2f} × req/s, {lighter:.2f} × CPU", TARGET, faster >= 1 and lighter < 1)]


def measure(bench):
    return measure_poll(bench, log=True) + measure_poll(bench, log=False)
