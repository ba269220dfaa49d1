#!/usr/bin/env python3
"""OpenAI's SDKs and a server that is killed between accepting a request and answering it: they send it again by
themselves, without an Idempotency-Key, and must get the picture that is paid for already."""

import socket
import threading
import time
import unittest
import urllib.parse

from sdk_support import FOLDER, PYTHON, run
from support import MODEL, PRICE, STOP_SECONDS, Server

WAIT_SECONDS = 60


class Gate:
    """An address that stays while the server behind it dies and comes back on another port."""

    def __init__(self, server):
        self.server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            try:
                target = urllib.parse.urlsplit(self.server.url)
                with socket.create_connection((target.hostname, target.port), WAIT_SECONDS) as behind:
                    client.settimeout(WAIT_SECONDS)
                    back = threading.Thread(target=self._copy, args=(behind, client), daemon=True)
                    back.start()
                    self._copy(client, behind)
                    back.join(WAIT_SECONDS)
            except (OSError, AttributeError):  # there is no server now: the client sees its connection end
                pass

    @staticmethod
    def _copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(STOP_SECONDS)


class AServerThatIsKilled(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.stop)
        self.gate = Gate(self.server)
        self.addCleanup(self.gate.stop)

    def tasks(self, key):
        return self.server.get("/api/v1/tasks", key).json["data"]

    def buy_across_a_kill(self, account, *command):
        key = self.server.key(account)
        before, _ = self.server.balance(key)
        environment = {"DARKROOM_URL": self.gate.url, "DARKROOM_API_KEY": key, "PROMPT": "a heron #slow:2s"}
        printed = []
        client = threading.Thread(target=lambda: printed.append(run(*command, env=environment)))
        client.start()
        deadline = time.monotonic() + WAIT_SECONDS
        while not self.tasks(key):
            self.assertLess(time.monotonic(), deadline, "nothing was accepted")
            time.sleep(0.02)
        self.server.kill9()
        self.server.start()
        client.join(WAIT_SECONDS)
        self.assertTrue(printed, "the SDK gave up")
        tasks = self.tasks(key)
        self.assertEqual(len(tasks), 1, tasks)
        self.assertEqual(printed[0].strip().rsplit("/", 3)[-2], tasks[0]["id"].removeprefix("task_"))
        self.assertEqual(self.server.balance(key), (before - PRICE[MODEL], 0))

    def test_openai_for_javascript(self):
        for package in ("openai-4", "openai-6"):
            with self.subTest(package=package):
                self.buy_across_a_kill(package, "node", FOLDER / "openai_retry.mjs", package)

    def test_openai_for_python(self):
        self.buy_across_a_kill("python", PYTHON, FOLDER / "openai_retry.py")


if __name__ == "__main__":
    unittest.main()
