#!/usr/bin/env python3
"""kill -9 at any moment, fifty times: nothing that was acknowledged is lost, and the books are exact."""

import http.client
import json
import os
import random
import threading
import time
import unittest

from support import MODEL, PRICE, TEST_GRANT, Server

ROUNDS = 50
CALLERS = 3
SUBMITS_PER_CALLER = 3  # a round; the rest of its life the server works on them
SETTLE_SECONDS = 300
PROMPTS = ("moonlight", "moonlight #fail:503x2", "moonlight #slow:1s", "moonlight #partial:1", "moonlight #moderated")

CONFIG = """
[limits]
submits_per_minute = 60000
submit_burst = 1000
polls_per_second = 100000
"""


class Kill9(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("DARKROOM_SEED", random.SystemRandom().randrange(2 ** 32)))
        print(f"DARKROOM_SEED={self.seed}", flush=True)
        self.random = random.Random(self.seed)
        self.acknowledged = []
        self.server = Server(CONFIG)
        self.addCleanup(self.server.stop)
        self.key = self.server.key()

    def offer_load(self, orders):
        """Submits until the server is gone; what was answered with 200 is acknowledged."""
        for prompt, n in orders:
            try:
                answer = self.server.submit(self.key, prompt, n=n)
            except (OSError, http.client.HTTPException, AttributeError):
                return  # the connection died with the server, or there is none
            if answer.status == 200:
                self.acknowledged.append(answer.json["id"])

    def live_and_die(self):
        life_seconds = self.random.uniform(0.05, 1.5)
        callers = [threading.Thread(target=self.offer_load, args=([
            (self.random.choice(PROMPTS), self.random.randint(1, 3)) for _ in range(SUBMITS_PER_CALLER)],))
            for _ in range(CALLERS)]
        died_at = time.monotonic() + life_seconds
        for caller in callers:
            caller.start()
        time.sleep(max(0.0, died_at - time.monotonic()))
        self.server.kill9()
        for caller in callers:
            caller.join(90)

    def test_nothing_acknowledged_is_lost_and_nothing_is_paid_twice(self):
        for _ in range(ROUNDS):
            self.live_and_die()
            self.server.start()
        self.assertGreater(len(self.acknowledged), ROUNDS, "the load was too small to mean anything")
        self.assertEqual(len(set(self.acknowledged)), len(self.acknowledged))

        deadline = time.monotonic() + SETTLE_SECONDS
        for task in self.acknowledged:
            self.server.poll(task, self.key, deadline - time.monotonic())

        # A submit may have been stored without its answer reaching the caller, so the books count every task there is.
        tasks = self.all_tasks(deadline)
        self.assertLessEqual(set(self.acknowledged), set(tasks))
        pictures = sum(len(task["output"]["image_urls"]) for task in tasks.values() if task["status"] == "completed")
        captured = pictures * PRICE[MODEL]
        self.assertEqual(self.server.balance(self.key), (TEST_GRANT - captured, 0))
        verified = self.server.command("ledger", "verify")
        self.assertEqual(verified.returncode, 0, verified)

        for task in tasks.values():
            for url in (task["output"] or {}).get("image_urls", []):
                path = "/media/" + url.split("/media/", 1)[1]
                self.assertEqual(self.server.get(path).status, 200, f"{task['id']} was paid and its picture is missing")
        print(f"{ROUNDS} rounds, {len(self.acknowledged)} acknowledged, {len(tasks)} stored, {pictures} pictures",
              flush=True)

    def all_tasks(self, deadline):
        """Every task of the account by id, each in its final state."""
        listed = self.server.command("tasks", "list", "--limit", "1000", "--json")
        self.assertEqual(listed.returncode, 0, listed)
        ids = [row["id"] for row in json.loads(listed.stdout)]
        self.assertLess(len(ids), 1000, "the list is cut: the check would not be whole")
        return {task: self.server.poll(task, self.key, deadline - time.monotonic()) for task in ids}


if __name__ == "__main__":
    unittest.main()
