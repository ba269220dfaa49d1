#!/usr/bin/env python3
"""POST /v1/images/edits on the real server: what is sent along becomes a reference, and never stays behind."""

import base64
import http.client
import re
import socket
import time
import unittest
import urllib.parse

from support import MODEL, PRICE, Server, ServerTest, png, png_size

EDITS = "/v1/images/edits"
MASK_MODEL = "gpt-image-2-official"
BOUNDARY = "the-limit"
SOON_SECONDS = 20
PICTURE_BYTES = 300_000
UPLOAD_BYTES = 1_000_000


def part(name, content, filename=None):
    disposition = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")
    content = content if isinstance(content, bytes) else str(content).encode()
    return f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"


def form(*parts):
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def picture(name="image", width=64, height=48):
    return part(name, png(width, height), "a.png")


def fields(prompt="in the snow", model=MODEL):
    return part("model", model) + part("prompt", prompt)


class Edits(ServerTest):
    config = f"""
[fetch]
image_bytes = {PICTURE_BYTES}
image_pixels = 9000000
[limits]
upload_bytes = {UPLOAD_BYTES}
"""

    def setUp(self):
        self.key = self.server.key(self.id().rsplit(".", 1)[-1].replace("_", "-")[:40])

    def edit(self, body, **headers):
        return self.server.post(EDITS, self.key, body,
                                {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", **headers})

    def kept(self):
        """Files of uploads and of writers, wherever they are."""
        media = self.server.data / "media"
        return [file for file in media.rglob("*") if file.is_file() and file.relative_to(media).parts[0] != "tasks"]

    def assert_nothing_kept(self):
        deadline = time.monotonic() + SOON_SECONDS
        while self.kept() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(self.kept(), [])

    def assert_refused(self, answer, status, code, param=None):
        self.assertEqual((answer.status, answer.json["error"]["code"], answer.json["error"]["param"]),
                         (status, code, param), answer)

    def raw(self, body, length=None, more=()):
        """A connection on which the head of a request and `body` have been sent."""
        base = urllib.parse.urlsplit(self.server.url)
        sock = socket.create_connection((base.hostname, base.port), timeout=60)
        self.addCleanup(sock.close)
        head = [f"POST {EDITS} HTTP/1.1", "Host: x", f"Authorization: Bearer {self.key}",
                f"Content-Type: multipart/form-data; boundary={BOUNDARY}", *more]
        head += [] if length is None else [f"Content-Length: {length}"]
        sock.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        return sock

    def test_pictures_shape_the_result(self):
        before, _ = self.server.balance(self.key)
        answer = self.edit(form(fields(), picture("image[]", 96, 54), picture("image[]"), part("n", 2)))
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(len(answer.json["data"]), 2)
        width, height = png_size(self.server.get(answer.json["data"][0]["url"]).body)
        self.assertAlmostEqual(width / height, 16 / 9, delta=0.1)
        self.assertEqual(self.server.balance(self.key), (before - 2 * PRICE[MODEL], 0))
        self.assertEqual(answer.headers["x-should-retry"], "false")
        self.assert_nothing_kept()

    def test_a_mask_where_the_model_has_one(self):
        mask = png(64, 48)
        answer = self.edit(form(fields("a vase", MASK_MODEL), picture(), part("mask", rgba(64, 48), "m.png"),
                                part("response_format", "b64_json")))
        self.assertEqual(answer.status, 200, answer)
        png_size(base64.b64decode(answer.json["data"][0]["b64_json"], validate=True))
        answer = self.edit(form(fields(), picture(), part("mask", mask, "m.png")))
        self.assert_refused(answer, 400, 20003, "mask")
        self.assertIn(MASK_MODEL, answer.json["error"]["message"])
        self.assert_nothing_kept()

    def test_the_same_upload_twice(self):
        before, _ = self.server.balance(self.key)
        body = form(fields(), picture())
        first = self.edit(body, **{"Idempotency-Key": "once"})
        second = self.edit(body.replace(BOUNDARY.encode(), b"another-one"),
                           **{"Idempotency-Key": "once", "Content-Type": "multipart/form-data; boundary=another-one"})
        self.assertEqual((first.status, second.status), (200, 200), (first, second))
        self.assertEqual(first.json, second.json)
        self.assertEqual(second.headers["Idempotent-Replayed"], "true")
        self.assertEqual(self.server.balance(self.key), (before - PRICE[MODEL], 0))
        self.assert_refused(self.edit(form(fields(), picture(width=65)), **{"Idempotency-Key": "once"}), 422, 20014)
        self.assert_nothing_kept()

    def test_hostile_forms(self):
        bomb = png(20_000, 20_000, rows=0)
        big = part("image", png(8, 8) + bytes(PICTURE_BYTES), "a.png")
        for name, body, status, code, param in (
                ("a bomb", form(fields(), part("image", bomb, "a.png")), 400, 20003, "image"),
                ("a cut picture", form(fields(), part("image", png(640, 480, rows=9), "a.png")), 400, 20003, "image"),
                ("another kind", form(fields(), part("image", b"GIF89a" + bytes(99), "a.png")), 400, 20003, "image"),
                ("a script", form(fields(), part("image", "<svg onload='alert(1)'/>", "a.png")), 400, 20003, "image"),
                ("a big picture", form(fields(), big), 413, 20006, "image"),
                ("tiny parts", form(fields(), *(part(f"p{i}", "") for i in range(10_000))), 400, 20016, None),
                ("a long header", form(part("x" * 5000, "")), 400, 20016, None),
                ("no end", form(fields(), picture())[:-9], 400, 20016, None),
                ("more behind the end", form(fields(), picture()) + b"x" * 100, 400, 20016, None),
                ("nothing", b"", 400, 20016, None)):
            with self.subTest(name):
                self.assert_refused(self.edit(body), status, code, param)
        self.assert_refused(self.edit(form(fields(), picture()), **{"Content-Type": "multipart/form-data"}), 400, 20016)
        self.assertEqual(self.server.balance(self.key)[1], 0)
        self.assert_nothing_kept()

    def test_wrong_lengths(self):
        body = form(fields(), picture())
        self.assertRegex(answer_of(self.raw(body, length=UPLOAD_BYTES + 1)), "^HTTP/1.1 413 ")
        both = ["Content-Length: 5", "Transfer-Encoding: chunked"]
        self.assertRegex(answer_of(self.raw(b"", more=both)), "^HTTP/1.1 400 ")
        self.assertRegex(answer_of(self.raw(body, length=len(body) - 30)), "^HTTP/1.1 400 ")
        pieces = re.findall(b"(?s).{1,57}", body)
        chunked = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        sock = self.raw(chunked, more=["Transfer-Encoding: chunked", "Connection: close"])
        self.assertRegex(answer_of(sock), "^HTTP/1.1 200 ")
        self.assert_nothing_kept()

    def test_a_client_that_goes_away(self):
        body = form(fields(), part("image", png(64, 48) + bytes(PICTURE_BYTES // 2), "a.png"))
        sock = self.raw(body[:-1000], length=len(body))
        deadline = time.monotonic() + SOON_SECONDS
        while not self.kept() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual(len(self.kept()), 1)
        sock.close()
        self.assert_nothing_kept()
        self.assertEqual(self.server.balance(self.key)[1], 0)

    def test_a_request_without_a_key_is_not_read(self):
        self.key = "rk_live_none"
        sock = self.raw(b"", length=UPLOAD_BYTES)
        self.assertRegex(answer_of(sock), "^HTTP/1.1 401 ")
        self.assertEqual(self.kept(), [])

    def test_uploads_outlive_a_restart(self):
        server = Server(self.config)
        self.addCleanup(server.stop)
        key = server.key()
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=60)
        connection.request("POST", EDITS, form(fields("#slow:3s"), picture("image", 96, 54)),
                           {"Authorization": f"Bearer {key}",
                            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
        deadline = time.monotonic() + SOON_SECONDS
        while server.balance(key)[1] == 0 and time.monotonic() < deadline:
            time.sleep(0.02)
        server.kill9()
        connection.close()
        references = server.data / "media/references"
        mine, = references.iterdir()
        # What is left when the process dies between keeping an upload and making its task.
        lost = references / (mine.name[:-8] + "0" * 8)
        lost.mkdir()
        (lost / "upload-0").write_bytes(png(8, 8))
        server.start()
        task = server.get("/api/v1/tasks", key).json["data"][0]["id"]
        self.assertEqual(task, f"task_{mine.name}")
        self.assert_completed(server.poll(task, key))
        deadline = time.monotonic() + SOON_SECONDS
        while list(references.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(list(references.iterdir()), [])


def rgba(width, height):
    """A PNG with an alpha channel, transparent all over."""
    import struct
    import zlib
    def chunk(kind, payload):
        return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress((b"\x00" + bytes(4 * width)) * height)) + chunk(b"IEND", b""))


def answer_of(sock):
    """The first bytes of the answer."""
    sock.settimeout(90)
    return sock.recv(4096).decode("latin-1")


if __name__ == "__main__":
    unittest.main()
