#!/usr/bin/env python3
"""What a request costs the whole program, in user-space instructions, thread by thread.

    bench/request_instructions.py DARKROOM [--short 500] [--long 2500] [--only poll|submit] [--keep FOLDER]

Runs the real binary under `valgrind --tool=callgrind`, once with a short and once with a long row of requests over one
keep-alive connection, and divides the difference: start and end drop out, everything else counts, the log line of each
request included (JSON, to a file). Valgrind shows the program a processor without SHA instructions.

The engine is held back, so that a submit counts what it costs to accept a task durably and not what a picture costs:
the account runs one task at a time, and its first one asks the sandbox never to answer (#hang, which paints nothing).
"""

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONFIG = """
[server]
threads = 1
drain_seconds = 1
[limits]
submits_per_minute = 1000000
submit_burst = 1000000
polls_per_second = 1000000
concurrent_tasks = 1
queued_tasks = 1000000
[log]
format = "json"
"""
START_SECONDS = 120
SUBMIT_BODY = b'{"model":"gemini-2.5-flash-image-preview","prompt":"moonlight on a bamboo path #hang"}'


class Client:
    """One keep-alive connection that sends a request and reads its whole answer."""

    def __init__(self, address, key):
        self.socket = socket.create_connection(address, timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.fields = (f"Host: {address[0]}:{address[1]}\r\nAuthorization: Bearer {key}\r\n"
                       "User-Agent: bench/1\r\nAccept: */*\r\n").encode()

    def ask(self, request, wanted_status):
        self.socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.receive()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
        while len(body) < length:
            body += self.receive()
        if int(head.split(b" ", 2)[1]) != wanted_status:
            raise RuntimeError(f"{head.decode()}\n{body.decode()}")
        return body

    def receive(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise RuntimeError("the server closed the connection")
        return piece

    def submit_request(self):
        return (b"POST /api/v1/images/generations HTTP/1.1\r\n" + self.fields + b"Content-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n" % len(SUBMIT_BODY)) + SUBMIT_BODY

    def poll_request(self, task):
        return b"GET /api/v1/tasks/" + task + b" HTTP/1.1\r\n" + self.fields + b"\r\n"


def send_polls(client, count):
    task = re.search(rb"task_[0-9a-f]{32}", client.ask(client.submit_request(), 200)).group(0)
    request = client.poll_request(task)
    for _ in range(count):
        client.ask(request, 200)


def send_submits(client, count):
    request = client.submit_request()
    for _ in range(count):
        client.ask(request, 200)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(server, address):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return socket.create_connection(address).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def thread_names(pid):
    """Valgrind numbers threads as they are created, and so does the kernel."""
    threads = sorted(int(thread) for thread in os.listdir(f"/proc/{pid}/task"))
    names = [Path(f"/proc/{pid}/task/{thread}/comm").read_text().strip() for thread in threads]
    # A thread without a name of its own has the program's: the main thread, and the store's writer and readers.
    return ["main and store" if name.startswith("callgrind") else name for name in names]


def count_instructions(binary, send, requests, keep):
    """The instructions of one run: a dict from the name of a thread to its count."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "darkroom.toml").write_text(CONFIG)
        options = ["--config", str(folder / "darkroom.toml"), "--data", str(folder / "data")]
        run = lambda *words: subprocess.run([binary, *words, *options], check=True, capture_output=True, text=True).stdout
        key = run("keys", "create", "--account", "bench", "--test").strip()
        run("credits", "grant", "--account", "bench", "--test", "--credits", "100000000")
        address = ("127.0.0.1", free_port())
        with open(folder / "log", "wb") as log:
            server = subprocess.Popen(
                ["valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={folder}/count",
                 binary, "serve", *options, "--listen", f"{address[0]}:{address[1]}"], stdout=log, stderr=log)
            try:
                wait_until_ready(server, address)
                send(Client(address, key), requests)
                names = thread_names(server.pid)
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(timeout=60)
        counts = {}
        for path in sorted(folder.glob("count-*")):
            number = int(path.name.split("-")[1])
            total = re.search(r"^(?:totals|summary): (\d+)", path.read_text(), re.MULTILINE)
            thread = names[number - 1] if number <= len(names) else "other"
            counts[thread] = counts.get(thread, 0) + int(total.group(1))
            if keep:
                shutil.copy(path, Path(keep) / f"{send.__name__}.{requests}.{thread}")
        return counts


def measure(binary, title, send, short, long, keep):
    fewer = count_instructions(binary, send, short, keep)
    more = count_instructions(binary, send, long, keep)
    shares = {name: (more[name] - fewer.get(name, 0)) / (long - short) for name in more}
    print(f"{title:<8} {sum(shares.values()):>9,.0f} instructions a request")
    for name, share in sorted(shares.items(), key=lambda entry: -entry[1]):
        if share >= 50:
            print(f"  {name:<16} {share:>9,.0f}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", metavar="DARKROOM")
    parser.add_argument("--short", type=int, default=500)
    parser.add_argument("--long", type=int, default=2500)
    parser.add_argument("--only", choices=("poll", "submit"))
    parser.add_argument("--keep", metavar="FOLDER", help="leave the counts there for callgrind_annotate")
    options = parser.parse_args()
    for title, send in (("poll", send_polls), ("submit", send_submits)):
        if options.only in (None, title):
            measure(options.binary, title, send, options.short, options.long, options.keep)


if __name__ == "__main__":
    main()
