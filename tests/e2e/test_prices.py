#!/usr/bin/env python3
"""A price that an operator changes while the real program runs: everybody tells the same, at once and after a restart, and a
task keeps the price that it was born with."""

import json
import time
import unittest

from support import MODEL, PRICE, Server
from test_console_api import PASSWORD, Browser, restart

EMAIL = "boss@example.org"
OPERATOR = {"DARKROOM_CONSOLE_OPERATOR_EMAIL": EMAIL, "DARKROOM_CONSOLE_OPERATOR_PASSWORD": PASSWORD}
WITHIN_SECONDS = 1
PER_CREDIT = 1_000_000
TIERED = "gpt-image-2"


class Prices(unittest.TestCase):
    def setUp(self):
        self.server = Server(env=OPERATOR)
        self.addCleanup(self.server.stop)
        self.key = self.server.key("studio")
        self.boss = self.sign_in()

    def sign_in(self):
        boss = Browser(self.server)
        boss.ask("POST", "/login", {"email": EMAIL, "password": PASSWORD})
        self.assertEqual(boss.status, 200)
        return boss

    def change(self, model, tiers):
        revision = self.boss.ask("GET", f"/models/{model}")["pricing"]["revision"]
        changed = self.boss.ask("PUT", f"/models/{model}/price", {"revision": revision, "tiers": tiers})
        self.assertEqual(self.boss.status, 200, changed)
        return changed

    def dry_run(self, model, **parameters):
        body = {"model": model, "prompt": "moonlight", "dry_run": True, **parameters}
        return self.server.post("/api/v1/images/generations", self.key, body).json["quote"]["credits"]

    def assert_all_say(self, credits):
        """Of MODEL, whose price goes by nothing."""
        self.assertEqual(self.dry_run(MODEL), credits)
        self.assertEqual(self.server.get(f"/api/v1/models/{MODEL}").json["price"]["credits"], credits)
        self.assertEqual(self.boss.ask("GET", f"/models/{MODEL}")["price"]["credits"], credits)
        page = self.server.get(f"/docs/models/{MODEL}.md").body.decode()
        self.assertIn(f"\n{credits} credits for each image.\n", page)
        self.assertIn(f"\n{credits} credits for each image.\n", self.server.get("/llms-full.txt").body.decode())
        schema = self.server.get("/openapi.json").json["components"]["schemas"][MODEL]
        self.assertIn(f"Price: {credits} credits for each image.", schema["description"])
        self.assertEqual(schema["x-price"]["credits"], credits)
        self.assert_command_says(credits)

    def assert_command_says(self, credits):
        listed = self.server.command("models", "list", "--json")
        self.assertEqual(listed.returncode, 0, listed)
        self.assertEqual({model["id"]: model["price"]["credits"] for model in json.loads(listed.stdout)}[MODEL], credits)
        table = self.server.command("models", "list").stdout
        row = next(line for line in table.splitlines() if line.startswith(MODEL + " "))
        self.assertIn(f" {credits} / image ", row)

    def test_everybody_tells_the_same_and_goes_on_after_a_restart(self):
        self.assert_all_say("14.375")
        self.change(MODEL, [{"when": {}, "credits": "20.000001"}])
        since = time.monotonic()
        self.assertEqual(self.dry_run(MODEL), "20.000001")
        self.assertLess(time.monotonic() - since, WITHIN_SECONDS)
        self.assert_all_say("20.000001")
        restart(self.server)
        self.boss = self.sign_in()
        self.assert_all_say("20.000001")
        history = self.boss.ask("GET", f"/models/{MODEL}")["pricing"]["history"]
        self.assertEqual([(row["by"], row["before"], row["after"]) for row in history],
                         [(EMAIL, {"all": "14.375"}, {"all": "20.000001"})])
        self.server.process.stop()
        self.assert_command_says("20.000001")
        self.server.start()
        self.boss = self.sign_in()
        self.change(MODEL, [{"when": {}, "credits": "14.375"}])
        self.assert_all_say("14.375")

    def test_a_task_keeps_its_price_and_the_next_has_the_new_one(self):
        before = self.server.balance(self.key)[0]
        born_before = self.server.submit(self.key, "moonlight #slow:3s").json["id"]
        self.change(MODEL, [{"when": {}, "credits": "100"}])
        born_after = self.server.submit(self.key).json["id"]
        for task in (born_before, born_after):
            self.assertEqual(self.server.poll(task, self.key)["status"], "completed")
        spent = before - self.server.balance(self.key)[0]
        self.assertEqual(spent, PRICE[MODEL] + 100 * PER_CREDIT)
        verified = self.server.command("ledger", "verify")
        self.assertEqual(verified.returncode, 0, verified)

    def test_of_a_table_only_what_is_named_changes(self):
        self.change(TIERED, [{"when": {"resolution": "2k"}, "credits": "55.5"}])
        self.assertEqual([self.dry_run(TIERED, resolution=size) for size in ("1k", "2k")], ["30", "55.5"])
        page = self.server.get(f"/docs/models/{TIERED}.md").body.decode()
        self.assertIn("| resolution 2k | 55.5 |", page)
        row = next(line for line in self.server.command("models", "list").stdout.splitlines() if line.startswith(TIERED + " "))
        self.assertIn(" 30 to 80 / image ", row)

    def test_the_change_is_in_the_log(self):
        self.change(MODEL, [{"when": {}, "credits": "20"}])
        row = self.boss.ask("GET", "/audit?action=price.change")["data"][0]
        self.assertEqual((row["actor"]["email"], row["target"], row["before"], row["after"]),
                         (EMAIL, MODEL, {"all": "14.375"}, {"all": "20"}))


if __name__ == "__main__":
    unittest.main()
