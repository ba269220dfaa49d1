#!/usr/bin/env python3
"""Every word of the sandbox, over the wire: the product on one side, the vendors' stand-in as a process of its own."""

import unittest

from support import MODEL, PRICE, Process, ServerTest, run

GRANT_CREDITS = 10_000


def setUpModule():
    global SANDBOX
    SANDBOX = Process("sandbox", "--listen", "127.0.0.1:0")
    unittest.addModuleCleanup(SANDBOX.stop)


class Words(ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.config = f"""
[retry]
attempts = 3
budget_seconds = 15
[upstreams.vendor]
kind = "gemini"
base_url = "{SANDBOX.url}"
api_keys = ["a-key-for-the-stand-in"]
timeout_seconds = 5
[routes]
"{MODEL}" = ["vendor"]
"""
        super().setUpClass()

    def setUp(self):
        account = self.id().rsplit(".", 1)[1]
        self.key = self.server.key(account, False)
        self.assertEqual(self.server.command("credits", "grant", "--account", account, "--credits",
                                             GRANT_CREDITS).returncode, 0)

    def assert_paid(self, pictures):
        self.assertEqual(self.server.balance(self.key), (GRANT_CREDITS * 1_000_000 - pictures * PRICE[MODEL], 0))

    def fails(self, word, code):
        self.assert_failed(self.server.generate(self.key, f"moonlight {word}"), code)
        self.assert_paid(0)

    def works(self, word, asked=1, delivered=1):
        task = self.server.generate(self.key, f"moonlight {word}", n=asked)
        self.assert_completed(task, delivered)
        self.assert_paid(delivered)
        return task

    def test_no_word(self):
        self.works("")

    def test_a_fault_that_passes_is_retried(self):
        self.works("#fail:503x2")

    def test_a_fault_that_stays_ends_in_submit_failed(self):
        self.fails("#fail:503", 80001)

    def test_moderation_is_content_policy(self):
        self.fails("#moderated", 80006)

    def test_a_blocked_prompt_is_content_policy(self):
        self.fails("#blocked", 80006)

    def test_slow_is_only_slow(self):
        self.works("#slow:2s")

    def test_an_answer_that_never_comes_ends_in_submit_failed(self):
        self.fails("#hang", 80001)

    def test_a_truncated_answer_ends_in_provider_failed(self):
        self.fails("#truncate", 80003)

    def test_text_instead_of_a_picture_ends_in_provider_failed(self):
        self.fails("#textonly", 80003)

    def test_a_picture_that_is_none_ends_in_provider_failed(self):
        self.fails("#badimage", 80003)

    def test_a_part_is_delivered_and_only_it_is_paid(self):
        self.works("#partial:2", asked=4, delivered=2)

    def test_a_big_picture_arrives_whole(self):
        task = self.works("#size:20MB")
        answer = self.server.get(task["output"]["image_urls"][0])
        self.assertGreaterEqual(len(answer.body), 20_000_000)
        self.assertEqual(answer.body[-8:], b"IEND\xaeB`\x82")


class BuiltIn(ServerTest):
    """A test key reaches the sandbox inside the server, and the same words act there."""

    def test_words_act_on_test_keys(self):
        key = self.server.key()
        self.assert_completed(self.server.generate(key, "moonlight #fail:503x2"))
        self.assert_failed(self.server.generate(key, "moonlight #moderated"), 80006)
        self.assert_completed(self.server.generate(key, "moonlight #partial:1", n=2), 1)

    def test_so_many_calls_fail_wherever_they_are_sent(self):
        key = self.server.key("counted")
        for failures in (2, 4):
            with self.subTest(failures=failures):
                task = self.server.generate(key, f"moonlight #fail:503x{failures}")
                self.assert_completed(task)
                events = self.server.get(f"/api/v1/tasks/{task['id']}/events", key).json["data"]
                self.assertEqual(sum(event["type"] == "started" for event in events), failures + 1, events)


class Alone(unittest.TestCase):
    def test_the_stand_in_refuses_a_wrong_address_clearly(self):
        ended = run("sandbox", "--listen", "nowhere")
        self.assertEqual(ended.returncode, 2, ended)
        self.assertIn("nowhere", ended.stderr)


if __name__ == "__main__":
    unittest.main()
