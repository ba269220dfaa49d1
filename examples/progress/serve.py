#!/usr/bin/env python3
"""serve.py PORT: the page beside this file, and what it asks for, passed on with the key that no browser may see."""

import json
import os
import re
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

URL = os.environ["DARKROOM_URL"]
KEY = os.environ["DARKROOM_API_KEY"]
PAGE = (Path(__file__).parent / "index.html").read_bytes()
MOST_BYTES = 64 << 10


class Handler(BaseHTTPRequestHandler):
    def pass_on(self, path, body=None, headers=None):
        request = urllib.request.Request(URL + path, body, {"Authorization": f"Bearer {KEY}", **(headers or {})})
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
            self.end_headers()
            while piece := answer.read1():  # each event as it comes
                self.wfile.write(piece)

    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), MOST_BYTES))
        prompt = str(json.loads(body)["prompt"])
        wanted = {"model": "gemini-2.5-flash-image-preview", "prompt": prompt}
        self.pass_on("/api/v1/images/generations", json.dumps(wanted).encode())

    def do_GET(self):
        events = re.fullmatch(r"/events/(task_[0-9a-f]{32})", self.path)
        if events:
            seen = self.headers.get("Last-Event-ID")
            self.pass_on(f"/api/v1/tasks/{events[1]}/events", headers={
                "Accept": "text/event-stream", **({"Last-Event-ID": seen} if seen else {})})
            return
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE if self.path == "/" else b"")

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
