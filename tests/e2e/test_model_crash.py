#!/usr/bin/env python3
"""kill -9 while every model of the catalogue is in the making, and once more at each kind of vendor, the vendors'
stand-ins surviving: after the restart nothing is ordered twice that need not be, and everything is paid for once."""

import collections
import json
import time
import unittest

from models_support import LIMITS, PATHS, Samples, StandIns, parameter_of
from support import REPOSITORY, Server

GRANT_CREDITS = 100_000
AT_WORK_SECONDS = 60
WORD = "#slow:8s"
# Vendors that no model of the catalogue uses: their routes are for models that operators add. Here they make another
# vendor's: kind -> (that model, their own name for it).
OPERATORS_ROUTES = {"openai-compatible": ("gpt-image-2-official", "a-model"),
                    "openrouter": ("gpt-image-2-official", "maker/a-model"),
                    "xai-image": ("gemini-2.5-flash-image-preview", "grok-imagine-image")}
# They answer a submit with the result, so an answer that a crash has lost is lost for good.
AT_ONCE = {"gemini", "vertex", "openai", "openai-compatible", "openrouter", "ark-image", "xai-image"}


def catalogue():
    """The files of all models."""
    for file in sorted((REPOSITORY / "catalog").glob("*/*.json")):
        yield json.loads(file.read_text(encoding="utf-8"))


def models_of(kind):
    """(file, route) of the catalogue's models with a route of that kind."""
    for model in catalogue():
        for route in model["routes"]:
            if route["provider"] == kind:
                yield model, route


def model_for(kind, repeat_unknown):
    """A model of the catalogue under a name of its own, with one route: that kind's."""
    if kind in OPERATORS_ROUTES:
        other, name = OPERATORS_ROUTES[kind]
        model = next(model for model in catalogue() if model["id"] == other)
        route = {"provider": kind, "wire_model": name, "call_cost": "1"}
    else:
        model, route = next(models_of(kind))
    name = f"by-{kind}"
    examples = [{**example, "body": {**example["body"], "model": name}} for example in model["examples"]]
    return {**model, "id": name, "family": name, "related": [], "examples": examples,
            "routes": [{**route, "repeat_unknown": repeat_unknown}]}


def kind_of(model):
    """Of the vendor that is asked first."""
    return model["routes"][0]["provider"]


class Crash(unittest.TestCase):
    def setUp(self):
        self.stand_ins = StandIns()
        self.addCleanup(self.stand_ins.stop)
        self.samples = Samples()
        self.addCleanup(self.samples.stop)
        self.server = Server(start=False)
        self.addCleanup(self.server.stop)

    def serve(self, models):
        """A server that offers these models besides its own, and a live key with credits."""
        folder = self.server.folder / "catalog"
        folder.mkdir()
        for model in models:
            (folder / f"{model['id']}.json").write_text(json.dumps(model), encoding="utf-8")
        allowed = ", ".join(f'"127.0.0.1/32:{port}"' for port in (self.samples.port, self.stand_ins.port))
        self.server.configure(f'{LIMITS}[catalog]\ndir = "{folder}"\n[fetch]\nallow = [{allowed}]\n'
                              f"{self.stand_ins.upstreams()}")
        self.server.start()
        key = self.server.key("unlucky", False)
        granted = self.server.command("credits", "grant", "--account", "unlucky", "--credits", GRANT_CREDITS)
        self.assertEqual(granted.returncode, 0, granted)
        return key

    def submits(self, kind):
        """How many orders that kind's vendor has seen; polls that are POSTs are none."""
        return sum(count for asked, path, count in self.stand_ins.requests()
                   if asked == kind and not path.endswith(":fetchPredictOperation"))

    def order(self, key, model):
        body = self.samples.localise(model["examples"][0]["body"])
        if parameter_of(model, "prompt"):
            body["prompt"] = f"moonlight {WORD}"
        else:
            body["video_url"] += WORD
        quoted = self.server.post(model["endpoint"], key, {**body, "dry_run": True})
        submitted = self.server.post(model["endpoint"], key, body)
        self.assertEqual((quoted.status, submitted.status), (200, 200), (quoted, submitted))
        return submitted.json["id"], quoted.json["quote"]["microcredits"]

    def events(self, key, task, kind):
        events = self.server.get(f"/api/v1/tasks/{task}/events", key).json["data"]
        return [event for event in events if event["type"] == kind]

    def crash_when_all_work(self, key, tasks):
        """tasks: [(kind, id)]. Ends the server when each is in its vendor's hands, and starts it again."""
        deadline = time.monotonic() + AT_WORK_SECONDS
        at_once = collections.Counter(kind for kind, _ in tasks if kind in AT_ONCE)
        for kind, task in tasks:
            while not (self.submits(kind) >= at_once[kind] if kind in AT_ONCE else self.events(key, task, "running")):
                self.assertLess(time.monotonic(), deadline, f"{kind} was never asked")
                time.sleep(0.05)
        self.server.kill9()
        self.server.start()

    def run_through(self, models):
        """id -> (task, whether it was paid for) of one order of each model, with a crash in the middle; the books
        balance. Whoever answers at once is asked last, so that no answer comes before the crash."""
        key = self.serve(model for model in models if model["id"].startswith("by-"))
        models = sorted(models, key=lambda model: kind_of(model) in AT_ONCE)
        orders = {model["id"]: self.order(key, model) for model in models}
        self.crash_when_all_work(key, [(kind_of(model), orders[model["id"]][0]) for model in models])
        results, spent = {}, 0
        for name, (task, price) in orders.items():
            ended = self.server.poll(task, key)
            last = self.events(key, task, ended["status"])
            self.assertEqual(len(last), 1, f"{name}: one end, one capture")
            self.assertIn(last[0]["captured_microcredits"], (0, price))
            spent += last[0]["captured_microcredits"]
            results[name] = (ended, last[0]["captured_microcredits"] == price)
        self.assertEqual(self.server.balance(key), (GRANT_CREDITS * 1_000_000 - spent, 0))
        verified = self.server.command("ledger", "verify")
        self.assertEqual(verified.returncode, 0, verified)
        return results

    def assert_delivered(self, task):
        self.assertEqual((task["status"], task["error"]), ("completed", None), task)
        for urls in task["output"].values():
            for url in urls:
                path = "/media/" + url.split("/media/", 1)[1]
                self.assertEqual(self.server.get(path).status, 200, f"{path} was paid and is missing")

    def assert_unpaid(self, task, paid):
        self.assertEqual((task["status"], task["error"]["code"]), ("failed", 80001), task)
        self.assertFalse(paid)

    def assert_submits(self, models):
        """One of each, and one more where an answer was lost that may be asked for again."""
        expected = collections.Counter()
        for model in models:
            repeats = kind_of(model) in AT_ONCE and model["routes"][0]["repeat_unknown"]
            expected[kind_of(model)] += 2 if repeats else 1
        self.assertEqual({kind: self.submits(kind) for kind in expected}, dict(expected))

    def test_every_model_of_the_catalogue(self):
        models = list(catalogue())
        results = self.run_through(models)
        for model in models:
            with self.subTest(model=model["id"]):
                task, paid = results[model["id"]]
                if kind_of(model) in AT_ONCE and not model["routes"][0]["repeat_unknown"]:
                    self.assert_unpaid(task, paid)
                else:
                    self.assert_delivered(task)
                    self.assertTrue(paid)
        self.assert_submits(models)

    def test_a_job_at_the_vendor_is_found_again_and_ordered_once(self):
        models = [model_for(kind, repeat_unknown=False) for kind in sorted(PATHS.keys() - AT_ONCE)]
        for name, (task, paid) in self.run_through(models).items():
            with self.subTest(model=name):
                self.assert_delivered(task)
                self.assertTrue(paid)
        self.assert_submits(models)

    def test_a_lost_answer_is_asked_for_again_where_the_operator_allows_it(self):
        models = [model_for(kind, repeat_unknown=True) for kind in sorted(AT_ONCE)]
        for name, (task, paid) in self.run_through(models).items():
            with self.subTest(model=name):
                self.assert_delivered(task)
                self.assertTrue(paid)
        self.assert_submits(models)

    def test_a_lost_answer_is_a_failure_where_he_does_not(self):
        models = [model_for(kind, repeat_unknown=False) for kind in sorted(AT_ONCE)]
        for name, (task, paid) in self.run_through(models).items():
            with self.subTest(model=name):
                self.assert_unpaid(task, paid)
        self.assert_submits(models)


if __name__ == "__main__":
    unittest.main()
