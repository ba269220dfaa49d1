#!/usr/bin/env python3
"""GET /openapi.json by others' rules: linted, its examples replayed, and requests made from it fired at the server.

OPENAPI_SEED chooses other requests than the usual ones. It is printed, and a failure tells how to send its request
again.
"""

import json
import os
import re
import tempfile
import unittest
from pathlib import Path

from sdk_support import FOLDER, PACKAGES, run
from support import Server

FUZZ_SECONDS = 15
EXAMPLES_EACH = 5
SEED = os.environ.get("OPENAPI_SEED", "1")
# Painting everything that is asked for would take longer than the test may: one picture at a time, and the rest waits.
CONFIG = """
[server]
drain_seconds = 1
[limits]
submits_per_minute = 1000000
submit_burst = 1000000
polls_per_second = 1000000
concurrent_tasks = 1
queued_tasks = 1000000
"""


class Description(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="darkroom-openapi-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.server = Server(CONFIG)
        cls.addClassCleanup(cls.server.stop)
        cls.key = cls.server.key()
        answer = cls.server.get("/openapi.json")
        cls.document = answer.json
        cls.file = cls.folder / "openapi.json"
        cls.file.write_bytes(answer.body)

    def test_it_is_clean(self):
        run(PACKAGES / "node_modules/.bin/spectral", "lint", self.file, "--ruleset", FOLDER / "spectral.yaml",
            "--fail-severity", "warn")

    def examples(self):
        """(operation, path, name, body) of each example of a JSON body."""
        for path, operations in self.document["paths"].items():
            for method, operation in operations.items():
                media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                for name, example in media.get("examples", {}).items():
                    yield operation["operationId"], path, name, example["value"]
                schema = self.resolve(media.get("schema", {}))
                for number, example in enumerate(schema.get("examples", [])):
                    self.assertEqual(method, "post")
                    yield operation["operationId"], path, str(number), example

    def resolve(self, schema):
        if "$ref" not in schema:
            return schema
        found = self.document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found

    def test_every_example_works(self):
        """With links of others' pictures the task fails later; here it counts that the request is taken."""
        key = self.server.key("replay")
        webhook = self.server.post("/api/v1/webhooks", key, {"url": "https://app.example.org/all"}).json["id"]
        film = self.server.post("/api/v1/videos/generations", key, {"model": "veo3.1-fast", "prompt": "a boat"}).json["id"]
        self.assertEqual(self.server.poll(film, key)["status"], "completed")
        replayed = set()
        for operation, path, name, body in self.examples():
            with self.subTest(operation=operation, example=name):
                if operation.startswith("submit"):
                    answer = self.server.post(path.replace("{id}", film), key, {**body, "dry_run": True})
                    if answer.status == 400 and "video_url" in body:
                        # A price that goes by the length of a film, and nobody has the film.
                        self.assertIn("video_url: the host was not found", answer.json["error"]["message"])
                    else:
                        self.assertEqual(answer.status, 200, answer)
                else:
                    answer = self.server.post(path.replace("{id}", webhook), key, body)
                    self.assertEqual(answer.status, 200, answer)
                self.assertNotIn("Darkroom-Warnings", answer.headers)
            replayed.add(operation)
        self.assertEqual(
            replayed,
            {"submitImage", "submitVideo", "submitRemix", "createOpenAiImage", "createWebhook", "changeWebhook"})

    def fuzz(self, key, *arguments):
        """No 5xx, and no answer that the document does not describe."""
        print(f"OPENAPI_SEED={SEED}", flush=True)
        printed = run(PACKAGES / "python/bin/schemathesis", "--config-file", FOLDER / "schemathesis.toml", "run",
                      self.file, "--url", self.server.url, "--header", f"Authorization: Bearer {key}",
                      "--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES_EACH,
                      "--seed", SEED, "--request-timeout", "30", "--max-time", FUZZ_SECONDS, "--continue-on-failure",
                      "--no-color", *arguments, cwd=self.folder)
        generated = re.search(r"(\d+) generated", printed)
        self.assertTrue(generated and int(generated[1]) > 100, printed[-2000:])
        self.assertRegex(printed, r"✅ +Fuzzing")
        print(printed[printed.rindex("SUMMARY"):])

    def test_answers_are_as_described(self):
        self.fuzz(self.key, "--exclude-tag", "OpenAI")

    def test_answers_of_the_door_are_as_described(self):
        # Without credits: there a task's failure would be a 5xx that is meant.
        self.fuzz(self.server.key("poor", False), "--include-tag", "OpenAI")
        answers = json.loads(self.server.command("tasks", "list", "--account", "poor", "--json").stdout)
        self.assertEqual(answers, [])


if __name__ == "__main__":
    unittest.main()
