#!/usr/bin/env python3
"""Every rule of tidy.py against a small tree that breaks it, and a tree that breaks none."""

import tempfile
import unittest
from pathlib import Path

import tidy

LAYERS = """
# rank 0
darkroom_module(base              THIRD_PARTY json)
# rank 1
darkroom_module(ledger            USES base)
darkroom_module(task              USES base ledger)
# rank 2
darkroom_module(store             USES base)
darkroom_module(net               USES base  THIRD_PARTY beast json)
# rank 3
darkroom_module(store/memory      USES base store)
darkroom_module(store/sqlite      USES base store
                                  THIRD_PARTY sqlite)
# rank 4
darkroom_module(engine            USES base store)
# rank 5
darkroom_module(api               USES base engine)
"""
HEADER = "// A box that holds one thing; not thread-safe.\n#pragma once\n"


class TidyTest(unittest.TestCase):
    def violations(self, files, layers=LAYERS):
        with tempfile.TemporaryDirectory() as folder:
            for path, text in {"src/CMakeLists.txt": layers, **files}.items():
                file = Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            return list(tidy.check_tree(folder))

    def assert_one(self, path, text, *expected):
        """Exactly one violation, which contains every expected piece."""
        found = self.violations({path: text})
        self.assertEqual(len(found), 1, f"{text!r} gave {found}")
        for piece in expected:
            self.assertIn(piece, found[0])

    def assert_clean(self, path, text):
        self.assertEqual(self.violations({path: text}), [], text)


class Layers(TidyTest):
    def test_what_a_line_names_may_be_included(self):
        self.assert_clean("src/engine/x.cpp", '#include "engine/x.h"\n#include "base/a.h"\n#include "store/store.h"\n')
        self.assert_clean("src/store/sqlite/x.cpp", '#include "store/sqlite/x.h"\n#include "store/store.h"\n')
        self.assert_clean("src/task/x.cpp", '#include "ledger/entry.h"\n')

    def test_a_higher_rank_is_refused_with_file_and_line(self):
        self.assert_one("src/engine/x.cpp", '\n\n#include "api/routes.h"\n',
                        "src/engine/x.cpp:3: engine may not include api: move the type down")

    def test_a_sibling_is_refused(self):
        self.assert_one("src/store/memory/x.cpp", '#include "store/sqlite/x.h"\n', "siblings do not know each other")

    def test_a_lower_rank_that_the_line_does_not_name_is_refused(self):
        self.assert_one("src/api/x.cpp", '#include "store/store.h"\n', "its line in src/CMakeLists.txt does not name it")

    def test_an_include_outside_every_folder_is_refused(self):
        self.assert_one("src/api/x.cpp", '#include "routes.h"\n', "in no folder of the layer table")

    def test_an_include_in_a_comment_is_none(self):
        self.assert_clean("src/engine/x.cpp", '// #include "api/a.h"\n/*\n#include "api/b.h"\n*/\n')

    def test_tests_may_share_support_and_code_may_not(self):
        self.assert_clean("src/engine/x_test.cpp", '#include "tests/support/fake_clock.h"\n')
        self.assert_one("src/engine/x.cpp", '#include "tests/support/fake_clock.h"\n', "in no folder")

    def test_the_table_itself_descends(self):
        layers = LAYERS.replace("darkroom_module(store             USES base)",
                                "darkroom_module(store             USES base engine)")
        self.assertEqual(self.violations({}, layers), [
            "src/CMakeLists.txt: store (rank 2) may not use engine (rank 4): a folder uses lower ranks only"])
        layers = LAYERS.replace("darkroom_module(ledger            USES base)",
                                "darkroom_module(ledger            USES base task)")
        self.assertIn("ledger (rank 1) may not use task (rank 1)", self.violations({}, layers)[0])
        layers = LAYERS.replace("USES base engine)", "USES base motor)")
        self.assertIn("api uses motor, which the table does not have", self.violations({}, layers)[0])


class OutsideLibraries(TidyTest):
    def test_a_granted_library_and_the_system_are_open(self):
        self.assert_clean("src/net/x.cpp", "#include <boost/beast/http.hpp>\n#include <vector>\n#include <sys/uio.h>\n")
        self.assert_clean("src/store/sqlite/x.cpp", "#include <sqlite3.h>\n#include <fmt/format.h>\n")

    def test_a_library_that_the_line_does_not_name_is_refused(self):
        for header, library in (("boost/beast/http.hpp", "beast"), ("sqlite3.h", "sqlite"), ("curl/curl.h", "curl"),
                                ("openssl/sha.h", "openssl"), ("vips/vips8", "vips"), ("pango/pangocairo.h", "pango"),
                                ("cairo.h", "pango"), ("toml++/toml.h", "toml"), ("CLI/CLI.hpp", "cli11"),
                                ("prometheus/registry.h", "prometheus"),
                                ("modp_b64.h", "base64"), ("seccomp.h", "seccomp"), ("libpq-fe.h", "postgres")):
            self.assert_one("src/engine/x.cpp", f"#include <{header}>\n", f"does not name {library}")

    def test_a_library_that_nobody_knows_is_refused(self):
        self.assert_one("src/net/x.cpp", "#include <zlib.h>\n", "belongs to no library")

    def test_the_json_library_stays_in_its_units(self):
        self.assert_clean("src/base/json.cpp", "#include <boost/json/value.hpp>\n")
        self.assert_clean("src/net/json_lift.cpp", "#include <boost/json/value.hpp>\n")
        self.assert_one("src/net/router.cpp", "#include <boost/json/value.hpp>\n", "confined to base/json")

    def test_gtest_stays_in_tests(self):
        self.assert_clean("src/net/x_test.cpp", "#include <gtest/gtest.h>\n")
        self.assert_one("src/net/x.cpp", "#include <gtest/gtest.h>\n", "tests only")


class Bans(TidyTest):
    def test_each_ban_names_its_replacement(self):
        for code, replacement in (("std::regex r;", "write the parser"), ("auto* p = new Box();", "std::make_unique"),
                                  ("delete p;", "unique_ptr"), ("delete[] p;", "unique_ptr"),
                                  ("int i = rand();", "Random"), ("int i = std::atoi(s);", "std::from_chars"),
                                  ("auto i = std::stoull(s);", "std::from_chars"),
                                  ("auto i = strtol(s, &e, 10);", "std::from_chars"),
                                  ("std::cout << 1;", "log"), ("auto t = std::chrono::system_clock::now();", "Clock"),
                                  ("if (co_await f()) g();", "if (const bool done = co_await f(); done)")):
            self.assert_one("src/engine/x.cpp", f"void f() {{ {code} }}\n", "src/engine/x.cpp:1: ", replacement)

    def test_bans_for_tests(self):
        for code in ("std::this_thread::sleep_for(1s);", "usleep(5);", "sleep(1);", "GTEST_SKIP();"):
            self.assert_one("src/net/x_test.cpp", f"void f() {{ {code} }}\n", "banned")
        self.assert_one("tests/api/x.cpp", "TEST(A, DISABLED_b) {}\n", "mend it or delete it")

    def test_an_awaited_condition(self):
        for code in ("while (co_await f()) g();", "switch (co_await f()) {}", "if (!co_await f(1)) g();",
                     "if ((co_await f()).ok()) g();", "if (g(1); co_await f()) h();", "if (a == b && co_await f()) g();",
                     "do g(); while (co_await f());", "if (\n    co_await f()) g();"):
            self.assert_one("src/engine/x.cpp", f"void f() {{ {code} }}\n", "const bool done")
        for code in ("if (const bool done = co_await f(); done) g();", "if (a(1)) co_await f();", "if (a) g(); co_await f();",
                     "const bool a = co_await f(); if (a) g();", "while (a) { co_await f(); }",
                     "if (auto r = co_await f(); !r) g();"):
            self.assert_clean("src/engine/x.cpp", f"void f() {{ {code} }}\n")

    def test_what_only_looks_like_a_ban(self):
        for code in ("Box(const Box&) = delete;", "void* operator new(size_t);", "void operator delete(void*) noexcept;",
                     'auto s = "new rand( std::cout";', "// a new box; never delete it\n", "int operand(int);",
                     "auto s = R\"(delete x; new y)\";", "int i = 1'000'000; new_box('n');", "loop.sleep(1);"):
            self.assert_clean("src/engine/x.cpp", code + "\n")

    def test_places_that_may(self):
        self.assert_clean("src/base/clock.cpp", "auto t = std::chrono::system_clock::now();\n")
        self.assert_clean("src/app/main.cpp", "void f() { std::cout << 1; }\n")

    def test_unfinished_work(self):
        for word in ("TO" "DO", "FIX" "ME", "XX" "X"):
            self.assert_one("src/base/x.cpp", f"// {word}: later\n", "unfinished work")
            self.assert_one("docs/a.md", f"# A\n{word}\n", "docs/a.md:2: unfinished work")
        self.assert_clean("src/base/x.cpp", "auto name = \"darkroom-" + "X" * 6 + "\";\n")

    def test_machines_and_registries(self):
        for place in ("/wo" "rk/x", "/ro" "ot/x", "see /fa" "rm/x"):
            self.assert_one("docs/a.md", f"# A\n{place}\n", "a path of one machine")
        self.assert_clean("docs/a.md", "# A\nhttps://example.com/work/x and src/root/x\n")
        self.assert_one("docs/a.md", "# A\nhttps://py" "pi.org/simple\n", "package registry")
        self.assert_clean("console/package-lock.json", '"https://registry.np' 'mjs.org/x"\n')


class Lengths(TidyTest):
    def test_columns(self):
        self.assert_clean("src/base/x.cpp", "// " + "ä" * 117 + "\n")
        self.assert_one("src/base/x.cpp", "// " + "x" * 118 + "\n", "src/base/x.cpp:1: 121 columns")

    def test_files(self):
        self.assert_clean("src/base/x.cpp", "int a;\n" * 400)
        self.assert_one("src/base/x.cpp", "int a;\n" * 401, "401 lines, the limit is 400")
        self.assert_clean("src/base/x_test.cpp", "int a;\n" * 800)
        self.assert_one("src/base/x_test.cpp", "int a;\n" * 801, "the limit is 800")
        self.assert_one("src/base/x.h", HEADER + "int a;\n" * 199, "201 lines, the limit is 200")

    def test_functions(self):
        for opening in ("int f(int a) {", "Box::Box() : a_{1}, b_(2) {", "template <class T>\nT f() {",
                        "TEST(Box, holds) {", "namespace a {\nstruct B {\n  int g() const {",
                        "auto f() -> int {", "void f(const std::vector<int>& v = {}) {"):
            lead, depth = opening.count("\n"), opening.count("{") - opening.count("{1}") - opening.count("{}")
            inside = "  if (a) {\n    g();\n  }\n"
            tail = "}\n" * depth
            header_lines = lead if opening.startswith("template") else 0
            self.assert_clean("src/base/x.cpp", opening + "\n" + inside * 22 + "  g();\n" * (2 - header_lines) + tail)
            self.assert_one("src/base/x.cpp", opening + "\n" + inside * 23 + tail, "the limit is 70")

    def test_what_is_no_function(self):
        rows = "    {1, f(2)},\n" * 100
        self.assert_clean("src/base/x.cpp", "constexpr auto kTable = std::to_array<Row>({\n" + rows + "});\n")
        self.assert_clean("src/base/x.cpp", "const int kTable[] = {\n" + rows + "};\n")
        self.assert_clean("src/base/x.cpp", "struct Box {\n" + "  int f() const;\n" * 100 + "};\n")


class Files(TidyTest):
    def test_header_comment(self):
        self.assert_clean("src/base/x.h", HEADER)
        self.assert_one("src/base/x.h", "#pragma once\n", "opens with a comment")
        self.assert_one("src/base/x.h", "#include <vector>\n// A box that holds one thing.\n#pragma once\n",
                        "opens with a comment")
        self.assert_one("src/base/x.h", "// x.h\n#pragma once\n", "says nothing")
        self.assert_one("src/base/x.h", "// a box of one thing\n" * 11 + "#pragma once\n", "has 11 lines")
        self.assert_one("src/base/x.h", "// A box that holds one thing.\nint a;\n", "no #pragma once")

    def test_names(self):
        self.assert_clean("src/base/one_box2.cpp", "int a;\n")
        for name in ("OneBox.cpp", "one-box.cpp", "one__box.cpp"):
            self.assert_one(f"src/base/{name}", "int a;\n", "snake_case")

    def test_markdown_has_one_title(self):
        self.assert_clean("docs/a.md", "# A\n## B\n```sh\n# no title\n```\n")
        self.assert_one("docs/a.md", "## A\n", "0 first-level headings")
        self.assert_one("docs/a.md", "# A\n# B\n", "2 first-level headings")

    def test_generated_folders_are_no_part_of_the_tree(self):
        self.assertEqual(self.violations({"build/a.md": "", "console/node_modules/b.md": ""}), [])


if __name__ == "__main__":
    unittest.main()
