#!/usr/bin/env python3
"""Several upstreams behind one model: weights share the work."""

import unittest

from models_support import LIMITS, StandIns
from support import MODEL, Server

GRANT_CREDITS = 100_000


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
        tasks = [self.server.submit(key).json["id"] for _ in range(count)]
        for task in tasks:
            self.assertEqual(self.server.poll(task, key)["status"], "completed")

    def test_weights_share_the_work(self):
        first, second = self.stand_ins(), self.stand_ins()
        key = self.serve({"a": (first.url, "weight = 3"), "b": (second.url, "weight = 1")})
        self.generate(key, 80)
        counts = [sum(count for _, _, count in stand_ins.requests()) for stand_ins in (first, second)]
        self.assertEqual(sum(counts), 80)
        self.assertTrue(40 < counts[0] < 79, counts)  # 60 of 80, give or take five standard deviations


if __name__ == "__main__":
    unittest.main()
