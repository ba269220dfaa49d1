#!/usr/bin/env python3
"""Every tier of every model's published price list, against what the server quotes."""

import json
import unittest
from decimal import Decimal

from models_support import ModelsTest, read_table
from support import TEST_GRANT

MICROCREDITS = 1_000_000


class Prices(ModelsTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls.server.key("prices")
        cls.rows = [(model, json.loads(body), Decimal(unit), Decimal(units))
                    for model, body, unit, units in read_table("model_prices.tsv")]

    def with_links(self, value):
        """A row's body with links in place of "@name"."""
        if isinstance(value, list):
            return [self.with_links(entry) for entry in value]
        if isinstance(value, str) and value.startswith("@"):
            return self.samples.link(value[1:])
        return value

    def test_every_row_of_the_price_list_is_what_the_server_quotes(self):
        def check(name, model, body, unit, units):
            body = {field: self.with_links(value) for field, value in body.items()}
            answer = self.order(self.key, self.models[model], {**body, "dry_run": True})
            self.assertEqual(answer.status, 200, answer)
            quote = answer.json["quote"]
            self.assertEqual(quote["microcredits"], unit * units * MICROCREDITS)
            self.assertEqual(Decimal(quote["credits"]), unit * units)
            self.assertEqual(Decimal(quote["unit_credits"]), unit)

        self.each([(f"{model} {body}", model, body, unit, units) for model, body, unit, units in self.rows], check)
        self.assertEqual(self.server.balance(self.key), (TEST_GRANT, 0), "a price is told for nothing")
        self.assertEqual(self.server.get("/api/v1/tasks", self.key).json["data"], [])

    def test_the_list_and_the_catalogue_have_the_same_models_and_rates(self):
        for model in self.models.values():
            with self.subTest(model=model["id"]):
                price = model["price"]
                published = {tier["microcredits"] for tier in price.get("tiers", [price])}
                listed = {int(unit * MICROCREDITS) for name, _, unit, _ in self.rows if name == model["id"]}
                self.assertEqual(listed, published)
                self.assertEqual(price["microcredits"], min(published))
        self.assertLessEqual({name for name, *_ in self.rows}, set(self.models))


if __name__ == "__main__":
    unittest.main()
