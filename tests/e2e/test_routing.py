#!/usr/bin/env python3
"""Several upstreams behind one model: whoever rests is passed over at once, and weights share the work."""

import socket
import unittest

from models_support import LIMITS, StandIns
from support import MODEL, Server

GRANT_CREDITS = 100_000


def closed_port():
    """A port of this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Routing(unittest.TestCase):
    def stand_ins(self):
        started = StandIns()
        self.addCleanup(started.stop)
        return started

    def serve(self, upstreams):
        """A server with these Gemini upstreams, {name: (address, more settings)}, in their order, and a live key."""
        tables = "".join(f'[upstreams.{name}]\nkind = "gemini"\nbase_url = "{address}"\napi_keys = ["a-key"]\n{more}\n'
                         for name, (address, more) in upstreams.items())
        order = ", ".join(f'"{name}"' for name in upstreams)
        self.server = Server(f'{LIMITS}{tables}[routes]\n"{MODEL}" = [{order}]\n')
        self.addCleanup(self.server.stop)
        key = self.server.key("traveller", False)
        granted = self.server.command("credits", "grant", "--account", "traveller", "--credits", GRANT_CREDITS)
        self.assertEqual(granted.returncode, 0, granted)
        return key

    def generate(self, key, count):
        """The types of each task's events, once all have completed."""
        tasks = [self.server.submit(key).json["id"] for _ in range(count)]
        for task in tasks:
            self.assertEqual(self.server.poll(task, key)["status"], "completed")
        return [[event["type"] for event in self.server.get(f"/api/v1/tasks/{task}/events", key).json["data"]]
                for task in tasks]

    def test_what_rests_is_passed_over(self):
        key = self.serve({"gone": (f"http://127.0.0.1:{closed_port()}", "breaker_failures = 1"),
                          "spare": (self.stand_ins().url, "")})
        self.generate(key, 1)  # opens the breaker
        logs = self.generate(key, 8)
        # One of them may be the call that tries the upstream again.
        passed_over = ["accepted", "rerouted", "started", "attempt", "completed"]
        self.assertGreaterEqual(logs.count(passed_over), 7, logs)
        self.assertEqual(self.server.command("ledger", "verify").returncode, 0)

    def test_weights_share_the_work(self):
        first, second = self.stand_ins(), self.stand_ins()
        key = self.serve({"a": (first.url, "weight = 3"), "b": (second.url, "weight = 1")})
        self.generate(key, 80)
        counts = [sum(count for _, _, count in stand_ins.requests()) for stand_ins in (first, second)]
        self.assertEqual(sum(counts), 80)
        self.assertTrue(40 < counts[0] < 79, counts)  # 60 of 80, give or take five standard deviations


if __name__ == "__main__":
    unittest.main()
