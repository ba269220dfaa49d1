"""The real binary, started for a test: servers on port 0 with data of their own, a client, and an origin for references.

Everything is bounded in time, and every process is ended by its id.
"""

import http.client
import http.server
import json
import os
import re
import signal
import struct
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
import zlib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("DARKROOM_BIN", REPOSITORY / "build/dev/darkroom"))

START_SECONDS = 60
STOP_SECONDS = 60
COMMAND_SECONDS = 90
REQUEST_SECONDS = 75
TASK_SECONDS = 120

MODEL = "gemini-2.5-flash-image-preview"
OFFICIAL_MODEL = MODEL + "-official"
PRICE = {MODEL: 14_375_000, OFFICIAL_MODEL: 35_880_000}  # micro-credits a picture
TEST_GRANT = 1_000_000 * 1_000_000                       # what a new account's test balance holds

REQUEST_ID = re.compile(r"req_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TASK_ID = re.compile(r"task_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}")

VENDOR_WORDS = re.compile(r"google|vertex|generativelanguage|sandbox|127\.0\.0\.1|api[_ ]?key=|\b503\b", re.IGNORECASE)


def clean_environment(extra=None):
    """Ours without anything that configures darkroom, such as a vendor's key in the developer's shell."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("DARKROOM_", "AWS_")) and not name.endswith("_API_KEY")}
    # Of a sanitizer build only: what the sanitizers say of libraries is not ours to mend.
    suppressed = {f"{name}_OPTIONS": f"suppressions={Path(__file__).parent / f'{name.lower()}.supp'}:print_suppressions=0"
                  for name in ("LSAN", "TSAN")}
    return {**kept, **suppressed, **(extra or {})}


def run(*arguments, env=None, timeout=COMMAND_SECONDS, stdin=None):
    """One command of the program, to its end: a CompletedProcess with text in stdout and stderr."""
    return subprocess.run([BINARY, *map(str, arguments)], env=clean_environment(env), timeout=timeout, check=False,
                          text=True, capture_output=True, input=stdin if stdin is not None else "")


class Answer:
    """An HTTP answer, whole."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Process:
    """A long-running command of the program that says where it listens."""

    def __init__(self, *arguments, env=None):
        at_once = {"DARKROOM_SERVER_BALANCER_SECONDS": "0"}  # there is none that has to see the end coming
        self.process = subprocess.Popen([BINARY, *map(str, arguments)], env=clean_environment({**at_once, **(env or {})}),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.url = None
        self._stderr = []
        self._listening = threading.Event()
        self._reader = threading.Thread(target=self._read_stderr, daemon=True)
        self._reader.start()
        if not self._listening.wait(START_SECONDS) or self.url is None:
            self._end()
            raise RuntimeError(f"no 'listening on' within {START_SECONDS} s:\n{self.stderr}")

    def _read_stderr(self):
        for line in self.process.stderr:
            text = line.decode(errors="replace")
            self._stderr.append(text)
            found = re.search(r"listening on (http://\S+)", text)
            if found and self.url is None:
                self.url = found.group(1)
                self._listening.set()
        self._listening.set()  # the process has ended; whoever waits need not wait longer

    def _end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(STOP_SECONDS)
        self._reader.join(STOP_SECONDS)
        self.process.stderr.close()

    @property
    def stderr(self):
        return "".join(self._stderr)

    def stop(self):
        """SIGTERM; the exit code must be 0."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS)
        finally:
            self._end()
        if code != 0:
            raise AssertionError(f"the process ended with {code}:\n{self.stderr[-8000:]}")

    def kill9(self):
        self._end()


class Server:
    """`darkroom serve` with a data directory of its own, and a client for it. Restart it with start()."""

    def __init__(self, config=None, env=None, start=True):
        self._folder = tempfile.TemporaryDirectory(prefix="darkroom-e2e-")
        self.folder = Path(self._folder.name)
        self.data = self.folder / "data"
        self._env = env
        self._arguments = ["--data", self.data]
        if config is not None:
            self.configure(config)
        self.process = None
        if start:
            self.start()

    def configure(self, config):
        """Once, before the first start."""
        file = self.folder / "darkroom.toml"
        file.write_text(config, encoding="utf-8")
        file.chmod(0o600)  # it may hold keys
        self._arguments += ["--config", file]

    def start(self):
        self.process = Process("serve", *self._arguments, "--listen", "127.0.0.1:0", env=self._env)

    @property
    def url(self):
        return self.process.url

    def stop(self):
        """Drains and ends the server and removes its data. Safe after kill9."""
        try:
            if self.process is not None:
                self.process.stop()
        finally:
            self.process = None
            self._folder.cleanup()

    def kill9(self):
        """Ends the server without warning. The data stay for the next start()."""
        process, self.process = self.process, None
        process.kill9()

    def command(self, *arguments, env=None, stdin=None):
        """An administration command on this server's data."""
        return run(*arguments, *self._arguments, env={**(self._env or {}), **(env or {})}, stdin=stdin)

    def key(self, account="acme", test=True, *arguments):
        """A new key's text."""
        made = self.command("keys", "create", "--account", account, *(["--test"] if test else []), *arguments)
        if made.returncode != 0:
            raise AssertionError(f"keys create: {made.returncode} {made.stderr}")
        return made.stdout.strip()

    def request(self, method, path, key=None, body=None, headers=None):
        """body: bytes as they are, anything else as JSON. path may be a whole URL of this server."""
        target = urllib.parse.urlsplit(path)
        base = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(base.hostname, base.port, timeout=REQUEST_SECONDS)
        sent = {"Authorization": f"Bearer {key}"} if key else {}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        try:
            connection.request(method, target.path + (f"?{target.query}" if target.query else ""), body,
                               {**sent, **(headers or {})})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, key=None, headers=None):
        return self.request("GET", path, key, headers=headers)

    def post(self, path, key=None, body=None, headers=None):
        return self.request("POST", path, key, body, headers)

    def submit(self, key, prompt="moonlight", model=MODEL, headers=None, **parameters):
        return self.post("/api/v1/images/generations", key, {"model": model, "prompt": prompt, **parameters}, headers)

    def poll(self, task, key, seconds=TASK_SECONDS):
        """The task's answer once it has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            answer = self.get(f"/api/v1/tasks/{task}?wait=10", key)
            if answer.status != 200:
                raise AssertionError(f"poll of {task}: {answer}")
            if answer.json["status"] != "processing":
                return answer.json
            time.sleep(0.05)
        raise AssertionError(f"{task} has not ended within {seconds} s:\n{self.process.stderr[-4000:]}")

    def generate(self, key, prompt="moonlight", **parameters):
        """Submits and polls to the end."""
        submitted = self.submit(key, prompt, **parameters)
        if submitted.status != 200:
            raise AssertionError(f"submit: {submitted}")
        return self.poll(submitted.json["id"], key)

    def balance(self, key):
        """(available, held) in micro-credits."""
        answer = self.get("/api/v1/balance", key)
        if answer.status != 200:
            raise AssertionError(f"balance: {answer}")
        return answer.json["available_microcredits"], answer.json["held_microcredits"]


class ServerTest(unittest.TestCase):
    """A test class with one server for all of its tests; it must end with exit code 0."""

    config = None

    @classmethod
    def setUpClass(cls):
        cls.server = Server(cls.config)
        cls.addClassCleanup(cls.server.stop)

    def assert_error(self, answer, status, code, *words):
        """The whole error envelope: status, code, a message with these words in it, and one request id in both places."""
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(set(answer.json), {"error"})
        error = answer.json["error"]
        self.assertEqual(set(error) - {"param"}, {"code", "message", "request_id"})
        self.assertEqual(error["code"], code, answer)
        for word in words:
            self.assertIn(word, error["message"])
        self.assertRegex(error["request_id"], f"^{REQUEST_ID.pattern}$")
        self.assertEqual(answer.headers["x-request-id"], error["request_id"])
        self.assert_discreet(error["message"])

    def assert_failed(self, task, code):
        self.assertEqual(task["status"], "failed", task)
        self.assertIsNone(task["output"])
        self.assertEqual(task["error"]["code"], code, task)
        self.assert_discreet(task["error"]["message"])

    def assert_completed(self, task, pictures=1):
        self.assertEqual(task["status"], "completed", task)
        self.assertIsNone(task["error"])
        self.assertEqual(len(task["output"]["image_urls"]), pictures, task)

    def assert_discreet(self, message):
        """What a customer reads never names a vendor, an address or a vendor's status."""
        self.assertNotRegex(message, VENDOR_WORDS)


def png(width, height, rows=None):
    """A grey PNG; with `rows` fewer than its height it is cut short, with 0 it is a header that only claims a size."""
    def chunk(kind, payload):
        return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))
    pixels = (b"\x00" + b"\x80" * width) * (height if rows is None else rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b""))


def png_size(data):
    """(width, height) of a PNG."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise AssertionError(f"no PNG: {data[:16]!r}")
    return struct.unpack(">II", data[16:24])


class Origin:
    """A tiny web server for reference pictures.

    routes: path -> (status, headers, body), or a function of the request handler for anything stranger.
    `seen` has the paths that were asked for.
    """

    def __init__(self, routes=None):
        self.routes = dict(routes or {})
        self.seen = []
        self.closing = threading.Event()
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                origin.seen.append(self.path)
                route = origin.routes.get(self.path, (404, {"Content-Type": "text/plain"}, b"nothing here"))
                try:
                    if callable(route):
                        route(self)
                    else:
                        self.answer(*route)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def answer(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def endless(self, handler):
        """A picture that never ends, as fast as it is read."""
        handler.send_response(200)
        handler.send_header("Content-Type", "image/png")
        handler.end_headers()
        handler.wfile.write(png(8, 8)[:33])
        while not self.closing.is_set():
            handler.wfile.write(b"\x00" * 65536)

    def stalled(self, handler):
        """A picture whose first bytes come and whose rest does not."""
        handler.send_response(200)
        handler.send_header("Content-Type", "image/png")
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.wfile.write(png(8, 8)[:33])
        handler.wfile.flush()
        self.closing.wait(TASK_SECONDS)

    def stop(self):
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(STOP_SECONDS)
