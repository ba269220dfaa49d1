#!/usr/bin/env python3
"""Every code sample of the documentation site, run against the real server with its sandbox.

Guides: the fenced blocks of each page in their order, in one folder; what a ```sh block exports holds for the next ones.
Blocks without a language are transcripts. The address on the page stands for this server's, a task's id for the task
that was submitted last. Models: what the pages' own code makes of every example, in all four languages; the programs of
one language run as one process, since there are hundreds. A submit must be answered with a task.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from site_support import NODE, PACKAGES, node, write_own_model  # noqa: E402
from support import BINARY, Origin, REPOSITORY, Server, clean_environment  # noqa: E402

PAGE_URL = "http://127.0.0.1:8080"
TASK = re.compile(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}")
PYTHON = Path(os.environ.get("SDK_PACKAGES", REPOSITORY / "build/packages")) / "python/bin/python"
DEBIAN_MODULES = "/usr/lib/python3/dist-packages"  # python3-requests
GO = shutil.which("go") or "go-12"  # gccgo's, as deps/apt.txt says
RUN_SECONDS = 240
LIMITS = """[server]
drain_seconds = 1
[limits]
submits_per_minute = 100000
submit_burst = 10000
polls_per_second = 1000
concurrent_tasks = 2
[fetch]
allow = ["127.0.0.1/32:9000", "127.0.0.1/32:{port}"]
"""


def setUpModule():
    NODE.install()


def make_server(test, port=9000):
    """A server that may fetch from this port, and be told to call port 9000 as a page says."""
    server = Server(LIMITS.replace("{port}", str(port)), start=False)
    test.addClassCleanup(server.stop)
    write_own_model(server.folder / "catalog")
    config = server.folder / "darkroom.toml"
    config.write_text(config.read_text(encoding="utf-8") + f'[catalog]\ndir = "{server.folder / "catalog"}"\n', encoding="utf-8")
    server.start()
    return server


def run(command, folder, env, text=None):
    ended = subprocess.run([str(part) for part in command], cwd=folder, env=clean_environment(env), input=text, text=True,
                           capture_output=True, timeout=RUN_SECONDS, check=False)
    if ended.returncode != 0 or '{"error":' in ended.stdout:
        raise AssertionError(f"{command}: {ended.returncode}\n{ended.stdout[-3000:]}{ended.stderr[-3000:]}")
    return ended.stdout


class Guides(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = make_server(cls)
        cls.key = cls.server.key("acme")
        index = cls.server.get("/llms.txt").body.decode().split("## Models")[0]
        cls.pages = re.findall(r"\]\((/docs/[\w-]+\.md)\)", index)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="darkroom-samples-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "node_modules").symlink_to(PACKAGES / "node_modules")
        self.env = {"DARKROOM_DATA": str(self.server.data), "DARKROOM_URL": self.server.url, "DARKROOM_API_KEY": self.key,
                    "URL": self.server.url, "KEY": self.key,
                    "GEMINI_API_KEY": "one", "GEMINI_API_KEY_2": "two", "OPENROUTER_API_KEY": "three",
                    "PATH": f"{BINARY.resolve().parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": DEBIAN_MODULES}

    def here(self, text):
        """The sample with this server's address and key, and the id of the newest task."""
        text = text.replace(PAGE_URL, self.server.url).replace("rk_test_...", self.key)
        if TASK.search(text):
            newest = self.server.get("/api/v1/tasks?limit=1&model=gemini-2.5-flash-image-preview", self.key).json["data"][0]["id"]
            self.server.poll(newest, self.key)
            text = TASK.sub(newest.removeprefix("task_"), text)
        return text

    def run_block(self, language, text):
        if language == "cpp":
            # The example of a vendor, which a program of tests/extending compiles and runs.
            sources = (REPOSITORY / "tests/extending").glob("*.cpp")
            self.assertIn(text, [source.read_text(encoding="utf-8") for source in sources])
            return
        text = self.here(text)
        if language == "sh":
            # The server of the page is there already.
            text = re.sub(r"^darkroom serve.*\n", "", text, flags=re.MULTILINE)
            script = f"test ! -e .exports || . ./.exports\n{text}\nexport -p > .exports\n"
            run(["bash", "-eu", "-o", "pipefail", "-c", script], self.folder, self.env)
        elif language == "json":
            json.loads(text)
        elif language == "toml":
            (self.folder / "page.toml").write_text(text, encoding="utf-8")
            run([BINARY, "config", "check", "--config", "page.toml"], self.folder, self.env)
        elif language == "go":
            (self.folder / "page.go").write_text(text, encoding="utf-8")
            run([GO, "run", "page.go"], self.folder, {**self.env, "GOFLAGS": "-mod=mod"})
        else:
            name, program = {"python": ("page.py", PYTHON), "js": ("page.mjs", "node")}[language]
            (self.folder / name).write_text(text, encoding="utf-8")
            exports = self.folder / ".exports"
            task = re.search(r'TASK="([^"]+)"', exports.read_text(encoding="utf-8")) if exports.exists() else None
            run([program, name], self.folder, {**self.env, "TASK": task.group(1) if task else ""})

    def test_every_sample_of_the_guides_runs(self):
        ran = 0
        for page in self.pages:
            text = self.server.get(page).body.decode()
            for old in self.folder.glob(".exports"):
                old.unlink()
            for language, block in re.findall(r"^```(\w+)[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
                with self.subTest(page=page, block=block):
                    self.run_block(language, block)
                    ran += 1
        self.assertGreater(ran, 35, "the pages have lost their samples, or this test does not see them")


class Models(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.origin = Origin()
        cls.addClassCleanup(cls.origin.stop)
        cls.server = make_server(cls, cls.origin.port)
        cls.key = cls.server.key("acme")
        models = cls.server.get("/api/v1/models").json["data"]
        samples = REPOSITORY / "docs-site/.vitepress/theme/samples.mjs"
        cls.samples = node(FOLDER / "model_samples.mjs", samples, cls.server.url, data=models)
        cls.count = sum(1 + len(model["examples"]) for model in models)
        cls.film = cls.make_film()

    @classmethod
    def make_film(cls):
        """A film that this server has made; where its length is what is paid for it is fetched at the submit."""
        submitted = cls.server.post("/api/v1/videos/generations", cls.key,
                                    {"model": "viduq3-turbo", "prompt": "the clouds begin to move", "duration": 4})
        task = cls.server.poll(submitted.json["id"], cls.key)
        film = cls.server.get(task["output"]["video_urls"][0]).body
        cls.origin.routes["/film.mp4"] = (200, {"Content-Type": "video/mp4"}, film)
        return f"{cls.origin.url}/film.mp4"

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="darkroom-samples-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def texts(self, language):
        found = [re.sub(r"https://cdn\.example\.com/[\w./-]+\.mp4", self.film, one["text"])
                 for one in self.samples if one["language"] == language]
        self.assertEqual(len(found), self.count)
        return found

    def run_all(self, command, env=None):
        return run(command, self.folder, {"DARKROOM_API_KEY": self.key, "PYTHONPATH": DEBIAN_MODULES, **(env or {})})

    def assert_tasks(self, printed):
        self.assertEqual(len(re.findall(r"\btask_[0-9a-f]{32}\b", printed)), self.count, printed[-2000:])

    def test_curl(self):
        (self.folder / "all.sh").write_text("\n".join(self.texts("curl")).replace("curl http", "curl -s http"), encoding="utf-8")
        self.assert_tasks(self.run_all(["bash", "-e", "all.sh"]))

    def test_python(self):
        (self.folder / "all.py").write_text("\n".join(self.texts("python")), encoding="utf-8")
        self.assert_tasks(self.run_all([sys.executable, "all.py"]))

    def test_javascript(self):
        blocks = "\n".join(f"{{\n{text}\n}}" for text in self.texts("javascript"))
        (self.folder / "all.mjs").write_text(blocks, encoding="utf-8")
        self.assert_tasks(self.run_all(["node", "all.mjs"]))

    def test_go(self):
        """Each sample is a package, so that all are one program."""
        calls = []
        for number, text in enumerate(self.texts("go")):
            place = self.folder / f"sample{number}"
            place.mkdir()
            text = text.replace("package main", f"package sample{number}").replace("func main()", "func Main()")
            (place / "sample.go").write_text(text, encoding="utf-8")
            calls.append(f"sample{number}")
        (self.folder / "go.mod").write_text("module samples\n\ngo 1.18\n", encoding="utf-8")
        imports = "\n".join(f'\t"samples/{name}"' for name in calls)
        (self.folder / "main.go").write_text(f"package main\n\nimport (\n{imports}\n)\n\nfunc main() {{\n"
                                             + "\n".join(f"\t{name}.Main()" for name in calls) + "\n}\n", encoding="utf-8")
        self.assert_tasks(self.run_all([GO, "run", "."]))


if __name__ == "__main__":
    unittest.main()
