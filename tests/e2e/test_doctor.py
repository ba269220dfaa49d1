#!/usr/bin/env python3
"""What operators see of their upstreams: `darkroom doctor` and /metrics, from live traffic alone."""

import json
import re
import socket
import unittest

from support import Origin, Server
from test_local_enhance import FILMS, GRANT
from test_local_enhance import MODEL as ENHANCE

SECRET = "key-that-nobody-may-read"


def closed_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Doctor(unittest.TestCase):
    def serve(self, config):
        server = Server(config)
        self.addCleanup(server.stop)
        granted = server.command("credits", "grant", "--account", "acme", "--credits", "1000")
        self.assertEqual(granted.returncode, 0, granted)
        return server, server.key("acme", test=False)

    def examine(self, server, code):
        """The report as JSON, which the lines must agree with."""
        told = server.command("doctor", "--json")
        self.assertEqual(told.returncode, code, told)
        report = json.loads(told.stdout)
        self.assertEqual(report["ok"], code == 0)
        lines = server.command("doctor")
        self.assertEqual(lines.returncode, code, lines)
        self.assertEqual(len(lines.stdout.splitlines()), len(report["checks"]))
        for text in (told.stdout, lines.stdout):
            self.assertNotIn(SECRET, text)
        return report

    def metric(self, server, name, **labels):
        for line in server.get("/metrics").body.decode().splitlines():
            found = re.fullmatch(re.escape(name) + r"(?:\{(.*)\})? (\S+)", line)
            if found and dict(re.findall(r'(\w+)="([^"]*)"', found[1] or "")) == labels:
                return float(found[2])
        raise AssertionError(f"no {name} {labels}")

    def test_an_upstream_that_fails_is_seen_and_never_asked_for_it(self):
        server, key = self.serve(f"""
            [retry]
            attempts = 1
            [upstreams.google]
            base_url = "http://127.0.0.1:{closed_port()}"
            api_keys = ["{SECRET}", "another"]
            breaker_failures = 1
            concurrency = 7
            """)
        quiet = self.examine(server, 0)
        (google,) = quiet["upstreams"]
        self.assertEqual((google["breaker"], google["keys"], google["capacity"]), ("closed", 2, 7))
        self.assertEqual((google["recent_calls"], google["last_failure_at"]), (0, None))
        task = server.generate(key)
        self.assertEqual(task["error"]["code"], 80001, task)
        seen = json.loads(server.command("doctor", "--json").stdout)["upstreams"][0]
        self.assertIn(seen["breaker"], ("open", "half open"))
        self.assertEqual((seen["recent_calls"], seen["recent_delivered"]), (1, 0))
        self.assertEqual(seen["last_failure"], "provider_submit_failed")
        self.assertGreater(self.metric(server, "darkroom_upstream_breaker_state", upstream="google"), 0)
        self.assertEqual(self.metric(server, "darkroom_upstream_capacity", upstream="google"), 7)
        self.assertEqual(self.metric(server, "darkroom_upstream_success_ratio", upstream="google"), 0)
        self.assertGreater(self.metric(server, "darkroom_upstream_last_failure_timestamp_seconds", upstream="google",
                                       **{"class": "provider_submit_failed"}), 1_700_000_000)
        self.assertNotIn(SECRET, server.get("/metrics").body.decode())

    def test_a_sandbox_that_works_is_measured(self):
        server, _ = self.serve("")
        key = server.key("acme", test=True)
        self.assertEqual(server.generate(key)["status"], "completed")
        self.assertEqual(self.metric(server, "darkroom_upstream_success_ratio", upstream="sandbox/gemini"), 1)
        took = self.metric(server, "darkroom_upstream_recent_duration_seconds", upstream="sandbox/gemini",
                           quantile="0.95")
        self.assertGreater(took, 0)

    def test_without_a_server_it_says_so(self):
        server = Server('[upstreams.local]\nkind = "ffmpeg"\n', start=False)
        self.addCleanup(server.stop)
        report = self.examine(server, 0)
        findings = {check["check"]: (check["verdict"], check["finding"]) for check in report["checks"]}
        self.assertEqual(report["upstreams"], [])
        self.assertIn("no server runs", findings["traffic"][1])
        for check in ("configuration", "folder", "store", "disk", "clock", "seccomp", "pictures", "films", "enhance",
                      "certificates", "catalogue", "sandbox"):
            self.assertIn(findings[check][0], ("ok", "warn"), (check, findings[check]))
        self.assertEqual(findings["enhance"][0], "ok", findings["enhance"])


class Coverage(unittest.TestCase):
    def check(self, config):
        server = Server(config, start=False)
        self.addCleanup(server.stop)
        checked = server.command("models", "check")
        self.assertEqual(checked.returncode, 0, checked)
        return checked.stderr

    def test_models_check_warns_of_what_upstreams_cannot_do(self):
        fal = '[upstreams.fal]\napi_keys = ["k"]\n'
        self.assertIn('resolution 720p: upstream "fal" cannot', self.check(fal))
        self.assertIn("such tasks fail", self.check(fal))
        self.assertIn("the other upstreams are asked", self.check(fal + '[upstreams.local]\nkind = "ffmpeg"\n'))
        self.assertEqual(self.check(""), "")

    def test_what_no_upstream_can_do_is_refunded_with_a_clear_code(self):
        film = "vp9_opus.webm"
        origin = Origin(FILMS)
        self.addCleanup(origin.stop)
        base = f'[fetch]\nallow = ["127.0.0.1/32:{origin.port}"]\n[upstreams.fal]\nbase_url = "http://127.0.0.1:' \
               f'{closed_port()}"\napi_keys = ["k"]\n'
        # fal has no 720p: alone it fails the task, with the machine behind it the film is made.
        for config, status in ((base, "failed"), (base + '[upstreams.local]\nkind = "ffmpeg"\n', "completed")):
            server = Server(config)
            self.addCleanup(server.stop)
            server.command("credits", "grant", "--account", "acme", "--credits", str(GRANT))
            key = server.key("acme", test=False)
            answer = server.post("/api/v1/videos/generations", key,
                                 {"model": ENHANCE, "video_url": f"{origin.url}/{film}", "resolution": "720p"})
            self.assertEqual(answer.status, 200, answer)
            task = server.poll(answer.json["id"], key)
            self.assertEqual(task["status"], status, task)
            if status == "failed":
                self.assertEqual(task["error"]["code"], 80007)
                self.assertIn("resolution", task["error"]["message"])
                self.assertNotIn("fal", task["error"]["message"])
                self.assertEqual(server.balance(key), (GRANT * 1_000_000, 0))
            else:
                self.assertEqual(len(task["output"]["poster_urls"]), 1)


if __name__ == "__main__":
    unittest.main()
