"""What the tests of the console share: packages of the lock file, and a server at its first start."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "e2e"))

from node_packages import NodePackages  # noqa: E402
from support import REPOSITORY, Server  # noqa: E402

PACKAGES = Path(os.environ.get("CONSOLE_PACKAGES", REPOSITORY / "build/console_packages"))
BROWSER = shutil.which("chromium") or "chromium"
NODE = NodePackages(FOLDER, PACKAGES, [FOLDER / "visit.mjs", FOLDER.parent / "site/tab.mjs"])


class FirstStart:
    """A server without data, and the link that makes its first operator."""

    def __init__(self):
        self.server = Server()
        self.base = self.server.url
        printed = re.search(r"set up the console: (\S+)", self.server.process.stderr)
        assert printed, self.server.process.stderr
        self.link = printed[1]

    def browse(self, script, timeout, **data):
        """Runs a module in the browser; what it printed, read as JSON."""
        data = {"base": self.base, "link": self.link, "browser": BROWSER, **data}
        return json.loads(NODE.run(FOLDER / script, data=data, timeout=timeout))
