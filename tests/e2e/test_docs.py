#!/usr/bin/env python3
"""What the pages say against what the source has: error codes, metrics, endpoints, ADR form, links."""

import re
import unittest

from support import REPOSITORY

PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("catalog/*.md")])


def read(path):
    return (REPOSITORY / path).read_text(encoding="utf-8")


class Errors(unittest.TestCase):
    # Code, name, status and public number of each row of the table.
    ROWS = re.findall(r'\{Code::\w+,\s*"(\w+)",\s*"(?:[^"\\]|\\.)*",\s*(\d{3}),\s*(\d+),', read("src/base/error.cpp"))
    SHOWN = re.findall(r"^\| (\d{5}) \| (\d{3}) \| ([^|]*) \|", read("docs/ERRORS.md"), re.MULTILINE)

    def test_every_public_code_is_on_the_page_with_its_status(self):
        self.assertGreater(len(self.ROWS), 40)
        shown = {number: (status, names) for number, status, names in self.SHOWN}
        for name, status, number in self.ROWS:
            if number == "0":
                continue
            with self.subTest(code=name):
                self.assertIn(number, shown)
                self.assertEqual(shown[number][0], status)
                self.assertIn(f"`{name}`", shown[number][1])

    def test_the_page_has_no_code_that_the_table_lacks(self):
        self.assertLessEqual({number for number, _, _ in self.SHOWN}, {number for _, _, number in self.ROWS})


class Reference(unittest.TestCase):
    def source(self, pattern):
        found = set()
        for file in (REPOSITORY / "src").rglob("*.cpp"):
            if not file.name.endswith("_test.cpp"):
                found |= set(re.findall(pattern, file.read_text(encoding="utf-8")))
        self.assertTrue(found)
        return found

    def test_every_metric_is_explained(self):
        page = read("docs/OPERATING.md")
        for name in sorted(self.source(r'"(darkroom_[a-z_]+)"')):
            with self.subTest(metric=name):
                self.assertIn(f"`{name}", page)

    def test_every_public_endpoint_is_explained(self):
        page = read("docs/API.md")
        table = read("src/api/routes.cpp").split("kAdmin")[0]
        endpoints = re.findall(r'\{"([A-Z]+)", "([^"]+)",', table)
        self.assertGreater(len(endpoints), 8)
        for method, path in endpoints:
            with self.subTest(endpoint=f"{method} {path}"):
                self.assertIn(f"{method} {path.replace('{path...}', 'tasks/')}", page)


class Pages(unittest.TestCase):
    def test_every_link_leads_somewhere(self):
        for page in PAGES:
            text = page.read_text(encoding="utf-8")
            for target, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]*)?\)", text):
                with self.subTest(page=page.name, link=target + anchor):
                    file = (page.parent / target) if target else page
                    self.assertTrue(file.exists())
                    if anchor:
                        headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
                        names = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
                        self.assertIn(anchor[1:], names)

    def test_source_files_named_on_a_page_exist(self):
        for page in PAGES:
            named = re.findall(r"`((?:src|tests|tools|docs|catalog|deploy|bench|fuzz)/[\w./-]+\.\w+)`", page.read_text("utf-8"))
            for path in named:
                with self.subTest(page=page.name, path=path):
                    self.assertTrue((REPOSITORY / path).exists())

    def test_functions_named_behind_a_file_stand_in_it(self):
        named = re.findall(r"`(src/[\w/]+\.cpp)` ((?:`[\w:()]+`(?:, )?)+)", read("docs/LIFE_OF_A_TASK.md"))
        self.assertGreater(len(named), 25)
        for path, functions in named:
            for function in re.findall(r"`([\w:]+)", functions):
                name = function.rsplit("::", 1)[-1]
                with self.subTest(path=path, function=function):
                    self.assertRegex(read(path), rf"\b{name}\(")

    def test_every_decision_has_its_parts_and_fits_a_page(self):
        decisions = sorted((REPOSITORY / "docs/adr").glob("*.md"))
        self.assertGreater(len(decisions), 5)
        for number, page in enumerate(decisions, 1):
            with self.subTest(page=page.name):
                text = page.read_text(encoding="utf-8")
                self.assertTrue(page.name.startswith(f"{number:04}-"))
                self.assertLessEqual(len(text.splitlines()), 40)
                for part in ("**Decision", "**Consequences"):
                    self.assertIn(part, text)


if __name__ == "__main__":
    unittest.main()
