#!/usr/bin/env python3
"""Idempotency-Key: however often a submit is sent, it becomes one task and is paid for once."""

import http.client
import json
import threading
import unittest
import urllib.parse

from support import MODEL, PRICE, REQUEST_SECONDS, TEST_GRANT, Server, ServerTest

IMAGES = "/api/v1/images/generations"
RACERS = 64
RACES = 10_000


def keyed(name):
    return {"Idempotency-Key": name}


class Repeats(ServerTest):
    config = "[limits]\nsubmits_per_minute = 1000000\nsubmit_burst = 1000000\n"

    def test_a_repeated_submit_is_the_same_task_byte_for_byte(self):
        key = self.server.key("repeat")
        first = self.server.submit(key, headers=keyed("a"))
        self.assertEqual(first.status, 200, first)
        self.assertNotIn("Idempotent-Replayed", first.headers)
        self.assert_completed(self.server.poll(first.json["id"], key))
        again = self.server.submit(key, headers=keyed("a"))
        self.assertEqual((again.status, again.body), (200, first.body))
        self.assertEqual(again.headers["Idempotent-Replayed"], "true")
        self.assertNotEqual(self.server.submit(key, headers=keyed("b")).json["id"], first.json["id"])

    def test_another_body_is_refused_and_costs_nothing(self):
        key = self.server.key("mismatch")
        task = self.server.submit(key, headers=keyed("a")).json["id"]
        self.assert_error(self.server.submit(key, "another prompt", headers=keyed("a")), 422, 20014, "Idempotency-Key")
        self.assert_completed(self.server.poll(task, key))
        self.assertEqual(self.server.balance(key), (TEST_GRANT - PRICE[MODEL], 0))

    def test_a_key_is_bounded(self):
        key = self.server.key("bounds")
        for bad in ("", "x" * 256, "caf\xe9"):
            with self.subTest(bad=bad[:8]):
                self.assert_error(self.server.submit(key, headers=keyed(bad)), 400, 20003, "Idempotency-Key", "1 to 255")
        self.assertEqual(self.server.balance(key), (TEST_GRANT, 0))

    def test_ten_thousand_racing_submits_are_one_task(self):
        key = self.server.key("race")
        body = json.dumps({"model": MODEL, "prompt": "moonlight"})
        base = urllib.parse.urlsplit(self.server.url)
        answers = []

        def race():
            connection = http.client.HTTPConnection(base.hostname, base.port, timeout=REQUEST_SECONDS)
            for _ in range(RACES // RACERS + 1):
                connection.request("POST", IMAGES, body, {"Authorization": f"Bearer {key}", **keyed("the one")})
                answer = connection.getresponse()
                answers.append((answer.status, answer.headers.get("Idempotent-Replayed"), answer.read()))
            connection.close()

        racers = [threading.Thread(target=race) for _ in range(RACERS)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        self.assertGreaterEqual(len(answers), RACES)
        self.assertEqual({status for status, _, _ in answers}, {200})
        self.assertEqual(len({body for _, _, body in answers}), 1)
        self.assertEqual(sum(replayed is None for _, replayed, _ in answers), 1)
        self.assert_completed(self.server.poll(json.loads(answers[0][2])["id"], key))
        self.assertEqual(self.server.balance(key), (TEST_GRANT - PRICE[MODEL], 0))


class AfterAKill(unittest.TestCase):
    def test_the_key_is_as_durable_as_its_task(self):
        server = Server()
        self.addCleanup(server.stop)
        key = server.key()
        first = server.submit(key, "moonlight #slow:1s", headers=keyed("a"))
        server.kill9()
        server.start()
        again = server.submit(key, "moonlight #slow:1s", headers=keyed("a"))
        self.assertEqual((again.status, again.body), (200, first.body))
        self.assertEqual(server.poll(first.json["id"], key)["status"], "completed")
        self.assertEqual(server.balance(key), (TEST_GRANT - PRICE[MODEL], 0))


if __name__ == "__main__":
    unittest.main()
