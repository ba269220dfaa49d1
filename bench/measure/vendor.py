"""Rounds of bench/round_trip: a vendor who answers when all tasks are with him, and the customers who poll."""

import base64
import json
import os
import re
import struct
import subprocess
import zlib

from harness import MODEL, Server, clean_environment, cpu_seconds, memory_mb

UPSTREAM = """
[upstreams.bench]
kind = "gemini"
base_url = "http://127.0.0.1:{port}"
api_keys = ["bench"]
concurrency = {concurrency}
breaker_failures = 0
[routes]
"{model}" = ["bench"]
"""
ROUND_SECONDS = 300


def png(padding_bytes):
    """A PNG of 64 x 64 grey pixels with a private chunk of random bytes, which viewers pass over."""
    def chunk(kind, payload):
        return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))
    pixels = (b"\x00" + b"\x80" * 64) * 64
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0))
            + chunk(b"prVt", os.urandom(padding_bytes)) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b""))


def write_answer(path, padding_bytes):
    """A vendor's JSON answer with that picture."""
    data = base64.b64encode(png(padding_bytes)).decode()
    path.write_text(json.dumps({"candidates": [{
        "content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": data}}], "role": "model"},
        "finishReason": "STOP", "index": 0}], "usageMetadata": {"totalTokenCount": 1300}}, separators=(",", ":")))
    return path


class Round:
    """Starts vendor, server and customers; the figures of round_trip and of the server's process at its end."""

    def __init__(self, bench, answer, tasks, answers_per_second, poll_every_ms):
        with subprocess.Popen([bench.program("round_trip"), *map(str, (answer, tasks, answers_per_second, poll_every_ms))],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=clean_environment()) as trip:
            try:
                self._run(bench, trip, tasks)
            finally:
                trip.kill()

    def _run(self, bench, trip, tasks):
        port = int(trip.stdout.readline().split()[1])
        server = Server(bench, UPSTREAM.format(port=port, concurrency=tasks, model=MODEL), concurrent_tasks=tasks)
        try:
            key = server.key(test=False)
            before = cpu_seconds(server.pid)
            said, complaint = trip.communicate(f"{server.port} {key}\n", timeout=ROUND_SECONDS)
            if trip.returncode != 0:
                raise RuntimeError(f"{complaint} {server.log.read_text()[-300:]}")
            self.cpu_seconds = cpu_seconds(server.pid) - before
            self.figures = {name: [float(word) for word in words.split()]
                            for name, words in re.findall(r"^(\w+) (.*)$", said, re.MULTILINE)}
            self.peak_mb = memory_mb(server.pid, "status", "VmHWM")
        finally:
            server.stop()
