#!/usr/bin/env python3
"""enhance-video-1.0 on the machine itself: `kind = "ffmpeg"`."""

import struct
import time
import unittest
from pathlib import Path

from support import REPOSITORY, TASK_SECONDS, Origin, Server, run

MODEL = "enhance-video-1.0"
GRANT = 10_000  # credits
# vp9_opus.webm is 128 x 96, 12 pictures a second, one second long.
FILMS = {f"/{name}": (200, {"Content-Type": "video/mp4"}, (REPOSITORY / "tests/media" / name).read_bytes())
         for name in ("vp9_opus.webm", "pcm.mov", "ffv1.mov")}
# Long enough to be interrupted, short enough to be waited for.
SLOW = {"resolution": "4k", "fps": 60, "tool_version": "professional"}


def configure(origin):
    return f'[fetch]\nallow = ["127.0.0.1/32:{origin.port}"]\n[upstreams.local]\nkind = "ffmpeg"\n'


def boxes(data):
    """(kind, payload) of the boxes of an MP4, the first level of `data` (ISO/IEC 14496-12)."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        if size < head or at + size > len(data):
            raise AssertionError(f"a broken box {kind} at {at}")
        yield kind.decode("latin-1"), data[at + head:at + size]
        at += size


def inside(data, *path):
    """The payloads of all boxes at that path."""
    if not path:
        return [data]
    return [found for kind, payload in boxes(data) if kind == path[0] for found in inside(payload, *path[1:])]


def film_facts(data):
    """(width, height, pictures, seconds) of an MP4's pictures."""
    for track in inside(data, "moov", "trak"):
        if inside(track, "mdia", "hdlr")[0][8:12] != b"vide":
            continue
        description = inside(track, "mdia", "minf", "stbl", "stsd")[0]
        width, height = struct.unpack_from(">HH", description, 8 + 8 + 24)
        scale, length = struct.unpack_from(">II", inside(track, "mdia", "mdhd")[0], 12)
        times = inside(track, "mdia", "minf", "stbl", "stts")[0]
        runs = struct.iter_unpack(">II", times[8:])
        return width, height, sum(count for count, _ in runs), length / scale
    raise AssertionError("no pictures")


def children(process):
    """The commands of a process's children, by id."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
            command = (stat.parent / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile
        if fields[1] == str(process) and fields[0] != "Z" and len(command) > 1:
            found[int(stat.parent.name)] = command[1].decode()
    return found


def eventually(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class LocalEnhance(unittest.TestCase):
    def setUp(self):
        self.origin = Origin(FILMS)
        self.addCleanup(self.origin.stop)
        self.server = Server(configure(self.origin))
        self.addCleanup(self.server.stop)
        granted = self.server.command("credits", "grant", "--account", "acme", "--credits", str(GRANT))
        self.assertEqual(granted.returncode, 0, granted)
        self.key = self.server.key("acme", test=False)

    def submit(self, film="vp9_opus.webm", **parameters):
        answer = self.server.post("/api/v1/videos/generations", self.key,
                                  {"model": MODEL, "video_url": f"{self.origin.url}/{film}", **parameters})
        self.assertEqual(answer.status, 200, answer)
        return answer.json["id"]

    def enhancers(self):
        return [child for child, command in children(self.server.process.process.pid).items()
                if command == "enhance-worker"]

    def wait_for_enhancer(self):
        eventually(self.enhancers, "a child that enhances")

    def assert_charged(self, microcredits):
        self.assertEqual(self.server.balance(self.key), (GRANT * 1_000_000 - microcredits, 0))
        verified = self.server.command("ledger", "verify")
        self.assertEqual(verified.returncode, 0, verified)

    def film_of(self, task):
        self.assertEqual(task["status"], "completed", f"{task}\n{self.server.process.stderr[-3000:]}")
        (url,) = task["output"]["video_urls"]
        answer = self.server.get(url)
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "video/mp4"))
        (poster,) = task["output"]["poster_urls"]
        shown = self.server.get(poster)
        self.assertEqual((shown.status, shown.headers["Content-Type"], shown.body[:3]),
                         (200, "image/jpeg", b"\xff\xd8\xff"))
        return film_facts(answer.body)

    def test_a_film_becomes_larger_and_smoother_and_costs_its_own_seconds(self):
        # 4.107 credits a second; above 30 pictures a second 4.107 for 720p.
        for film, parameters, facts, price in (
                ("vp9_opus.webm", {}, (1440, 1080, 12, 1.0), 4_107_000),
                ("vp9_opus.webm", {"resolution": "720p", "fps": 60}, (960, 720, 60, 1.0), 4_107_000),
                ("pcm.mov", {"resolution": "720p"}, None, 2_055_000 // 2)):
            before = self.server.balance(self.key)[0]
            task = self.server.poll(self.submit(film, **parameters), self.key)
            made = self.film_of(task)
            if facts:
                self.assertEqual(made[:2], facts[:2])
                self.assertAlmostEqual(made[2], facts[2], delta=1)
                self.assertAlmostEqual(made[3], facts[3], delta=0.1)
            self.assertEqual(before - self.server.balance(self.key)[0], price, film)
        self.assertEqual(self.enhancers(), [])
        self.assertEqual([*(self.server.data / "media").glob(".scratch*")], [])

    def test_a_cancel_ends_the_child_and_costs_nothing(self):
        task = self.submit(**SLOW)
        self.wait_for_enhancer()
        answer = self.server.post(f"/api/v1/tasks/{task}/cancel", self.key, b"")
        self.assertEqual((answer.status, answer.json["charged_microcredits"]), (200, 0), answer)
        eventually(lambda: not self.enhancers(), "the end of the child")
        self.assertEqual(self.server.poll(task, self.key)["error"]["code"], 40003)
        self.assert_charged(0)

    def test_what_a_crash_cuts_off_is_made_again_and_charged_once(self):
        task = self.submit(**SLOW)
        self.wait_for_enhancer()
        orphans = self.enhancers()
        self.server.kill9()
        self.server.start()
        self.assertEqual(self.film_of(self.server.poll(task, self.key, 3 * TASK_SECONDS))[:2], (2880, 2160))
        self.assert_charged(328_571_000)
        shown = self.server.command("tasks", "show", task, "--json")
        self.assertIn('"unknown"', shown.stdout)
        eventually(lambda: not any(Path(f"/proc/{child}/fd/3").exists() for child in orphans), "the end of the orphan")

    def test_a_film_that_cannot_be_read_costs_nothing(self):
        answer = self.server.post("/api/v1/videos/generations", self.key,
                                  {"model": MODEL, "video_url": f"{self.origin.url}/ffv1.mov"})
        if answer.status == 200:
            self.assertEqual(self.server.poll(answer.json["id"], self.key)["error"]["code"], 80003)
        else:
            self.assertEqual(answer.status, 400, answer)
        self.assert_charged(0)

    def test_the_sandbox_still_serves_test_keys(self):
        key = self.server.key("acme", test=True)
        answer = self.server.post("/api/v1/videos/generations", key,
                                  {"model": MODEL, "video_url": f"{self.origin.url}/vp9_opus.webm"})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(self.server.poll(answer.json["id"], key)["status"], "completed")
        self.assertEqual(self.enhancers(), [])


class Configuration(unittest.TestCase):
    def test_an_address_or_keys_are_mistakes(self):
        for setting, key in (('base_url = "http://127.0.0.1:1"', "base_url"), ('api_keys = ["k"]', "api_keys"),
                             ("concurrency = 65", "concurrency")):
            server = Server(f'[upstreams.local]\nkind = "ffmpeg"\n{setting}\n', start=False)
            self.addCleanup(server.stop)
            checked = server.command("config", "check")
            self.assertEqual(checked.returncode, 1)
            self.assertIn(f"upstreams.local.{key}: must", checked.stderr)

    def test_models_check_shows_the_route(self):
        checked = run("models", "check")
        self.assertEqual(checked.returncode, 0, checked)
        self.assertIn("ffmpeg:lanczos", checked.stdout)
        self.assertNotIn("(ffmpeg:lanczos)", checked.stdout)


if __name__ == "__main__":
    unittest.main()
