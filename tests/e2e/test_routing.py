#!/usr/bin/env python3
"""Several upstreams behind one model: whoever rests or is drained is passed over, and weights share the work."""

import json
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

    def steer(self, *arguments):
        done = self.server.command("upstreams", *arguments, "--json")
        self.assertEqual(done.returncode, 0, done)
        return json.loads(done.stdout)

    def restart(self):
        self.server.process.stop()
        self.server.start()

    def count(self, stand_ins):
        return sum(count for _, _, count in stand_ins.requests())

    def test_what_is_drained_is_passed_over_until_it_is_resumed(self):
        first, second = self.stand_ins(), self.stand_ins()
        key = self.serve({"a": (first.url, ""), "b": (second.url, "")})
        self.assertTrue(self.steer("drain", "a")["drained"])
        self.generate(key, 4)
        self.assertEqual((self.count(first), self.count(second)), (0, 4))
        self.restart()
        self.assertEqual([entry["name"] for entry in self.steer("list") if entry["drained"]], ["a"])
        self.generate(key, 2)
        self.assertEqual((self.count(first), self.count(second)), (0, 6))
        self.assertFalse(self.steer("resume", "a")["drained"])
        self.generate(key, 3)
        self.assertEqual((self.count(first), self.count(second)), (3, 6))

    def test_tasks_wait_for_the_only_upstream_to_be_resumed(self):
        stand_ins = self.stand_ins()
        key = self.serve({"a": (stand_ins.url, "")})
        self.steer("drain", "a")
        task = self.server.submit(key).json["id"]
        waited = self.server.get(f"/api/v1/tasks/{task}?wait=3", key).json
        self.assertEqual(waited["status"], "processing")
        self.assertIn('darkroom_upstream_drained{upstream="a"} 1', self.server.get("/metrics").body.decode())
        doctor = self.server.command("doctor")
        self.assertIn("a (gemini): drained, breaker closed", doctor.stdout)
        self.steer("resume", "a")
        self.assertEqual(self.server.poll(task, key)["status"], "completed")

    def test_a_weight_changes_at_run_time_and_outlives_a_restart(self):
        first, second = self.stand_ins(), self.stand_ins()
        key = self.serve({"a": (first.url, "weight = 1"), "b": (second.url, "weight = 0")})
        self.assertEqual(self.steer("weight", "b", "1000")["weight"], 1000)
        self.restart()
        self.generate(key, 20)
        self.assertGreater(self.count(second), 15)  # of two, 1000 of 1001
        self.assertEqual(self.steer("weight", "b", "default")["weight"], 0)

    def test_weights_share_the_work(self):
        first, second = self.stand_ins(), self.stand_ins()
        key = self.serve({"a": (first.url, "weight = 3"), "b": (second.url, "weight = 1")})
        self.generate(key, 80)
        counts = [sum(count for _, _, count in stand_ins.requests()) for stand_ins in (first, second)]
        self.assertEqual(sum(counts), 80)
        self.assertTrue(40 < counts[0] < 79, counts)  # 60 of 80, give or take five standard deviations


if __name__ == "__main__":
    unittest.main()
