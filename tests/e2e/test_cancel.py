#!/usr/bin/env python3
"""Cancelling: by the endpoint and by Cancel-After, of tasks that wait and tasks that run."""

import random
import socket
import threading
import time
import unittest
from urllib.parse import urlsplit

from support import MODEL, PRICE, TEST_GRANT, Server, ServerTest


class Cancelling(ServerTest):
    config = "[limits]\nconcurrent_tasks = 1\n"

    def cancel(self, task, key):
        return self.server.post(f"/api/v1/tasks/{task}/cancel", key, b"")

    def assert_cancelled(self, task, key):
        self.assert_failed(self.server.poll(task, key, 20), 40003)

    def test_a_running_and_a_waiting_task_cost_nothing(self):
        key = self.server.key("free")
        running = self.server.submit(key, "moonlight #slow:60s").json["id"]
        waiting = self.server.submit(key).json["id"]
        while len(self.server.get(f"/api/v1/tasks/{running}/events", key).json["data"]) < 2:
            time.sleep(0.02)
        for task in (waiting, running):
            answer = self.cancel(task, key)
            self.assertEqual(answer.status, 200, answer)
            self.assertEqual(answer.json["charged_microcredits"], 0)
            poll = self.server.get(f"/api/v1/tasks/{task}", key).json
            self.assertEqual({**poll, "charged_microcredits": 0}, answer.json)
            self.assert_failed(poll, 40003)
            self.assert_error(self.cancel(task, key), 409, 40003)
        self.assertEqual(self.server.balance(key), (TEST_GRANT, 0))
        self.assertEqual(self.server.generate(key)["status"], "completed")  # its place is free again
        self.assertEqual(self.server.command("ledger", "verify").returncode, 0)

    def test_of_many_cancels_at_once_one_succeeds(self):
        key = self.server.key("many")
        task = self.server.submit(key, "moonlight #slow:20s").json["id"]
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.cancel(task, key))) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answer.status for answer in answers), [200] + [409] * 29)
        self.assertEqual({answer.json["error"]["code"] for answer in answers if answer.status == 409}, {40003})

    def test_what_has_ended_is_a_conflict(self):
        key = self.server.key("ended")
        task = self.server.generate(key)["id"]
        self.assert_error(self.cancel(task, key), 409, 40005)
        self.assert_error(self.cancel(task, self.server.key("foreign")), 404, 40001)
        self.assertEqual(self.server.balance(key), (TEST_GRANT - PRICE[MODEL], 0))

    def test_a_cancel_in_the_moment_in_which_a_task_begins(self):
        """One that is about to be sent has nothing yet that could be cut off."""
        key = self.server.key("moment")
        tasks = [self.server.submit(key, "moonlight #slow:60s").json["id"] for _ in range(40)]
        delays = random.Random(1)
        for task in tasks:
            began = time.monotonic()
            self.assertEqual(self.cancel(task, key).status, 200)
            self.assertLess(time.monotonic() - began, 20)
            time.sleep(delays.random() * 0.004)  # until the next one, somewhere on its way out
        self.assertEqual(self.server.balance(key), (TEST_GRANT, 0))

    def post_without_length(self, path, key):
        """As `curl -X POST` sends it; the status of the answer."""
        address = urlsplit(self.server.url)
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
        with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
            connection.sendall(head.encode())
            return int(connection.makefile("rb").readline().split()[1])

    def test_a_post_needs_a_length_only_where_it_needs_a_body(self):
        key = self.server.key("bare")
        task = self.server.submit(key, "moonlight #slow:60s").json["id"]
        self.assertEqual(self.post_without_length(f"/api/v1/tasks/{task}/cancel", key), 200)
        self.assertEqual(self.post_without_length("/api/v1/webhooks/default/rotate", key), 200)
        self.assertEqual(self.post_without_length("/api/v1/images/generations", key), 411)
        self.assertEqual(self.post_without_length("/api/v1/nothing", key), 404)

    def test_cancel_after_reaches_running_and_waiting_tasks(self):
        key = self.server.key("deadline")
        deadline = {"Cancel-After": "2s"}
        running = self.server.submit(key, "moonlight #slow:60s", headers=deadline).json["id"]
        blocker = self.server.submit(key, "moonlight #slow:60s").json["id"]
        waiting = self.server.submit(key, headers=deadline).json["id"]
        self.assert_cancelled(running, key)
        self.assert_cancelled(waiting, key)
        self.assertEqual(self.cancel(blocker, key).status, 200)
        self.assertEqual(self.server.balance(key), (TEST_GRANT, 0))
        in_time = self.server.submit(key, headers={"Cancel-After": "1h"}).json["id"]
        self.assert_completed(self.server.poll(in_time, key))
        for bad in ("90", "0s", "25h", "soon"):
            self.assert_error(self.server.submit(key, headers={"Cancel-After": bad}), 400, 20003, "Cancel-After")


class ByTheOperatorsRule(unittest.TestCase):
    def cancel_running(self, rule):
        server = Server(f'[tasks]\ncancel_running = "{rule}"\n')
        self.addCleanup(server.stop)
        key = server.key()
        task = server.submit(key, "moonlight #slow:4s").json["id"]
        while len(server.get(f"/api/v1/tasks/{task}/events", key).json["data"]) < 2:
            time.sleep(0.02)
        return server, key, task, server.post(f"/api/v1/tasks/{task}/cancel", key, b"")

    def test_charge(self):
        server, key, _, answer = self.cancel_running("charge")
        self.assertEqual((answer.status, answer.json["charged_microcredits"]), (200, PRICE[MODEL]))
        self.assertEqual(server.balance(key), (TEST_GRANT - PRICE[MODEL], 0))

    def test_a_callers_deadline_goes_by_the_rule_as_well(self):
        for rule, status, cost in (("free", "failed", 0), ("charge", "failed", PRICE[MODEL]),
                                   ("refuse", "completed", PRICE[MODEL])):
            with self.subTest(rule=rule):
                server = Server(f'[tasks]\ncancel_running = "{rule}"\n')
                self.addCleanup(server.stop)
                key = server.key()
                tasks = [server.submit(key, f"moonlight {i} #slow:3s", headers={"Cancel-After": "1s"}).json["id"]
                         for i in range(8)]
                self.assertEqual([server.poll(task, key)["status"] for task in tasks], [status] * 8)
                self.assertEqual(server.balance(key), (TEST_GRANT - 8 * cost, 0))

    def test_refuse(self):
        server, key, task, answer = self.cancel_running("refuse")
        self.assertEqual((answer.status, answer.json["error"]["code"]), (409, 40005))
        self.assertEqual(server.poll(task, key)["status"], "completed")


if __name__ == "__main__":
    unittest.main()
