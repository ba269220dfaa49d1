#!/usr/bin/env python3
"""The console's API in the real program: the first start, a key's life, restarts, operators without a browser."""

import http.client
import json
import re
import time
import unittest
import urllib.parse

from support import Server

PASSWORD = "correct horse battery"
COOKIE = "__Host-darkroom_session"
REVOKED_WITHIN_SECONDS = 1


class Browser:
    """What a browser keeps and what the console's pages send."""

    def __init__(self, server):
        self.server = server
        self.cookie = None
        self.csrf = None

    def ask(self, method, path, body=None, prefix="/api/console", headers=None):
        url = urllib.parse.urlsplit(self.server.url)
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
        fields = {"Origin": self.server.url, "Content-Type": "application/json"} if method != "GET" else {}
        if self.cookie:
            fields["Cookie"] = f"{COOKIE}={self.cookie}"
        if self.csrf and method != "GET":
            fields["X-CSRF-Token"] = self.csrf
        fields.update(headers or {})
        text = json.dumps(body if body is not None else {}) if method != "GET" else None
        try:
            connection.request(method, prefix + path, text, fields)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        self.status = response.status
        self.request_id = response.headers["x-request-id"]
        tree = json.loads(answer) if answer else None
        if set_cookie := response.headers.get("Set-Cookie"):
            self.cookie = re.match(rf"{COOKIE}=([^;]*);", set_cookie).group(1) or None
            self.csrf = tree.get("csrf_token")
        return tree


def restart(server):
    server.process.stop()
    server.start()


def setup_link(server):
    found = re.search(r"set up the console: (\S+)/console/setup#(\S+)", server.process.stderr)
    return found and found.group(2)


class FirstStart(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.stop)

    def sign_up(self):
        browser = Browser(self.server)
        browser.ask("POST", "/setup", {"token": setup_link(self.server), "email": "boss@example.org",
                                       "password": PASSWORD})
        self.assertEqual(browser.status, 200)
        return browser

    def poll_with(self, key):
        browser = Browser(self.server)
        browser.ask("GET", "/balance", prefix="/api/v1", headers={"Authorization": "Bearer " + key})
        return browser.status

    def test_from_the_link_to_a_key_and_its_end(self):
        self.assertTrue(Browser(self.server).ask("GET", "/server")["needs_setup"])
        boss = self.sign_up()
        self.assertFalse(boss.ask("GET", "/server")["needs_setup"])
        boss.ask("POST", "/accounts", {"name": "studio"})
        self.assertEqual(boss.status, 200)
        key = boss.ask("POST", "/accounts/studio/keys", {"name": "first", "test": True})
        self.assertEqual(self.poll_with(key["key"]), 200)
        boss.ask("POST", f"/accounts/studio/keys/{key['id']}/revoke")
        self.assertEqual(boss.status, 200)
        since = time.monotonic()
        self.assertEqual(self.poll_with(key["key"]), 401)
        self.assertLess(time.monotonic() - since, REVOKED_WITHIN_SECONDS)
        rows = boss.ask("GET", "/audit")["data"]
        self.assertEqual([row["action"] for row in rows],
                         ["key.revoke", "key.create", "account.create", "session.start", "server.set_up"])
        self.assertNotIn(key["key"], json.dumps(rows))
        settings = {row["key"]: row["value"] for row in boss.ask("GET", "/settings")["data"]}
        self.assertEqual(settings["console.enabled"], "true")

    def test_the_link_works_once_and_each_start_prints_a_new_one(self):
        first = setup_link(self.server)
        restart(self.server)
        self.assertNotEqual(setup_link(self.server), first)
        stale = Browser(self.server)
        stale.ask("POST", "/setup", {"token": first, "email": "x@example.org", "password": PASSWORD})
        self.assertEqual(stale.status, 403)
        self.sign_up()
        restart(self.server)
        self.assertIsNone(setup_link(self.server), "there is an operator")

    def test_a_restart_keeps_sessions(self):
        boss = self.sign_up()
        restart(self.server)
        self.assertEqual(boss.ask("GET", "/session")["user"]["email"], "boss@example.org")
        boss.ask("POST", "/logout")
        boss.ask("GET", "/session")
        self.assertEqual(boss.status, 401)

    def test_a_page_of_another_site_changes_nothing(self):
        boss = self.sign_up()
        boss.ask("POST", "/accounts", {"name": "studio"}, headers={"Origin": "https://evil.example"})
        self.assertEqual(boss.status, 403)
        self.assertEqual(boss.ask("GET", "/accounts")["data"], [])

    def test_a_locked_out_operator_gets_a_new_link(self):
        self.sign_up()
        listed = self.server.command("users", "list", "--json")
        self.assertEqual([user["email"] for user in json.loads(listed.stdout)], ["boss@example.org"])
        made = self.server.command("users", "invite", "boss@example.org")
        self.assertEqual(made.returncode, 0, made.stderr)
        link = made.stdout.strip()
        self.assertRegex(link, r"^http://\S+/console/invite#\S+$")
        boss = Browser(self.server)
        boss.ask("POST", "/invite", {"token": link.split("#")[1], "password": "another password"})
        self.assertEqual(boss.status, 200)
        refused = self.server.command("users", "disable", "boss@example.org")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("last operator", refused.stderr)
        verified = self.server.command("audit", "verify")
        self.assertEqual(verified.returncode, 0, verified.stdout)


class Headless(unittest.TestCase):
    def test_the_configured_operator_is_there_from_the_start(self):
        server = Server(env={"DARKROOM_CONSOLE_OPERATOR_EMAIL": "Boss@example.org",
                             "DARKROOM_CONSOLE_OPERATOR_PASSWORD": PASSWORD})
        self.addCleanup(server.stop)
        self.assertIsNone(setup_link(server))
        boss = Browser(server)
        boss.ask("POST", "/login", {"email": "boss@example.org", "password": PASSWORD})
        self.assertEqual(boss.status, 200)
        self.assertNotIn(PASSWORD, json.dumps(boss.ask("GET", "/settings")))
        restart(server)
        self.assertEqual(boss.ask("GET", "/session")["user"]["is_operator"], True)

    def test_there_is_a_server_without_a_console(self):
        server = Server(env={"DARKROOM_CONSOLE_ENABLED": "false"})
        self.addCleanup(server.stop)
        self.assertIsNone(setup_link(server))
        browser = Browser(server)
        browser.ask("GET", "/server")
        self.assertEqual(browser.status, 404)


if __name__ == "__main__":
    unittest.main()
