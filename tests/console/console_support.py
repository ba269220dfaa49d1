"""What the tests of the console share: packages of the lock file, and a server at its first start."""

import http.server
import json
import os
import re
import shutil
import sys
import threading
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "e2e"))

from node_packages import NodePackages  # noqa: E402
from support import REPOSITORY, Server  # noqa: E402

PACKAGES = Path(os.environ.get("CONSOLE_PACKAGES", REPOSITORY / "build/console_packages"))
BROWSER = shutil.which("chromium") or "chromium"
# A first operator, made at the start: the one who signs in in visit.mjs.
OPERATOR = {"DARKROOM_CONSOLE_OPERATOR_EMAIL": "ada@example.org", "DARKROOM_CONSOLE_OPERATOR_PASSWORD": "correct horse battery"}
BROWSE_SECONDS = 400
OWN_MODEL = "pocket-picture"
OF_ACCOUNT = ("overview", "playground", "models", "keys", "webhooks", "tasks", "gallery", "usage", "errors", "members", "audit")
OF_SERVER = ("overview", "tasks", "upstreams", "queue", "usage", "errors", "users", "accounts", "audit", "settings")
NODE = NodePackages(FOLDER, PACKAGES, [FOLDER / "visit.mjs", FOLDER.parent / "site/tab.mjs", FOLDER.parent / "site/judge.mjs"])


def write_own_model(folder, **changes):
    """A model that the program was not built with: the example of docs/EXTENDING.md, with other members where wanted."""
    page = (REPOSITORY / "docs/EXTENDING.md").read_text(encoding="utf-8")
    model = json.loads(page.split("```json\n")[1].split("```")[0])
    assert model["id"] == OWN_MODEL
    folder.mkdir()
    (folder / f"{OWN_MODEL}.json").write_text(json.dumps({**model, **changes}), encoding="utf-8")


def screens_of(account):
    return [*(f"/console/a/{account}/{name}" for name in OF_ACCOUNT), *(f"/console/o/{name}" for name in OF_SERVER),
            "/console/profile"]


# What the frame asks for once, whatever screen is in it: who is signed in, the server's name, the stream.
FRAME = ("/session", "/server", "/stream")
# A screen asks once for all that it shows; thumbnails are pictures and not counted.
REQUESTS_OF_SCREEN = 1


def assert_fine(test, screen):
    """What the tour saw of a screen, by the rules for every screen."""
    outside = not re.search(r"/[ao]/|profile", screen["path"])
    test.assertEqual([one for one in screen["problems"] if not (outside and "401" in one)], [])
    test.assertEqual(screen["axe"], [])
    own = [path for path in screen["asked"] if path not in FRAME]
    test.assertLessEqual(len(own), 0 if outside else REQUESTS_OF_SCREEN, own)
    for path in FRAME:
        test.assertLessEqual(screen["asked"].count(path), 1, path)
    test.assertLessEqual(screen["wide"], 0, "scrolls sideways")
    test.assertLessEqual(screen["wideOnPhone"], 0, "scrolls sideways on a phone")
    brightness = sum(map(int, re.findall(r"\d+", screen["background"])[:3]))
    (test.assertLess if screen["scheme"] == "dark" else test.assertGreater)(brightness, 384)


def shots_folder(server, name):
    """Where pictures of the screens go, for people to look at."""
    folder = Path(os.environ.get("CONSOLE_SHOTS", server.folder / "shots")) / name
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def see(server, script, **data):
    """What a module saw in the browser that somebody has signed in with."""
    return json.loads(NODE.run(FOLDER / script, data={"base": server.url, "browser": BROWSER, **data}, timeout=BROWSE_SECONDS))


def serve(handler):
    """On a free port of loopback, until end(): (server, thread)."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    return server, thread


def end(server, thread):
    server.shutdown()
    server.server_close()
    thread.join()


def answer_json(handler, status, tree):
    """The whole answer of an http.server handler."""
    body = json.dumps(tree).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


class FirstStart:
    """A server without data, and the link that makes its first operator."""

    def __init__(self):
        self.server = Server()
        self.base = self.server.url
        printed = re.search(r"set up the console: (\S+)", self.server.process.stderr)
        assert printed, self.server.process.stderr
        self.link = printed[1]

    def browse(self, script, timeout, **data):
        """Runs a module in the browser; what it printed, read as JSON."""
        data = {"base": self.base, "link": self.link, "browser": BROWSER, **data}
        return json.loads(NODE.run(FOLDER / script, data=data, timeout=timeout))
