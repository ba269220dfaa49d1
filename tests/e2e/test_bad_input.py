#!/usr/bin/env python3
"""Bad input gets the right status, code and message, and never costs anything."""

import base64
import gzip
import json
import time
import unittest

from support import MODEL, TEST_GRANT, Origin, ServerTest, png

IMAGES = "/api/v1/images/generations"
VIDEOS = "/api/v1/videos/generations"
PNG_BASE64 = base64.b64encode(png(2, 2)).decode()


def vendor_calls(server):
    """Of all upstreams since the start of the server."""
    return sum(float(line.rsplit(" ", 1)[1]) for line in server.get("/metrics").body.decode().splitlines()
               if line.startswith("darkroom_upstream_attempts_total"))


class BadInputTest(ServerTest):
    """Whatever the tests of a class send, it costs nothing and no vendor hears of it."""

    def setUp(self):
        self.key = self.server.key(type(self).__name__)
        self.addCleanup(self.assert_nothing_happened)

    def assert_nothing_happened(self):
        self.assertEqual(self.server.balance(self.key), (TEST_GRANT, 0))
        self.assertEqual(self.server.get("/api/v1/tasks", self.key).json["data"], [])
        self.assertEqual(vendor_calls(self.server), 0)


class BadKeys(BadInputTest):
    def refused(self, code, headers, path="/api/v1/balance"):
        self.assert_error(self.server.get(path, headers=headers), 401, code)

    def test_every_endpoint_asks_for_a_key(self):
        for path in ("/api/v1/balance", "/api/v1/tasks/task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e/events",
                     "/api/v1/tasks/task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e"):
            with self.subTest(path=path):
                self.refused(10001, {}, path)
        self.assert_error(self.server.post(IMAGES, body={"model": MODEL, "prompt": "x"}), 401, 10001)

    def test_a_header_that_is_no_bearer(self):
        key = self.server.key()
        for value in ("", "Bearer", "Bearer ", key, f"Basic {key}", f"Bearer {key} {key}", f"Token {key}"):
            with self.subTest(value=value):
                self.refused(10001 if value == "" else 10002, {"Authorization": value} if value else {})

    def test_a_key_that_is_none(self):
        key = self.server.key()
        swapped = key[:-8] + ("a" if key[-8] != "a" else "b") + key[-7:]
        for value in ("rk_live_xxx", "x", "sk-123", key[:-1], key + "0", swapped, key.replace("rk_test", "rk_live"),
                      key.upper(), "x" * 4000):
            with self.subTest(value=value[:60]):
                self.refused(10003, {"Authorization": f"Bearer {value}"})

    def test_a_key_in_the_query_is_no_key(self):
        self.refused(10001, {}, f"/api/v1/balance?key={self.server.key()}")

    def test_a_revoked_key(self):
        made = json.loads(self.server.command("keys", "create", "--account", "gone", "--test", "--json").stdout)
        self.assertEqual(self.server.get("/api/v1/balance", made["key"]).status, 200)
        self.assertEqual(self.server.command("keys", "revoke", made["id"]).returncode, 0)
        self.becomes_refused(made["key"], 1)

    def test_an_expired_key(self):
        key = self.server.key("late", True, "--expires", "1s")
        self.becomes_refused(key, 3)

    def becomes_refused(self, key, seconds):
        deadline = time.monotonic() + seconds
        while self.server.get("/api/v1/balance", key).status == 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assert_error(self.server.get("/api/v1/balance", key), 401, 10004)


class BadBodies(BadInputTest):
    def refused(self, body, status=400, code=20001, *words, headers=None):
        with self.subTest(body=body[:60]):
            answer = self.server.post(IMAGES, self.key, body, {"Content-Type": "application/json", **(headers or {})})
            self.assert_error(answer, status, code, *words)

    def test_what_is_no_json_object(self):
        valid = json.dumps({"model": MODEL, "prompt": "x"}).encode()
        for body in (b"", b" ", b"{", b"model=x", b"[]", b'"x"', b"5", b"null", b"true", b"{'model': 'x'}",
                     b'{"model": "x",}', b"\xef\xbb\xbf" + valid, valid + b"x", valid + valid, valid[:-1],
                     b'{"model": NaN}', b'{"prompt": "\xff"}', b'{"prompt": "\xed\xa0\x80"}', b'{"prompt": "\x00"}',
                     b'{"prompt": "\\ud800"}', valid.decode().encode("utf-16")):
            self.refused(body)

    def test_what_is_too_deep(self):
        for depth in (1_000, 100_000):
            self.refused(b'{"x": ' + b"[" * depth + b"]" * depth + b"}")

    def test_what_says_a_thing_twice(self):
        self.refused(b'{"model": "a", "prompt": "x", "model": "b"}', 400, 20001, "model")
        self.refused(b'{"x": {"y": 1, "\\u0079": 2}}')

    def test_what_is_too_big(self):
        self.refused(b'{"prompt": "' + b"x" * 1_048_576 + b'"}', 413, 20006)

    def test_what_is_compressed(self):
        self.refused(gzip.compress(b"{}"), 415, 20007, headers={"Content-Encoding": "gzip"})


class BadParameters(BadInputTest):
    config = "[limits]\nsubmits_per_minute = 60000\nsubmit_burst = 1000\n"

    def refused(self, code, field, body, path=IMAGES):
        with self.subTest(body=str(body)[:120]):
            self.assert_error(self.server.post(path, self.key, body), 400, code, field)

    def test_missing(self):
        self.refused(20002, "model", {})
        self.refused(20002, "model", {"prompt": "x"})
        self.refused(20002, "model", {"model": None, "prompt": "x"})
        self.refused(20002, "prompt", {"model": MODEL})
        self.refused(20002, "prompt", {"model": MODEL, "prompt": None})
        self.refused(20002, "prompt", {"model": MODEL, "image_urls": ["https://example.com/photo.jpg"]})

    def test_unknown_models_and_wrong_endpoints(self):
        for model in ("gpt-99", MODEL.upper(), MODEL + " ", "../" + MODEL):
            self.refused(20004, "model", {"model": model, "prompt": "x"})
        self.refused(20004, "model", {"model": MODEL, "prompt": "x"}, VIDEOS)

    def test_values(self):
        for field, values in {
            "model": (5, [], {}, True),
            "prompt": ("", "x" * 1001, "月" * 1001, 5, ["x"], {"text": "x"}, True),
            "size": ("", "7:5", "16x9", "16:9 ", "1024x1024", "auto", 1, ["1:1"]),
            "resolution": ("2K", "4K", "0.5K", "", "1", 1, ["1K"]),
            "n": (0, -1, 5, 1.5, "1", "x", True, [1], 10 ** 9, 2 ** 63, 2 ** 64, 1e300),
            "image_urls": ("https://example.com/a.png", 5, {}, [5], [None], [["https://example.com/a.png"]], [""],
                           ["https://example.com/a.png"] * 15),
        }.items():
            for value in values:
                self.refused(20003, field, {"model": MODEL, "prompt": "x", field: value})

    def test_the_published_sentence(self):
        answer = self.server.submit(self.key, resolution="2K")
        self.assert_error(answer, 400, 20003)
        self.assertEqual(answer.json["error"]["message"], f"{MODEL}: only resolution=1K is supported")

    def test_links_that_their_text_alone_refuses(self):
        for link in (f"data:image/png;base64,{PNG_BASE64}", PNG_BASE64, "photo.png", "/photo.png", "//example.com/a.png",
                     "ftp://example.com/a.png", "file:///etc/passwd", "javascript:alert(1)", "gopher://example.com/",
                     "http://", "http:///a.png", "http://user:secret@example.com/a.png", "http://example.com@127.0.0.1/",
                     "http://localhost/a.png", "http://intranet/a.png", "http://127.0.0.1/a.png", "http://127.1/",
                     "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://10.0.0.1/",
                     "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/",
                     "http://100.64.0.1/", "http://0.0.0.0/", "http://224.0.0.1/", "http://255.255.255.255/",
                     "http://[::1]/", "http://[::]/", "http://[fe80::1]/", "http://[fc00::1]/",
                     "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://example.com:99999/",
                     "http://exa mple.com/", "http://example.com/\r\nHost: x", "https://example.com/" + "a" * 10_000):
            self.refused(20003, "image_urls", {"model": MODEL, "prompt": "x", "image_urls": [link]})


class BadReferences(ServerTest):
    """Links that look right and whose answers are not: the task fails, and what it held comes back."""

    origin = Origin({
        "/html": (200, {"Content-Type": "text/html"}, b"<!doctype html><title>Sign in</title>"),
        "/html-as-png": (200, {"Content-Type": "image/png"}, b"<!doctype html><title>Sign in</title>"),
        "/empty": (200, {"Content-Type": "image/png"}, b""),
        "/svg": (200, {"Content-Type": "image/svg+xml"}, b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        "/truncated": (200, {"Content-Type": "image/png"}, png(500, 500)[:100]),
        "/bomb": (200, {"Content-Type": "image/png"}, png(60_000, 60_000, rows=10)),
        "/too-big": (200, {"Content-Type": "image/png"}, png(8, 8) + b"\x00" * 3_000_000),
        "/500": (500, {"Content-Type": "text/plain"}, b"broken"),
        "/inward": (302, {"Location": "http://127.0.0.1:1/admin"}, b""),
        "/inward-name": (302, {"Location": "http://localhost/admin"}, b""),
        "/to-a-file": (302, {"Location": "file:///etc/passwd"}, b""),
        "/loop": (302, {"Location": "/loop"}, b""),
        "/good.png": (200, {"Content-Type": "image/png"}, png(64, 64)),
    })
    origin.routes.update({"/endless": origin.endless, "/stalled": origin.stalled})
    config = f"""
[fetch]
allow = ["127.0.0.1/32:{origin.port}"]
image_bytes = 2000000
seconds = 3
[retry]
attempts = 2
budget_seconds = 10
"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls.origin.stop)

    def test_each_fails_the_task_and_is_refunded(self):
        key = self.server.key("references")
        calls_before = vendor_calls(self.server)
        tasks = {}
        for path in ("/404", *self.origin.routes):
            if path != "/good.png":
                tasks[path] = self.server.submit(key, image_urls=[self.origin.url + "/good.png", self.origin.url + path])
        for path, submitted in tasks.items():
            with self.subTest(path=path):
                self.assertEqual(submitted.status, 200, submitted)
                task = self.server.poll(submitted.json["id"], key)
                self.assert_failed(task, 80003)
                self.assertIn("image_urls", task["error"]["message"])
        self.assertEqual(self.server.balance(key), (TEST_GRANT, 0))
        self.assertEqual(vendor_calls(self.server), calls_before)

    def test_the_same_origin_serves_what_is_good(self):
        key = self.server.key("good")
        calls_before = vendor_calls(self.server)
        self.assert_completed(self.server.generate(key, image_urls=[self.origin.url + "/good.png"]))
        self.assertEqual(vendor_calls(self.server), calls_before + 1)


class BadRequests(ServerTest):
    def test_unknown_paths_and_methods(self):
        key = self.server.key()
        for path in ("/api/v1/nothing", "/api/v2/balance", "/api/v1/images/generations/x", "/nothing"):
            with self.subTest(path=path):
                self.assert_error(self.server.get(path, key), 404, 40002)
        answer = self.server.request("DELETE", "/api/v1/balance", key)
        self.assert_error(answer, 405, 40004)
        self.assertIn("GET", answer.headers["Allow"])

    def test_too_many_submits(self):
        key = self.server.key("eager")
        answer = None
        for _ in range(400):
            answer = self.server.submit(key, n=0)
            if answer.status == 429:
                break
        self.assert_error(answer, 429, 50001, "Rate limit exceeded")
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.assertEqual(self.server.get("/api/v1/balance", key).status, 200, "reading counts separately")
        self.assertNotEqual(self.server.submit(self.server.key("calm"), n=0).status, 429, "limits are per account")


if __name__ == "__main__":
    unittest.main()
