#!/usr/bin/env python3
"""Every model of the catalogue, in every mode, by its own examples: quoted, made, delivered as ordered, paid as quoted."""

import fnmatch
import unittest

from models_support import (GOES_ON, REFERENCE_RATIO, SOURCE_SECONDS, ModelsTest, example_for, first_given, look_into,
                            parameter_of, read_table, with_defaults, without)
from support import TEST_GRANT

RATIO_TOLERANCE = 0.05     # sides are rounded to what codecs and models can do
AREA_TOLERANCE = 0.15
FRAMES_A_SECOND = 24
SIZES = {(models, resolution.lower(), ratio): tuple(map(int, pixels.split("x")))
         for models, resolution, ratio, pixels in read_table("model_sizes.tsv")}
# Size classes of films by their lines, where no table says more.
LINES = {"480p": 480, "540p": 540, "720p": 720, "1080p": 1080, "2k": 1440, "4k": 2160}
# The most pixels of the classes of models that take any size: the tiers of their published price.
MOST_PIXELS = {"gpt-image-2*": {"1k": 2_097_152, "2k": 5_242_880, "4k": 8_294_400}}
# Of models whose requests do not say it: whether their films have sound.
SOUND = {"veo3.1-fast": True, "veo3.1-quality": True, "veo3.1-lite": True, "happyhorse-*": True}


def find_by_pattern(table, model):
    return next((value for pattern, value in table.items() if fnmatch.fnmatch(model, pattern)), None)


class Order:
    """An example with its references in reach, and what must come of it."""

    def __init__(self, model, example, samples):
        self.model = model
        self.mode = example["mode"]
        self.body = samples.localise(example["body"])
        self.full = with_defaults(model, self.mode, self.body)
        self.has_references = samples.url in str(self.body)
        self.is_film = model["kind"] != "image"
        # What comes out goes by what came in, and the stand-ins follow no link.
        self.follows_source = self.mode in ("edit", "enhance")
        self.size = first_given(self.full, "size", "aspect_ratio") or "auto"
        self.resolution = str(first_given(self.full, "resolution", "quality") or "").lower()

    def ratio(self):
        """(width, height) that is asked for; that of the references where they decide; None where nobody does."""
        if self.size not in ("auto", "adaptive"):
            return tuple(map(int, self.size.replace("x", ":").split(":")))
        return REFERENCE_RATIO if self.has_references else None

    def pixels(self):
        """What the request itself or the vendors' tables say; None where they say nothing."""
        if "x" in self.size:
            return self.ratio()
        return next((pixels for (models, *asked), pixels in SIZES.items()
                     if fnmatch.fnmatch(self.model["id"], models) and asked == [self.resolution, self.size]), None)

    def sound(self):
        """Whether there must be sound; None where the request cannot say and no table does."""
        asked = first_given(self.full, "generate_audio", "audio")
        return asked if asked is not None else find_by_pattern(SOUND, self.model["id"])


class Examples(ModelsTest):
    """What the catalogue shows its customers, bought."""

    def test_every_mode_of_every_model_has_an_example(self):
        for model in self.models.values():
            with self.subTest(model=model["id"]):
                self.assertEqual({example["mode"] for example in model["examples"]}, set(model["modes"]) - GOES_ON)

    def test_every_example_is_made_as_ordered_and_paid_as_quoted(self):
        orders = [Order(model, example, self.samples)
                  for model in self.models.values() for example in model["examples"]]
        keys = {model: self.server.key(model) for model in self.models}
        paid = self.each([(f"{order.model['id']} {order.mode}", keys[order.model["id"]], order) for order in orders],
                         self.make)
        for model, key in keys.items():
            with self.subTest(model=model):
                spent = sum(price for paying, price in paid if paying == key)
                self.assertEqual(self.server.balance(key), (TEST_GRANT - spent, 0))
        verified = self.server.command("ledger", "verify")
        self.assertEqual(verified.returncode, 0, verified)

    def make(self, _, key, order):
        """From the quote to the file; returns who paid and how much."""
        price = self.quote(key, order.model, order.body)
        submitted = self.order(key, order.model, order.body)
        self.assertEqual(submitted.status, 200, submitted)
        self.assertIsNone(submitted.headers["Darkroom-Warnings"])
        task = self.server.poll(submitted.json["id"], key)
        self.assertEqual((task["status"], task["error"]), ("completed", None), task)
        ended = self.events(key, task["id"], "completed")
        self.assertEqual([event["captured_microcredits"] for event in ended], [price])
        if order.is_film:
            self.check_films(order, task["output"])
        else:
            self.check_pictures(order, task["output"])
        return key, price

    def download(self, url):
        answer = self.server.get(url)
        self.assertEqual(answer.status, 200, answer)
        return answer

    def check_pictures(self, order, output):
        self.assertEqual(set(output), {"image_urls"})
        options = order.full.get("sequential_image_generation_options", {})
        self.assertEqual(len(output["image_urls"]), options.get("max_images", order.full["n"]))
        answers = [self.download(url) for url in output["image_urls"]]
        self.assertEqual(len({answer.body for answer in answers}), len(answers), "the pictures of a task differ")
        codec = {"jpeg": "mjpeg"}.get(order.full.get("output_format"), "png")
        for answer in answers:
            picture = look_into(answer.body)
            self.assertEqual(picture.codec, codec)
            self.assertEqual(answer.headers["Content-Type"], "image/jpeg" if codec == "mjpeg" else "image/png")
            self.check_pixels(order, picture)

    def check_films(self, order, output):
        wants_frame = order.full.get("return_last_frame", False)
        self.assertEqual(set(output), {"video_urls", "poster_urls"} | ({"last_frame_url"} if wants_frame else set()))
        self.assertEqual(len(output["video_urls"]), order.full.get("sample_count", 1))
        self.assertEqual(len(output["poster_urls"]), len(output["video_urls"]))
        seconds = SOURCE_SECONDS if order.follows_source else order.full["duration"]
        for url, poster_url in zip(output["video_urls"], output["poster_urls"]):
            answer = self.download(url)
            self.assertEqual(answer.headers["Content-Type"], "video/mp4")
            film = look_into(answer.body)
            self.assertEqual(film.codec, "h264")
            self.assertAlmostEqual(film.seconds, seconds, delta=0.1)
            rate = order.full.get("fps", None if order.follows_source else FRAMES_A_SECOND)
            if rate is not None:
                self.assertAlmostEqual(film.frames, seconds * rate, delta=2)
            if order.sound() is not None:
                self.assertEqual(film.sound, order.sound())
            self.check_pixels(order, film)
            poster = look_into(self.download(poster_url).body)
            self.assertEqual(poster.codec, "mjpeg")
            self.assertAlmostEqual(poster.width / poster.height, film.width / film.height, delta=RATIO_TOLERANCE)
        if wants_frame:
            frame = look_into(self.download(output["last_frame_url"]).body)
            self.assertEqual((frame.codec, frame.width, frame.height), ("png", film.width, film.height))

    def check_pixels(self, order, media):
        known = order.pixels()
        if known is not None:
            even = tuple(side & ~1 for side in known)  # the colours of a film belong to two pixels by two
            self.assertEqual((media.width, media.height), even if order.is_film else known)
            return
        ratio = order.ratio()
        if ratio is not None and not order.follows_source:
            wanted = ratio[0] / ratio[1]
            self.assertAlmostEqual(media.width / media.height, wanted, delta=RATIO_TOLERANCE * wanted)
        most = (find_by_pattern(MOST_PIXELS, order.model["id"]) or {}).get(order.resolution)
        if most is not None:
            self.assertLessEqual(media.width * media.height, most)
        elif order.is_film and order.resolution in LINES:
            lines = LINES[order.resolution]
            area = lines * lines * 16 / 9
            is_area = abs(media.width * media.height - area) < AREA_TOLERANCE * area
            self.assertTrue(is_area or min(media.width, media.height) == lines, f"{media} is no {order.resolution}")
        else:
            self.assertIsNotNone(ratio, "nothing says what the pixels must be")


class EveryValue(ModelsTest):
    """Each value that a model publishes, sent to its vendor. The word makes the stand-in refuse what it has checked and
    found good, so no picture is painted: a refusal is what a request that the vendor understands ends in."""

    WORD = "#moderated"
    REFUSED, FAILED = 80006, 80003
    # What no vendor makes, only the operator's own machine: (model, parameter, value).
    NOBODY = {("enhance-video-1.0", "fps", 240)}

    def orders(self):
        for model in self.models.values():
            for parameter in model["parameters"]:
                body = without(parameter, example_for(model, parameter)["body"])
                for value in values_of(parameter):
                    yield ((model["id"], parameter["name"], value),
                           self.samples.localise(with_limits(parameter, model, body, value)))

    def test_the_vendor_understands_it(self):
        key = self.server.key("values")

        def check(_, model, body, code):
            if "prompt" in body:
                body["prompt"] = f"moonlight {self.WORD}"
            else:
                body["video_url"] += self.WORD
            submitted = self.order(key, model, body)
            self.assertEqual(submitted.status, 200, submitted)
            self.assert_failed(self.server.poll(submitted.json["id"], key), code)

        self.each([(" ".join(map(str, value)), self.models[value[0]], body,
                    self.FAILED if value in self.NOBODY else self.REFUSED) for value, body in self.orders()], check)
        self.assertEqual(self.server.balance(key), (TEST_GRANT, 0))


def values_of(parameter):
    """All values of a parameter that has some, else its bounds; nothing for texts and media, which examples show."""
    if parameter["type"] == "boolean":
        return parameter.get("values", [False, True])
    return parameter.get("values") or [parameter[bound] for bound in ("minimum", "maximum") if bound in parameter]


def with_limits(parameter, model, body, value):
    """The body with that value, and with values beside it for which the limits of both parameters hold."""
    body = {**body, parameter["name"]: value}
    for limited in model["parameters"]:
        for limit in limited.get("limits", ()):
            when = {name: values for name, values in limit["when"].items() if name != "mode"}
            full = {**{p["name"]: p.get("default") for p in model["parameters"]}, **body}
            holds = when and all(full[name] in values for name, values in when.items())
            if not holds or "values" not in limit or full[limited["name"]] in limit["values"]:
                continue
            if limited is parameter:  # the other one has to give way
                for name, values in when.items():
                    body[name] = next(v for v in values_of(parameter_of(model, name)) if v not in values)
            else:
                body[limited["name"]] = limit["values"][0]
    return body


if __name__ == "__main__":
    unittest.main()
