#!/usr/bin/env python3
"""Every file of examples/, run as its first lines say, against a real server with the sandbox."""

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from support import PRICE, REPOSITORY, MODEL, Origin, Server, clean_environment, png, png_size  # noqa: E402

EXAMPLES = REPOSITORY / "examples"
PACKAGES = Path(os.environ.get("SDK_PACKAGES", REPOSITORY / "build/packages"))
RUN_SECONDS = 120
RECEIVERS = 3
GO = shutil.which("go") or "go-12"  # gccgo's, as deps/apt.txt says
EVENT = re.compile(r"^(task\.\w+) (task_[0-9a-f]{32})$", re.MULTILINE)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def is_open(port):
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.origin = Origin({f"/{name}.png": (200, {"Content-Type": "image/png"}, png(96, 54)) for name in "ab"})
        cls.addClassCleanup(cls.origin.stop)
        cls.ports = [free_port() for _ in range(RECEIVERS)]
        allowed = [f"127.0.0.1/32:{port}" for port in [cls.origin.port, *cls.ports]]
        cls.server = Server(f"[fetch]\nallow = {json.dumps(allowed)}\n")
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="darkroom-examples-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.key = self.server.key(self.id().rsplit(".", 1)[-1].replace("_", "-"))

    def environment(self, extra=None):
        return clean_environment({"DARKROOM_URL": self.server.url, "DARKROOM_API_KEY": self.key, **(extra or {})})

    def run_example(self, *command, env=None, code=0):
        ended = subprocess.run([str(word) for word in command], env=self.environment(env), cwd=self.folder, text=True,
                               timeout=RUN_SECONDS, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        self.assertEqual(ended.returncode, code, f"{command}\n{ended.stdout}{ended.stderr}")
        return ended.stdout if code == 0 else ended.stdout + ended.stderr

    def start(self, *command, env=None):
        """A server among the examples; what it prints is in the list that is returned."""
        process = subprocess.Popen([str(word) for word in command], env=self.environment(env), text=True,
                                   cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        lines = []
        reader = threading.Thread(target=lambda: [lines.append(line) for line in process.stdout], daemon=True)
        reader.start()

        def end():
            process.terminate()
            process.wait(RUN_SECONDS)
            reader.join(RUN_SECONDS)
            process.stdout.close()
        self.addCleanup(end)
        return lines

    def build(self, file):
        """A Go program."""
        program = self.folder / "program"
        cache = {"GOCACHE": str(PACKAGES / "go-cache")}  # compiling the standard library takes a minute
        self.run_example(GO, "vet", file, env=cache)
        self.run_example(GO, "build", "-o", program, file, env=cache)
        return program

    def wait_until(self, condition):
        deadline = time.monotonic() + RUN_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it does not happen")
            time.sleep(0.05)

    def assert_picture(self, file, ratio):
        width, height = png_size(file.read_bytes())
        self.assertAlmostEqual(width / height, ratio, delta=0.1)

    def assert_generates(self, *command):
        self.run_example(*command, "a heron", "heron.png")
        self.assert_picture(self.folder / "heron.png", 16 / 9)
        self.assertIn("80006", self.run_example(*command, "a heron #moderated", "none.png", code=1))
        self.assertFalse((self.folder / "none.png").exists())

    def test_all_are_listed(self):
        listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
        files = [file for file in EXAMPLES.rglob("*") if file.is_file() and file.name != "README.md"]
        self.assertGreater(len(files), 10)
        for file in files:
            shown = str(file.relative_to(EXAMPLES))
            self.assertTrue(shown in listed or f"[{file.suffix}]({shown}" in listed, shown)
        for link in re.findall(r"\]\(([^)]+)\)", listed):
            self.assertTrue((EXAMPLES / link).exists(), link)

    def test_curl(self):
        photos = {"PHOTO_A": f"{self.origin.url}/a.png", "PHOTO_B": f"{self.origin.url}/b.png"}
        tasks = [json.loads(line) for line in self.run_example(EXAMPLES / "curl/use_cases.sh", env=photos).splitlines()]
        self.assertEqual([task["status"] for task in tasks], ["completed"] * 6, tasks)
        self.assertEqual([len(task["output"]["image_urls"]) for task in tasks], [1, 1, 4, 1, 1, 1])

    def test_python(self):
        self.assert_generates(sys.executable, EXAMPLES / "python/generate.py")

    def test_javascript(self):
        self.assert_generates("node", EXAMPLES / "javascript/generate.mjs")

    def test_go(self):
        self.assert_generates(self.build(EXAMPLES / "go/generate.go"))

    def test_a_batch_is_paid_once(self):
        prompts = [f"heron number {i}" for i in range(100)]
        (self.folder / "prompts.txt").write_text("\n".join(prompts), encoding="utf-8")
        before, _ = self.server.balance(self.key)
        command = (sys.executable, EXAMPLES / "python/batch.py", "prompts.txt", "pictures")
        self.assertEqual(len(self.run_example(*command).splitlines()), 100)
        pictures = list((self.folder / "pictures").glob("*.png"))
        self.assertEqual(len(pictures), 100)
        for picture in pictures[:50]:
            picture.unlink()
        self.run_example(*command)
        self.assertEqual(len(list((self.folder / "pictures").glob("*.png"))), 100)
        self.assertEqual(before - self.server.balance(self.key)[0], 100 * PRICE[MODEL])

    def test_openai_for_python(self):
        self.run_example(PACKAGES / "python/bin/python", EXAMPLES / "python/openai_sdk.py", self.folder)
        self.assert_picture(self.folder / "lighthouse.png", 3 / 2)
        self.assert_picture(self.folder / "storm.png", 3 / 2)

    def test_openai_for_javascript(self):
        (self.folder / "node_modules").mkdir()
        (self.folder / "node_modules/openai").symlink_to(PACKAGES / "node_modules/openai-6")
        shutil.copy(EXAMPLES / "javascript/openai_sdk.mjs", self.folder)
        self.run_example("node", self.folder / "openai_sdk.mjs", self.folder)
        self.assert_picture(self.folder / "storm.png", 3 / 2)

    def assert_receives(self, *command):
        rotated = self.server.post("/api/v1/webhooks/default/rotate", self.key, {})
        secret = rotated.json["secret"]
        port = self.ports.pop()
        printed = self.start(*command, port, env={"WEBHOOK_SECRET": secret})
        self.wait_until(lambda: is_open(port))
        task = self.server.submit(self.key, callback_url=f"http://127.0.0.1:{port}/done").json["id"]
        self.wait_until(lambda: len(printed) == 1)
        self.assertEqual(EVENT.findall(printed[0]), [("task.completed", task)])

        def send(body, secret, at, message="msg_1"):
            key = base64.b64decode(secret.removeprefix("whsec_"))
            digest = hmac.new(key, f"{message}.{at}.".encode() + body, hashlib.sha256).digest()
            request = urllib.request.Request(f"http://127.0.0.1:{port}/", body, {
                "webhook-id": message, "webhook-timestamp": str(at),
                "webhook-signature": "v1,AAAA v1," + base64.b64encode(digest).decode()})
            try:
                return urllib.request.urlopen(request, timeout=30).status
            except urllib.error.HTTPError as error:
                return error.code
        body = json.dumps({"type": "task.failed", "data": {"id": task}}).encode()
        now = int(time.time())
        self.assertEqual(send(body, "whsec_" + base64.b64encode(b"another secret").decode(), now), 401)
        self.assertEqual(send(body, secret, now - 400), 401)
        self.assertEqual(send(body, secret, now + 400), 401)
        for _ in range(2):
            self.assertEqual(send(body, secret, now), 204)
        self.assertEqual(send(body, secret, now, "msg_2"), 204)
        self.wait_until(lambda: len(printed) >= 3)
        self.assertEqual(EVENT.findall("".join(printed)), [("task.completed", task)] + [("task.failed", task)] * 2)

    def test_webhooks_in_python(self):
        self.assert_receives(sys.executable, EXAMPLES / "webhooks/receiver.py")

    def test_webhooks_in_javascript(self):
        self.assert_receives("node", EXAMPLES / "webhooks/receiver.mjs")

    def test_webhooks_in_go(self):
        self.assert_receives(self.build(EXAMPLES / "webhooks/go/receiver.go"))

    def test_progress_page(self):
        port = free_port()
        self.start(sys.executable, EXAMPLES / "progress/serve.py", port)
        self.wait_until(lambda: is_open(port))
        base = f"http://127.0.0.1:{port}"
        page = urllib.request.urlopen(base, timeout=30).read().decode()
        self.assertNotIn(self.key, page)
        for path in ("/submit", "/events/"):
            self.assertIn(path, page)
        submit = urllib.request.Request(f"{base}/submit", b'{"prompt": "a heron"}')
        task = json.load(urllib.request.urlopen(submit, timeout=30))["id"]
        stream = urllib.request.urlopen(f"{base}/events/{task}", timeout=60).read().decode()
        events = re.findall(r"^event: (\w+)$", stream, re.MULTILINE)
        self.assertEqual((events[0], events[-1]), ("accepted", "completed"))
        for event in events:
            self.assertIn(f'"{event}"', page)
        last = json.loads(re.findall(r"^data: (.*)$", stream, re.MULTILINE)[-1])
        self.assertEqual(len(last["task"]["output"]["image_urls"]), 1)


if __name__ == "__main__":
    unittest.main()
