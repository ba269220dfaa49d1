"""Packages for Node that a folder's lock file pins, and modules that run beside them."""

import json
import shutil
import subprocess

from support import clean_environment

INSTALL_SECONDS = 300


class NodePackages:
    def __init__(self, source, installed, modules=()):
        """source: where the lock file stands; installed: where the packages go; modules: what the scripts import."""
        self.source = source
        self.installed = installed
        self.modules = modules

    def install(self):
        """Once for each version of the lock file."""
        lock = (self.source / "package-lock.json").read_text(encoding="utf-8")
        stamp = self.installed / "installed"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
            return
        self.installed.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(self.source / name, self.installed / name)
        subprocess.run(["npm", "ci", "--loglevel=error"], cwd=self.installed, check=True, timeout=INSTALL_SECONDS,
                       stdin=subprocess.DEVNULL)
        stamp.write_text(lock, encoding="utf-8")

    def run(self, script, *arguments, data=None, env=None, timeout=60):
        """Runs a module beside the packages, `data` as JSON on its stdin; what it printed."""
        copy = self.installed / script.name
        for module in (script, *self.modules):
            shutil.copy(module, self.installed / module.name)
        ended = subprocess.run(["node", copy, *map(str, arguments)], input=json.dumps(data), text=True, check=False,
                               capture_output=True, timeout=timeout, env=clean_environment(env))
        if ended.returncode != 0:
            raise AssertionError(f"{script.name}: {ended.stdout[-2000:]}{ended.stderr[-4000:]}")
        return ended.stdout
