#!/usr/bin/env python3
"""The style test: checks every file of the tree against docs/STYLE.md and the layer table of src/CMakeLists.txt.

    tools/tidy.py [ROOT]

Prints one sentence for each violation and a count; the exit code is 1 when there is any.
"""

import os
import re
import sys
from collections import namedtuple
from pathlib import Path

Module = namedtuple("Module", "folder rank uses third_party")
# text: as written; code: the same text, line for line, with comments and the insides of literals blanked.
Source = namedtuple("Source", "path text code")

FUNCTION_LINES = 70
SOURCE_LINES = 400
TEST_LINES = 800
HEADER_LINES = 200
COLUMNS = 120
HEADER_COMMENT_LINES = 10

SKIPPED = {".git", "build", "data", "node_modules", "dist", "__pycache__", ".cache"}
CODE_FOLDERS = ("src", "tests", "bench", "fuzz")
TEXT_SUFFIXES = {".cpp", ".h", ".py", ".sh", ".md", ".txt", ".cmake", ".json", ".toml", ".yml", ".yaml", ".js", ".ts",
                 ".tsx", ".html", ".css", ".go", ".sql", ""}

# The only folders of one rank where one may know the other: accounts and tasks speak of money, and the console shows
# what the API shows.
SAME_RANK_USES = {("account", "ledger"), ("task", "ledger"), ("api/console", "api")}

# Header prefix -> the short name that the layer table uses. The first match counts; "fmt" is open to everyone.
THIRD_PARTY = (
    ("boost/json", "json"), ("boost/", "beast"), ("sqlite3.h", "sqlite"), ("curl/", "curl"), ("openssl/", "openssl"),
    ("vips/", "vips"), ("gio/", "vips"), ("glib", "vips"), ("pango/", "pango"), ("cairo", "pango"),
    ("toml++/", "toml"), ("CLI/", "cli11"), ("fmt/", "fmt"), ("prometheus/", "prometheus"),
    ("modp_b64", "base64"), ("seccomp.h", "seccomp"), ("sodium.h", "sodium"), ("libav", "libav"), ("libsw", "libav"), ("libpq-fe.h", "postgres"),
    ("gtest/", "gtest"), ("gmock/", "gtest"),
)
OPEN_TO_EVERYONE = {"fmt"}
SYSTEM_HEADER = re.compile(r"(sys|netinet|arpa|net|linux)/\w+\.h$|"
                           r"(unistd|fcntl|netdb|poll|pthread|signal|spawn|dirent|dlfcn|pwd|termios|execinfo|malloc|"
                           r"sched|time|strings|ifaddrs)\.h$|\w+$")
# Libraries that the table grants to a folder but that belong to single units in it.
CONFINED = {"json": re.compile(r"base/json\.(h|cpp)$|net/json_lift\w*\.(h|cpp)$")}

TEST = "test"
Ban = namedtuple("Ban", "pattern where instead")
BANS = (
    Ban(r"std::w?regex\b", "", "std::regex is banned: write the parser"),
    Ban(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|(?<![\w.>])sleep\(\d+\)", TEST,
        "sleeping in a test is banned: use the fake clock, or wait for the event"),
    Ban(r"std::cout\b", "src, not app", "std::cout is banned outside app: use the log"),
    Ban(r"(?<!operator )\bnew\b(?! *\()", "", "naked new is banned: use std::make_unique"),
    Ban(r"(?<!operator )(?<!= )\bdelete\b", "", "naked delete is banned: let a unique_ptr own it"),
    Ban(r"\bs?rand\(", "", "rand is banned: use Random"),
    Ban(r"\b(strto(u?ll?|[dfi]|ld|[iu]max)|ato(i|l|ll|f)|sto(i|l|ll|ul|ull|f|d|ld))\(", "",
        "strtol and its kin are banned: use std::from_chars"),
    Ban(r"system_clock::now\b", "src, not base", "system_clock::now is banned outside base: use Clock"),
    # A condition up to its co_await, balanced one level deep; a plain "=" before it makes it an initializer, which is fine.
    Ban(r"\b(if|while|switch)\s*\(((?:[^;{}()]|\([^()]*\))*;)?(?:[^;{}()=]|\([^()]*\)|\(|[=!<>]=)*\bco_await\b", "",
        "co_await in a condition is banned, g++ 12 lays the frame out wrongly: if (const bool done = co_await f(); done)"),
    Ban(r"\bDISABLED_", TEST, "a disabled test is banned: mend it or delete it"),
    Ban(r"\bGTEST_SKIP\b", TEST, "a skipped test is banned: a test that cannot fail is worse than none"),
)
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}~-])/(work|root|farm)/")
PACKAGE_HOST = re.compile(r"https?://[a-z0-9.-]*(registry|npmjs|debian|pypi|golang|crates|maven)[a-z0-9.-]*"
                          r"\.(org|com|io)")

LITERAL = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\\ ]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"'
                     r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.DOTALL)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def blank_literals(text):
    """Replaces comments and the insides of string literals by spaces, keeping every line where it is."""
    def blank(match):
        literal = match.group(0)
        inside = re.sub(r"[^\n]", " ", literal)
        return inside if literal.startswith("/") else literal[0] + inside[1:-1] + literal[-1]
    return LITERAL.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def is_test(path):
    return path.endswith("_test.cpp") or path.startswith("tests/")


# ---- the layer table


def read_layer_table(text):
    """The modules of src/CMakeLists.txt by folder; a "# rank N" comment counts for every line under it."""
    modules, rank = {}, None
    for match in re.finditer(r"^# rank (\d+)|^darkroom_module\(([^)]*)\)", text, re.MULTILINE):
        if match.group(1):
            rank = int(match.group(1))
            continue
        words = match.group(2).split()
        lists = {"USES": [], "THIRD_PARTY": []}
        current = None
        for word in words[1:]:
            if word in lists:
                current = lists[word]
            else:
                current.append(word)
        modules[words[0]] = Module(words[0], rank, set(lists["USES"]), set(lists["THIRD_PARTY"]))
    return modules


def check_layer_table(modules):
    for module in modules.values():
        for used in sorted(module.uses):
            if used not in modules:
                yield f"src/CMakeLists.txt: {module.folder} uses {used}, which the table does not have"
            elif modules[used].rank >= module.rank and (module.folder, used) not in SAME_RANK_USES:
                yield (f"src/CMakeLists.txt: {module.folder} (rank {module.rank}) may not use {used} "
                       f"(rank {modules[used].rank}): a folder uses lower ranks only")


def module_of(path, modules):
    """The module that a path relative to src/ belongs to: the one with the longest folder."""
    folder = os.path.dirname(path)
    while folder and folder not in modules:
        folder = os.path.dirname(folder)
    return modules.get(folder)


def check_own_include(source, module, included, modules):
    target = module_of(included, modules)
    if included.startswith("tests/") and is_test(source.path):
        return None
    if target is None:
        return f'"{included}" is in no folder of the layer table: includes are "folder/file.h" from src/'
    if target.folder == module.folder or target.folder in module.uses:
        return None
    if target.rank > module.rank:
        return f"{module.folder} may not include {target.folder}: move the type down"
    if target.rank == module.rank:
        return f"{module.folder} may not include {target.folder}: siblings do not know each other; move the type down"
    return f"{module.folder} may not include {target.folder}: its line in src/CMakeLists.txt does not name it"


def check_outside_include(source, module, included):
    library = next((name for prefix, name in THIRD_PARTY if included.startswith(prefix)), None)
    if library is None:
        if SYSTEM_HEADER.match(included):
            return None
        return f"<{included}> belongs to no library that tools/tidy.py knows: add it to THIRD_PARTY there"
    if library == "gtest":
        return None if is_test(source.path) else f"<{included}> belongs into tests only"
    if library in OPEN_TO_EVERYONE:
        return None
    if library not in module.third_party:
        return f"{module.folder} may not include <{included}>: its line in src/CMakeLists.txt does not name {library}"
    if library in CONFINED and not CONFINED[library].search(source.path):
        return f"<{included}> is confined to base/json and net/json_lift: go through base/json.h"
    return None


def check_includes(source, modules):
    module = module_of(source.path.removeprefix("src/"), modules)
    if module is None:
        return
    # The included name is blanked in code, so read it from the text where the code shows that it is no comment.
    for match in INCLUDE.finditer(source.text):
        if source.code[match.start():match.end()].lstrip().startswith("#"):
            quote, included = match.groups()
            problem = (check_own_include(source, module, included, modules) if quote == '"'
                       else check_outside_include(source, module, included))
            if problem:
                yield f"{source.path}:{line_of(source.text, match.start(2))}: {problem}"


# ---- bans and lengths


def ban_applies(ban, path):
    if ban.where == TEST:
        return is_test(path)
    if ban.where.startswith("src, not "):
        return path.startswith("src/") and not path.startswith("src/" + ban.where.removeprefix("src, not ") + "/")
    return True


def check_bans(source):
    for ban in BANS:
        if ban_applies(ban, source.path):
            for match in re.finditer(ban.pattern, source.code):
                yield f"{source.path}:{line_of(source.code, match.start())}: {ban.instead}"


def check_lengths(source):
    lines = source.text.splitlines()
    limit = HEADER_LINES if source.path.endswith(".h") else TEST_LINES if is_test(source.path) else SOURCE_LINES
    if len(lines) > limit:
        yield f"{source.path}: {len(lines)} lines, the limit is {limit}: split it by meaning"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS:
            yield f"{source.path}:{number}: {len(line)} columns, the limit is {COLUMNS}"


CONTROL = re.compile(r"\s*(if|for|while|switch|do|else|try|catch|return)\b")
SCOPE = re.compile(r'\s*(template\s*<[^{]*>\s*)?(inline\s+)?(namespace|class|struct|enum|union|extern\s+")')


def functions(code):
    """(first line, number of lines) of every function body that stands directly in a namespace or a class."""
    code = re.sub(r"^[ \t]*#.*?(?<!\\)$", lambda m: re.sub(r"[^\n]", " ", m.group(0)), code,
                  flags=re.MULTILINE | re.DOTALL)
    opened = []  # (kind, offset of the first character of the statement) of every open brace
    start = 0    # where the current statement begins
    for match in re.finditer(r"[{};]", code):
        at, brace = match.start(), match.group(0)
        if brace == "{":
            statement = code[start:at]
            if at > 0 and (code[at - 1] in "(,=_" or code[at - 1].isalnum() or code[at - 1] == ">") or \
                    statement.rstrip().endswith("="):
                kind = "value"
            elif SCOPE.match(statement) and "(" not in statement.split("{")[0].split(":")[0]:
                kind = "scope"
            elif "(" in statement and not CONTROL.match(statement) and all(k == "scope" for k, _ in opened):
                kind = "function"
            else:
                kind = "block"
            opened.append((kind, start))
            if kind != "value":
                start = at + 1
        elif brace == "}":
            kind, begin = opened.pop() if opened else ("block", at)
            if kind == "function":
                first = begin + len(code[begin:at]) - len(code[begin:at].lstrip())
                yield line_of(code, first), code.count("\n", first, at) + 1
            if kind != "value":
                start = at + 1
        elif not opened or opened[-1][0] != "value":
            start = at + 1


def check_functions(source):
    for line, length in functions(source.code):
        if length > FUNCTION_LINES:
            yield f"{source.path}:{line}: a function of {length} lines, the limit is {FUNCTION_LINES}: name its steps"


def check_header_comment(source):
    if not source.path.endswith(".h"):
        return
    opening, separator, _ = source.text.partition("#pragma once")
    lines = opening.strip().splitlines()
    if not separator:
        yield f"{source.path}:1: no #pragma once"
    elif not lines or not all(line.startswith("//") for line in lines):
        yield f"{source.path}:1: a header opens with a comment above #pragma once: what it is, threads, owns, fails"
    elif len(lines) > HEADER_COMMENT_LINES:
        yield f"{source.path}:1: the opening comment has {len(lines)} lines, the limit is {HEADER_COMMENT_LINES}"
    elif len(" ".join(line.strip("/ ") for line in lines)) < 20:
        yield f"{source.path}:1: the opening comment says nothing: what is it, threads, owns, fails?"


def check_file_name(source):
    name = os.path.basename(source.path)
    if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*\.(cpp|h)", name):
        yield f"{source.path}: file names are snake_case"


# ---- every text file


def check_text(path, text):
    for pattern, problem in ((UNFINISHED, "unfinished work is banned in the tree: do it now or open an issue"),
                             (MACHINE_PATH, "a path of one machine: write it relative to the repository"),
                             (PACKAGE_HOST, "the host of a package registry: the package manager knows it")):
        for match in pattern.finditer(text):
            if pattern is UNFINISHED or "lock" not in os.path.basename(path):
                yield f"{path}:{line_of(text, match.start())}: {problem}"


def check_markdown(path, text):
    prose = re.sub(r"^(```|~~~).*?^\1", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^# .+", prose, re.MULTILINE)
    if len(titles) != 1 and not text.startswith("---\nlayout: home\n"):  # the site's front page is all frontmatter
        yield f"{path}: {len(titles)} first-level headings, a page has exactly one"


def text_files(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIPPED)
        for name in sorted(set(names) - SKIPPED):  # .git is a file in a second work tree
            path = Path(folder, name)
            if path.suffix in TEXT_SUFFIXES and path.is_file():
                yield path


def check_tree(root):
    """Every violation in the tree below root, as sentences."""
    root = Path(root)
    modules = read_layer_table((root / "src/CMakeLists.txt").read_text(encoding="utf-8"))
    yield from check_layer_table(modules)
    for file in text_files(root):
        path = file.relative_to(root).as_posix()
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            if file.suffix:
                yield f"{path}: not UTF-8"
            continue
        yield from check_text(path, text)
        if file.suffix == ".md":
            yield from check_markdown(path, text)
        if file.suffix in (".cpp", ".h") and path.split("/")[0] in CODE_FOLDERS:
            source = Source(path, text, blank_literals(text))
            if path.startswith("src/"):
                yield from check_includes(source, modules)
            for check in (check_bans, check_lengths, check_functions, check_header_comment, check_file_name):
                yield from check(source)


def main(arguments):
    root = arguments[1] if len(arguments) > 1 else Path(__file__).resolve().parent.parent
    violations = list(check_tree(root))
    for violation in violations:
        print(violation)
    print(f"tidy: {len(violations)} violation{'' if len(violations) == 1 else 's'}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
