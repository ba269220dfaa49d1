"""The console's screens against the real binary and the sandbox: what their API answers while tasks come and go."""

import http.client
import json
import time
import unittest
import urllib.parse

import support

EMAIL = "boss@example.org"
PASSWORD = "correct horse battery staple"
FILM = {"model": "veo3.1-fast", "prompt": "a heron takes off"}
EVIL = "</script><img src=x onerror=alert(1)> \"' \u2028 #moderated"


class Person:
    """Someone signed in: their cookie, and the token that their changes carry."""

    def __init__(self, server, email, password=PASSWORD):
        self.server = server
        self.headers = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
        answer = self.post("/login", {"email": email, "password": password})
        if answer.status != 200:
            raise AssertionError(f"login: {answer}")
        self.headers["Cookie"] = answer.headers["Set-Cookie"].split(";")[0]
        self.headers["X-CSRF-Token"] = answer.json["csrf_token"]

    def get(self, path):
        return self.server.get("/api/console" + path, headers=self.headers)

    def post(self, path, body=None):
        return self.server.post("/api/console" + path, body=body if body is not None else {}, headers=self.headers)

    def ended(self, path, seconds=support.TASK_SECONDS):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            detail = self.get(path).json
            if detail["status"] != "processing":
                return detail
            time.sleep(0.1)
        raise AssertionError(f"{path} has not ended within {seconds} s")


class Stream:
    """Server-sent events, one after the other; every read is bounded."""

    def __init__(self, person, query):
        base = urllib.parse.urlsplit(person.server.url)
        self.connection = http.client.HTTPConnection(base.hostname, base.port, timeout=30)
        self.connection.request("GET", "/api/console/stream?" + query, headers=person.headers)
        self.response = self.connection.getresponse()

    def events(self, seconds=support.TASK_SECONDS):
        name = None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            line = self.response.readline().decode().rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                yield name, json.loads(line[6:])

    def close(self):
        self.connection.close()


class ConsoleScreens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = support.Server(env={"DARKROOM_CONSOLE_OPERATOR_EMAIL": EMAIL,
                                         "DARKROOM_CONSOLE_OPERATOR_PASSWORD": PASSWORD})
        cls.addClassCleanup(cls.server.stop)
        cls.key = cls.server.key("studio")
        cls.foreign_key = cls.server.key("rival")
        cls.boss = Person(cls.server, EMAIL)

    def submit(self, prompt, account="studio", **more):
        answer = self.boss.post(f"/accounts/{account}/playground?book=test",
                                {"model": support.MODEL, "prompt": prompt, **more})
        self.assertEqual(answer.status, 200, answer)
        return f"/accounts/{account}/tasks/{answer.json['id']}"

    def test_a_prompt_becomes_a_picture_with_a_small_one(self):
        detail = self.boss.ended(self.submit("a heron at dusk"))
        self.assertEqual(detail["status"], "completed", detail)
        self.assertEqual(detail["key"]["name"], "Playground")
        self.assertEqual([entry["type"] for entry in detail["entries"]], ["hold", "capture"])
        small = self.server.get(detail["outputs"][0]["thumbnail_url"], headers=self.boss.headers)
        self.assertEqual(small.status, 200, small)
        self.assertEqual(small.headers["Content-Type"], "image/webp")
        self.assertEqual(small.body[:4] + small.body[8:12], b"RIFFWEBP")
        self.assertLessEqual(len(small.body), 20_000)
        self.assertIn("immutable", small.headers["Cache-Control"])
        again = self.server.get(detail["outputs"][0]["thumbnail_url"], headers=self.boss.headers)
        self.assertEqual(again.body, small.body)
        self.assertEqual(self.server.get(detail["outputs"][0]["thumbnail_url"]).status, 401)

    def test_a_film_has_a_small_picture_too(self):
        answer = self.boss.post("/accounts/studio/playground?book=test", FILM)
        self.assertEqual(answer.status, 200, answer)
        detail = self.boss.ended(f"/accounts/studio/tasks/{answer.json['id']}")
        self.assertEqual(detail["status"], "completed", detail)
        small = self.server.get(detail["outputs"][0]["thumbnail_url"], headers=self.boss.headers)
        self.assertEqual(small.status, 200, small)
        self.assertLessEqual(len(small.body), 20_000)

    def test_a_failed_task_shows_its_waterfall_and_its_refund(self):
        submitted = self.server.submit(self.key, "trouble #fail:503")
        self.assertEqual(submitted.status, 200, submitted)
        detail = self.boss.ended(f"/accounts/studio/tasks/{submitted.json['id']}")
        self.assertEqual(detail["status"], "failed", detail)
        self.assertEqual(detail["error"]["code"], 80001)
        attempts = detail["calls"][0]["attempts"]
        self.assertGreater(len(attempts), 1)
        self.assertEqual({attempt["upstream_status"] for attempt in attempts if attempt["outcome"] == "failed"}, {503})
        for earlier, later in zip(attempts, attempts[1:]):
            self.assertLessEqual(earlier["ended_at"], later["started_at"])
        self.assertIsNotNone(attempts[0]["wait_until"])
        self.assertEqual([entry["type"] for entry in detail["entries"]], ["hold", "release"])
        self.assertEqual(sum(entry["amount_microcredits"] for entry in detail["entries"]), 0)
        # The request's own id finds it.
        self.assertEqual(detail["request_id"], submitted.headers["x-request-id"])
        found = self.boss.get("/tasks?find=" + detail["request_id"]).json["data"]
        self.assertEqual([row["id"] for row in found], [detail["id"]])
        groups = self.boss.get("/accounts/studio/errors?book=test").json["data"]
        self.assertIn(80001, [group["code"] for group in groups])

    def test_a_stream_follows_a_task_to_its_end(self):
        stream = Stream(self.boss, "account=studio&topics=tasks,queue")
        self.addCleanup(stream.close)
        task = self.submit("a stream").rsplit("/", 1)[1]
        seen = []
        topics = set()
        for name, data in stream.events():
            topics.add(name)
            if name == "task" and data["id"] == task:
                seen.append(data["status"])
                if data["status"] != "processing" and "queue" in topics:
                    break
        self.assertEqual(seen[0], "processing")
        self.assertEqual(seen[-1], "completed")

    def test_what_people_write_comes_back_as_json(self):
        answer = self.boss.get(self.submit(EVIL))
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.json["prompt"], EVIL)

    def test_the_ledger_adds_up_and_so_does_usage(self):
        self.boss.ended(self.submit("for the ledger"))
        total, cursor = 0, ""
        while True:
            page = self.boss.get(f"/accounts/studio/ledger?book=test&limit=100&cursor={cursor}").json
            self.assertEqual(page["sum_microcredits"], page["balance_microcredits"])
            total += sum(entry["amount_microcredits"] for entry in page["data"])
            cursor = page["next_cursor"]
            if cursor is None:
                break
        self.assertEqual(total, page["balance_microcredits"])
        usage = self.boss.get("/accounts/studio/usage?book=test&split_by=model").json
        self.assertGreater(usage["totals"]["completed"], 0)

    def test_what_is_of_another_account_is_not_there(self):
        mine = self.server.submit(self.foreign_key, "mine").json["id"]
        for path in (f"/accounts/studio/tasks/{mine}", f"/accounts/studio/tasks/{mine}/thumbnails/0"):
            self.assertEqual(self.boss.get(path).status, 404, path)
        self.assertEqual(self.boss.get(f"/accounts/studio/tasks?find={mine}").json["data"], [])
        self.assertEqual(self.boss.get(f"/accounts/rival/tasks/{mine}").status, 200)
        for path in ("/tasks", "/queue", "/upstreams", "/usage", f"/accounts/rival/tasks/{mine}"):
            self.assertEqual(self.server.get("/api/console" + path, self.key).status, 401, path)

    def test_operators_see_the_engine(self):
        queue = self.boss.get("/queue").json
        self.assertLessEqual({"waiting", "running", "at_vendor", "by_model", "by_upstream"}, set(queue))
        upstreams = self.boss.get("/upstreams").json["data"]
        self.assertTrue(any(support.MODEL in upstream["routes"] for upstream in upstreams))
        card = self.boss.get("/models/" + support.MODEL).json
        self.assertEqual(card["schema"]["type"], "object")
        self.assertTrue(card["routes"])


if __name__ == "__main__":
    unittest.main()
