#!/usr/bin/env python3
"""The SDKs of others against the real server: OpenAI's for JavaScript in two majors and for Python, and the AI SDK."""

import unittest

from sdk_support import FOLDER, PYTHON, run
from support import ServerTest


class Sdks(ServerTest):
    def environment(self, account):
        return {"DARKROOM_URL": self.server.url, "DARKROOM_API_KEY": self.server.key(account),
                "POOR_API_KEY": self.server.key(account, False)}

    def test_openai_for_javascript(self):
        for package in ("openai-4", "openai-6"):
            with self.subTest(package=package):
                ran = run("node", FOLDER / "openai_images.mjs", package, env=self.environment(package))
                self.assertGreater(ran.count("ok: "), 14, ran)

    def test_openai_for_python(self):
        ran = run(PYTHON, FOLDER / "openai_images.py", env=self.environment("python"))
        self.assertGreater(ran.count("ok: "), 7, ran)

    def test_ai_sdk(self):
        ran = run("node", FOLDER / "ai_sdk_images.mjs", env=self.environment("ai-sdk"))
        self.assertGreater(ran.count("ok: "), 4, ran)


if __name__ == "__main__":
    unittest.main()
