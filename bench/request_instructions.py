#!/usr/bin/env python3
"""What a request costs the whole program, in user-space instructions, thread by thread.

    bench/request_instructions.py DARKROOM [--short 500] [--long 2500] [--only poll|submit] [--callers 1|64]
                                  [--keep FOLDER]

Runs the real binary under `valgrind --tool=callgrind`, once with a short and once with a long row of requests, and
divides the difference: start and end drop out, everything else counts, the log line of each request included (JSON, to
a file). Each row is counted twice: with one caller, who never shares anything, and with 64 callers of 64 accounts at
once, each on a keep-alive connection and asking again when it is answered, as in service: there one commit, one wake
and one look at the sockets serve several requests. Beside it stands how many submits a commit held: valgrind runs one
thread at a time, so that is not what a machine would choose. Valgrind shows the program a processor without SHA
instructions.

The engine is held back, so that a submit counts what it costs to accept a task durably and not what a picture costs:
each account runs one task at a time, and its first one asks the sandbox never to answer (#hang, which paints nothing).
"""

import argparse
import os
import re
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

CONFIG = """
[server]
threads = 1
balancer_seconds = 0
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
ANSWER_SECONDS = 60
CALLERS = (1, 64)
SUBMIT_BODY = b'{"model":"gemini-2.5-flash-image-preview","prompt":"moonlight on a bamboo path #hang"}'


class Connection:
    """One keep-alive connection that sends a request and gathers its answer."""

    def __init__(self, address, key):
        self.socket = socket.create_connection(address, timeout=ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = b""
        self.fields = (f"Host: {address[0]}:{address[1]}\r\nAuthorization: Bearer {key}\r\n"
                       "User-Agent: bench/1\r\nAccept: */*\r\n").encode()

    def send(self, request):
        self.answer = b""
        self.socket.sendall(request)

    def receive(self):
        """Reads what is there; the body once the answer is whole, else None."""
        piece = self.socket.recv(65536)
        if not piece:
            raise RuntimeError("the server closed the connection")
        self.answer += piece
        head, end, body = self.answer.partition(b"\r\n\r\n")
        if not end or len(body) < int(re.search(rb"(?i)content-length: (\d+)", head).group(1)):
            return None
        if int(head.split(b" ", 2)[1]) != 200:
            raise RuntimeError(self.answer.decode())
        return body

    def ask(self, request):
        self.send(request)
        while (body := self.receive()) is None:
            pass
        return body

    def submit_request(self):
        return (b"POST /api/v1/images/generations HTTP/1.1\r\n" + self.fields + b"Content-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n" % len(SUBMIT_BODY)) + SUBMIT_BODY

    def poll_request(self):
        task = re.search(rb"task_[0-9a-f]{32}", self.ask(self.submit_request())).group(0)
        return b"GET /api/v1/tasks/" + task + b" HTTP/1.1\r\n" + self.fields + b"\r\n"


def send_requests(connections, title, count):
    """`count` requests; each connection sends its next one when it has been answered."""
    requests = {connection: connection.poll_request() if title == "poll" else connection.submit_request()
                for connection in connections}
    waiting = selectors.DefaultSelector()
    left = count
    for connection in connections[:count]:
        waiting.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(requests[connection])
        left -= 1
    answered = 0
    while answered < count:
        ready = waiting.select(ANSWER_SECONDS)
        if not ready:
            raise RuntimeError("the server does not answer")
        for connection in [key.data for key, _ in ready]:
            if connection.receive() is None:
                continue
            answered += 1
            if left > 0:
                connection.send(requests[connection])
                left -= 1


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
    return ["main" if name.startswith("callgrind") else name for name in names]


def submits_in_a_commit(address):
    """The mean so far, from the metrics."""
    with urllib.request.urlopen(f"http://{address[0]}:{address[1]}/metrics", timeout=ANSWER_SECONDS) as answer:
        text = answer.read().decode()
    figure = lambda name: float(re.search(rf"^darkroom_store_batch_verbs_{name} (\S+)", text, re.MULTILINE).group(1))
    return figure("sum") / max(figure("count"), 1)


def count_instructions(binary, title, callers, requests, keep):
    """The instructions of one run as a dict from the name of a thread to its count, and the verbs in a commit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "darkroom.toml").write_text(CONFIG)
        options = ["--config", str(folder / "darkroom.toml"), "--data", str(folder / "data")]
        run = lambda *words: subprocess.run([binary, *words, *options], check=True, capture_output=True, text=True).stdout
        keys = [run("keys", "create", "--account", f"bench-{i}", "--test").strip() for i in range(callers)]
        address = ("127.0.0.1", free_port())
        with open(folder / "log", "wb") as log:
            server = subprocess.Popen(
                ["valgrind", "--tool=callgrind", "--separate-threads=yes", "--fair-sched=yes",
                 f"--callgrind-out-file={folder}/count", binary, "serve", *options,
                 "--listen", f"{address[0]}:{address[1]}"], stdout=log, stderr=log)
            try:
                wait_until_ready(server, address)
                connections = [Connection(address, key) for key in keys]
                send_requests(connections, title, requests)
                names = thread_names(server.pid)
                together = submits_in_a_commit(address)
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
                shutil.copy(path, Path(keep) / f"{title}.{callers}.{requests}.{thread}")
        return counts, together


def measure(binary, title, callers, short, long, keep):
    fewer, _ = count_instructions(binary, title, callers, short, keep)
    more, together = count_instructions(binary, title, callers, long, keep)
    shares = {name: (more[name] - fewer.get(name, 0)) / (long - short) for name in more}
    remark = f"; {together:.1f} in a commit" if title == "submit" else ""
    who = "1 caller" if callers == 1 else f"{callers} callers"
    print(f"{title:<7} {who:<11} {sum(shares.values()):>9,.0f} instructions a request{remark}")
    for name, share in sorted(shares.items(), key=lambda entry: -entry[1]):
        if share >= 50:
            print(f"  {name:<17} {share:>9,.0f}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", metavar="DARKROOM")
    parser.add_argument("--short", type=int, default=500)
    parser.add_argument("--long", type=int, default=2500)
    parser.add_argument("--only", choices=("poll", "submit"))
    parser.add_argument("--callers", type=int, choices=CALLERS)
    parser.add_argument("--keep", metavar="FOLDER", help="leave the counts there for callgrind_annotate")
    options = parser.parse_args()
    for title in ("poll", "submit"):
        for callers in CALLERS:
            if options.only in (None, title) and options.callers in (None, callers):
                measure(options.binary, title, callers, options.short, options.long, options.keep)


if __name__ == "__main__":
    main()
