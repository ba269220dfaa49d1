"""What the tests of the documentation site share: packages of the lock file, a server with a model of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "e2e"))

from support import REPOSITORY, clean_environment  # noqa: E402

PACKAGES = Path(os.environ.get("SITE_PACKAGES", REPOSITORY / "build/site_packages"))
INSTALL_SECONDS = 300
OWN_MODEL = "pocket-picture"


def install_packages():
    """Those of the lock file, once for each version of it."""
    lock = (FOLDER / "package-lock.json").read_text(encoding="utf-8")
    stamp = PACKAGES / "installed"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != lock:
        PACKAGES.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(FOLDER / name, PACKAGES / name)
        subprocess.run(["npm", "ci", "--loglevel=error"], cwd=PACKAGES, check=True, timeout=INSTALL_SECONDS,
                       stdin=subprocess.DEVNULL)
        stamp.write_text(lock, encoding="utf-8")


def node(script, *arguments, data=None, env=None, timeout=60):
    """Runs a module beside the installed packages; what it printed, read as JSON."""
    copy = PACKAGES / script.name
    shutil.copy(script, copy)
    ended = subprocess.run(["node", copy, *map(str, arguments)], input=json.dumps(data), text=True, check=False,
                           capture_output=True, timeout=timeout, env=clean_environment(env))
    if ended.returncode != 0:
        raise AssertionError(f"{script.name}: {ended.stdout[-2000:]}{ended.stderr[-4000:]}")
    return json.loads(ended.stdout)


def write_own_model(folder):
    """A model that the program was not built with: the example of docs/EXTENDING.md, as an operator would add it."""
    page = (REPOSITORY / "docs/EXTENDING.md").read_text(encoding="utf-8")
    model = json.loads(page.split("```json\n")[1].split("```")[0])
    assert model["id"] == OWN_MODEL
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{OWN_MODEL}.json").write_text(json.dumps(model), encoding="utf-8")
    return model
