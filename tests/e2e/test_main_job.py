#!/usr/bin/env python3
"""The main job: submit, poll, download, pay exactly once."""

import threading
import time
import unittest

from support import (MODEL, OFFICIAL_MODEL, PRICE, REQUEST_ID, TASK_ID, TEST_GRANT, Origin, Server, ServerTest, png,
                     png_size)

ORIGIN = Origin({"/photo.png": (200, {"Content-Type": "image/png"}, png(300, 200))})


def setUpModule():
    unittest.addModuleCleanup(ORIGIN.stop)


class MainJob(ServerTest):
    config = f'[fetch]\nallow = ["127.0.0.1/32:{ORIGIN.port}"]\n'

    def test_the_two_answers_have_the_published_shape(self):
        key = self.server.key("shape")
        before = int(time.time())
        submitted = self.server.submit(key, "moonlight on a bamboo path, ink wash painting", size="16:9")
        self.assertEqual(submitted.status, 200, submitted)
        self.assertEqual(submitted.headers.get_content_type(), "application/json")
        self.assertRegex(submitted.headers["x-request-id"], f"^{REQUEST_ID.pattern}$")
        self.assertEqual(list(submitted.json), ["id", "model", "status", "created_at"])
        self.assertRegex(submitted.json["id"], f"^{TASK_ID.pattern}$")
        self.assertEqual(submitted.json["model"], MODEL)
        self.assertEqual(submitted.json["status"], "processing")
        self.assertIsInstance(submitted.json["created_at"], int)
        self.assertTrue(before <= submitted.json["created_at"] <= time.time() + 1)

        task = self.server.poll(submitted.json["id"], key)
        self.assertEqual(list(task)[:6], ["id", "model", "status", "created_at", "output", "error"])
        self.assert_completed(task)
        for name in ("id", "model", "created_at"):
            self.assertEqual(task[name], submitted.json[name])
        hex_id = task["id"].removeprefix("task_")
        self.assertEqual(task["output"]["image_urls"], [f"{self.server.url}/media/tasks/{hex_id}/0.png"])

    def test_while_it_runs_output_and_error_are_null(self):
        key = self.server.key("running")
        task = self.server.submit(key, "moonlight #slow:3s").json["id"]
        answer = self.server.get(f"/api/v1/tasks/{task}", key)
        self.assertEqual((answer.json["status"], answer.json["output"], answer.json["error"]), ("processing", None, None))
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.assert_completed(self.server.poll(task, key))

    def test_the_picture_is_a_png_of_the_asked_ratio(self):
        key = self.server.key("ratio")
        for size in ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"):
            with self.subTest(size=size):
                task = self.server.generate(key, size=size)
                answer = self.server.get(task["output"]["image_urls"][0])
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.headers["Content-Type"], "image/png")
                width, height = png_size(answer.body)
                across, down = map(int, size.split(":"))
                self.assertAlmostEqual(width / height, across / down, delta=0.05 * across / down)
                self.assertGreater(width * height, 900_000)

    def test_the_same_request_gives_the_same_picture(self):
        key = self.server.key("same")
        pictures = [self.server.get(self.server.generate(key, "one and the same")["output"]["image_urls"][0]).body
                    for _ in range(2)]
        self.assertEqual(pictures[0], pictures[1])

    def test_media_are_immutable_and_have_ranges(self):
        key = self.server.key("media")
        url = self.server.generate(key)["output"]["image_urls"][0]
        whole = self.server.get(url)
        self.assertIn("immutable", whole.headers["Cache-Control"])
        self.assertEqual(self.server.get(url, headers={"If-None-Match": whole.headers["ETag"]}).status, 304)
        part = self.server.get(url, headers={"Range": "bytes=8-15"})
        self.assertEqual((part.status, part.body), (206, whole.body[8:16]))
        self.assertEqual(part.headers["Content-Range"], f"bytes 8-15/{len(whole.body)}")
        self.assert_error(self.server.get(url, headers={"Range": f"bytes={len(whole.body)}-"}), 416, 40006)
        self.assertEqual(self.server.get(url.replace("/0.png", "/1.png")).status, 404)
        self.assertEqual(self.server.get(url.replace("/0.png", "/../../../darkroom.db")).status, 404)

    def test_prices_are_exact(self):
        for model, n in ((MODEL, 1), (OFFICIAL_MODEL, 1), (MODEL, 4), (OFFICIAL_MODEL, 3)):
            with self.subTest(model=model, n=n):
                key = self.server.key(f"price-{model}-{n}")
                self.assertEqual(self.server.balance(key), (TEST_GRANT, 0))
                self.assert_completed(self.server.generate(key, model=model, n=n), n)
                self.assertEqual(self.server.balance(key), (TEST_GRANT - n * PRICE[model], 0))
                self.assertEqual(self.server.get("/api/v1/balance", key).json["balance"],
                                 (TEST_GRANT - n * PRICE[model]) // 1_000_000)

    def test_a_hold_reduces_the_balance_at_once(self):
        key = self.server.key("hold")
        task = self.server.submit(key, "moonlight #slow:3s", n=2).json["id"]
        self.assertEqual(self.server.balance(key), (TEST_GRANT - 2 * PRICE[MODEL], 2 * PRICE[MODEL]))
        self.assert_completed(self.server.poll(task, key), 2)
        self.assertEqual(self.server.balance(key), (TEST_GRANT - 2 * PRICE[MODEL], 0))

    def test_polling_is_free(self):
        key = self.server.key("free")
        task = self.server.generate(key)["id"]
        before = self.server.balance(key)
        for _ in range(5):
            self.assertEqual(self.server.get(f"/api/v1/tasks/{task}", key).status, 200)
        self.assertEqual(self.server.balance(key), before)

    def test_references_are_fetched(self):
        key = self.server.key("reference")
        ORIGIN.seen.clear()
        self.assert_completed(self.server.generate(key, "as a watercolour", image_urls=[ORIGIN.url + "/photo.png"]))
        self.assertIn("/photo.png", ORIGIN.seen)

    def test_without_a_content_type_it_is_json_all_the_same(self):
        # The page's own curl examples send a form's content type.
        key = self.server.key("curl")
        body = f'{{"model": "{MODEL}", "prompt": "moonlight"}}'.encode()
        answer = self.server.post("/api/v1/images/generations", key, body,
                                  {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(answer.status, 200, answer)

    def test_unknown_fields_are_ignored_and_named(self):
        answer = self.server.submit(self.server.key("unknown"), colour="red")
        self.assertEqual(answer.status, 200, answer)
        self.assertIn("colour", answer.headers["Darkroom-Warnings"])

    def test_what_is_accepted_at_the_edge(self):
        key = self.server.key("edge")
        for parameters in ({"prompt": "月" * 1000}, {"prompt": "x"}, {"resolution": "1K"}, {"resolution": "1k"},
                           {"n": 1}, {"image_urls": []}, {"size": None}):
            with self.subTest(parameters=parameters):
                self.assertEqual(self.server.submit(key, **parameters).status, 200)

    def test_a_task_belongs_to_its_account(self):
        mine, other_key_of_mine, foreign = (self.server.key(name) for name in ("owner", "owner", "stranger"))
        task = self.server.submit(mine).json["id"]
        self.assertEqual(self.server.get(f"/api/v1/tasks/{task}", other_key_of_mine).status, 200)
        self.assert_error(self.server.get(f"/api/v1/tasks/{task}", foreign), 404, 40001)
        self.assert_error(self.server.get("/api/v1/tasks/task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e", mine), 404, 40001)
        self.assert_error(self.server.get("/api/v1/tasks/x", mine), 404, 40001)
        self.assert_error(self.server.get(f"/api/v1/tasks/{task}/events", foreign), 404, 40001)

    def test_the_last_credit_is_spent_once(self):
        key = self.server.key("rich-by-one", False)
        self.assertEqual(self.server.command("credits", "grant", "--account", "rich-by-one", "--credits",
                                             "20").returncode, 0)
        statuses = []
        callers = [threading.Thread(target=lambda: statuses.append(self.server.submit(key).status)) for _ in range(8)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        self.assertEqual(sorted(statuses), [200] + [402] * 7)
        self.assert_error(self.server.submit(key), 402, 30001, "Insufficient credits")


class AfterARestart(unittest.TestCase):
    def test_tasks_media_and_balances_are_still_there(self):
        server = Server()
        self.addCleanup(server.stop)
        key = server.key()
        done = server.generate(key)
        path = done["output"]["image_urls"][0].removeprefix(server.url)
        picture = server.get(path).body
        waiting = server.submit(key, "moonlight #slow:2s").json["id"]
        server.process.stop()
        server.start()
        self.assertEqual(server.poll(waiting, key)["status"], "completed")
        self.assertEqual(server.poll(done["id"], key)["created_at"], done["created_at"])
        self.assertEqual(server.get(path).body, picture)
        self.assertEqual(server.balance(key), (TEST_GRANT - 2 * PRICE[MODEL], 0))

    def test_how_long_a_model_takes_is_still_known(self):
        server = Server()
        self.addCleanup(server.stop)
        key = server.key()

        def typical_seconds():
            return server.get(f"/api/v1/models/{MODEL}", key).json["typical_seconds"]

        published = typical_seconds()
        server.generate(key, "moonlight #slow:2s")
        measured = typical_seconds()
        self.assertNotEqual(measured, published)
        self.assertGreaterEqual(measured, 2)
        server.process.stop()
        server.start()
        self.assertEqual(typical_seconds(), measured)


if __name__ == "__main__":
    unittest.main()
