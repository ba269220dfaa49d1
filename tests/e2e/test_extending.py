#!/usr/bin/env python3
"""docs/EXTENDING.md, carried out: a model is one file, a mistake in it is named, and `models check` shows what there is."""

import json
import re
import unittest
from decimal import Decimal

from models_support import LIMITS, PATHS, Samples
from support import REPOSITORY, TEST_GRANT, Server, png_size

MICROCREDITS = 1_000_000


def worked_example():
    """The model of the page, to the letter."""
    page = (REPOSITORY / "docs/EXTENDING.md").read_text(encoding="utf-8")
    return re.search(r"```json\n(.*?)```", page, re.DOTALL).group(1)


def rates(credits):
    """Every rate of a price, however deep its tables are."""
    if isinstance(credits, str):
        return [Decimal(credits)]
    return [rate for inner in credits.values() for rate in rates(inner)]


class Extending(unittest.TestCase):
    def setUp(self):
        self.samples = Samples()
        self.addCleanup(self.samples.stop)
        self.server = Server(start=False)
        self.addCleanup(self.server.stop)
        folder = self.server.folder / "more-models"
        folder.mkdir()
        self.file = folder / "pocket-picture.json"
        self.server.configure(f'{LIMITS}[catalog]\ndir = "{folder}"\n'
                              f'[fetch]\nallow = ["127.0.0.1/32:{self.samples.port}"]\n')

    def check(self):
        return self.server.command("models", "check")

    def test_one_file_is_a_model(self):
        self.file.write_text(worked_example(), encoding="utf-8")
        checked = self.check()
        self.assertEqual(checked.returncode, 0, checked)
        self.assertRegex(checked.stdout, r"(?m)^pocket-picture +image +5 to 7.5 / image +text-to-image,image-to-image ")
        self.server.start()
        model = self.server.get("/api/v1/models/pocket-picture").json
        self.assertIn("pocket-picture", self.server.get("/openapi.json").body.decode())
        key = self.server.key()
        spent = 0
        for example, price, shape in zip(model["examples"], ("7.5", "5"), ("16:9", "1:1"), strict=True):
            answer = self.server.post(model["endpoint"], key, self.samples.localise(example["body"]))
            self.assertEqual(answer.status, 200, answer)
            task = self.server.poll(answer.json["id"], key)
            self.assertEqual(task["status"], "completed", task)
            width, height = png_size(self.server.get(task["output"]["image_urls"][0]).body)
            across, down = map(int, shape.split(":"))
            self.assertAlmostEqual(width / height, across / down, delta=0.05 * across / down)
            spent += int(Decimal(price) * MICROCREDITS)
        self.assertEqual(self.server.balance(key), (TEST_GRANT - spent, 0))
        refused = self.server.post(model["endpoint"], key, {"model": "pocket-picture", "prompt": "p", "n": 3})
        self.assertEqual((refused.status, refused.json["error"]["message"]),
                         (400, "pocket-picture: n must be an integer from 1 to 2"))

    def test_mistakes_are_named_all_at_once(self):
        model = json.loads(worked_example())
        model["price"]["credits"]["16:9"] = 7.5
        model["parameters"][1]["defualt"] = "1:1"
        model["modes"][1]["media"] = ["picture"]
        self.file.write_text(json.dumps(model), encoding="utf-8")
        checked = self.check()
        self.assertEqual(checked.returncode, 1, checked)
        for field in ("price.credits", "parameters[1]", "modes[1].media"):
            self.assertRegex(checked.stderr, rf"(?m)^.*pocket-picture\.json: {re.escape(field)}.*: .+$")


class Catalogue(unittest.TestCase):
    def setUp(self):
        self.server = Server(start=False)
        self.addCleanup(self.server.stop)
        checked = self.server.command("models", "check")
        self.assertEqual(checked.returncode, 0, checked)
        lines = checked.stdout.splitlines()
        self.head, *self.rows = (re.split(r" {2,}", line.rstrip()) for line in lines)
        self.columns = [[match.start() for match in re.finditer(r"(?:^|(?<=  ))\S", line)] for line in lines]

    def test_the_table_is_the_catalogue(self):
        files = [json.loads(file.read_text(encoding="utf-8"))
                 for file in (REPOSITORY / "catalog").glob("*/*.json")]
        self.assertEqual(self.head, ["MODEL", "KIND", "CREDITS", "MODES", "PARAMETERS", "ROUTES"])
        self.assertEqual([row[0] for row in self.rows], sorted(model["id"] for model in files))
        for model in files:
            with self.subTest(model=model["id"]):
                _, kind, price, modes, parameters, routes = next(row for row in self.rows if row[0] == model["id"])
                self.assertEqual(kind, model["kind"])
                all_rates = rates(model["price"]["credits"])
                amount, unit = price.split(" / ")
                self.assertEqual([Decimal(rate) for rate in amount.split(" to ")],
                                 sorted({min(all_rates), max(all_rates)}))
                self.assertEqual(unit, model["price"]["unit"])
                self.assertEqual(modes, ",".join(mode["name"] for mode in model["modes"]))
                self.assertEqual(int(parameters), len(model["parameters"]))
                shown = re.findall(r"\(?([a-z-]+):([^,()]+)", routes)
                self.assertEqual([provider for provider, _ in shown],
                                 [route["provider"] for route in model["routes"]])
                for (_, name), route in zip(shown, model["routes"], strict=True):
                    wire = route["wire_model"]
                    self.assertEqual(set(name.split("|")), {wire} if isinstance(wire, str) else set(wire.values()))

    def test_its_columns_stand_under_their_heads(self):
        for line in self.columns:
            self.assertEqual(line, self.columns[0])

    def test_no_route_is_without_its_vendor(self):
        """In brackets stands a route that this program cannot take; a vendor with a stand-in is none of those."""
        for row in self.rows:
            for provider in re.findall(r"\(([a-z-]+):", row[-1]):
                self.assertNotIn(provider, PATHS, row)


class Vendors(unittest.TestCase):
    def test_each_has_what_the_page_says(self):
        sandbox = (REPOSITORY / "docs/SANDBOX.md").read_text(encoding="utf-8")
        settings = (REPOSITORY / "docs/CONFIGURATION.md").read_text(encoding="utf-8")
        for kind, path in PATHS.items():
            with self.subTest(kind=kind):
                fixtures = [file.name for file in (REPOSITORY / "tests/provider" / kind).glob("*.json")]
                for start in ("request_", "error_"):
                    self.assertTrue(any(name.startswith(start) for name in fixtures), f"no {start} fixtures")
                self.assertRegex(settings, rf"(?m)^\| `{kind}` \|")
                self.assertIn(f"`{kind}`", sandbox)
                self.assertIn(path, sandbox)


if __name__ == "__main__":
    unittest.main()
