#!/usr/bin/env python3
"""Webhooks of the real server, received on loopback and verified by the library that customers use."""

import base64
import json
import os
import re
import subprocess
import sys
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "e2e"))

from node_packages import NodePackages  # noqa: E402
from support import REPOSITORY, STOP_SECONDS, Server, ServerTest  # noqa: E402

PACKAGES = Path(os.environ.get("WEBHOOK_PACKAGES", REPOSITORY / "build/webhook_packages"))
WAIT_SECONDS = 60
NODE = NodePackages(FOLDER, PACKAGES)


def setUpModule():
    NODE.install()


def verify(messages):
    """What the library says of messages that it must accept, and of their mutations."""
    return NODE.run(FOLDER / "verify.mjs", data=messages, timeout=WAIT_SECONDS)


class Message:
    def __init__(self, path, headers, body):
        self.path = path
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.body = body
        self.at = time.monotonic()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def id(self):
        return self.headers["webhook-id"]

    def signed_with(self, secret):
        return {"secret": secret, "headers": self.headers, "body": self.body.decode()}


class Receiver:
    """Keeps what it gets. `answers` has a list of statuses for a path, used up one by one; then it answers 200."""

    def __init__(self):
        self.messages = []
        self.answers = {}
        self._arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver._arrived:
                    receiver.messages.append(Message(self.path, self.headers, body))
                    statuses = receiver.answers.get(self.path)
                    status = statuses.pop(0) if statuses else 200
                    receiver._arrived.notify_all()
                self.send_response(status)
                said = f"answer {status}".encode() if status != 204 else b""
                self.send_header("Content-Length", str(len(said)))
                if status in (301, 302, 307, 308):
                    self.send_header("Location", receiver.url("/elsewhere"))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def at(self, path):
        with self._arrived:
            return [message for message in self.messages if message.path == path]

    def wait_for(self, path, count=1):
        """The first `count` messages for the path."""
        with self._arrived:
            arrived = self._arrived.wait_for(
                lambda: sum(message.path == path for message in self.messages) >= count, WAIT_SECONDS)
        if not arrived:
            raise AssertionError(f"{len(self.at(path))} of {count} messages have come to {path}")
        return self.at(path)[:count]

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(STOP_SECONDS)


RECEIVER = Receiver()
unittest.addModuleCleanup(RECEIVER.stop)
CONFIG = f'[fetch]\nallow = ["127.0.0.1/32:{RECEIVER.port}"]\n'


def rotate(server, key, webhook="default", **members):
    answer = server.post(f"/api/v1/webhooks/{webhook}/rotate", key, members or None)
    if answer.status != 200:
        raise AssertionError(answer)
    return answer.json["secret"]


class Webhooks(ServerTest):
    config = CONFIG

    def setUp(self):
        self.account = self.id().rsplit(".", 1)[-1]
        self.key = self.server.key(self.account)
        self.path = "/" + self.account

    def submit(self, prompt="moonlight", **parameters):
        answer = self.server.submit(self.key, prompt, **parameters)
        self.assertEqual(answer.status, 200, answer)
        return answer.json["id"]

    def create(self, **members):
        answer = self.server.post("/api/v1/webhooks", self.key, {"url": RECEIVER.url(self.path), **members})
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def deliveries(self, webhook="default"):
        answer = self.server.get(f"/api/v1/webhooks/{webhook}/deliveries", self.key)
        self.assertEqual(answer.status, 200, answer)
        return answer.json["data"]

    def wait_for_delivery(self, webhook, status):
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            delivery = self.deliveries(webhook)[0]
            if delivery["status"] == status:
                return delivery
            time.sleep(0.05)
        self.fail(f"not {status}: {delivery}")

    def test_a_callback_is_what_a_poll_answers_and_every_byte_counts(self):
        secret = rotate(self.server, self.key)
        self.assertRegex(secret, r"^whsec_[A-Za-z0-9+/]{43}=$")
        good = self.submit(callback_url=RECEIVER.url(self.path))
        bad = self.submit("#moderated", callback_url=RECEIVER.url(self.path))
        messages = RECEIVER.wait_for(self.path, 2)
        by_task = {message.json["data"]["id"]: message for message in messages}
        for task, kind in ((good, "task.completed"), (bad, "task.failed")):
            message = by_task[task]
            self.assertEqual(message.json["type"], kind)
            self.assertEqual(message.json["data"], self.server.poll(task, self.key))
            self.assertRegex(message.json["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertEqual(message.headers["content-type"], "application/json")
            self.assertNotIn(".", message.id)
            self.assertLess(abs(int(message.headers["webhook-timestamp"]) - time.time()), 60)
        print(verify([message.signed_with(secret) for message in messages]).strip())

    def test_a_retry_comes_within_ten_seconds_with_the_same_bytes(self):
        secret = rotate(self.server, self.key)
        RECEIVER.answers[self.path] = [500]
        self.submit(callback_url=RECEIVER.url(self.path))
        first, second = RECEIVER.wait_for(self.path, 2)
        self.assertLess(second.at - first.at, 10)
        self.assertEqual(first.body, second.body)
        self.assertEqual(first.id, second.id)
        self.assertNotEqual(first.headers["webhook-signature"], second.headers["webhook-signature"])
        verify([first.signed_with(secret), second.signed_with(secret)])
        delivery = self.wait_for_delivery("default", "delivered")
        self.assertEqual([attempt["status"] for attempt in delivery["attempts"]], [500, 200])
        self.assertEqual(delivery["id"], first.id)

    def test_an_endpoint_hears_the_events_it_chose(self):
        webhook = self.create(events=["task.failed"])
        self.server.poll(self.submit(), self.key)
        failed = self.submit("#moderated")
        message = RECEIVER.wait_for(self.path)[0]
        self.assertEqual(message.json["type"], "task.failed")
        self.assertEqual(message.json["data"]["id"], failed)
        verify([message.signed_with(webhook["secret"])])
        self.assertEqual(len(self.deliveries(webhook["id"])), 1)

    def test_two_secrets_sign_while_one_is_replaced(self):
        webhook = self.create()
        renewed = rotate(self.server, self.key, webhook["id"])
        self.submit()
        message = RECEIVER.wait_for(self.path)[0]
        self.assertEqual(message.headers["webhook-signature"].count("v1,"), 2)
        for secret in (webhook["secret"], renewed):
            copy = message.signed_with(secret)
            signatures = message.headers["webhook-signature"].split(" ")
            # One signature alone, so that every changed byte must matter.
            fitting = [one for one in signatures if self.is_accepted(
                {**copy, "headers": {**message.headers, "webhook-signature": one}})]
            self.assertEqual(len(fitting), 1)
            self.assertTrue(self.is_accepted(copy))
        leaked = rotate(self.server, self.key, webhook["id"], overlap_seconds=0)
        self.submit()
        after = RECEIVER.wait_for(self.path, 2)[1]
        self.assertNotIn(" ", after.headers["webhook-signature"])
        verify([after.signed_with(leaked)])
        self.assertFalse(self.is_accepted(after.signed_with(renewed)))

    def is_accepted(self, message):
        """By the page's own example in Python."""
        try:
            EXAMPLE["verify"](message["secret"], message["headers"], message["body"].encode())
        except ValueError:
            return False
        return True

    def test_410_disables_an_endpoint_and_it_can_come_back(self):
        webhook = self.create()
        RECEIVER.answers[self.path] = [410]
        self.submit()
        RECEIVER.wait_for(self.path)
        self.wait_for_delivery(webhook["id"], "dropped")
        shown = self.server.get(f"/api/v1/webhooks/{webhook['id']}", self.key).json
        self.assertEqual((shown["enabled"], shown["disabled_reason"]), (False, "gone"))
        enabled = self.server.post(f"/api/v1/webhooks/{webhook['id']}", self.key, {"enabled": True})
        self.assertTrue(enabled.json["enabled"])
        dropped = self.deliveries(webhook["id"])[0]
        self.assertEqual(dropped["attempts"][0]["response"], "answer 410")
        resent = self.server.post(f"/api/v1/webhooks/{webhook['id']}/deliveries/{dropped['id']}/resend", self.key)
        self.assertEqual(resent.status, 200, resent)
        first, second = RECEIVER.wait_for(self.path, 2)
        self.assertEqual((first.id, first.body), (second.id, second.body))
        verify([second.signed_with(webhook["secret"])])
        self.wait_for_delivery(webhook["id"], "delivered")

    def test_redirects_are_failures_and_not_followed(self):
        webhook = self.create()
        RECEIVER.answers[self.path] = [302]
        self.submit()
        RECEIVER.wait_for(self.path, 2)
        self.wait_for_delivery(webhook["id"], "delivered")
        self.assertEqual(RECEIVER.at("/elsewhere"), [])

    def test_a_callback_without_a_secret_made_first_arrives_all_the_same(self):
        self.submit(callback_url=RECEIVER.url(self.path), callback_events=["task.completed"])
        message = RECEIVER.wait_for(self.path)[0]
        self.assertRegex(message.headers["webhook-signature"], r"^v1,[A-Za-z0-9+/]{43}=$")

    def test_refused_places_are_never_contacted(self):
        for url in ("http://127.0.0.1:1/", "https://127.0.0.1/", "http://169.254.169.254/", "https://10.0.0.1/",
                    "http://example.org/", "ftp://example.org/", "https://localhost/", "not a url"):
            with self.subTest(url=url):
                self.assert_error(self.server.submit(self.key, callback_url=url), 400, 20003, "callback_url")
                self.assert_error(self.server.post("/api/v1/webhooks", self.key, {"url": url}), 400, 20003, "url")

    def test_secrets_are_never_logged_or_shown_again(self):
        webhook = self.create()
        secrets = [webhook["secret"], rotate(self.server, self.key, webhook["id"]), rotate(self.server, self.key)]
        self.submit(callback_url=RECEIVER.url(self.path))
        RECEIVER.wait_for(self.path, 2)
        seen = self.server.process.stderr
        for target in ("/api/v1/webhooks", f"/api/v1/webhooks/{webhook['id']}", "/api/v1/webhooks/default",
                       "/api/v1/webhooks/default/deliveries", "/metrics"):
            seen += self.server.get(target, self.key).body.decode()
        for command in (("config", "print"), ("ledger", "verify"), ("tasks", "list"), ("audit", "verify"), ("doctor",)):
            ran = self.server.command(*command)
            seen += ran.stdout + ran.stderr
        files = [file for file in self.server.data.rglob("*") if file.is_file()]
        self.assertTrue({"darkroom.db", "darkroom.db-wal", "darkroom.db.key"} <= {file.name for file in files}, files)
        stored = b"".join(file.read_bytes() for file in files)
        for secret in secrets:
            self.assertNotIn(secret.removeprefix("whsec_"), seen)
            self.assertNotIn(secret.removeprefix("whsec_").encode(), stored)
            self.assertNotIn(base64.b64decode(secret.removeprefix("whsec_")), stored)


class Crash(unittest.TestCase):
    def test_what_was_not_delivered_before_a_kill_is_delivered_after_it(self):
        server = Server(CONFIG)
        self.addCleanup(server.stop)
        key = server.key()
        secret = rotate(server, key)
        path = "/crash"
        RECEIVER.answers[path] = [503] * 5
        tasks = {server.submit(key, callback_url=RECEIVER.url(path)).json["id"] for _ in range(5)}
        before = RECEIVER.wait_for(path, 5)
        server.kill9()
        server.start()
        messages = RECEIVER.wait_for(path, 10)
        again = messages[5:]
        self.assertEqual({message.json["data"]["id"] for message in again}, tasks)
        self.assertEqual({message.body for message in again}, {message.body for message in before})
        verify([message.signed_with(secret) for message in again])


PAGE = (REPOSITORY / "docs/WEBHOOKS.md").read_text(encoding="utf-8")


def example_of(language):
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    if not found:
        raise AssertionError(f"the page has no example in {language}")
    return found.group(1)


EXAMPLE = {}
exec(compile(example_of("python"), "docs/WEBHOOKS.md", "exec"), EXAMPLE)  # pylint: disable=exec-used


class Examples(ServerTest):
    """The code on the page does what the page says."""

    config = CONFIG

    def test_they_accept_a_message_and_refuse_a_changed_or_old_one(self):
        key = self.server.key("examples")
        secret = rotate(self.server, key)
        self.server.generate(key, callback_url=RECEIVER.url("/examples"))
        message = RECEIVER.wait_for("/examples")[0]
        verify = EXAMPLE["verify"]
        verify(secret, message.headers, message.body)
        with self.assertRaises(ValueError):
            verify(secret, message.headers, message.body.replace(b"completed", b"c0mpleted"))
        with self.assertRaises(ValueError):
            verify(rotate(self.server, key), message.headers, message.body)
        with self.assertRaises(ValueError):
            verify(secret, message.headers, message.body, tolerance_seconds=-1)

        script = PACKAGES / "example.mjs"
        script.write_text(example_of("js"), encoding="utf-8")
        caller = PACKAGES / "call_example.mjs"
        caller.write_text('import { readFileSync } from "node:fs";\nimport { verify } from "./example.mjs";\n'
                          "const { secret, headers, body } = JSON.parse(readFileSync(0, \"utf8\"));\n"
                          "console.log(JSON.stringify(verify(secret, headers, body)));\n", encoding="utf-8")
        good = subprocess.run(["node", caller], input=json.dumps(message.signed_with(secret)), text=True,
                              capture_output=True, check=True, timeout=WAIT_SECONDS)
        self.assertEqual(json.loads(good.stdout), message.json)
        changed = {**message.signed_with(secret), "body": "{}"}
        bad = subprocess.run(["node", caller], input=json.dumps(changed), text=True, capture_output=True, check=False,
                             timeout=WAIT_SECONDS)
        self.assertNotEqual(bad.returncode, 0)


if __name__ == "__main__":
    unittest.main()
