#!/usr/bin/env python3
"""Every command of README.md, in the order of the page, against a server of this test.

A ```sh block runs in bash with -eu, and what it exports holds for the next ones; a ```toml block becomes darkroom.toml.
The address on the page stands for this server's, and a task's id for the task submitted last. Two kinds of lines are not
run: `git clone`, which needs the network, and `make VERB`, whose verb must be in the Makefile.
"""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import BINARY, COMMAND_SECONDS, REPOSITORY, Server, clean_environment

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
PAGE_URL = "http://127.0.0.1:8080"
TASK = re.compile(r"task_([0-9a-f]{32})")


def blocks(text):
    """(language, content) of each fenced block."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(block):
    """The commands of a block, continued lines joined."""
    return [line for line in block.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="darkroom-readme-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.task_hex = None

    def test_every_command_works(self):
        ran = 0
        for language, content in blocks(README):
            if language == "toml":
                (self.folder / "darkroom.toml").write_text(content, encoding="utf-8")
            for command in commands(content) if language == "sh" else []:
                with self.subTest(command=command):
                    if command.startswith("git clone "):
                        continue
                    if command.startswith("make "):
                        self.assert_verbs(command)
                        continue
                    self.run_command(command)
                    ran += 1
        self.assertGreater(ran, 8, "the page has lost its commands, or this test does not see them")

    def assert_verbs(self, command):
        for verb in command.split()[1:]:
            self.assertRegex(MAKEFILE, rf"(?m)^{re.escape(verb)}:", f"the Makefile has no '{verb}'")

    def run_command(self, command):
        """The command in bash; an exit code other than 0 fails, and so does an answer that is an error."""
        command = command.replace(PAGE_URL, self.server.url)
        for shown in set(TASK.findall(command)) | set(re.findall(r"/media/tasks/([0-9a-f]{32})/", command)):
            self.assertIsNotNone(self.task_hex, "a task's id stands before the first submit")
            command = command.replace(shown, self.task_hex)
        script = f"test ! -e .exports || . ./.exports\n{command}\nexport -p > .exports\n"
        environment = clean_environment({"DARKROOM_DATA": str(self.server.data), "DARKROOM_URL": self.server.url,
                                         "PATH": f"{BINARY.resolve().parent}{os.pathsep}{os.environ['PATH']}"})
        ended = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", script], cwd=self.folder, env=environment,
                               timeout=COMMAND_SECONDS, text=True, capture_output=True, check=False)
        self.assertEqual(ended.returncode, 0, f"{command}\n{ended.stdout}{ended.stderr}")
        self.assertNotIn('{"error":', ended.stdout, command)
        submitted = TASK.search(ended.stdout)
        if submitted and '"processing"' in ended.stdout:
            self.task_hex = submitted.group(1)
            self.wait_for(submitted.group(0))

    def wait_for(self, task):
        exported = (self.folder / ".exports").read_text(encoding="utf-8")
        key = re.search(r'DARKROOM_API_KEY="([^"]+)"', exported).group(1)
        self.assertEqual(self.server.poll(task, key)["status"], "completed")


if __name__ == "__main__":
    unittest.main()
