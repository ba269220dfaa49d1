#!/usr/bin/env python3
"""The console's screens for work in a browser, against the real program: from a prompt to its picture, a failure that is
explained and refunded, the queue as it moves, money that adds up, and markup that stays text."""

import base64
import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from console_support import NODE, OPERATOR, OWN_MODEL, see, write_own_model  # noqa: E402
from support import MODEL, PRICE, REPOSITORY, TASK_ID, Server, clean_environment, png  # noqa: E402

MARKUP = """<img src=x onerror="window.hacked=1">"'><script>window.hacked=2</script>"""
# One that nothing is ever sent to: keys for tests go to the sandbox.
VENDOR = '[upstreams.vendor]\nkind = "gemini"\nbase_url = "http://127.0.0.1:1"\napi_keys = ["none"]\n'
PASTED_SECONDS = 120
DEBIAN_MODULES = "/usr/lib/python3/dist-packages"  # python3-requests
SDK_PYTHON = Path(os.environ.get("SDK_PACKAGES", REPOSITORY / "build/packages")) / "python/bin/python"
GO = ["go", "run"]
# What runs the code of each tab, and under which name.
PROGRAMS = {"curl": ("run.sh", ["bash", "-e"]), "Python": ("run.py", [sys.executable]), "JavaScript": ("run.mjs", ["node"]),
            "Go": ("run.go", GO), "OpenAI SDK": ("run.py", [str(SDK_PYTHON)])}
PICTURE_MILLISECONDS = 5000
CHANGE_MILLISECONDS = 2000
LOAD = 80                      # tasks; more than an account may have running
MOVING = 30
REREAD_MILLISECONDS = 5000     # of the overview, at most so often


def setUpModule():
    NODE.install()


class Work(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(env=OPERATOR, start=False)
        cls.addClassCleanup(cls.server.stop)
        catalog = cls.server.folder / "catalog"
        write_own_model(catalog)
        cls.server.configure(f'[catalog]\ndir = "{catalog}"\n{VENDOR}')
        cls.server.start()
        cls.key = cls.server.key("studio")

    def see(self, scenario, **data):
        seen = see(self.server, "work.mjs", scenario=scenario, key=self.key, model=MODEL, **data)
        self.assertEqual(seen.pop("problems"), [])
        return seen

    def test_a_prompt_is_a_picture_within_seconds_and_its_code_works_when_pasted(self):
        seen = self.see("playground")
        self.assertLessEqual(seen["milliseconds"], PICTURE_MILLISECONDS)
        self.assertGreater(seen["width"], 500)
        self.assertIn("14.375 credits", seen["price"])
        self.assertIn("28.75 credits", seen["dearer"])
        self.assertGreater(seen["restored"], 500, "the address brings the result back")
        self.assertEqual(seen["missing"], 1)
        for language, code in seen["code"].items():
            with self.subTest(language=language):
                self.assertIn("DARKROOM_API_KEY", code)
                self.assertNotIn("rk_", code)
        self.assertEqual(set(seen["code"]), set(PROGRAMS))
        for language, code in seen["code"].items():
            with self.subTest(pasted=language):
                self.assertRegex(self.paste(language, code), r"/media/tasks/" if language == "OpenAI SDK" else TASK_ID)

    def paste(self, language, code):
        """What the code prints when it is run as it stands."""
        name, program = PROGRAMS[language]
        if shutil.which(program[0]) is None and program == GO:
            self.skipTest("Go is not installed")
        with tempfile.TemporaryDirectory(prefix="darkroom-pasted-") as folder:
            (Path(folder) / name).write_text(code, encoding="utf-8")
            ended = subprocess.run([*program, name], cwd=folder, capture_output=True, text=True, timeout=PASTED_SECONDS, check=False,
                                   env=clean_environment({"DARKROOM_API_KEY": self.key, "PYTHONPATH": DEBIAN_MODULES}))
        self.assertEqual(ended.returncode, 0, ended.stderr[-2000:])
        return ended.stdout

    def test_a_file_is_taken_as_a_reference(self):
        seen = self.see("upload", picture=base64.b64encode(png(64, 48)).decode())
        self.assertGreater(seen["width"], 500)
        self.assertIn("image_urls", seen["request"])

    def test_a_model_of_the_operators_own_has_its_form(self):
        labels = " ".join(self.see("ownModel", ownModel=OWN_MODEL)["labels"])
        self.assertIn("Prompt", labels)

    def test_a_failure_shows_its_attempts_and_its_refund(self):
        seen = self.see("failing")
        attempts = [row for row in seen["rows"] if "Attempt" in row]
        self.assertGreater(len(attempts), 1)
        self.assertTrue(all("503" in row for row in attempts), attempts)
        self.assertTrue(any(bar.startswith("Pause") for bar in seen["bars"]), seen["bars"])
        self.assertIn("Adds up", seen["money"])
        credits = f"{PRICE[MODEL] / 1_000_000:.3f}"
        self.assertIn(f"{credits} held = 0 charged + {credits} returned", seen["money"])

    def test_the_queue_moves_by_the_stream_alone(self):
        seen = self.see("queue", tasks=LOAD)
        self.assertGreater(seen["most"][0], 0, "waiting")
        self.assertGreater(seen["most"][1], 0, "running")
        self.assertEqual(seen["now"], [0, 0])
        self.assertEqual([path for path in seen["asked"] if path == "/queue"], [])
        self.assertLessEqual(len([path for path in seen["asked"] if path == "/stream"]), 1)

    def test_an_overview_is_read_again_now_and_then_however_much_moves(self):
        seen = self.see("busy", tasks=MOVING, pause=REREAD_MILLISECONDS)
        again = [path for path in seen["asked"] if path != "/stream"]
        self.assertEqual(set(again), {"/accounts/studio"})
        self.assertLessEqual(len(again), seen["pauses"] + 1)

    def test_a_new_task_appears_and_is_exported(self):
        seen = self.see("live")
        self.assertEqual(seen["lists"], 1, "one list a view")
        rows = list(csv.DictReader(io.StringIO(seen["csv"].lstrip("\ufeff"))))
        self.assertEqual(rows[0]["id"], seen["id"])
        self.assertEqual(rows[0]["status"], "completed")
        self.assertEqual(seen["found"], 2, "its heading and the one row")

    def test_markup_of_a_prompt_is_text(self):
        for one in self.see("markup", prompt=MARKUP)["seen"]:
            with self.subTest(path=one["path"]):
                self.assertIsNone(one["hacked"])
                self.assertEqual(one["foreign"], 0)

    def test_an_upstream_is_drained_and_says_what_it_does_not_know(self):
        seen = self.see("upstreams")
        self.assertLessEqual(seen["milliseconds"], CHANGE_MILLISECONDS)
        self.assertIn("Takes work", seen["words"])
        self.assertIn("SuccessNot known yet", seen["words"])

    def test_the_ledger_adds_up(self):
        self.see("live")
        seen = self.see("money")
        self.assertEqual(seen["check"], "The sum of the ledger equals the balance")
        self.assertEqual(seen["sums"][0], seen["sums"][1])
        self.assertIn("Capture", seen["entries"])
        self.assertIn(MODEL, seen["table"])


if __name__ == "__main__":
    unittest.main()
