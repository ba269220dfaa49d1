#!/usr/bin/env python3
"""Every model when its vendor refuses, fails, is slow or says nothing: the right end, and nothing paid for nothing."""

import time
import unittest

from models_support import LIMITS, ModelsTest, StandIns, parameter_of
from support import TEST_GRANT

HANG_TIMEOUT_SECONDS = 1
CANCEL_SECONDS = 30
REFUSED, FAILED_SUBMIT, CANCELLED = 80006, 80001, 40003


def cheapest(model):
    """The example of the first mode in the smallest size class and the shortest length."""
    example = next(example for example in model["examples"] if example["mode"] == model["modes"][0])
    body = dict(example["body"])
    for name in ("resolution", "quality"):
        classes = parameter_of(model, name)
        if classes:
            body[name] = classes["values"][0]
    length = parameter_of(model, "duration")
    if length and "minimum" in length:
        body["duration"] = length["minimum"]
    return {name: value for name, value in body.items() if not name.startswith("sequential")}


class Faults(ModelsTest):
    """Test keys go to the stand-ins inside the server, which no prompt can wear out; a live key, where a short timeout
    is wanted, to stand-ins of their own."""

    @classmethod
    def make_config(cls):
        cls.stand_ins = StandIns()
        cls.addClassCleanup(cls.stand_ins.stop)
        return (f"{LIMITS}[fetch]\nallow = [{cls.allowed(cls.samples.port)}, {cls.allowed(cls.stand_ins.port)}]\n"
                f"{cls.stand_ins.upstreams(timeout_seconds=HANG_TIMEOUT_SECONDS, concurrency=64)}")

    def submit(self, key, model, word):
        """The cheapest order with a word for the stand-in: in the prompt, or behind the link of a tool's film."""
        body = self.samples.localise(cheapest(model))
        if parameter_of(model, "prompt"):
            body["prompt"] = f"moonlight {word}"
        else:
            body["video_url"] += word
        price = self.quote(key, model, body)
        answer = self.order(key, model, body)
        self.assertEqual(answer.status, 200, answer)
        return answer.json["id"], price

    def each_model(self, check, *arguments, key=None):
        """check(name, key, model, *arguments) of every model at once gives what was paid; the books balance then."""
        key = key or self.server.key(self.id().rsplit(".", 1)[1])
        cases = [(model["id"], key, model, *arguments) for model in self.models.values()]
        paid = self.each(cases, check, workers=len(cases))  # they wait more than they work
        self.assertEqual(self.server.balance(key), (TEST_GRANT - sum(paid), 0))
        verified = self.server.command("ledger", "verify")
        self.assertEqual(verified.returncode, 0, verified)

    def fails(self, _, key, model, word, code):
        task, _ = self.submit(key, model, word)
        self.assert_failed(self.server.poll(task, key), code)
        return 0

    def works(self, _, key, model, word):
        task, price = self.submit(key, model, word)
        ended = self.server.poll(task, key)
        self.assertEqual((ended["status"], ended["error"]), ("completed", None), ended)
        failed = [event for event in self.events(key, task, "attempt")
                  if event.get("error") == "provider_submit_failed"]
        # Two calls fail at each vendor that is asked, and the second failure leads to the next route, if there is one.
        self.assertIn(len(failed), (2, 4), failed)
        return price

    def is_cancelled(self, _, key, model):
        task, _ = self.submit(key, model, "#slow:120s")
        deadline = time.monotonic() + CANCEL_SECONDS
        while not self.events(key, task, "started") and time.monotonic() < deadline:
            time.sleep(0.1)
        answer = self.server.post(f"/api/v1/tasks/{task}/cancel", key, b"")
        self.assertEqual((answer.status, answer.json["charged_microcredits"]), (200, 0), answer)
        self.assert_failed(self.server.poll(task, key, CANCEL_SECONDS), CANCELLED)
        return 0

    def test_a_refused_request_costs_nothing(self):
        self.each_model(self.fails, "#moderated", REFUSED)

    def test_a_refused_result_costs_nothing(self):
        self.each_model(self.fails, "#blocked", REFUSED)

    def test_a_fault_that_passes_is_retried(self):
        self.each_model(self.works, "#fail:503x2")

    def test_a_fault_that_stays_costs_nothing(self):
        self.each_model(self.fails, "#fail:503", FAILED_SUBMIT)

    def test_a_vendor_that_says_nothing_costs_nothing(self):
        account = "patient"
        key = self.server.key(account, False)
        granted = self.server.command("credits", "grant", "--account", account, "--credits", TEST_GRANT // 1_000_000)
        self.assertEqual(granted.returncode, 0, granted)
        self.each_model(self.fails, "#hang", FAILED_SUBMIT, key=key)

    def test_a_slow_one_is_cancelled_for_nothing(self):
        self.each_model(self.is_cancelled)


if __name__ == "__main__":
    unittest.main()
