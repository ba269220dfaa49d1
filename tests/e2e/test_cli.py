#!/usr/bin/env python3
"""Every command: data on stdout, talk on stderr, exit codes 0 done, 1 failed, 2 wrong usage, 3 cannot reach."""

import json
import re
import signal
import socket
import tempfile
import time
import unittest
from pathlib import Path

from support import MODEL, OFFICIAL_MODEL, PRICE, Process, Server, ServerTest, png_size, run

KEY = re.compile(r"rk_(live|test)_[0-9A-Za-z]{49}")


def closed_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="darkroom-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.data = self.folder / "data"

    def done(self, *arguments, data=True, env=None):
        """stdout of a command that must succeed."""
        ended = run(*arguments, *(["--data", self.data] if data else []), env=env)
        self.assertEqual(ended.returncode, 0, ended)
        return ended.stdout

    def fails(self, code, *arguments, data=True, env=None):
        """stderr of a command that must end with this code, one clear line or more, and print no data."""
        ended = run(*arguments, *(["--data", self.data] if data else []), env=env)
        self.assertEqual(ended.returncode, code, ended)
        self.assertEqual(ended.stdout, "")
        self.assertTrue(ended.stderr.strip(), "a failure says why")
        self.assertNotIn("AddressSanitizer", ended.stderr)
        return ended.stderr

    def configured(self, text):
        file = self.folder / "darkroom.toml"
        file.write_text(text, encoding="utf-8")
        return file


class Usage(CommandTest):
    def test_wrong_usage_ends_with_2(self):
        for arguments in ((), ("develop",), ("keys",), ("keys", "create"), ("keys", "create", "--account"),
                          ("keys", "revoke"), ("credits", "grant"), ("tasks", "show"), ("generate",), ("config",),
                          ("serve", "--colour"), ("serve", "--listen", "nowhere"), ("serve", "--role", "king"),
                          ("credits", "grant", "--account", "a", "--credits", "much"),
                          ("credits", "grant", "--account", "a", "--credits", "-5"),
                          ("keys", "create", "--account", "a", "--expires", "soon"),
                          ("generate", "moonlight", "-n", "many")):
            with self.subTest(arguments=arguments):
                self.fails(2, *arguments, data=False)

    def test_help_is_data(self):
        for arguments in (("--help",), ("keys", "--help"), ("generate", "--help")):
            with self.subTest(arguments=arguments):
                self.assertIn(arguments[0] if len(arguments) > 1 else "serve", self.done(*arguments, data=False))

    def test_version(self):
        said = self.done("version", data=False)
        self.assertRegex(said, r"^darkroom \d+\.\d+\.\d+\n$")
        self.assertEqual(self.done("--version", data=False), said)


class Keys(CommandTest):
    def test_create_prints_the_key_alone(self):
        self.assertRegex(self.done("keys", "create", "--account", "acme"), r"^rk_live_[0-9A-Za-z]{49}\n$")
        self.assertRegex(self.done("keys", "create", "--account", "acme", "--test"), r"^rk_test_[0-9A-Za-z]{49}\n$")

    def test_create_as_json(self):
        made = json.loads(self.done("keys", "create", "--account", "acme", "--test", "--name", "till", "--expires", "30d",
                                    "--models", f"{MODEL},{OFFICIAL_MODEL}", "--json"))
        self.assertRegex(made["key"], KEY)
        self.assertEqual((made["account"], made["name"], made["last4"]), ("acme", "till", made["key"][-4:]))
        self.assertEqual(made["models"], [MODEL, OFFICIAL_MODEL])

    def test_list_never_shows_a_key(self):
        text = self.done("keys", "create", "--account", "acme", "--name", "till").strip()
        self.done("keys", "create", "--account", "other")
        for shown in (self.done("keys", "list"), self.done("keys", "list", "--json")):
            self.assertIn(text[-4:], shown)
            self.assertNotRegex(shown, KEY)
        listed = json.loads(self.done("keys", "list", "--account", "acme", "--json"))
        self.assertEqual([(row["name"], row["account"], row["last4"]) for row in listed], [("till", "acme", text[-4:])])
        self.assertLessEqual({"id", "name", "account", "last4", "created_at"}, set(listed[0]))
        self.assertEqual(len(json.loads(self.done("keys", "list", "--json"))), 2)

    def test_revoke(self):
        made = json.loads(self.done("keys", "create", "--account", "acme", "--json"))
        self.done("keys", "revoke", made["id"])
        self.assertIsNotNone(json.loads(self.done("keys", "list", "--json"))[0]["revoked_at"])
        self.fails(1, "keys", "revoke", "key_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e")

    def test_the_key_is_stored_nowhere(self):
        text = self.done("keys", "create", "--account", "acme").strip()
        for file in self.data.rglob("*"):
            if file.is_file():
                self.assertNotIn(text.encode(), file.read_bytes(), file)


class Money(CommandTest):
    def test_grant_and_show(self):
        self.done("credits", "grant", "--account", "acme", "--credits", "14.375")
        shown = json.loads(self.done("credits", "show", "--account", "acme", "--json"))
        self.assertEqual(shown["live"]["available_microcredits"], PRICE[MODEL])
        self.assertEqual(shown["live"]["balance"], 14)
        self.assertIn("14.375", self.done("credits", "show", "--account", "acme"))

    def test_a_new_account_has_test_credits(self):
        self.done("keys", "create", "--account", "acme", "--test")
        shown = json.loads(self.done("credits", "show", "--account", "acme", "--json"))
        self.assertEqual((shown["live"]["balance"], shown["test"]["balance"]), (0, 1_000_000))

    def test_an_unknown_account_is_not_made_by_looking(self):
        self.fails(3, "credits", "show", "--account", "nobody")
        self.assertFalse(self.data.exists(), "looking makes nothing")
        self.done("keys", "create", "--account", "somebody")
        self.fails(1, "credits", "show", "--account", "nobody")

    def test_verify(self):
        self.done("credits", "grant", "--account", "acme", "--credits", "10")
        self.done("ledger", "verify")


class Catalogue(CommandTest):
    def test_models(self):
        listed = self.done("models", "list", data=False)
        self.assertIn(MODEL, listed)
        self.assertIn(OFFICIAL_MODEL, listed)
        self.done("models", "check", data=False)


class Configuration(CommandTest):
    def test_check_and_print(self):
        file = self.configured('[server]\nlisten = "127.0.0.1:9999"\n')
        self.done("config", "check", "--config", file, data=False)
        self.assertIn("127.0.0.1:9999", self.done("config", "print", "--config", file, data=False))

    def test_flags_win_over_the_environment_and_that_over_the_file(self):
        file = self.configured('[limits]\nsubmits_per_minute = 1\nsubmit_burst = 2\n')
        printed = self.done("config", "print", "--config", file, data=False,
                            env={"DARKROOM_LIMITS_SUBMITS_PER_MINUTE": "7", "DARKROOM_LIMITS_SUBMIT_BURST": ""})
        self.assertRegex(printed, r"submits_per_minute = 7\b")
        self.assertRegex(printed, r"submit_burst = 2\b")

    def test_a_secret_is_never_printed(self):
        printed = self.done("config", "print", data=False, env={"GEMINI_API_KEY": "very-secret-value"})
        self.assertNotIn("very-secret-value", printed)

    def test_mistakes_are_named(self):
        for text, *words in (("[server]\nlistn = 1\n", "listn", "listen"), ("[sever]\n", "sever", "server"),
                             ('[server]\nlisten = 5\n', "listen"), ("[limits]\nbody_bytes = -1\n", "body_bytes"),
                             ("[server\n", "darkroom.toml"), ('[store]\nurl = "mysql:x"\n', "url"),
                             ('[fetch]\nallow = ["somewhere"]\n', "allow"),
                             ('[upstreams.google]\nkind = "astrology"\n', "kind")):
            with self.subTest(text=text):
                file = self.configured(text)
                for arguments in (("config", "check"), ("serve", "--listen", "127.0.0.1:0")):
                    said = self.fails(1, *arguments, "--config", file)
                    for word in words:
                        self.assertIn(word, said)
        file = self.configured('[server]\nlistn = 1\n[upstreams.google]\nkind = "gemini"\napi_keys = ["k"]\n'
                               '[routes]\n"gemini-9" = ["google"]\n')
        said = self.fails(1, "config", "check", "--config", file)
        self.assertIn(f"{file}:2:1: server.listn", said)
        self.assertIn(f"{file}:7:14: routes.gemini-9: the catalogue has no such model", said)
        self.assertIn("nowhere.toml", self.fails(1, "config", "check", "--config", self.folder / "nowhere.toml"))
        self.assertIn("DARKROOM_SERVER_LISTN", self.fails(1, "config", "check", env={"DARKROOM_SERVER_LISTN": "x"}))

    def test_doctor(self):
        self.done("doctor")


class Generate(ServerTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="darkroom-generate-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.key = self.server.key("generate")

    def generate(self, *arguments, key=None):
        return run("generate", *arguments, env={"DARKROOM_URL": self.server.url, "DARKROOM_API_KEY": key or self.key})

    def test_a_picture_is_saved(self):
        file = self.folder / "moon.png"
        ended = self.generate("moonlight", "--size", "16:9", "-o", file)
        self.assertEqual(ended.returncode, 0, ended)
        width, height = png_size(file.read_bytes())
        self.assertGreater(width, height)

    def test_json_is_the_poll_answer(self):
        ended = self.generate("moonlight", "-n", "2", "-o", self.folder / "moon.png", "--json")
        self.assertEqual(ended.returncode, 0, ended)
        answer = json.loads(ended.stdout)
        self.assertEqual((answer["status"], len(answer["output"]["image_urls"])), ("completed", 2))
        self.assertEqual(len(list(self.folder.iterdir())), 2, "two pictures, two files")

    def test_parameters_and_server_by_flag(self):
        ended = run("generate", "moonlight", "--model", OFFICIAL_MODEL, "--resolution", "1K", "--param", "size=1:1",
                    "--server", self.server.url, "-o", self.folder / "moon.png", env={"DARKROOM_API_KEY": self.key})
        self.assertEqual(ended.returncode, 0, ended)

    def test_failures(self):
        for arguments, words in ((("#moderated",), ("80006",)), (("moonlight", "--size", "7:5"), ("20003", "size")),
                                 (("moonlight", "--image", "http://127.0.0.1/a.png"), ("20003", "image_urls")),
                                 (("moonlight", "--model", "gpt-99"), ("20004",))):
            with self.subTest(arguments=arguments):
                ended = self.generate(*arguments, "-o", self.folder / "none.png")
                self.assertEqual((ended.returncode, ended.stdout), (1, ""), ended)
                for word in words:
                    self.assertIn(word, ended.stderr)
                self.assertFalse((self.folder / "none.png").exists())

    def test_what_cannot_be_saved_is_not_bought(self):
        ended = self.generate("moonlight", "-o", self.folder / "missing" / "moon.png")
        self.assertEqual((ended.returncode, ended.stdout), (1, ""), ended)
        self.assertIn("missing", ended.stderr)
        self.assertNotIn("accepted", ended.stderr)

    def test_a_folder_takes_a_picture_by_its_tasks_id(self):
        ended = self.generate("moonlight", "-o", f"{self.folder}/")
        self.assertEqual(ended.returncode, 0, ended)
        self.assertRegex(ended.stdout, rf"^{self.folder}/task_[0-9a-f]{{32}}\.png\n$")

    def test_a_bad_key(self):
        ended = self.generate("moonlight", key="rk_live_xxx")
        self.assertEqual(ended.returncode, 1, ended)
        self.assertIn("10003", ended.stderr)

    def test_no_server(self):
        ended = run("generate", "moonlight", "--server", f"http://127.0.0.1:{closed_port()}",
                    env={"DARKROOM_API_KEY": self.key})
        self.assertEqual((ended.returncode, ended.stdout), (3, ""), ended)


class Administration(ServerTest):
    """Commands on the data of a running server."""

    def test_keys_and_credits_take_effect_within_a_second(self):
        made = json.loads(self.server.command("keys", "create", "--account", "live", "--json").stdout)
        self.assertEqual(self.server.balance(made["key"]), (0, 0))
        self.assertEqual(self.server.submit(made["key"]).status, 402)
        self.assertEqual(self.server.command("credits", "grant", "--account", "live", "--credits", "20").returncode, 0)
        self.within_a_second(lambda: self.server.balance(made["key"]) == (20_000_000, 0))
        self.assertEqual(self.server.command("keys", "revoke", made["id"]).returncode, 0)
        self.within_a_second(lambda: self.server.get("/api/v1/balance", made["key"]).status == 401)

    def within_a_second(self, condition):
        deadline = time.monotonic() + 1
        while not condition():
            self.assertLess(time.monotonic(), deadline, "not within a second")
            time.sleep(0.02)

    def test_tasks(self):
        key = self.server.key("tasks")
        task = self.server.generate(key)["id"]
        listed = self.server.command("tasks", "list")
        self.assertEqual(listed.returncode, 0, listed)
        self.assertIn(task, listed.stdout)
        shown = self.server.command("tasks", "show", task)
        self.assertEqual(shown.returncode, 0, shown)
        self.assertIn("completed", shown.stdout)
        missing = self.server.command("tasks", "show", "task_018f5a3a1b6e7d9f8c2b4d6e8f0a2c4e")
        self.assertEqual((missing.returncode, missing.stdout), (1, ""), missing)

    def test_verify_while_it_runs(self):
        key = self.server.key("verify")
        self.server.submit(key, "moonlight #slow:1s")
        verified = self.server.command("ledger", "verify")
        self.assertEqual(verified.returncode, 0, verified)

    def test_a_second_server_on_the_same_data_is_refused(self):
        second = self.server.command("serve", "--listen", "127.0.0.1:0")
        self.assertEqual((second.returncode, second.stdout), (3, ""), second)
        self.assertIn(str(self.server.data), second.stderr)
        self.assertEqual(self.server.get("/livez").status, 200)

    def test_a_taken_address_is_refused(self):
        with tempfile.TemporaryDirectory() as data:
            second = run("serve", "--data", data, "--listen", self.server.url.removeprefix("http://"))
        self.assertEqual(second.returncode, 3, second)


class Signals(unittest.TestCase):
    def test_a_second_sigterm_ends_at_once(self):
        server = Server()
        self.addCleanup(server._folder.cleanup)
        server.submit(server.key(), "moonlight #slow:30s")
        process = server.process.process
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        started = time.monotonic()
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(10)
        self.assertLess(time.monotonic() - started, 5)
        server.kill9()

    def test_sigint_ends_like_sigterm(self):
        server = Server()
        self.addCleanup(server._folder.cleanup)
        server.process.process.send_signal(signal.SIGINT)
        self.assertEqual(server.process.process.wait(60), 0)
        server.kill9()

    def test_the_sandbox_alone_ends_with_0(self):
        Process("sandbox", "--listen", "127.0.0.1:0").stop()


if __name__ == "__main__":
    unittest.main()
