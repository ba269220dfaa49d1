#!/usr/bin/env python3
"""The documentation site of the real binary in a real browser: every page, in light and dark, wide and on a phone."""

import os
import re
import shutil
import sys
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from site_support import NODE, OWN_MODEL, node, write_own_model  # noqa: E402
from support import Server  # noqa: E402

BROWSER = shutil.which("chromium") or "chromium"
BROWSE_SECONDS = 400
MODEL_PARTS = ["quick-example", "endpoint", "authentication", "body", "modes", "use-cases", "response", "special-errors", "polling",
               "price"]       # of every model's page, in this order; then its relatives, if it has any
ENOUGH_POINTS = 0.9          # of performance: a page that has them is not tried again
FEWEST_POINTS = 0.75         # on a machine that is busy with other tests, too
MOST_SHIFT = 0.1
SITE_BROTLI_BYTES = 460_000  # all of the site but the interactive reference; the console has 440,000


def setUpModule():
    NODE.install()


class Site(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(start=False)
        cls.addClassCleanup(cls.server.stop)
        catalog = cls.server.folder / "catalog"
        cls.model = write_own_model(catalog)
        (cls.server.folder / "darkroom.toml").write_text(f'[catalog]\ndir = "{catalog}"\n', encoding="utf-8")
        cls.server._arguments += ["--config", cls.server.folder / "darkroom.toml"]
        cls.server.start()
        cls.names = re.findall(r"\]\(/docs/([\w-]+)\.md\)", cls.server.get("/llms.txt").body.decode())
        cls.models = [model["id"] for model in cls.server.get("/api/v1/models").json["data"]]

    def browse(self, scheme, pages):
        shots = os.environ.get("SITE_SHOTS")
        return node(FOLDER / "browse.mjs", self.server.url, timeout=BROWSE_SECONDS,
                    data={"browser": BROWSER, "pages": pages, "scheme": scheme, "shots": shots})

    def assert_fine(self, page, dark):
        with self.subTest(page=page["path"]):
            self.assertEqual(page["status"], 200)
            self.assertEqual(page["problems"], [])
            self.assertEqual(page["axe"], [])
            self.assertLessEqual(page["wide"], 0, "scrolls sideways")
            self.assertLessEqual(page["wide_on_phone"], 0, "scrolls sideways on a phone")
            self.assertIn("darkroom", page["title"])
            if not page["path"].endswith("reference"):
                brightness = sum(map(int, re.findall(r"\d+", page["background"])[:3]))
                (self.assertLess if dark else self.assertGreater)(brightness, 384)

    def test_every_page_in_light(self):
        self.assertGreater(len(self.names), 20)
        guides = [{"path": f"/docs/{name}", "selector": ".VPDoc h1"} for name in self.names]
        models = [{"path": f"/docs/models/{model}", "selector": ".model-page h1"} for model in self.models]
        seen = self.browse("light", [{"path": "/docs/", "selector": ".VPHero .name"}, *guides, *models,
                                     {"path": "/docs/reference", "selector": "#reference h1"}])
        for page in seen["pages"]:
            self.assert_fine(page, dark=False)
        for page in seen["pages"]:
            if "/models/" in page["path"]:
                self.assertEqual([part for part in page["parts"] if part != "related"], MODEL_PARTS, page["path"])
                self.assertIn(page["parts"][-1], ("related", MODEL_PARTS[-1]), page["path"])
        self.assertEqual([page["heading"].split()[0] for page in seen["pages"] if "/models/" in page["path"]], self.models)
        self.assertIn("/docs/idempotency", seen["found"])
        self.assertEqual(seen["foundModel"], f"/docs/models/{OWN_MODEL}")
        self.assertEqual(seen["problems"], [])
        self.assert_own_model_is_offered(seen["followed"])

    def assert_own_model_is_offered(self, followed):
        self.assertIn(OWN_MODEL, followed["heading"])
        for text in ("Image", "Video", "Tools", OWN_MODEL):
            self.assertIn(text, followed["groups"])
        self.assertIn("requests.post", followed["sample"])
        self.assertIn(f'"model": "{OWN_MODEL}"', followed["sample"])

    def test_the_kinds_of_pages_in_dark(self):
        seen = self.browse("dark", [{"path": "/docs/", "selector": ".VPHero .name"},
                                    {"path": "/docs/quickstart", "selector": ".VPDoc h1"},
                                    {"path": f"/docs/models/{OWN_MODEL}", "selector": ".model-page h1"},
                                    {"path": "/docs/reference", "selector": "#reference h1"}])
        for page in seen["pages"]:
            self.assert_fine(page, dark=True)


class Quality(unittest.TestCase):
    """Lighthouse, on one page of each kind, as a desktop browser."""

    def test_every_kind_of_page_is_quick_and_usable_by_all(self):
        server = Server()
        self.addCleanup(server.stop)
        paths = ["/docs/", "/docs/quickstart", "/docs/errors", "/docs/models", "/docs/models/gpt-image-2"]
        seen = node(FOLDER / "lighthouse.mjs", timeout=BROWSE_SECONDS,
                    data={"base": server.url, "browser": BROWSER, "paths": paths, "enough": ENOUGH_POINTS})
        self.assertEqual(list(seen), paths)
        for path, page in seen.items():
            with self.subTest(path=path):
                self.assertIsNone(page["error"])
                self.assertEqual([page[name] for name in ("accessibility", "best-practices", "seo")], [1, 1, 1], page["failed"])
                self.assertLessEqual(page["shift"], MOST_SHIFT)
                self.assertGreaterEqual(page["performance"], FEWEST_POINTS)


class Delivery(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)

    def links(self, path):
        page = self.server.get(path).body.decode()
        return sorted(set(re.findall(r'(?:src|href)="(/docs/[^"#?]*)"', page)))

    def test_assets_are_packed_tagged_and_kept(self):
        hashed = [link for link in self.links("/docs/quickstart") if "/assets/" in link]
        self.assertGreater(len(hashed), 4)
        for link in hashed:
            with self.subTest(link=link):
                plain = self.server.get(link)
                self.assertEqual(plain.status, 200)
                self.assertNotIn("Content-Encoding", plain.headers)
                self.assertIn("immutable", plain.headers["Cache-Control"])
                self.assertEqual(plain.headers["X-Content-Type-Options"], "nosniff")
                for coding in ("br", "gzip"):
                    packed = self.server.get(link, headers={"Accept-Encoding": f"identity;q=0.5, {coding}"})
                    self.assertEqual(packed.headers.get("Content-Encoding", coding), coding)
                    self.assertLessEqual(len(packed.body), len(plain.body))
                    self.assertEqual(packed.headers["Vary"], "Accept-Encoding")
                    again = self.server.get(link, headers={"Accept-Encoding": coding, "If-None-Match": packed.headers["ETag"]})
                    self.assertEqual((again.status, again.body), (304, b""))

    def test_the_policy_of_pages_is_strict(self):
        for path in ("/docs/", "/docs/quickstart", f"/docs/models/gpt-image-2", "/docs/reference", "/docs/nothing-here"):
            with self.subTest(path=path):
                policy = self.server.get(path).headers["Content-Security-Policy"]
                parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
                self.assertEqual(parts["default-src"], "'self'")
                self.assertEqual(parts["frame-ancestors"], "'none'")
                self.assertNotIn("unsafe", parts["script-src"])
                if path != "/docs/reference":
                    self.assertNotIn("unsafe", policy)

    def test_what_is_not_there_is_404(self):
        for path in ("/docs/nothing", "/docs/models/nothing", "/docs/models/nothing.md", "/docs/assets/app.js",
                     "/docs/../darkroom.db", "/docs/%2e%2e/x"):
            with self.subTest(path=path):
                self.assertIn(self.server.get(path).status, (400, 404))
        moved = self.server.get("/docs")
        self.assertEqual((moved.status, moved.headers["Location"]), (301, "/docs/"))

    def test_every_page_has_a_twin_in_markdown(self):
        index = self.server.get("/llms.txt").body.decode()
        twins = re.findall(r"\]\((/docs/[^)]+\.md)\)", index)
        self.assertGreater(len(twins), 45)
        everything = self.server.get("/llms-full.txt").body.decode()
        for path in twins:
            with self.subTest(path=path):
                answer = self.server.get(path)
                self.assertEqual(answer.status, 200)
                self.assertTrue(answer.headers["Content-Type"].startswith("text/markdown"))
                text = answer.body.decode()
                self.assertRegex(text, r"\A# \S")
                self.assertNotRegex(text, r"<[A-Z]\w+ />|^:::|\{:#")
                self.assertIn(text.splitlines()[0], everything)
                if "/models/" in path:
                    parts = [part.lower().replace(" ", "-") for part in re.findall(r"^## (.*)$", text, re.MULTILINE)]
                    self.assertEqual([part for part in parts if part != "related"], MODEL_PARTS)
                for link in re.findall(r"\]\((/docs/[^)#]+)", text):
                    self.assertEqual(self.server.get(link).status, 200, link)
        asked = self.server.get("/docs/models/gpt-image-2", headers={"Accept": "text/markdown"})
        self.assertTrue(asked.headers["Content-Type"].startswith("text/markdown"))

    def test_it_is_small(self):
        total = 0
        pending, seen = ["/docs/", *(f"/docs/{name}" for name in ("quickstart", "models", "errors", "api"))], set()
        while pending:
            path = pending.pop()
            if path in seen or "reference" in path or "scalar" in path:
                continue
            seen.add(path)
            answer = self.server.get(path, headers={"Accept-Encoding": "br"})
            total += len(answer.body)
            if not path.startswith("/docs/assets/"):
                pending += [link for link in self.links(path) if not link.startswith("/docs/models/")]
        self.assertGreater(total, 50_000)
        self.assertLess(total, SITE_BROTLI_BYTES)


if __name__ == "__main__":
    unittest.main()
