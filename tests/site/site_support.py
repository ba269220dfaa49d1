"""What the tests of the documentation site share: packages of the lock file, a server with a model of its own."""

import json
import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "e2e"))

from node_packages import NodePackages  # noqa: E402
from support import REPOSITORY  # noqa: E402

PACKAGES = Path(os.environ.get("SITE_PACKAGES", REPOSITORY / "build/site_packages"))
OWN_MODEL = "pocket-picture"
NODE = NodePackages(FOLDER, PACKAGES, [FOLDER / "tab.mjs", FOLDER / "judge.mjs"])


def node(script, *arguments, **options):
    """Runs a module beside the installed packages; what it printed, read as JSON."""
    return json.loads(NODE.run(script, *arguments, **options))


def write_own_model(folder):
    """A model that the program was not built with: the example of docs/EXTENDING.md, as an operator would add it."""
    page = (REPOSITORY / "docs/EXTENDING.md").read_text(encoding="utf-8")
    model = json.loads(page.split("```json\n")[1].split("```")[0])
    assert model["id"] == OWN_MODEL
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{OWN_MODEL}.json").write_text(json.dumps(model), encoding="utf-8")
    return model
