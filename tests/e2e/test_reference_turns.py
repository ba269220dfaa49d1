#!/usr/bin/env python3
"""References wait for their turn: four at once for one account, and a server that stops leaves the others for later."""

import time
import unittest

from support import TASK_SECONDS, Origin, Server, png

PATH = "/photo.png"
AT_ONCE = 4


class ReferenceTurns(unittest.TestCase):
    def setUp(self):
        self.origin = Origin()
        self.origin.routes[PATH] = self.origin.stalled
        self.addCleanup(self.origin.stop)
        self.server = Server(f"""
[fetch]
allow = ["127.0.0.1/32:{self.origin.port}"]
seconds = 3
""")
        self.addCleanup(self.server.stop)

    def wait_for_requests(self, count):
        deadline = time.monotonic() + TASK_SECONDS
        while len(self.origin.seen) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(len(self.origin.seen), count)

    def test_a_stop_leaves_what_waits_for_the_next_start(self):
        key = self.server.key()
        link = self.origin.url + PATH
        tasks = []
        for _ in range(3):
            submitted = self.server.submit(key, image_urls=[link, link])
            self.assertEqual(submitted.status, 200, submitted)
            tasks.append(submitted.json["id"])
        self.wait_for_requests(AT_ONCE)
        # The stop waits for the four, which fail after three seconds; nothing begins in their place.
        self.server.process.stop()
        self.assertEqual(len(self.origin.seen), AT_ONCE)
        self.origin.routes[PATH] = (200, {"Content-Type": "image/png"}, png(64, 64))
        self.server.start()
        for task in tasks:
            self.assertEqual(self.server.poll(task, key)["status"], "completed")


if __name__ == "__main__":
    unittest.main()
