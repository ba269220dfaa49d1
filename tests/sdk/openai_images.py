"""What a program written against OpenAI's SDK for Python sees of darkroom.

DARKROOM_URL, DARKROOM_API_KEY and POOR_API_KEY (an account without credits) say where and who. Ends with an error at the
first expectation that does not hold.
"""

import asyncio
import base64
import io
import os
import struct
import urllib.request
import zlib

import openai

BASE_URL = os.environ["DARKROOM_URL"] + "/v1"
KEY = os.environ["DARKROOM_API_KEY"]
MODEL = "gemini-2.5-flash-image-preview"
MASK_MODEL = "gpt-image-2-official"


def client(**options):
    return openai.OpenAI(**{"base_url": BASE_URL, "api_key": KEY, **options})


def assert_ratio(png, across, down):
    assert png[1:4] == b"PNG"
    width, height = struct.unpack(">II", png[16:24])
    assert abs(width / height / (across / down) - 1) < 0.05, (width, height)


def png(width, height):
    """With an alpha channel, transparent all over."""
    def chunk(kind, payload):
        return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress((b"\x00" + bytes(4 * width)) * height)) + chunk(b"IEND", b""))


def refused(kind, work):
    try:
        work()
    except kind as error:
        assert error.message
        return error
    raise AssertionError(f"no {kind.__name__}")


def a_picture_comes_as_a_link():
    made = client().images.generate(model=MODEL, prompt="a heron", size="1536x1024")
    assert made.data[0].b64_json is None
    with urllib.request.urlopen(made.data[0].url, timeout=30) as answer:
        assert_ratio(answer.read(), 3, 2)


def pictures_come_as_base64():
    made = client().images.generate(model=MODEL, prompt="a heron", n=2, size="auto", response_format="b64_json")
    assert len(made.data) == 2
    for picture in made.data:
        assert picture.url is None
        assert_ratio(base64.b64decode(picture.b64_json, validate=True), 1, 1)


def the_models_own_parameters_go_beside_openais():
    made = client().images.generate(model=MODEL, prompt="a heron", size="16:9", extra_body={"resolution": "1K"},
                                    response_format="b64_json")
    assert_ratio(base64.b64decode(made.data[0].b64_json), 16, 9)


def models_are_listed_and_found():
    assert MODEL in [model.id for model in client().models.list()]
    assert client().models.retrieve(MODEL).owned_by == "darkroom"
    refused(openai.NotFoundError, lambda: client().models.retrieve("none"))


def errors_have_their_classes():
    generate = client().images.generate
    error = refused(openai.BadRequestError, lambda: generate(model=MODEL, prompt="x", size="7:1"))
    # This SDK makes text of the number, as of OpenAI's own codes.
    assert (error.code, error.param, error.type) == ("20003", "size", "invalid_request_error")
    assert error.request_id.startswith("req_")
    error = refused(openai.AuthenticationError,
                    lambda: client(api_key="rk_live_none").images.generate(model=MODEL, prompt="x"))
    assert error.code == "10003"
    poor = client(api_key=os.environ["POOR_API_KEY"])
    error = refused(openai.APIStatusError, lambda: poor.images.generate(model=MODEL, prompt="x"))
    assert (error.status_code, error.code) == (402, "30001")
    error = refused(openai.BadRequestError, lambda: generate(model=MODEL, prompt="x #moderated"))
    assert error.code == "80006"
    error = refused(openai.InternalServerError, lambda: generate(model=MODEL, prompt="x #fail:404"))
    assert (error.code, error.response.headers["x-should-retry"]) == ("80001", "false")


def pictures_that_are_sent_along_are_edited():
    picture = png(96, 64)
    edit = client().images.edit
    one = edit(model=MODEL, prompt="at night", image=("a.png", picture), response_format="b64_json")
    assert_ratio(base64.b64decode(one.data[0].b64_json), 3, 2)
    several = edit(model=MODEL, prompt="together", image=[("a.png", picture), ("b.png", picture)], n=2)
    assert len({made.url for made in several.data}) == 2
    masked = edit(model=MASK_MODEL, prompt="a vase", image=io.BytesIO(picture), mask=("m.png", picture),
                  extra_body={"quality": "low"})
    assert len(masked.data) == 1
    error = refused(openai.BadRequestError,
                    lambda: edit(model=MODEL, prompt="x", image=("a.png", picture), mask=("m.png", picture)))
    assert (error.code, error.param) == ("20003", "mask") and MASK_MODEL in error.message
    error = refused(openai.BadRequestError, lambda: edit(model=MODEL, prompt="x", image=("a.png", b"no picture")))
    assert (error.code, error.param) == ("20003", "image")


def an_idempotency_key_makes_one_task_of_two_requests():
    headers = {"Idempotency-Key": "python-" + os.urandom(8).hex()}
    links = {client().images.generate(model=MODEL, prompt="a heron", extra_headers=headers).data[0].url
             for _ in range(2)}
    assert len(links) == 1


def the_asynchronous_client_works_too():
    async def several():
        async with openai.AsyncOpenAI(base_url=BASE_URL, api_key=KEY) as asynchronous:
            return await asyncio.gather(*(asynchronous.images.generate(model=MODEL, prompt=f"heron {i}")
                                          for i in range(4)))
    assert len({made.data[0].url for made in asyncio.run(several())}) == 4


for test in (a_picture_comes_as_a_link, pictures_come_as_base64, the_models_own_parameters_go_beside_openais,
             models_are_listed_and_found, errors_have_their_classes, an_idempotency_key_makes_one_task_of_two_requests,
             pictures_that_are_sent_along_are_edited, the_asynchronous_client_works_too):
    test()
    print(f"ok: {test.__name__.replace('_', ' ')}")
