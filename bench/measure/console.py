"""The console's views of an account with 1,000,000 tasks of 30 days: each is one request, timed by who asks for it."""

import http.client
import json
import shutil
import time

from harness import REQUEST_SECONDS, Server
from rows import Row

TASKS = 1_000_000
DAYS = 30
WANTED_MS = 150
EMAIL, PASSWORD = "bench@example.org", "correct horse battery"
CONFIG = f'[console]\noperator_email = "{EMAIL}"\noperator_password = "{PASSWORD}"\n'
# The store's times are counted up from 14 November 2023, 22:13.
MONTH = "from=2023-11-15&to=2023-12-14&group_by=day&book=test"
ACCOUNT = "/api/console/accounts/account-0"
VIEWS = {"first page of tasks": f"{ACCOUNT}/tasks?book=test&limit=50",
         "first page of failed tasks": f"{ACCOUNT}/tasks?book=test&limit=50&status=failed",
         "30 days of usage by model": f"{ACCOUNT}/usage?{MONTH}&split_by=model",
         "tasks of the whole server": "/api/console/tasks?limit=50",
         "30 days of the whole server": f"/api/console/usage?{MONTH}&split_by=account",
         "a page of the ledger": f"{ACCOUNT}/ledger?book=test&limit=50",
         "overview of the account": f"{ACCOUNT}?book=test",
         "overview of the whole server": "/api/console/overview?book=test",
         "the playground": f"{ACCOUNT}/playground?book=test"}


class Person:
    """A browser's kept connection with a session."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=REQUEST_SECONDS)
        self.connection.request("POST", "/api/console/login", json.dumps({"email": EMAIL, "password": PASSWORD}),
                                {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{server.port}"})
        answer = self.connection.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"login: {answer.status} {answer.read()[:300]}")
        answer.read()
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]

    def ask(self, path):
        """(milliseconds, the answer)."""
        began = time.perf_counter()
        self.connection.request("GET", path, headers={"Cookie": self.cookie})
        answer = self.connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - began) * 1e3
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:300]}")
        return took, json.loads(body)


def p95(person, path, count):
    answer = person.ask(path)[1]
    if not (answer.get("data") or answer.get("week") or answer.get("models")):
        raise RuntimeError(f"{path}: nothing to show")
    times = sorted(person.ask(path)[0] for _ in range(count))
    return times[int(0.95 * (count - 1))]


def measure(bench):
    tasks = 20_000 if bench.quick else TASKS
    data = bench.folder("console")
    shutil.copy(bench.filled_store(f"store-{tasks}-of-a-month.db", tasks, 0, 1, DAYS), data / "darkroom.db")
    server = Server(bench, CONFIG, data=data)
    try:
        person = Person(server)
        found = {view: p95(person, path, 20 if bench.quick else 200) for view, path in VIEWS.items()}
    finally:
        server.stop()
        shutil.rmtree(data)
    return [Row(f"console with {tasks:,} tasks: {view}, one request", f"p95 {took:.1f} ms", "", "", f"p95 <= {WANTED_MS} ms",
                took <= WANTED_MS) for view, took in found.items()]
