#!/usr/bin/env python3
"""Every parameter of every model with values that it does not take, and every rule between parameters: each is refused
with the field's name and what is allowed, nothing is charged, and no vendor hears of it."""

import fnmatch
import unittest

from models_support import ModelsTest, StandIns, example_for, without

GRANT_CREDITS = 1_000_000
LINK = "https://cdn.example.com/a.png"
OTHER = "https://cdn.example.com/b.png"

# A value of another type for each, and the word that the message has for it.
OTHER_TYPE = {
    "string": (5, "number"), "integer": ("5", "string"), "number": ("5", "string"), "boolean": ("true", "string"),
    "string[]": ("x", "string"), "url": (["x"], "array"), "url[]": (LINK, "string"), "object": ("x", "string"),
    "object[]": ({}, "object"), "task": (5, "number"),
}
NO_URLS = ("photo.png", "ftp://example.com/a.png", "data:image/png;base64,AAAA")
INWARD = "http://127.0.0.1/a.png"


def value_words(parameter):
    """What a message must say of a parameter with values, its bounds or its form."""
    if "values" in parameter:
        return [str(value).lower() if isinstance(value, bool) else str(value) for value in parameter["values"]]
    names = ("minimum", "maximum") if "minimum" in parameter else ("min_length", "max_length")
    words = [str(parameter[name]) for name in names if parameter.get(name, 0) > 1]
    return words + {"url": ["public http(s) URL"], "url[]": ["public http(s) URL"],
                    "task": ["task_ and 32 hexadecimal digits"], "boolean": ["true or false"]}.get(parameter["type"], [])


def outside(parameter):
    """Values of the right type that the parameter does not take."""
    kind = parameter["type"]
    if kind == "boolean":
        return [False] if parameter.get("values") == [True] else []
    if kind == "url":
        return list(NO_URLS)
    if kind == "url[]":
        return [[link] for link in NO_URLS] + [[LINK] * (parameter["max_length"] + 1), [5], [""]]
    if kind == "task":
        return ["task_1", "TASK_018F5A3A1B6E7D9F8C2B4D6E8F0A2C4E", LINK]
    if "pixels" in parameter:
        return ["7:5", "17x17", "100000x16", "1024X1024"]
    if "values" in parameter:
        return [max(parameter["values"]) + 1, 0] if kind == "integer" else ["no such value"]
    if kind in ("integer", "number"):
        fraction = [parameter["minimum"] + 0.5] if kind == "integer" else []
        return [parameter["minimum"] - 1, parameter["maximum"] + 1, *fraction]
    if kind == "string":
        short = ["x" * (parameter["min_length"] - 1)] if parameter.get("min_length") else []
        return [*short, "x" * (parameter["max_length"] + 1)]
    return list(outside_of_fields(parameter))


def outside_of_fields(parameter):
    """Objects of which one field is missing, of another type or outside what is allowed."""
    fields = parameter["fields"]
    wrap = (lambda entry: [entry]) if parameter["type"] == "object[]" else (lambda entry: entry)
    if parameter["type"] == "object[]":
        yield [{}] * (parameter["max_length"] + 1)
        yield [5]
    whole = {field["name"]: LINK if field["type"] == "url" else field.get("values", [1])[0] for field in fields
             if field["required"]}
    for field in fields:
        if field["required"]:
            yield wrap({name: value for name, value in whole.items() if name != field["name"]})
        yield wrap({**whole, field["name"]: OTHER_TYPE[field["type"]][0]})
        if field.get("values"):
            nonsense = "no such value"
            yield wrap({**whole, field["name"]: [nonsense] if field["type"] == "string[]" else nonsense})


# Models, members of a request beside "model", the field that is wrong, and words of the sentence.
RULES = [
    ("gpt-image-2*", {"prompt": "p", "resolution": "4k"}, "size", ["16:9", "9:21", "resolution=4k"]),
    ("gpt-image-2*", {"prompt": "p", "resolution": "4k", "size": "3:2"}, "size", ["16:9"]),
    ("gpt-image-2", {"prompt": "p", "n": 2}, "n", ["1"]),
    ("gpt-image-2-official", {"prompt": "p", "mask_url": LINK}, "mask_url", ["needs image_urls"]),
    ("gpt-image-2-official", {"prompt": "p", "output_format": "webp"}, "output_format", ["only output_format=png"]),
    ("gemini-2.5-*", {"prompt": "p", "resolution": "2K"}, "resolution", ["only resolution=1K is supported"]),
    ("gemini-2.5-*", {"prompt": "p", "n": "1"}, "n", ["integer"]),
    ("gemini-3.1-*", {"prompt": "p", "google_image_search": True}, "google_image_search", ["google_search=true"]),
    ("gemini-*-official", {"prompt": "p", "official_fallback": True}, "official_fallback", ["not a parameter"]),
    ("doubao-seedream-*", {"prompt": "p", "size": "1:1", "aspect_ratio": "16:9"}, "aspect_ratio", ["must not differ"]),
    ("doubao-seedance-2.0*", {"prompt": "abc", "image_urls": [LINK],
                              "image_with_roles": [{"url": LINK, "role": "first_frame"}]},
     "image_with_roles", ["cannot be combined with image_urls"]),
    ("doubao-seedance-2.0*", {"prompt": "abc", "video_urls": [LINK],
                              "image_with_roles": [{"url": LINK, "role": "first_frame"}]},
     "image_with_roles", ["cannot be combined with video_urls"]),
    ("doubao-seedance-2.0*", {"prompt": "abc", "audio_urls": [LINK],
                              "image_with_roles": [{"url": LINK, "role": "first_frame"}]},
     "image_with_roles", ["cannot be combined with audio_urls"]),
    ("doubao-seedance-2.0*", {"prompt": "abc", "audio_urls": [LINK]}, "audio_urls", ["image_urls or video_urls"]),
    ("doubao-seedance-2.0*", {"prompt": "abc", "tools": True}, "tools", ["array"]),
    ("doubao-seedance-2.0-fast*", {"prompt": "abc", "resolution": "1080p"}, "resolution", ["480p, 720p"]),
    ("doubao-seedance-2.0-fast*", {"prompt": "abc", "resolution": "4k"}, "resolution", ["480p, 720p"]),
    ("doubao-seedance-2.0*-official", {"prompt": "abc", "nsfw_checker": True}, "nsfw_checker", ["not a parameter"]),
    ("seedance-2.0-*beta", {"prompt": "abc", "first_frame_url": LINK, "reference_image_urls": [LINK]},
     "first_frame_url", ["cannot be combined with reference_image_urls"]),
    ("seedance-2.0-*beta", {"prompt": "abc", "first_frame_url": LINK, "reference_video_urls": [LINK]},
     "first_frame_url", ["cannot be combined with reference_video_urls"]),
    ("seedance-2.0-*beta", {"prompt": "abc", "last_frame_url": LINK}, "last_frame_url", ["needs first_frame_url"]),
    ("seedance-2.0-*beta", {"prompt": "abc", "reference_audio_urls": [LINK]}, "reference_audio_urls",
     ["reference_image_urls or reference_video_urls"]),
    ("seedance-2.0-fast-beta", {"prompt": "abc", "resolution": "1080p"}, "resolution", ["480p, 720p"]),
    ("happyhorse-*", {"prompt": "p", "first_frame_image": LINK, "image_urls": [LINK]}, "first_frame_image",
     ["cannot be combined with image_urls"]),
    ("happyhorse-*", {"prompt": "p", "first_frame_image": LINK, "video_url": LINK}, "video_url",
     ["cannot be combined with first_frame_image"]),
    ("happyhorse-*", {"prompt": "p", "video_url": LINK, "image_urls": [LINK] * 6}, "image_urls", ["up to 5"]),
    ("viduq3-*", {"aspect_ratio": "16:9", "image_urls": [LINK]}, "aspect_ratio", ["only in text-to-video"]),
    ("viduq3-*", {"size": "1:1", "first_frame_image": LINK}, "size", ["only in text-to-video"]),
    ("viduq3-*", {"prompt": "p", "size": "1:1", "aspect_ratio": "16:9"}, "aspect_ratio", ["must not differ"]),
    ("viduq3-*", {"image_urls": [LINK], "first_frame_image": OTHER}, "first_frame_image", ["must not differ"]),
    ("grok-*", {"prompt": "p", "size": "1:1", "aspect_ratio": "16:9"}, "aspect_ratio", ["must not differ"]),
    ("veo3.1-fast", {"prompt": "p", "enable_gif": True, "resolution": "1080p"}, "enable_gif", ["resolution=1080p"]),
    ("veo3.1-quality", {"prompt": "p", "enable_gif": True, "resolution": "4k"}, "enable_gif", ["resolution=4k"]),
    ("veo3.1-lite", {"prompt": "p", "enable_gif": True, "resolution": "4k"}, "enable_gif", ["resolution=4k"]),
    ("veo3.1-quality", {"prompt": "p", "image_urls": [LINK], "generation_type": "reference"}, "generation_type",
     ["frame"]),
    ("veo3.1-lite", {"prompt": "p", "image_urls": [LINK]}, "image_urls", ["not a parameter"]),
    ("veo3.1-*-official", {"prompt": "p", "last_frame_image": LINK}, "last_frame_image", ["needs first_frame_image"]),
    ("veo3.1-*-official", {"prompt": "p", "enhance_prompt": False}, "enhance_prompt", ["true"]),
]
# Models, members without something that these need, and its name.
MISSING = [
    ("gemini-*", {"image_urls": [LINK]}, "prompt"), ("gpt-image-2*", {"image_urls": [LINK]}, "prompt"),
    ("doubao-*", {"image_urls": [LINK]}, "prompt"), ("seedance-*", {"reference_image_urls": [LINK]}, "prompt"),
    ("happyhorse-*", {}, "prompt"), ("happyhorse-*", {"image_urls": [LINK]}, "prompt"),
    ("happyhorse-*", {"video_url": LINK}, "prompt"), ("viduq3-*", {}, "prompt"), ("grok-*", {}, "prompt"),
    ("veo3.1-*", {}, "prompt"), ("enhance-*", {}, "video_url"),
]


class BadInput(ModelsTest):
    @classmethod
    def make_config(cls):
        cls.stand_ins = StandIns()
        cls.addClassCleanup(cls.stand_ins.stop)
        return super().make_config() + cls.stand_ins.upstreams()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls.server.key("careless", False)
        granted = cls.server.command("credits", "grant", "--account", "careless", "--credits", GRANT_CREDITS)
        assert granted.returncode == 0, granted

    def tearDown(self):
        self.assertEqual(self.server.balance(self.key), (GRANT_CREDITS * 1_000_000, 0))
        self.assertEqual(self.server.get("/api/v1/tasks", self.key).json["data"], [])
        self.assertEqual(self.stand_ins.requests(), [], "a vendor heard of it")

    def refused(self, _, model, body, code, field, words):
        answer = self.order(self.key, model, body)
        self.assert_error(answer, 400, code, field, *words)
        self.assertEqual(answer.json["error"]["param"], field, answer)

    def assert_discreet(self, message):
        """A vendor's name may be part of a parameter's, but of nothing else."""
        for name in {parameter["name"] for model in self.models.values() for parameter in model["parameters"]}:
            message = message.replace(name, "")
        super().assert_discreet(message)

    def bases(self):
        """(model, parameter, body): an example of each model without the parameter, where it means something."""
        for model in self.models.values():
            for parameter in model["parameters"]:
                example = example_for(model, parameter)
                yield model, parameter, without(parameter, example["body"])

    def test_a_value_of_another_type(self):
        self.each([(f"{model['id']} {parameter['name']}", model,
                    {**body, parameter["name"]: OTHER_TYPE[parameter["type"]][0]}, 20003, parameter["name"],
                    [f"not a{'n' if word[0] in 'ao' else ''} {word}", *value_words(parameter)])
                   for model, parameter, body in self.bases() for word in [OTHER_TYPE[parameter["type"]][1]]],
                  self.refused)

    def test_a_value_outside_of_what_is_allowed(self):
        def words(parameter, value):
            # Of one entry the message says what that must be, not how many there may be.
            is_entry = parameter["type"] in ("url[]", "object[]") and len(value) <= parameter["max_length"]
            return [] if "fields" in parameter else ["public http(s) URL"] if is_entry else value_words(parameter)
        self.each([(f"{model['id']} {parameter['name']}={value!r:.60}", model, {**body, parameter["name"]: value},
                    20003, parameter["name"], words(parameter, value))
                   for model, parameter, body in self.bases() for value in outside(parameter)], self.refused)

    def test_a_link_inward(self):
        # Only of a request that is right otherwise are the addresses looked at, so an example must have the parameter.
        self.each([(f"{model['id']} {parameter['name']}", model,
                    {**body, parameter["name"]: [INWARD] if parameter["type"] == "url[]" else INWARD}, 20003,
                    parameter["name"], ["public http(s) URL"])
                   for model, parameter, body in self.bases()
                   if parameter["type"].startswith("url") and
                   any(parameter["name"] in example["body"] for example in model["examples"])], self.refused)

    def test_what_is_required_is_missing(self):
        cases = []
        for model, parameter, body in self.bases():
            required = parameter["required"]
            if required is True or (required and set(required) >= set(model["modes"])):
                cases += [(model["id"], model, {**body, **absent}, 20002, parameter["name"], [])
                          for absent in ({}, {parameter["name"]: None})]
        self.each(cases, self.refused)

    def test_what_a_mode_requires_is_missing(self):
        self.each([(f"{pattern} {body}", model, body, 20002, field, [])
                   for pattern, body, field in MISSING for model in self.matching(pattern)], self.refused)

    def test_the_rules_between_parameters(self):
        self.each([(f"{model['id']} {body}", model, body, 20003, field, words)
                   for pattern, body, field, words in RULES for model in self.matching(pattern)], self.refused)

    def test_a_model_on_another_endpoint(self):
        for model in self.models.values():
            other = {"/api/v1/images/generations": "/api/v1/videos/generations"}.get(model["endpoint"],
                                                                                  "/api/v1/images/generations")
            self.refused("", {**model, "endpoint": other}, model["example"], 20004, "model", [model["endpoint"]])

    def matching(self, pattern):
        found = [model for name, model in self.models.items() if fnmatch.fnmatch(name, pattern)]
        self.assertTrue(found, f"no model is like {pattern}")
        return found


if __name__ == "__main__":
    unittest.main()
