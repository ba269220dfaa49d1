#!/usr/bin/env python3
"""kill -9 while every kind of vendor is at work, the vendors' stand-ins surviving: after the restart nothing is ordered
twice that need not be, and everything is paid for once."""

import json
import time
import unittest

from models_support import LIMITS, PATHS, Samples, StandIns, parameter_of
from support import REPOSITORY, Server

GRANT_CREDITS = 100_000
AT_WORK_SECONDS = 60
WORD = "#slow:8s"
# Vendors that no model of the catalogue uses: their routes are for models that operators add.
OPERATORS_ROUTES = {"openai-compatible": "a-model", "openrouter": "maker/a-model"}
# They answer a submit with the result, so an answer that a crash has lost is lost for good.
AT_ONCE = {"gemini", "vertex", "openai", "openai-compatible", "openrouter", "ark-image"}


def models_of(kind):
    """(file, route) of the catalogue's models with a route of that kind."""
    for file in sorted((REPOSITORY / "catalog").glob("*/*.json")):
        model = json.loads(file.read_text(encoding="utf-8"))
        for route in model["routes"]:
            if route["provider"] == kind:
                yield model, route


def model_for(kind, repeat_unknown):
    """A model of the catalogue under a name of its own, with one route: that kind's."""
    if kind in OPERATORS_ROUTES:
        model = next(models_of("openai"))[0]
        route = {"provider": kind, "wire_model": OPERATORS_ROUTES[kind], "call_cost": "1"}
    else:
        model, route = next(models_of(kind))
    name = f"by-{kind}"
    examples = [{**example, "body": {**example["body"], "model": name}} for example in model["examples"]]
    return {**model, "id": name, "family": name, "related": [], "examples": examples,
            "routes": [{**route, "repeat_unknown": repeat_unknown}]}


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
        """tasks: kind -> id. Ends the server when each is in its vendor's hands, and starts it again."""
        deadline = time.monotonic() + AT_WORK_SECONDS
        for kind, task in tasks.items():
            while not (self.submits(kind) if kind in AT_ONCE else self.events(key, task, "running")):
                self.assertLess(time.monotonic(), deadline, f"{kind} was never asked")
                time.sleep(0.05)
        self.server.kill9()
        self.server.start()

    def run_through(self, kinds, repeat_unknown):
        """kind -> (task, captured, submits) of one order each, with a crash in the middle; the books balance."""
        models = {kind: model_for(kind, repeat_unknown) for kind in kinds}
        key = self.serve(models.values())
        orders = {kind: self.order(key, model) for kind, model in models.items()}
        self.crash_when_all_work(key, {kind: task for kind, (task, _) in orders.items()})
        results, spent = {}, 0
        for kind, (task, price) in orders.items():
            ended = self.server.poll(task, key)
            last = self.events(key, task, ended["status"])
            self.assertEqual(len(last), 1, f"{kind}: one end, one capture")
            self.assertIn(last[0]["captured_microcredits"], (0, price))
            spent += last[0]["captured_microcredits"]
            results[kind] = (ended, last[0]["captured_microcredits"] == price, self.submits(kind))
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

    def test_a_job_at_the_vendor_is_found_again_and_ordered_once(self):
        results = self.run_through(sorted(PATHS.keys() - AT_ONCE), repeat_unknown=False)
        for kind, (task, paid, submits) in results.items():
            with self.subTest(kind=kind):
                self.assert_delivered(task)
                self.assertTrue(paid)
                self.assertEqual(submits, 1)

    def test_a_lost_answer_is_asked_for_again_where_the_operator_allows_it(self):
        results = self.run_through(sorted(AT_ONCE), repeat_unknown=True)
        for kind, (task, paid, submits) in results.items():
            with self.subTest(kind=kind):
                self.assert_delivered(task)
                self.assertTrue(paid)
                self.assertEqual(submits, 2)

    def test_a_lost_answer_is_a_failure_where_he_does_not(self):
        results = self.run_through(sorted(AT_ONCE), repeat_unknown=False)
        for kind, (task, paid, submits) in results.items():
            with self.subTest(kind=kind):
                self.assertEqual((task["status"], task["error"]["code"]), ("failed", 80001), task)
                self.assertFalse(paid)
                self.assertEqual(submits, 1)


if __name__ == "__main__":
    unittest.main()
