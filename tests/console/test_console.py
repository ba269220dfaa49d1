#!/usr/bin/env python3
"""The console of the real binary in a real browser: the first start, every screen, how its files are served."""

import re
import sys
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from console_support import NODE, FirstStart, assert_fine, screens_of, shots_folder  # noqa: E402

JOURNEY_SECONDS = 120
TOUR_SECONDS = 400
ACCOUNT = "studio"
CONSOLE_BROTLI_BYTES = 440_000  # with what tests/site allows the documentation: 900 kB
NOTHING_TO_GAIN = 512  # bytes of a file that is not worth compressing


def setUpModule():
    NODE.install()


class Console(unittest.TestCase):
    def setUp(self):
        self.start = FirstStart()
        self.addCleanup(self.start.server.stop)

    def test_from_the_first_start_to_a_key_and_its_end(self):
        seen = self.start.browse("first_start.mjs", JOURNEY_SECONDS)
        self.assertRegex(seen["key"], r"^rk_test_\w+$")
        self.assertEqual(seen["before"], 200)
        self.assertIn(f'-H "Authorization: Bearer {seen["key"]}"', seen["curl"])
        self.assertIn(f"curl {self.start.base}/api/v1/images/generations", seen["curl"])
        self.assertFalse(seen["shownAgain"], "the key can be seen a second time")
        self.assertEqual(seen["revoked"], 200)
        self.assertIsNotNone(seen["refusedAfter"], "the key was not refused")
        self.assertLess(seen["refusedAfter"], 1000)
        self.assertFalse(seen["tokenInAddress"], "the link's secret stays in the browser's history")
        # What the key was refused with is asked by the script, not by the page.
        self.assertEqual(seen["problems"], [])
        self.assertTrue(all("401" in problem for problem in seen["beforeSession"]), seen["beforeSession"])

    def test_every_screen(self):
        seen = self.start.browse(
            "tour.mjs", TOUR_SECONDS, shots=shots_folder(self.start.server, "empty"), account=ACCOUNT, screens=screens_of(ACCOUNT),
            entrances=["/console/login", "/console/setup#token", "/console/invite#token"],
            prepare=[["POST", "/accounts", {"name": ACCOUNT}],
                     ["POST", f"/accounts/{ACCOUNT}/keys", {"name": "laptop", "test": True}],
                     ["POST", f"/accounts/{ACCOUNT}/webhooks", {"url": "https://hooks.example.org/done"}],
                     ["POST", "/users", {"email": "grace@example.org", "name": "Grace"}]])
        self.assertEqual(seen["prepared"], [200] * 4)
        self.assertEqual(len(seen["seen"]), 2 * (3 + len(screens_of(ACCOUNT))))
        for screen in seen["seen"]:
            with self.subTest(path=screen["path"], scheme=screen["scheme"]):
                assert_fine(self, screen)
        self.assertEqual((seen["chinese"], seen["language"]), ("API 密钥", "zh-CN"))
        self.assertTrue(seen["palette"].endswith("/webhooks"))


class Delivery(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.start = FirstStart()
        cls.addClassCleanup(cls.start.server.stop)

    def test_every_address_is_the_one_document(self):
        get = self.start.server.get
        document = get("/console/")
        self.assertEqual((document.status, document.headers["Cache-Control"]), (200, "public, no-cache"))
        for path in ("/console/login", "/console/a/studio/tasks/task_1", "/console/nothing"):
            with self.subTest(path=path):
                self.assertEqual(get(path).body, document.body)
        moved = get("/console")
        self.assertEqual((moved.status, moved.headers["Location"]), (301, "/console/"))
        self.assertEqual(get("/console/assets/index-gone.js").status, 404)

    def test_its_policy_is_strict_and_its_files_are_kept(self):
        get = self.start.server.get
        document = get("/console/")
        policy = dict(part.strip().split(" ", 1) for part in document.headers["Content-Security-Policy"].split(";"))
        self.assertEqual((policy["default-src"], policy["script-src"], policy["frame-ancestors"]), ("'self'", "'self'", "'none'"))
        self.assertNotRegex(document.body.decode(), r"<script(?![^>]*\ssrc=)")
        files = re.findall(r'(?:src|href)="(/console/assets/[^"]+)"', document.body.decode())
        self.assertGreater(len(files), 2)
        for path in files:
            with self.subTest(path=path):
                packed = get(path, headers={"Accept-Encoding": "br"})
                self.assertEqual(packed.status, 200)
                self.assertIn("immutable", packed.headers["Cache-Control"])
                plain = get(path)
                self.assertIsNone(plain.headers["Content-Encoding"])
                if len(plain.body) > NOTHING_TO_GAIN:
                    self.assertEqual(packed.headers["Content-Encoding"], "br")
                    self.assertLess(len(packed.body), len(plain.body))

    def test_all_of_it_is_small(self):
        get = self.start.server.get
        pending, total = ["/console/"], 0
        seen = set(pending)
        while pending:
            path = pending.pop()
            total += len(get(path, headers={"Accept-Encoding": "br"}).body)
            if path.endswith((".js", "/")):
                # Files that are loaded when they are needed are named in those that need them.
                found = {f"/console/assets/{name}" for name in re.findall(r"[\w.-]+-[\w-]{8}\.(?:js|css|svg)\b", get(path).body.decode())}
                pending += found - seen
                seen |= found
        self.assertGreater(len(seen), 30)
        self.assertLess(total, CONSOLE_BROTLI_BYTES)


if __name__ == "__main__":
    unittest.main()
