#!/usr/bin/env python3
"""Every change that the console can make leaves its row in the log: each route that is no GET of the console's own
document is called once as it is meant to be, and the row has that request's id, the route's word and who it was."""

import time
import unittest

from support import MODEL, Server
from test_console_api import PASSWORD, Browser, setup_link

WAIT_SECONDS = 60
CONFIG = """
[fetch]
allow = ["127.0.0.1/32:9"]
[upstreams.vendor]
kind = "gemini"
base_url = "http://127.0.0.1:1"
api_keys = ["none"]
"""
HOME = "/accounts/studio"
HOOK = "http://127.0.0.1:9/nobody"  # refuses every message, which is what it is for
GRACE = "grace@example.org"
# The word of the row that each route leaves.
ACTIONS = {
    "POST /setup": "session.start", "POST /login": "session.start", "POST /invite": "invite.accept", "POST /logout": "session.end",
    "PATCH /session": "user.change", "DELETE /sessions/{id}": "session.end",
    "POST /accounts": "account.create", "POST /accounts/{account}/grants": "credits.grant",
    "POST /accounts/{account}/keys": "key.create", "PATCH /accounts/{account}/keys/{id}": "key.change",
    "POST /accounts/{account}/keys/{id}/roll": "key.roll", "POST /accounts/{account}/keys/{id}/revoke": "key.revoke",
    "POST /users": "user.create", "POST /users/{id}/invite": "user.invite", "PATCH /users/{id}": "user.change",
    "POST /accounts/{account}/members": "member.add", "PUT /accounts/{account}/members/{user}": "member.change",
    "DELETE /accounts/{account}/members/{user}": "member.remove",
    "POST /accounts/{account}/webhooks": "webhook.create", "PATCH /accounts/{account}/webhooks/{id}": "webhook.change",
    "POST /accounts/{account}/webhooks/{id}/rotate": "webhook.rotate", "POST /accounts/{account}/webhooks/{id}/test": "webhook.test",
    "DELETE /accounts/{account}/webhooks/{id}": "webhook.remove",
    "POST /accounts/{account}/webhooks/{id}/deliveries/{delivery}/resend": "delivery.resend",
    "POST /accounts/{account}/tasks/{id}/deliveries/{delivery}/resend": "delivery.resend",
    "POST /accounts/{account}/playground": "playground.submit", "POST /accounts/{account}/tasks/{id}/cancel": "task.cancel",
    "PATCH /upstreams/{name}": "upstream.change", "POST /upstreams/{name}/test": "upstream.test",
    "PUT /models/{id}/price": "price.change",
}
ASKS_ONLY = {"POST /models/{id}/price/preview"}  # what a change would do


class Log(unittest.TestCase):
    def setUp(self):
        self.server = Server(CONFIG)
        self.addCleanup(self.server.stop)
        self.boss = Browser(self.server)
        self.left = set()

    def change(self, route, body=None, browser=None, **ids):
        """The answer to the route, called by a path made of these; its row must be in the log."""
        method, path = route.split(" ")
        for name, value in {"account": "studio", **ids}.items():
            path = path.replace("{" + name + "}", value)
        who = browser or self.boss
        answer = who.ask(method, path, body)
        status, request_id = who.status, who.request_id
        with self.subTest(route=route):
            self.assertEqual(status, 200, answer)
            rows = self.boss.ask("GET", "/audit?limit=50")["data"]
            self.assertIn(ACTIONS[route], [row["action"] for row in rows if row["request_id"] == request_id])
        self.left.add(route)
        return answer

    def wait_for_delivery(self, webhook):
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            rows = self.boss.ask("GET", f"{HOME}/webhooks/{webhook}/deliveries")["data"]
            if rows and rows[0]["attempts"]:
                return rows[0]["id"]
            time.sleep(0.05)
        self.fail("nothing was delivered")

    def people(self):
        self.change("POST /setup", {"token": setup_link(self.server), "email": "ada@example.org", "password": PASSWORD})
        self.change("PATCH /session", {"name": "Ada"})
        self.change("POST /accounts", {"name": "studio"})
        grace = self.change("POST /users", {"email": GRACE})["id"]
        link = self.change("POST /users/{id}/invite", id=grace)["invite_url"]
        self.change("PATCH /users/{id}", {"name": "Grace"}, id=grace)
        self.change("POST /accounts/{account}/members", {"email": GRACE, "role": "member"})
        self.change("PUT /accounts/{account}/members/{user}", {"role": "owner"}, user=grace)
        guest, other = Browser(self.server), Browser(self.server)
        self.change("POST /invite", {"token": link.split("#")[1], "password": PASSWORD}, guest)
        self.change("POST /login", {"email": GRACE, "password": PASSWORD}, other)
        sessions = guest.ask("GET", "/sessions")["data"]
        self.change("DELETE /sessions/{id}", browser=guest, id=next(one["id"] for one in sessions if not one["is_current"]))
        self.change("POST /logout", browser=guest)
        self.change("DELETE /accounts/{account}/members/{user}", user=grace)

    def keys(self):
        self.change("POST /accounts/{account}/grants", {"credits": "5"})
        key = self.change("POST /accounts/{account}/keys", {"test": True})["id"]
        self.change("PATCH /accounts/{account}/keys/{id}", {"name": "laptop"}, id=key)
        rolled = self.change("POST /accounts/{account}/keys/{id}/roll", id=key)["id"]
        self.change("POST /accounts/{account}/keys/{id}/revoke", id=rolled)

    def work(self):
        webhook = self.change("POST /accounts/{account}/webhooks", {"url": HOOK})["id"]
        playground = "POST /accounts/{account}/playground"
        task = self.change(playground, {"model": MODEL, "prompt": "moonlight"})["id"]
        delivery = self.wait_for_delivery(webhook)
        self.change("POST /accounts/{account}/webhooks/{id}/deliveries/{delivery}/resend", id=webhook, delivery=delivery)
        self.change("POST /accounts/{account}/tasks/{id}/deliveries/{delivery}/resend", id=task, delivery=delivery)
        self.change("POST /accounts/{account}/webhooks/{id}/rotate", id=webhook)
        self.change("POST /accounts/{account}/webhooks/{id}/test", id=webhook)
        self.change("PATCH /accounts/{account}/webhooks/{id}", {"events": ["task.failed"]}, id=webhook)
        self.change("DELETE /accounts/{account}/webhooks/{id}", id=webhook)
        slow = self.change(playground, {"model": MODEL, "prompt": "moonlight #slow:60s"})["id"]
        self.change("POST /accounts/{account}/tasks/{id}/cancel", id=slow)
        self.change("PATCH /upstreams/{name}", {"drained": True}, name="vendor")
        self.assertFalse(self.change("POST /upstreams/{name}/test", name="vendor")["ok"], "nobody is there")
        self.change("PUT /models/{id}/price", {"revision": 0, "tiers": [{"when": {}, "credits": "20.5"}]}, id=MODEL)

    def test_every_change_leaves_its_row(self):
        self.people()
        self.keys()
        self.work()
        document = self.boss.ask("GET", "/openapi.json")
        changes = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods
                   if method in ("post", "put", "patch", "delete")}
        self.assertEqual(self.left, changes - ASKS_ONLY)
        verified = self.server.command("audit", "verify")
        self.assertEqual(verified.returncode, 0, verified)


if __name__ == "__main__":
    unittest.main()
