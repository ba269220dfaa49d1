#!/usr/bin/env python3
"""The gallery with a thousand results in a real browser: small thumbnails, only of what is near, and a page that does not
grow however far one scrolls. How many frames a second that is belongs to a machine and is measured by hand:
CONSOLE_FRAMES=1 prints it."""

import base64
import http.server
import json
import os
import struct
import sys
import threading
import unittest
import zlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from console_support import FRAME, NODE, OPERATOR, answer_json, end, see, serve  # noqa: E402
from support import MODEL, Server  # noqa: E402

TASKS, RESULTS_OF_TASK = 250, 4
THUMBNAIL_BYTES = 20_000
# Five columns in five rows are in view, and three rows on either side are kept ready.
MOST_TILES = 80
MOST_LAYOUTS_A_FRAME = 1.5
CONFIG = """
[limits]
submits_per_minute = 1000000
submit_burst = 100000
polls_per_second = 1000
concurrent_tasks = 100
[upstreams.vendor]
kind = "gemini"
base_url = "{url}"
api_keys = ["a-key-for-the-stand-in"]
"""


def picture(number):
    """A PNG of its own colour; every fiftieth is noise, which compresses worst."""
    def chunk(kind, payload):
        return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))
    side = 512 if number % 50 == 0 else 96
    if side == 512:
        rows = b"".join(b"\x00" + os.urandom(3 * side) for _ in range(side))
    else:
        colour = bytes((number * step) % 256 for step in (37, 91, 151))
        rows = (b"\x00" + colour * side) * side
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


class Painter:
    """A vendor that paints at once."""

    def __init__(self):
        painter = self
        self.count = 0
        self._lock = threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                with painter._lock:
                    painter.count += 1
                    number = painter.count
                part = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(picture(number)).decode()}}
                answer_json(self, 200, {"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]})

            def log_message(self, *_):
                pass

        self._server, self._thread = serve(Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self):
        end(self._server, self._thread)


class Gallery(unittest.TestCase):
    def setUp(self):
        NODE.install()
        painter = Painter()
        self.addCleanup(painter.stop)
        self.server = Server(CONFIG.format(url=painter.url), env=OPERATOR)
        self.addCleanup(self.server.stop)
        key = self.server.key("studio", False)
        self.server.command("credits", "grant", "--account", "studio", "--credits", 100_000)
        ids = [self.server.submit(key, f"a study in one colour, number {number}", n=RESULTS_OF_TASK).json["id"]
               for number in range(TASKS)]
        for one in ids:
            self.assertEqual(self.server.poll(one, key)["status"], "completed")

    def test_a_thousand_results(self):
        seen = see(self.server, "gallery.mjs", results="1,000", model=MODEL)
        if os.environ.get("CONSOLE_FRAMES"):
            print(json.dumps(seen, indent=1), file=sys.stderr)
        self.assertEqual(seen["problems"], [])
        first = seen["atFirst"]
        self.assertEqual([path for path in first["asked"] if path.endswith("/tasks")], ["/accounts/studio/tasks"], "one list a view")
        self.assertLessEqual(first["tiles"], MOST_TILES)
        self.assertGreater(first["thumbnails"], 10)
        self.assertLessEqual(first["thumbnails"], MOST_TILES, "only what is near")
        self.assertRegex(first["countdown"], r"^6 d left$")
        self.assertTrue(seen["atEnd"]["shown"].startswith("1,000 results"), seen["atEnd"])
        self.assertLessEqual(seen["mostTiles"], MOST_TILES, "the page grows with the way that was scrolled")
        self.assertLessEqual(seen["layouts"], MOST_LAYOUTS_A_FRAME * seen["frames"], "it is laid out more than once a frame")
        self.assertGreater(seen["thumbnails"], 100)
        self.assertLessEqual(seen["largest"], THUMBNAIL_BYTES)
        self.assertRegex(seen["kept"], "left")
        self.assertIn("a study in one colour", seen["prompt"])
        self.assertEqual([path for path in seen["settingsAsked"] if path not in FRAME],
                         ["/accounts/studio/playground"])


if __name__ == "__main__":
    unittest.main()
