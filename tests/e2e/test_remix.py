#!/usr/bin/env python3
"""A film that goes on from one of an earlier task: fifteen seconds of its shape, a task of its own, the price of a film."""

import unittest

from models_support import ModelsTest, look_into
from support import TEST_GRANT

PRICE = 189_000_000  # micro-credits of a film of this model
MODEL = "veo3.1-fast"


class Remix(ModelsTest):
    def film(self, answer, key):
        self.assertEqual(answer.status, 200, answer)
        self.assertIsNone(answer.headers["Darkroom-Warnings"])
        task = self.server.poll(answer.json["id"], key)
        self.assertEqual((task["status"], task["error"]), ("completed", None), task)
        (url,) = task["output"]["video_urls"]
        return task["id"], look_into(self.server.get(url).body)

    def test_eight_seconds_become_fifteen(self):
        key = self.server.key("director")
        model = self.models[MODEL]
        source, short = self.film(self.order(key, model, {"prompt": "a boat", "aspect_ratio": "9:16"}), key)
        wish = {"prompt": "it reaches the far bank"}
        path = f"/api/v1/videos/{source}/remix"
        self.assertEqual(self.server.post(path, key, {**wish, "dry_run": True}).json["quote"]["microcredits"], PRICE)
        made = [self.film(self.server.post(path, key, wish), key),
                self.film(self.order(key, model, {**wish, "source_task_id": source}), key)]
        self.assertEqual(len({source, *(task for task, _ in made)}), 3)
        for _, long in made:
            self.assertEqual((long.width, long.height, long.sound), (short.width, short.height, True))
            self.assertAlmostEqual(short.seconds, 8, delta=0.1)
            self.assertAlmostEqual(long.seconds, 15, delta=0.1)
        self.assertEqual(self.server.balance(key), (TEST_GRANT - 3 * PRICE, 0))

    def test_what_the_vendor_refuses_costs_nothing(self):
        key = self.server.key("censored")
        model = self.models[MODEL]
        large, _ = self.film(self.order(key, model, {"prompt": "a boat", "resolution": "1080p"}), key)
        refused = self.server.post(f"/api/v1/videos/{large}/remix", key, {"prompt": "it sinks"})
        self.assertEqual(refused.status, 200, refused)
        self.assert_failed(self.server.poll(refused.json["id"], key), 80007)  # it takes films of 720p on, no others
        small, _ = self.film(self.order(key, model, {"prompt": "a boat"}), key)
        refused = self.server.post(f"/api/v1/videos/{small}/remix", key, {"prompt": "#moderated"})
        self.assert_failed(self.server.poll(refused.json["id"], key), 80006)
        self.assertEqual(self.server.balance(key), (TEST_GRANT - 2 * PRICE, 0))

    def test_a_film_of_another_account_is_not_found(self):
        owner, stranger = self.server.key("owner"), self.server.key("stranger")
        source, _ = self.film(self.order(owner, self.models[MODEL], {"prompt": "a boat"}), owner)
        answer = self.server.post(f"/api/v1/videos/{source}/remix", stranger, {"prompt": "mine"})
        self.assert_error(answer, 404, 40001)
        answer = self.order(stranger, self.models[MODEL], {"prompt": "mine", "source_task_id": source})
        self.assert_error(answer, 400, 20003, "source_task_id names no task of yours")
        self.assertEqual(self.server.balance(stranger), (TEST_GRANT, 0))


if __name__ == "__main__":
    unittest.main()
