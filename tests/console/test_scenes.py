#!/usr/bin/env python3
"""What owners and operators do in the console, in a browser and against the real program: keys and secrets that change
while programs use them, a person who is invited, live and test, an upstream that is drained, thousands that wait."""

import base64
import hashlib
import hmac
import http.server
import json
import sys
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from console_support import (  # noqa: E402
    NODE, OPERATOR, OWN_MODEL, answer_json, assert_fine, end, screens_of, see, serve, shots_folder, write_own_model)
from models_support import StandIns  # noqa: E402
from support import MODEL, PRICE, Server, png  # noqa: E402

UPSTREAM = "vendor"
MARKUP = "<svg/onload=window.broken.push(1)>"
RUNNING = 2
CROWD = 2000
TURN_MILLISECONDS = 3000
REFUSED_MILLISECONDS = 1000
FIRST_LOAD_BYTES = 250_000  # with gzip
SHOWN_MILLISECONDS = 2000
PROBED = """
[retry]
attempts = 1
[upstreams.{upstream}]
kind = "gemini"
base_url = "{url}"
api_keys = ["a-key-for-the-stand-in"]
breaker_failures = 1
[upstreams.router]
kind = "openrouter"
base_url = "{url}/openrouter/api/v1"
api_keys = ["k"]
[upstreams.stranger]
kind = "openrouter"
base_url = "{url}/openrouter/api/v1"
api_keys = ["bad-key"]
[upstreams.silent]
kind = "fal"
base_url = "{url}/fal"
api_keys = ["k"]
"""
CONFIG = """
[server]
drain_seconds = 1
[limits]
submits_per_minute = 1000000
submit_burst = 100000
concurrent_tasks = {running}
[fetch]
allow = ["127.0.0.1/32:{hook}"]
[upstreams.{upstream}]
kind = "gemini"
base_url = "{url}"
api_keys = ["a-key-for-the-stand-in"]
"""


def setUpModule():
    NODE.install()


class Hook:
    """A customer's endpoint that keeps what it gets, (headers, body), and refuses the first message for /broken."""

    def __init__(self):
        self.messages = []
        self.refused = []
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                is_refused = self.path == "/broken" and not hook.refused
                (hook.refused if is_refused else hook.messages).append(
                    ({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(500 if is_refused else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server, self._thread = serve(Handler)
        self.port = self._server.server_address[1]

    def stop(self):
        end(self._server, self._thread)


def signers(message, secrets):
    """The numbers of the secrets that have signed it."""
    headers, body = message
    signed = f'{headers["webhook-id"]}.{headers["webhook-timestamp"]}.'.encode() + body
    signatures = headers["webhook-signature"].split(" ")
    made = [hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest() for secret in secrets]
    found = [number for number, one in enumerate(made) if "v1," + base64.b64encode(one).decode() in signatures]
    assert len(signatures) == len(found), (signatures, found)
    return found


class Scenes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.vendor, cls.hook = StandIns(), Hook()
        cls.addClassCleanup(cls.vendor.stop)
        cls.addClassCleanup(cls.hook.stop)
        cls.server = Server(CONFIG.format(running=RUNNING, hook=cls.hook.port, upstream=UPSTREAM, url=cls.vendor.url),
                            env=OPERATOR)
        cls.addClassCleanup(cls.server.stop)
        cls.keys = {"test": cls.server.key("studio"), "live": cls.server.key("studio", False)}
        granted = cls.server.command("credits", "grant", "--account", "studio", "--credits", 1000)
        assert granted.returncode == 0, granted

    def play(self, scene, **data):
        seen = see(self.server, "scenes.mjs", scene=scene, model=MODEL, keys=self.keys, **data)
        self.assertEqual(seen.pop("problems"), [])
        return seen

    def test_a_key_is_rolled_while_programs_use_it(self):
        seen = self.play("roll")
        self.assertEqual(seen["overlapping"], [200, 200])
        self.assertIsNotNone(seen["refusedAfter"])
        self.assertLess(seen["refusedAfter"], REFUSED_MILLISECONDS)
        self.assertEqual(seen["third"], 200)
        self.assertEqual(seen["shownAgain"], 0)
        self.assertEqual(len(set(seen["ends"])), 3)
        shown = " ".join(seen["rows"])
        self.assertIn(seen["ends"][0], shown)
        self.assertNotIn(f"…{seen['ends'][1]}", shown, "it has ended")
        self.assertIn(seen["ends"][2], shown)

    def test_a_signing_secret_changes_with_and_without_an_overlap(self):
        seen = self.play("secret", hook=f"http://127.0.0.1:{self.hook.port}/done")
        self.assertEqual(len(set(seen["secrets"])), 3)
        self.assertEqual(seen["shownAgain"], 0)
        tests = [message for message in self.hook.messages if json.loads(message[1])["type"] == "webhook.test"]
        self.assertEqual([signers(message, seen["secrets"]) for message in tests], [[0], [0, 1], [2]])

    def test_an_invited_person_becomes_a_member_and_no_more(self):
        seen = self.play("invitation")
        self.assertIn("/console/invite#", seen["link"])
        self.assertNotIn("#", seen["atDoor"], "the link's secret stays in the browser's history")
        self.assertTrue(all("401" in problem for problem in seen["known"]), seen["known"])
        self.assertEqual(seen["mayCreate"], 0)
        self.assertNotIn("Audit log", seen["menu"])
        self.assertEqual(seen["refused"], [], "a page that one may not see asks for nothing")
        self.assertEqual(seen["again"], "/console/invite", "the link works once")

    def test_what_was_not_delivered_is_sent_again_from_its_row(self):
        seen = self.play("resend", hook=f"http://127.0.0.1:{self.hook.port}/broken")
        self.assertEqual(seen["first"], ["pending", [500]])
        self.assertEqual(seen["now"], ["delivered", [500, 200]])
        self.assertEqual(len(self.hook.refused), 1)

    def test_the_first_steps_tick_themselves_and_go(self):
        self.assertEqual(self.play("steps")["seen"], ["0 of 3 done", "1 of 3 done", "2 of 3 done", "gone"])

    def test_live_and_test_are_kept_apart(self):
        seen = self.play("live")
        self.assertEqual((seen["test"], seen["live"]), (["test"], ["live"]))
        self.assertEqual(seen["banner"], 0)
        self.assertEqual(seen["spent"], PRICE[MODEL])

    def test_a_drained_upstream_lets_work_wait_until_it_is_resumed(self):
        asked = self.vendor.requests()
        seen = self.play("drain", upstream=UPSTREAM)
        self.assertEqual(seen["waiting"][0], "processing")
        self.assertTrue(set(seen["waiting"][1]) <= {"postponed"}, seen["waiting"])
        self.assertEqual(seen["done"][0], "completed")
        self.assertEqual(seen["done"][1][-1], "delivered")
        self.assertEqual(seen["noted"][:2], [[True, False], [False, True]], "newest first")
        self.assertGreater(sum(count for *_, count in self.vendor.requests()), sum(count for *_, count in asked))

    def prepare_work(self):
        """Tasks that have ended well and badly, one that runs, and an endpoint that was told: the paths of their pages."""
        hook = self.server.post("/api/v1/webhooks", self.keys["test"], {"url": f"http://127.0.0.1:{self.hook.port}/tour"}).json
        self.server.submit(self.keys["test"], "a lighthouse that is still being drawn #slow:300s")
        good = self.server.generate(self.keys["test"], "a lighthouse on a cliff at dusk, in the style of an old photograph", n=2)
        bad = self.server.generate(self.keys["test"], "a lighthouse #fail:503")
        self.server.generate(self.keys["test"], "a lighthouse #moderated")
        self.server.generate(self.keys["live"], "a lighthouse that is paid for")
        film = self.server.post("/api/v1/videos/generations", self.keys["test"], {"model": "veo3.1-fast", "prompt": "a heron takes off"})
        self.server.poll(film.json["id"], self.keys["test"])
        return [f"tasks/{good['id']}", f"tasks/{bad['id']}", f"tasks/{film.json['id']}", f"webhooks/{hook['id']}"]

    @staticmethod
    def playground_links(page):
        """Where "use these settings" of a task leads, and the address after a run."""
        task = page.rsplit("/", 1)[1]
        return [f"playground/{MODEL}?from={task}", f"playground/{MODEL}?task={task}"]

    def test_every_screen_with_work_on_it(self):
        shown = self.prepare_work()
        account = [*shown, "overview", "tasks", "gallery", "usage", "usage?view=ledger", "errors", "keys", "models/gpt-image-2",
                   f"playground/{MODEL}", f"playground/{MODEL}?prompt=a+heron&size=16%3A9&n=2", *self.playground_links(shown[0])]
        screens = [*(f"/console/a/studio/{name}" for name in account),
                   *(f"/console/o/{name}" for name in ("overview", "tasks", "upstreams", "queue", "usage", "errors", "audit"))]
        seen = see(self.server, "tour.mjs", shots=shots_folder(self.server, "work"), account="studio", screens=screens, entrances=[])
        self.assertEqual(len(seen["seen"]), 2 * len(screens))
        for screen in seen["seen"]:
            with self.subTest(path=screen["path"], scheme=screen["scheme"]):
                assert_fine(self, screen)

    def test_the_first_load_is_small(self):
        seen = self.play("load")
        for first in ("door", "overview"):
            with self.subTest(first=first):
                files = [path for path in seen[first] if path.startswith("/console/")]
                self.assertTrue([path for path in files if path.endswith(".js")], files)
                packed = [self.server.get(path, headers={"Accept-Encoding": "gzip"}) for path in files]
                self.assertEqual({answer.status for answer in packed}, {200})
                self.assertLessEqual(sum(len(answer.body) for answer in packed), FIRST_LOAD_BYTES)


class Upstreams(unittest.TestCase):
    """What is asked of vendors for nothing, and what is seen of it."""

    def setUp(self):
        self.vendor = StandIns()
        self.addCleanup(self.vendor.stop)
        self.server = Server(PROBED.format(upstream=UPSTREAM, url=self.vendor.url), env=OPERATOR)
        self.addCleanup(self.server.stop)
        self.keys = {"live": self.server.key("studio", False)}
        granted = self.server.command("credits", "grant", "--account", "studio", "--credits", 1000)
        self.assertEqual(granted.returncode, 0, granted)

    def play(self, scene, **data):
        return see(self.server, "scenes.mjs", scene=scene, model=MODEL, keys=self.keys, vendor=self.vendor.url,
                   upstream=UPSTREAM, **data)

    def test_a_change_of_state_is_seen_at_once_without_a_reload(self):
        seen = self.play("outage")
        self.assertEqual(seen["problems"], [])
        for change, milliseconds in seen["milliseconds"].items():
            self.assertLessEqual(milliseconds, SHOWN_MILLISECONDS, change)
        self.assertTrue(seen["stayed"], "the page was loaded again")

    def test_an_operator_tests_and_says_when_to_probe(self):
        seen = self.play("probing", others=["router", "stranger", "silent"])
        self.assertTrue(all("429" in problem for problem in seen["problems"]), seen["problems"])
        self.assertIn("74.75 USD", seen["balances"]["router"])
        self.assertIn("Unknown", seen["balances"]["stranger"])
        self.assertIn("HTTP 401", seen["balances"]["stranger"])
        self.assertEqual(seen["balances"]["silent"], "Unknown: the vendor tells none")
        self.assertEqual(seen["noted"], [["upstream.change", UPSTREAM, "off"], ["upstream.test", UPSTREAM, True]])
        self.assertEqual(self.vendor.requests(), [], "nothing that a vendor bills")

    def test_the_screen_is_fine(self):
        self.vendor.break_down("gemini")
        self.server.generate(self.keys["live"], "it fails")
        seen = see(self.server, "tour.mjs", shots=shots_folder(self.server, "upstreams"), account="studio",
                   screens=["/console/o/upstreams"], entrances=[])
        for screen in seen["seen"]:
            with self.subTest(scheme=screen["scheme"]):
                assert_fine(self, screen)


class Rude:
    """A vendor that refuses everything, in words that are markup."""

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                answer_json(self, 400, {"error": {"code": 400, "message": MARKUP, "status": "FAILED_PRECONDITION"}})

            def log_message(self, *_):
                pass

        self._server, self._thread = serve(Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self):
        end(self._server, self._thread)


class Markup(unittest.TestCase):
    def serve(self):
        """With a vendor and a model of the operator's own that are both named and described in markup."""
        rude = Rude()
        self.addCleanup(rude.stop)
        server = Server(env=OPERATOR, start=False)
        self.addCleanup(server.stop)
        catalog = server.folder / "catalog"
        write_own_model(catalog, title=MARKUP, summary=MARKUP)
        server.configure(f'[catalog]\ndir = "{catalog}"\n'
                         + CONFIG.format(running=RUNNING, hook=9, upstream=UPSTREAM, url=rude.url))
        server.start()
        return server

    def test_what_people_and_vendors_write_is_text_everywhere(self):
        server = self.serve()
        keys = {"test": server.key("studio"), "live": server.key("studio", False)}
        server.command("credits", "grant", "--account", "studio", "--credits", 1000)
        account, home = "/accounts/studio", "/console/a/studio"
        seen = see(server, "stored.mjs", markup=MARKUP, model=MODEL, ownModel=OWN_MODEL, account="studio", keys=keys,
                   picture=base64.b64encode(png(8, 8)).decode(), screens=screens_of("studio"),
                   prepare=[["POST", f"{account}/keys", {"name": MARKUP, "test": True}],
                            ["POST", f"{account}/webhooks", {"url": f"https://hooks.example.org/?{MARKUP}"}],
                            ["PATCH", "/session", {"name": MARKUP}],
                            ["POST", "/users", {"email": "grace@example.org", "name": MARKUP}],
                            ["POST", f"{account}/members", {"email": "grace@example.org", "role": "owner"}]])
        self.assertEqual(seen["made"], [200] * 5)
        for name, shown in seen["shown"].items():
            with self.subTest(screen=name):
                self.assertEqual((shown["elements"], shown["ran"]), (0, 0))
        # Where it has to be read; elsewhere it may be cut or left out.
        for name in (f"test {home}/keys", f"test {home}/members", f"test {home}/tasks", f"test {home}/webhooks", f"test {home}/models",
                     "test /console/o/users", "sample", "task", "endpoint", "manual",
                     "a file that is no picture"):
            with self.subTest(screen=name):
                self.assertTrue(seen["shown"][name]["text"])


class Crowd(unittest.TestCase):
    def test_thousands_wait_and_the_page_follows(self):
        vendorless = CONFIG.split("[fetch]")[0].format(running=RUNNING)
        server = Server(vendorless, env=OPERATOR)
        self.addCleanup(server.stop)
        seen = see(server, "scenes.mjs", scene="crowd", model=MODEL, keys={"test": server.key("studio")}, crowd=CROWD, running=RUNNING)
        self.assertEqual(seen["problems"], [])
        self.assertGreaterEqual(seen["waiting"], CROWD - RUNNING)
        self.assertIn(MODEL, seen["rows"])
        self.assertLess(seen["turned"], TURN_MILLISECONDS)
        self.assertLessEqual(seen["asked"], 2, "by the stream, not by asking")


if __name__ == "__main__":
    unittest.main()
