"""What the tests with other people's clients share: where tools/packages.sh has put them, and how a script is run."""

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "e2e"))

import support  # noqa: E402: the end-to-end tests' servers

PACKAGES = Path(os.environ.get("SDK_PACKAGES", support.REPOSITORY / "build/packages"))
PYTHON = PACKAGES / "python/bin/python"
SCRIPT_SECONDS = 120


def run(program, *arguments, env=None, cwd=None, timeout=SCRIPT_SECONDS):
    """One program to its end; what it printed is in the error if it fails."""
    environment = support.clean_environment({"SDK_PACKAGES": str(PACKAGES), **(env or {})})
    ended = subprocess.run([str(program), *map(str, arguments)], env=environment, cwd=cwd, timeout=timeout, text=True,
                           stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if ended.returncode != 0:
        raise AssertionError(f"{program} {arguments}: {ended.returncode}\n{ended.stdout}{ended.stderr}")
    return ended.stdout
