#!/usr/bin/env python3
"""The door for OpenAI's SDKs with plain HTTP: how long it waits, and what becomes of a wait that ends. The SDKs themselves
are in tests/sdk."""

import json
import re
import signal
import socket
import threading
import time
import unittest
from urllib.parse import urlsplit

from support import MODEL, PRICE, STOP_SECONDS, Server


class TheEndOfTheWait(unittest.TestCase):
    BODY = {"model": MODEL, "prompt": "a heron #slow:2500ms"}

    def setUp(self):
        self.server = Server("[openai]\nwait_seconds = 1\n")
        self.addCleanup(self.server.stop)
        self.key = self.server.key()

    def test_the_answer_names_the_task_and_the_same_request_picks_it_up(self):
        before, _ = self.server.balance(self.key)
        began = time.monotonic()
        answer = self.server.post("/v1/images/generations", self.key, self.BODY)
        self.assertLess(time.monotonic() - began, 2.4)
        self.assertEqual(answer.status, 504, answer)
        self.assertEqual(answer.headers["x-should-retry"], "false")
        error = answer.json["error"]
        self.assertEqual((error["code"], error["type"]), (60002, "server_error"))
        task = re.search(r"/api/v1/tasks/(task_[0-9a-f]{32})", error["message"]).group(1)
        self.assertEqual(answer.headers["Darkroom-Task"], task)
        again = answer
        for _ in range(30):
            if again.status != 504:
                break
            again = self.server.post("/v1/images/generations", self.key, self.BODY)
            self.assertEqual(again.headers["Darkroom-Task"], task)
        self.assertEqual(again.status, 200, again)
        polled = self.server.poll(task, self.key)
        self.assertEqual([picture["url"] for picture in again.json["data"]], polled["output"]["image_urls"])
        self.assertEqual(self.server.balance(self.key), (before - PRICE[MODEL], 0))

    def test_who_hangs_up_has_been_told_nothing(self):
        patient = Server()
        self.addCleanup(patient.stop)
        key = patient.key()
        address = urlsplit(patient.url)
        body = json.dumps({"model": MODEL, "prompt": "#slow:3s"}).encode()
        with socket.create_connection((address.hostname, address.port), timeout=10) as one:
            one.sendall(f"POST /v1/images/generations HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {key}\r\n"
                        f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            while patient.balance(key)[1] == 0:
                time.sleep(0.02)
        while "darkroom_waiting_requests 0" not in patient.get("/metrics").body.decode():
            time.sleep(0.02)
        first = patient.get("/api/v1/tasks", key).json["data"][0]["id"]
        again = patient.post("/v1/images/generations", key, body, {"X-Stainless-Retry-Count": "1"})
        self.assertEqual(again.headers["Darkroom-Task"], first, "it says that it asks again")
        another = patient.post("/v1/images/generations", key, body)
        self.assertNotEqual(another.headers["Darkroom-Task"], first, "it does not")

    def test_a_server_that_goes_down_lets_nobody_wait(self):
        patient = Server("[server]\ndrain_seconds = 2\n")
        self.addCleanup(patient.stop)
        key = patient.key()
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(
            patient.post("/v1/images/generations", key, {"model": MODEL, "prompt": "#slow:60s"})))
        waiting.start()
        while patient.balance(key)[1] == 0:
            time.sleep(0.05)
        began = time.monotonic()
        patient.process.process.send_signal(signal.SIGTERM)
        waiting.join()
        self.assertLess(time.monotonic() - began, 20)
        patient.process.process.wait(STOP_SECONDS)
        self.assertEqual(answers[0].status, 504, answers[0])


if __name__ == "__main__":
    unittest.main()
