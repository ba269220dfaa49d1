#!/usr/bin/env python3
"""An operator changes a price in the console, in a browser and against the real program, sees what that does there and
elsewhere, and goes back to the catalogue's."""

import sys
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from console_support import NODE, OPERATOR, see, shots_folder  # noqa: E402
from support import Server  # noqa: E402

TIERED = "gpt-image-2"
VENDOR = '[upstreams.vendor]\nkind = "openai"\nbase_url = "http://127.0.0.1:1"\napi_keys = ["none"]\n'


def setUpModule():
    NODE.install()


class Prices(unittest.TestCase):
    maxDiff = None

    def test_a_price_is_changed_and_taken_back(self):
        server = Server(VENDOR, env=OPERATOR)
        self.addCleanup(server.stop)
        server.key("studio")
        seen = see(server, "prices.mjs", model=TIERED, tier="resolution 2k", request="resolution=2k", wrong="1e3", credits="55.5",
                   own="50", shots=shots_folder(server, "prices"))
        self.assertEqual((seen["problems"], seen["axe"], seen["wide"]), ([], [], []))
        self.assertTrue(seen["unchanged"], "nothing to look at yet")
        self.assertEqual(seen["refused"], [True, "From 0 to 90071992, with six decimals at most"])
        # By the catalogue's estimate a picture costs 53.
        self.assertIn("resolution 1k3030−23 (−76.7%)", seen["preview"])
        self.assertIn("resolution 2k5055.5+2.5 (4.5%)", seen["preview"])
        self.assertTrue([row for row in seen["preview"] if row.startswith("Example: ")])
        self.assertEqual(seen["kept"], "55.5")
        self.assertEqual(seen["prices"], ["30", "55.5", "80"])
        self.assertEqual(seen["history"], ["resolution 2k: 50 → 55.5"])
        self.assertIn("55.5", seen["playground"])
        self.assertEqual(seen["reset"], {"prices": ["30", "50", "80"],
                                         "history": ["resolution 2k: 55.5 → 50", "resolution 2k: 50 → 55.5"]})


if __name__ == "__main__":
    unittest.main()
