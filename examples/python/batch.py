#!/usr/bin/env python3
"""batch.py PROMPTS FOLDER: a picture for each line of the file, eight at a time.

The key of each submit is made of the prompt, so the program may be stopped and started again as often as you like
within 72 hours: what was submitted is found again, and nothing is paid twice. Nothing but the standard library.
"""

import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

URL = os.environ["DARKROOM_URL"]
KEY = os.environ["DARKROOM_API_KEY"]
AT_ONCE = 8


def call(path, body=None, headers=None):
    request = urllib.request.Request(URL + path, body and json.dumps(body).encode(),
                                     {"Authorization": f"Bearer {KEY}", **(headers or {})})
    while True:
        try:
            with urllib.request.urlopen(request, timeout=75) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 429:
                raise
            time.sleep(float(error.headers["Retry-After"]))


def make_picture(prompt, folder):
    name = hashlib.sha256(prompt.encode()).hexdigest()[:16]
    file = folder / f"{name}.png"
    if file.exists():
        return "there already"
    task = call("/api/v1/images/generations", {"model": "gemini-2.5-flash-image-preview", "prompt": prompt},
                {"Idempotency-Key": f"batch-{name}"})
    while task["status"] == "processing":
        task = call(f"/api/v1/tasks/{task['id']}?wait=30")
    if task["status"] == "failed":
        return f"failed: {task['error']['message']}"
    part = file.with_suffix(".part")
    urllib.request.urlretrieve(task["output"]["image_urls"][0], part)
    part.rename(file)
    return file


def main():
    prompts = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for prompt, result in zip(prompts, pool.map(lambda prompt: make_picture(prompt, folder), prompts)):
            print(f"{prompt}: {result}")


if __name__ == "__main__":
    main()
