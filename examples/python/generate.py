#!/usr/bin/env python3
"""generate.py PROMPT FILE: submits, waits for the end, saves the picture. Nothing but the standard library."""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

URL = os.environ["DARKROOM_URL"]
KEY = os.environ["DARKROOM_API_KEY"]
TRIES = 5


def call(path, body=None, headers=None):
    """One request. It is sent again when the server is busy or the connection breaks; a submit names itself, so that
    sending it twice buys one picture."""
    request = urllib.request.Request(URL + path, body and json.dumps(body).encode(),
                                     {"Authorization": f"Bearer {KEY}", **(headers or {})})
    for attempt in range(1, TRIES + 1):
        try:
            with urllib.request.urlopen(request, timeout=75) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503) or attempt == TRIES:
                problem = json.load(error)["error"]
                sys.exit(f"{problem['code']} {problem['message']} ({problem['request_id']})")
            time.sleep(float(error.headers.get("Retry-After", 1)))
        except OSError:
            if attempt == TRIES:
                raise
            time.sleep(attempt)


def generate(prompt, **parameters):
    """The ended task."""
    body = {"model": "gemini-2.5-flash-image-preview", "prompt": prompt, **parameters}
    task = call("/api/v1/images/generations", body, {"Idempotency-Key": str(uuid.uuid4())})
    while task["status"] == "processing":
        task = call(f"/api/v1/tasks/{task['id']}?wait=30")
    return task


if __name__ == "__main__":
    prompt, file = sys.argv[1:]
    ended = generate(prompt, size="16:9")
    if ended["status"] == "failed":  # a failed task costs nothing
        sys.exit(f"{ended['error']['code']} {ended['error']['message']}")
    urllib.request.urlretrieve(ended["output"]["image_urls"][0], file)
    print(file)
