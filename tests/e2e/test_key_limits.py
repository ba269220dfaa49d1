#!/usr/bin/env python3
"""Limits of single keys, and what a key's owner sees: GET /api/v1/key and GET /api/v1/usage."""

import json
import threading
import time
import unittest

from support import MODEL, PRICE, Server, ServerTest, run

SOON_SECONDS = 3  # the regular look at what waits comes after ten


class KeyTest(ServerTest):
    def make(self, *arguments, account="acme", test=True):
        """(id, text) of a new key."""
        made = json.loads(self.server.key(account, test, *arguments, "--json"))
        return made["id"], made["key"]

    def limit(self, key_id, *arguments):
        ended = self.server.command("keys", "limit", key_id, *arguments, "--json")
        self.assertEqual(ended.returncode, 0, ended)
        return json.loads(ended.stdout)["limits"]

    def has_started(self, task, key):
        events = self.server.get(f"/api/v1/tasks/{task}/events", key).json["data"]
        return any(event["type"] == "started" for event in events)

    def until(self, condition, seconds):
        """Whether it comes true in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True


class Limits(KeyTest):
    def test_a_key_without_limits_has_none(self):
        key_id, key = self.make(account="plain")
        none = {"requests_per_minute": None, "concurrent_tasks": None, "monthly_microcredits": None, "allow_from": []}
        self.assertEqual(self.server.get("/api/v1/key", key).json["limits"], none)
        self.assertEqual(self.limit(key_id), none)
        self.assert_completed(self.server.generate(key))

    def test_limits_are_listed_and_shown_to_the_key(self):
        key_id, key = self.make("--requests-per-minute", "600", "--concurrent-tasks", "2", "--monthly-credits", "12.5",
                                "--allow-from", "127.0.0.1,::1/128,10.0.0.0/8", account="listed")
        limits = {"requests_per_minute": 600, "concurrent_tasks": 2, "monthly_microcredits": 12_500_000,
                  "allow_from": ["127.0.0.1/32", "::1/128", "10.0.0.0/8"]}
        listed = json.loads(self.server.command("keys", "list", "--account", "listed", "--json").stdout)
        self.assertEqual([(row["id"], row["limits"]) for row in listed], [(key_id, limits)])
        shown = self.server.get("/api/v1/key", key).json
        self.assertEqual((shown["id"], shown["last4"], shown["limits"]), (key_id, key[-4:], limits))
        self.assertIn("600/min, 2 at once, 12.5 a month", self.server.command("keys", "list").stdout)

    def test_requests_a_minute(self):
        key_id, key = self.make("--requests-per-minute", "2", account="slow")
        self.assertEqual(self.server.submit(key).status, 200)
        self.assertEqual(self.server.get("/api/v1/balance", key).status, 200)
        refused = self.server.submit(key)
        self.assert_error(refused, 429, 50001)
        self.assertRegex(refused.headers["Retry-After"], "^(29|30)$")
        self.assertEqual(refused.headers["RateLimit-Policy"], '"key";q=2;w=60')
        self.limit(key_id, "--requests-per-minute", "none")
        self.assertEqual(self.server.submit(key).status, 200)

    def test_tasks_at_once(self):
        key_id, key = self.make("--concurrent-tasks", "1", account="narrow")
        tasks = [self.server.submit(key, "moonlight #slow:10s").json["id"] for _ in range(3)]
        _, other = self.make(account="narrow")
        passing = self.server.submit(other).json["id"]
        self.assertTrue(self.until(lambda: self.has_started(tasks[0], key), 10))
        self.assert_completed(self.server.poll(passing, other))
        self.assertEqual([self.has_started(task, key) for task in tasks], [True, False, False])
        self.limit(key_id, "--concurrent-tasks", "none")
        self.assertTrue(self.until(lambda: all(self.has_started(task, key) for task in tasks), SOON_SECONDS))
        for task in tasks:
            self.assert_completed(self.server.poll(task, key))

    def test_credits_a_month_when_submits_race(self):
        _, key = self.make("--monthly-credits", "44", account="capped")  # three pictures at 14.375
        before = self.server.balance(key)[0]
        answers = []
        racers = [threading.Thread(target=lambda: answers.append(self.server.submit(key, "moonlight #slow:1s")))
                  for _ in range(12)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        self.assertEqual(sorted(answer.status for answer in answers), [200] * 3 + [402] * 9)
        for answer in answers:
            if answer.status == 402:
                self.assert_error(answer, 402, 30002, "44 credits a month", "The month turns at ")
        self.assertEqual(before - self.server.balance(key)[0], 3 * PRICE[MODEL])
        for answer in answers:
            if answer.status == 200:
                self.server.poll(answer.json["id"], key)

    def test_a_failed_task_gives_its_month_back(self):
        key_id, key = self.make("--monthly-credits", "15", account="returning")
        self.assert_failed(self.server.generate(key, "moonlight #moderated"), 80006)
        self.assertEqual(self.server.get("/api/v1/key", key).json["month"]["spent_microcredits"], 0)
        self.assert_completed(self.server.generate(key))
        self.assert_error(self.server.submit(key), 402, 30002)
        self.assertEqual(self.server.get("/api/v1/key", key).json["month"]["remaining_microcredits"],
                         15_000_000 - PRICE[MODEL])
        self.limit(key_id, "--monthly-credits", "30")
        self.assertEqual(self.server.submit(key).status, 200)

    def test_addresses(self):
        key_id, key = self.make("--allow-from", "192.0.2.0/24,2001:db8::/32", account="elsewhere")
        for headers in ({}, {"X-Forwarded-For": "192.0.2.1"}, {"Forwarded": "for=192.0.2.1"}):
            self.assert_error(self.server.submit(key, headers=headers), 403, 10007)
        self.assertEqual(self.limit(key_id, "--allow-from", "127.0.0.0/8")["allow_from"], ["127.0.0.0/8"])
        self.assertEqual(self.server.get("/api/v1/balance", key).status, 200)
        self.limit(key_id, "--allow-from", "::1")
        self.assert_error(self.server.get("/api/v1/balance", key), 403, 10007)
        self.assertEqual(self.limit(key_id, "--allow-from", "none")["allow_from"], [])
        self.assertEqual(self.server.get("/api/v1/balance", key).status, 200)

    def test_what_is_absurd_is_refused_naming_the_flag(self):
        for flag, values in (("--requests-per-minute", ("0", "-1", "1000001", "1.5", "many", "none", "")),
                             ("--concurrent-tasks", ("0", "-1", "1000001", "99999999999999999999")),
                             ("--monthly-credits", ("0", "-5", "1e9", "99999999999", "0.0000001")),
                             ("--models", ("", ",")),
                             ("--allow-from", ("", ",", "10.0.0.0/33", "10.1.0.0/8", "example.org", "::ffff:1.2.3.4"))):
            for value in values:
                with self.subTest(flag=flag, value=value):
                    ended = run("keys", "create", "--account", "absurd", f"{flag}={value}")
                    self.assertEqual((ended.returncode, ended.stdout), (2, ""), ended)
                    self.assertIn(flag, ended.stderr)
        ended = self.server.command("keys", "limit", "key_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e", "--allow-from", "none")
        self.assertEqual(ended.returncode, 1, ended)


class Usage(KeyTest):
    def test_usage_is_what_the_balance_says(self):
        key_id, key = self.make(account="counted")
        granted = sum(self.server.balance(key))
        self.assert_completed(self.server.generate(key, n=2), pictures=2)
        self.assert_failed(self.server.generate(key, "moonlight #moderated"), 80006)
        self.assert_completed(self.server.generate(key, "moonlight #partial:1", n=2))
        _, second = self.make(account="counted")
        self.assert_completed(self.server.generate(second))
        for query in ("", "?group=hour", "?group=day&limit=500"):
            page = self.server.get(f"/api/v1/usage{query}", key).json
            self.assertIsNone(page["next_cursor"])
            self.assertEqual({row["model"] for row in page["data"]}, {MODEL})
            total = {name: sum(row[name] for row in page["data"]) for name in page["data"][0]
                     if name not in ("start", "model")}
            self.assertEqual(total, {"tasks": 4, "completed": 3, "failed": 1, "cancelled": 0, "outputs": 4,
                                     "held_microcredits": 0, "captured_microcredits": 4 * PRICE[MODEL],
                                     "refunded_microcredits": 2 * PRICE[MODEL]})
        self.assertEqual(granted - self.server.balance(key)[0], 4 * PRICE[MODEL])
        own = self.server.get(f"/api/v1/usage?key={key_id}", second).json["data"]
        self.assertEqual(own, self.server.get("/api/v1/usage?key=self", key).json["data"])
        self.assertEqual(sum(row["tasks"] for row in own), 3)
        self.assertEqual(self.server.get("/api/v1/key", key).json["month"]["spent_microcredits"], 3 * PRICE[MODEL])
        verified = self.server.command("ledger", "verify", "--json")
        self.assertEqual(verified.returncode, 0, verified)

    def test_it_outlives_a_kill(self):
        server = Server()
        self.addCleanup(server.stop)
        key = server.key("acme", True, "--monthly-credits", "15")
        self.assert_completed(server.generate(key))
        before = [server.get(path, key).body for path in ("/api/v1/usage", "/api/v1/key")]
        server.kill9()
        server.start()
        self.assertEqual([server.get(path, key).body for path in ("/api/v1/usage", "/api/v1/key")], before)
        self.assert_error(server.submit(key), 402, 30002)

    def test_others_see_nothing_of_it(self):
        key_id, key = self.make(account="owner")
        self.assert_completed(self.server.generate(key))
        _, stranger = self.make(account="stranger")
        self.assertEqual(self.server.get(f"/api/v1/usage?key={key_id}", stranger).json["data"], [])
        self.assertEqual(self.server.get("/api/v1/usage", stranger).json["data"], [])
        self.assert_error(self.server.get("/api/v1/usage?group=week", key), 400, 20003, "group")


if __name__ == "__main__":
    unittest.main()
