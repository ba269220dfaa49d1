#!/usr/bin/env python3
"""Free probes of upstreams, and their balances: an outage is seen to end, nothing is asked that shall not be, and what a
probe asks is never what a vendor bills."""

import json
import re
import time
import unittest

from models_support import LIMITS, StandIns
from support import MODEL, Server

GRANT_CREDITS = 100_000
PATIENCE_SECONDS = 30
QUIET_SECONDS = 8  # longer than the pause of a probe while the upstream rests


class Probes(unittest.TestCase):
    def setUp(self):
        self.vendors = StandIns()
        self.addCleanup(self.vendors.stop)

    def serve(self, more=""):
        """A server with one Gemini upstream that rests at its first failure, and a live key."""
        self.server = Server(f"""{LIMITS}
            [retry]
            attempts = 1
            [upstreams.a]
            kind = "gemini"
            base_url = "{self.vendors.url}"
            api_keys = ["a-key"]
            breaker_failures = 1
            {more}
            [routes]
            "{MODEL}" = ["a"]
            """)
        self.addCleanup(self.server.stop)
        key = self.server.key("traveller", False)
        granted = self.server.command("credits", "grant", "--account", "traveller", "--credits", GRANT_CREDITS)
        self.assertEqual(granted.returncode, 0, granted)
        return key

    def upstream(self, name="a"):
        listed = self.server.command("upstreams", "list", "--json")
        self.assertEqual(listed.returncode, 0, listed)
        return next(one for one in json.loads(listed.stdout) if one["name"] == name)

    def wait_for(self, what, is_so):
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if found := is_so():
                return found
            time.sleep(0.2)
        self.fail(f"{what}: not within {PATIENCE_SECONDS} s")

    def condition(self, name="a"):
        last = self.upstream(name)["probe"]["last"]
        return last and last["condition"]

    def asked(self, method):
        return sum(count for _, _, count in self.vendors.requests(method))

    def metric(self, pattern):
        found = re.search(rf"^{pattern} (\S+)$", self.server.get("/metrics").body.decode(), re.M)
        return found and float(found[1])

    def test_an_outage_is_seen_to_end_and_work_flows_again(self):
        key = self.serve()
        self.assertEqual(self.server.generate(key)["status"], "completed")
        self.assertEqual(self.asked("GET"), 0, "nothing is asked of an upstream that works")
        self.vendors.break_down("gemini")
        self.assertEqual(self.server.generate(key)["status"], "failed")
        self.assertIn(self.upstream()["breaker"], ("open", "half open"))
        self.wait_for("a probe that sees the outage", lambda: self.condition() == "unwell")
        self.assertEqual(self.upstream()["probe"]["last"]["detail"], "HTTP 503")
        self.assertNotEqual(self.upstream()["breaker"], "closed")
        self.vendors.break_down("gemini", 200)
        self.wait_for("a probe that sees its end", lambda: self.condition() == "well")
        self.assertEqual(self.upstream()["breaker"], "half open", "a real call decides")
        doctor = self.server.command("doctor").stdout
        self.assertRegex(doctor, r"a \(gemini\): breaker half open.*; probe recovery, well \d+ s ago")
        self.assertEqual(self.server.generate(key)["status"], "completed")
        now = self.upstream()
        self.assertEqual(now["breaker"], "closed")
        self.assertEqual((now["recent_calls"], now["recent_delivered"]), (3, 2), "probes are no part of the rate")
        self.assertEqual(self.asked("POST"), 3, "one paid call a task")
        probed = self.metric(r'darkroom_upstream_probes_total\{outcome="unwell",upstream="a"\}')
        probed += self.metric(r'darkroom_upstream_probes_total\{outcome="well",upstream="a"\}')
        self.assertEqual(self.asked("GET"), probed)
        self.assertEqual(self.server.command("ledger", "verify").returncode, 0)

    def test_off_asks_nothing_until_an_operator_does(self):
        key = self.serve('probe = "off"')
        self.vendors.break_down("gemini")
        self.assertEqual(self.server.generate(key)["status"], "failed")
        time.sleep(QUIET_SECONDS)
        self.assertEqual(self.asked("GET"), 0)
        tested = self.server.command("upstreams", "test", "a")
        self.assertEqual(tested.returncode, 1)
        self.assertRegex(tested.stdout, r"^a: unwell \(HTTP 503\), \d+ ms$")
        self.assertEqual(self.asked("GET"), 1)
        again = self.server.command("upstreams", "test", "a")
        self.assertNotEqual(again.returncode, 0)
        self.assertIn("tested just now", again.stderr)
        self.assertEqual(self.asked("GET"), 1)
        self.assertEqual(self.asked("POST"), 1)

    def test_a_policy_changes_at_run_time_and_outlives_a_restart(self):
        self.serve()
        self.assertEqual(self.upstream()["probe"]["policy"], "recovery")
        changed = self.server.command("upstreams", "probe", "a", "always", "--json")
        self.assertEqual(json.loads(changed.stdout)["probe"]["policy"], "always")
        self.wait_for("a probe", lambda: self.condition() == "well")
        self.server.process.stop()
        self.server.start()
        self.assertEqual(self.upstream()["probe"]["policy"], "always")
        self.wait_for("a probe after the restart", lambda: self.condition() == "well")
        self.assertEqual(self.server.command("upstreams", "probe", "a", "off").returncode, 0)
        self.assertEqual(self.upstream()["probe"]["policy"], "off")
        self.assertEqual(self.asked("POST"), 0)

    def test_a_vendor_without_a_free_call_is_never_probed(self):
        self.server = Server(f'[upstreams.fal]\nbase_url = "{self.vendors.url}/fal"\napi_keys = ["k"]\n')
        self.addCleanup(self.server.stop)
        refused = self.server.command("upstreams", "probe", "fal", "always")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("probe must be off", refused.stderr)
        self.assertIn("no free call", self.server.command("upstreams", "test", "fal").stderr)
        self.assertEqual(self.upstream("fal")["probe"]["policy"], "off")
        self.assertEqual(self.asked("GET"), 0)

    def test_balances_are_exact_and_unknown_is_not_nought(self):
        own = """
            balance_path = "/openai-compatible/v1/balance"
            balance_field = "/data/balance"
            balance_unit = "USD"
            """
        missing = own.replace("/data/balance", "/data/nothing")
        rows = {"router": ("openrouter", "/openrouter/api/v1", "k", "", "74.75", "USD"),
                "vidu": ("vidu", "/vidu", "k", "", "8400", "credits"),
                "reseller": ("openai-compatible", "/openai-compatible/v1", "k", own, "12.3", "USD"),
                "odd": ("openai-compatible", "/openai-compatible/v1", "k", missing, None, None),
                "refused": ("openrouter", "/openrouter/api/v1", "bad-key", "", None, None),
                "quiet": ("openrouter", "/openrouter/api/v1", "k", 'probe = "off"', None, None)}
        self.server = Server("".join(
            f'[upstreams.{name}]\nkind = "{kind}"\nbase_url = "{self.vendors.url}{path}"\napi_keys = ["{key}"]\n{more}\n'
            for name, (kind, path, key, more, _, _) in rows.items()))
        self.addCleanup(self.server.stop)
        self.wait_for("the balances", lambda: self.upstream("vidu")["balance"]["amount"]
                      and self.upstream("refused")["balance"]["trouble"])
        for name, (*_, amount, unit) in rows.items():
            balance = self.upstream(name)["balance"]
            self.assertEqual((balance["amount"], balance["unit"]), (amount, unit), name)
            self.assertTrue(balance["is_told"], name)
        self.assertEqual(self.upstream("refused")["balance"]["trouble"], "HTTP 401")
        self.assertEqual(self.upstream("odd")["balance"]["trouble"], "there is no amount at /data/nothing")
        gauge = r'darkroom_upstream_balance\{unit="USD",upstream="%s"\}'
        self.assertEqual(self.metric(gauge % "router"), 74.75)
        self.assertIsNone(self.metric(gauge % "refused"))
        self.assertIsNone(self.metric(gauge % "quiet"))
        doctor = self.server.command("doctor").stdout
        self.assertRegex(doctor, r"router .*; balance 74\.75 USD \d+ s ago")
        self.assertRegex(doctor, r"refused .*; balance unknown")
        self.assertEqual(self.server.command("upstreams", "test", "quiet").returncode, 0)
        self.assertEqual(self.upstream("quiet")["balance"]["amount"], "74.75", "a test reads it, too")
        self.assertEqual(self.asked("POST"), 0)


if __name__ == "__main__":
    unittest.main()
