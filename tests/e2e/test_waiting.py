#!/usr/bin/env python3
"""Waiting for a task: ?wait on a poll, Prefer: wait on a submit, a stream of its events."""

import json
import re
import signal
import socket
import threading
import time
import unittest
from urllib.parse import urlsplit

from support import MODEL, Server, ServerTest


class Waiting(ServerTest):
    def test_a_poll_waits_for_the_end(self):
        key = self.server.key("poll")
        task = self.server.submit(key, "moonlight #slow:2s").json["id"]
        began = time.monotonic()
        answer = self.server.get(f"/api/v1/tasks/{task}?wait=30", key)
        self.assertLess(time.monotonic() - began, 20)
        self.assertGreater(time.monotonic() - began, 1)
        self.assert_completed(answer.json)

    def test_a_poll_waits_no_longer_than_it_was_asked_to(self):
        key = self.server.key("short")
        task = self.server.submit(key, "moonlight #slow:5s").json["id"]
        began = time.monotonic()
        answer = self.server.get(f"/api/v1/tasks/{task}?wait=1", key)
        self.assertEqual(answer.json["status"], "processing")
        self.assertGreater(time.monotonic() - began, 0.9)
        self.assertLess(time.monotonic() - began, 4)
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        again = self.server.get(f"/api/v1/tasks/{task}?wait=1", key, {"If-None-Match": answer.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))

    def test_a_wait_that_is_no_time_is_refused(self):
        key = self.server.key("bad")
        task = self.server.submit(key).json["id"]
        for bad in ("-1", "soon", "1.5"):
            self.assert_error(self.server.get(f"/api/v1/tasks/{task}?wait={bad}", key), 400, 20003, "wait")

    def test_a_submit_that_waits_is_answered_as_a_poll(self):
        key = self.server.key("submit")
        answer = self.server.submit(key, headers={"Prefer": "wait=30"})
        self.assertEqual(answer.status, 200, answer)
        self.assert_completed(answer.json)
        self.assertEqual(answer.headers["Preference-Applied"], "wait=30")
        self.assertEqual(self.server.get(f"/api/v1/tasks/{answer.json['id']}", key).body, answer.body)

    def test_a_submit_that_waits_in_vain_is_answered_in_time(self):
        key = self.server.key("vain")
        answer = self.server.submit(key, "moonlight #slow:5s", headers={"Prefer": "wait=1"})
        self.assertEqual(answer.json["status"], "processing")
        self.assertIsNone(answer.json["output"])
        self.assert_completed(self.server.poll(answer.json["id"], key))

    def test_many_wait_for_one_task(self):
        key = self.server.key("many")
        task = self.server.submit(key, "moonlight #slow:2s").json["id"]
        answers = []
        waiters = [threading.Thread(
            target=lambda: answers.append(self.server.get(f"/api/v1/tasks/{task}?wait=30", key).json["status"]))
            for _ in range(30)]
        for waiter in waiters:
            waiter.start()
        for waiter in waiters:
            waiter.join()
        self.assertEqual(answers, ["completed"] * 30)


class Streams(ServerTest):
    def stream(self, task, key, headers=None):
        """Each event as its fields, to the end of the stream."""
        answer = self.server.get(f"/api/v1/tasks/{task}/events", key, {"Accept": "text/event-stream", **(headers or {})})
        if answer.status != 200:
            return answer, []
        self.assertEqual(answer.headers.get_content_type(), "text/event-stream")
        blocks = [block.split("\n") for block in answer.body.decode().split("\n\n") if block.startswith("id:")]
        return answer, [dict(line.split(": ", 1) for line in block) for block in blocks]

    def test_a_stream_tells_everything_and_ends_with_the_task(self):
        key = self.server.key("stream")
        task = self.server.submit(key, "moonlight #slow:2s").json["id"]
        _, events = self.stream(task, key)
        self.assertEqual([int(event["id"]) for event in events], list(range(len(events))))
        self.assertEqual((events[0]["event"], events[-1]["event"]), ("accepted", "completed"))
        log = self.server.get(f"/api/v1/tasks/{task}/events", key).json["data"]
        last = json.loads(events[-1]["data"])
        self.assertEqual(last.pop("task"), self.server.get(f"/api/v1/tasks/{task}", key).json)
        self.assertEqual([json.loads(event["data"]) for event in events[:-1]] + [last], log)

        _, rest = self.stream(task, key, {"Last-Event-ID": events[1]["id"]})
        self.assertEqual(rest, events[2:])
        self.assertEqual(self.stream(task, key, {"Last-Event-ID": events[-1]["id"]})[0].status, 204)

    def test_a_stream_of_another_account_does_not_exist(self):
        task = self.server.submit(self.server.key("mine")).json["id"]
        answer, _ = self.stream(task, self.server.key("foreign"))
        self.assert_error(answer, 404, 40001)

class Leaving(ServerTest):
    """Who hangs up leaves its place among those that wait, in whatever way it waits."""

    def waiting(self):
        return int(re.search(r"^darkroom_waiting_requests (\d+)", self.server.get("/metrics").body.decode(), re.MULTILINE)[1])

    def wait_until(self, count):
        deadline = time.monotonic() + 5  # much less than any of them waits
        while self.waiting() != count and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual(self.waiting(), count)

    def begin(self, key, method, path, *fields, body=""):
        address = urlsplit(self.server.url)
        one = socket.create_connection((address.hostname, address.port), timeout=10)
        self.addCleanup(one.close)
        lines = [f"{method} {path} HTTP/1.1", f"Host: {address.netloc}", f"Authorization: Bearer {key}", *fields,
                 f"Content-Length: {len(body)}", "", body]
        one.sendall("\r\n".join(lines).encode())
        return one

    def end(self, sockets, key):
        self.wait_until(len(sockets))
        for one in sockets:
            one.close()
        self.wait_until(0)
        for task in self.server.get("/api/v1/tasks?status=processing&limit=100", key).json["data"]:
            self.server.post(f"/api/v1/tasks/{task['id']}/cancel", key)

    def test_a_stream(self):
        key = self.server.key("stream")
        task = self.server.submit(key, "moonlight #slow:60s").json["id"]
        sockets = [self.begin(key, "GET", f"/api/v1/tasks/{task}/events", "Accept: text/event-stream") for _ in range(20)]
        for one in sockets:
            self.assertIn(b" 200 ", one.recv(64))
        self.end(sockets, key)

    def test_a_poll(self):
        key = self.server.key("poll")
        task = self.server.submit(key, "moonlight #slow:60s").json["id"]
        self.end([self.begin(key, "GET", f"/api/v1/tasks/{task}?wait=60") for _ in range(20)], key)

    def test_a_submit(self):
        key = self.server.key("submit")
        body = json.dumps({"model": MODEL, "prompt": "moonlight #slow:60s"})
        self.end([self.begin(key, "POST", "/api/v1/images/generations", "Prefer: wait=60", body=body) for _ in range(5)] +
                 [self.begin(key, "POST", "/v1/images/generations", body=body) for _ in range(5)], key)

    def test_one_that_has_said_all_it_has_to_say_is_answered_at_once(self):
        key = self.server.key("half")
        task = self.server.submit(key, "moonlight #slow:60s").json["id"]
        one = self.begin(key, "GET", f"/api/v1/tasks/{task}?wait=60")
        one.shutdown(socket.SHUT_WR)
        self.assertIn(b'"status":"processing"', one.recv(4096))
        self.end([], key)


class GoingDown(unittest.TestCase):
    def test_a_balancer_sees_that_it_goes_down_before_it_does(self):
        server = Server(env={"DARKROOM_SERVER_BALANCER_SECONDS": "2"})
        self.addCleanup(server.stop)
        key = server.key()
        for probe in ("/livez", "/readyz", "/startupz"):
            self.assertEqual(server.get(probe).status, 200, probe)
        began = time.monotonic()
        server.process.process.send_signal(signal.SIGTERM)
        while (ready := server.get("/readyz")).status == 200 and time.monotonic() < began + 1.5:
            time.sleep(0.01)
        self.assertLess(time.monotonic() - began, 1)
        self.assertEqual((ready.status, ready.json["error"]["message"]), (503, "Not ready: draining"))
        self.assertEqual(server.get("/startupz").status, 200)
        task = server.submit(key).json["id"]  # one that was sent here before the balancer saw it
        self.assertEqual(server.process.process.wait(20), 0)
        self.assertGreater(time.monotonic() - began, 1.9)
        server.start()
        self.assertEqual(server.poll(task, key)["status"], "completed")

    def server_behind_a_slow_balancer(self):
        server = Server(env={"DARKROOM_SERVER_BALANCER_SECONDS": "60"})
        self.addCleanup(server.stop)
        self.addCleanup(server.kill9)
        return server

    def test_at_a_terminal_there_is_no_balancer(self):
        # A test run in the background may have been told to ignore it, which its children would inherit.
        self.addCleanup(signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler))
        server = self.server_behind_a_slow_balancer()
        began = time.monotonic()
        server.process.process.send_signal(signal.SIGINT)
        self.assertEqual(server.process.process.wait(20), 0)
        self.assertLess(time.monotonic() - began, 15)

    def test_a_second_signal_ends_at_once(self):
        server = self.server_behind_a_slow_balancer()
        server.process.process.send_signal(signal.SIGTERM)
        while server.get("/readyz").status == 200:
            time.sleep(0.01)
        server.process.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.process.wait(5), 1)

    def test_waiting_requests_are_answered_before_the_end(self):
        server = Server("[server]\ndrain_seconds = 8\n")
        self.addCleanup(server.stop)
        key = server.key()
        task = server.submit(key, "moonlight #slow:60s").json["id"]
        answers = []
        waiter = threading.Thread(target=lambda: answers.append(server.get(f"/api/v1/tasks/{task}?wait=60", key)))
        waiter.start()
        while "darkroom_waiting_requests 1" not in server.get("/metrics").body.decode():
            time.sleep(0.05)
        began = time.monotonic()
        stopper = threading.Thread(target=server.process.stop)
        stopper.start()
        waiter.join(10)
        self.assertFalse(waiter.is_alive())
        self.assertLess(time.monotonic() - began, 4)
        self.assertEqual((answers[0].status, answers[0].json["status"]), (200, "processing"))
        self.assertEqual(answers[0].headers["Connection"], "close")
        stopper.join()


if __name__ == "__main__":
    unittest.main()
