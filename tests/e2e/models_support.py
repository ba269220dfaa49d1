"""What the tests of all models share: the catalogue as a server publishes it, references for its examples, media seen
through ffprobe, and the vendors' stand-ins as a process that outlives the server.

Nothing here names a model: one that is added is tested like the others.
"""

import concurrent.futures
import dataclasses
import json
import struct
import subprocess
import tempfile
import urllib.request
import zlib
from pathlib import Path

from support import REPOSITORY, Origin, Process, ServerTest

EXAMPLE_HOST = "https://cdn.example.com/"  # where the catalogue's examples say that their references are
REFERENCE_RATIO = (4, 3)                   # of every picture and film that Samples serves
SOURCE_SECONDS = 5                         # of walk.mp4, and of what stand-ins enlarge and edit: they follow no links
GOES_ON = {"remix"}                        # modes that need a task of the customer's own, which no example can name
WORKERS = 12                               # tasks at once; the machine may be small
PROBE_SECONDS = 60

LIMITS = """
[limits]
submits_per_minute = 60000
submit_burst = 10000
polls_per_second = 10000
concurrent_tasks = 1000
"""

MEDIA = REPOSITORY / "tests/media"


def transparent_png(width, height):
    """A PNG with an alpha channel: a picture to everybody, and a mask to those who want one."""
    def chunk(kind, payload):
        return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))
    row = b"\x00" + b"\x30\x60\x90\x80" * width
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b""))


class Samples(Origin):
    """Serves a reference of the right kind under whatever name an example gives it."""

    def __init__(self):
        super().__init__()
        self._files = {
            ".png": ("image/png", transparent_png(800, 600)),
            ".jpg": ("image/jpeg", (MEDIA / "photo.jpg").read_bytes()),
            ".mp4": ("video/mp4", (MEDIA / "walk.mp4").read_bytes()),
            ".mp3": ("audio/mpeg", (MEDIA / "beat.mp3").read_bytes()),
        }

    def link(self, name):
        """A link to a sample whose kind the name's ending says; a sample of tests/media by its own name."""
        kind, data = self._files[Path(name).suffix]
        if (MEDIA / name).exists():
            data = (MEDIA / name).read_bytes()
        self.routes["/" + name] = (200, {"Content-Type": kind}, data)
        return f"{self.url}/{name}"

    def localise(self, value):
        """An example's body, or a part of it, with links that lead here."""
        if isinstance(value, dict):
            return {name: self.localise(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.localise(entry) for entry in value]
        if isinstance(value, str) and value.startswith(EXAMPLE_HOST):
            return self.link(value.removeprefix(EXAMPLE_HOST))
        return value


class StandIns(Process):
    """The vendors' stand-ins as a process of their own, and what they were asked."""

    def __init__(self):
        super().__init__("sandbox", "--listen", "127.0.0.1:0")

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    def requests(self, method="POST"):
        """[(kind, path, count)] of all requests with this method."""
        with urllib.request.urlopen(f"{self.url}/sandbox/requests", timeout=PROBE_SECONDS) as answer:
            rows = json.load(answer)["requests"]
        return [(row["kind"], row["path"], row["count"]) for row in rows if row["method"] == method]

    def break_down(self, kind, status=503):
        """The vendor of that kind answers everything with that status; 200 ends it."""
        body = json.dumps({"kind": kind, "status": status}).encode()
        with urllib.request.urlopen(f"{self.url}/sandbox/outages", data=body, timeout=PROBE_SECONDS) as answer:
            answer.read()

    def upstreams(self, **settings):
        """Configuration that takes them for the vendors: one upstream a kind, named like it."""
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        tables = []
        for kind, path in PATHS.items():
            tables += [f"[upstreams.{kind}]", f'kind = "{kind}"', f'base_url = "{self.url}{path}"',
                       'api_keys = ["a-key-for-the-stand-in"]', *lines]
        return "\n".join(tables) + "\n"


# Where each kind's vendor begins on the stand-ins' server.
PATHS = {
    "gemini": "", "veo": "", "vertex": "/vertex/v1", "veo-vertex": "/vertex/v1", "openai": "/openai/v1",
    "openai-compatible": "/openai-compatible/v1", "openrouter": "/openrouter/api/v1", "ark-image": "/ark",
    "ark-video": "/ark", "dashscope": "/dashscope", "fal": "/fal", "replicate": "/replicate", "vidu": "/vidu",
    "xai-image": "/xai", "xai-video": "/xai",
}


@dataclasses.dataclass
class Media:
    """What ffprobe and ffmpeg make of a file."""
    codec: str
    width: int
    height: int
    seconds: float
    frames: int
    sound: bool


def look_into(data):
    """Reads a picture or film whole and decodes it, of a film the key frames; AssertionError if it cannot be played."""
    with tempfile.NamedTemporaryFile(prefix="darkroom-media-") as file:
        file.write(data)
        file.flush()
        probed = tool("ffprobe", "-count_packets", "-show_streams", "-show_format", "-of", "json", file.name)
        tool("ffmpeg", "-xerror", "-skip_frame", "nokey", "-threads", "1", "-i", file.name, "-f", "null", "-")
    tree = json.loads(probed)
    pictures = [stream for stream in tree["streams"] if stream["codec_type"] == "video"]
    if len(pictures) != 1:
        raise AssertionError(f"{len(pictures)} moving pictures: {tree}")
    stream = pictures[0]
    return Media(stream["codec_name"], stream["width"], stream["height"], float(tree["format"].get("duration", 0)),
                 int(stream["nb_read_packets"]), any(s["codec_type"] == "audio" for s in tree["streams"]))


def tool(name, *arguments):
    ended = subprocess.run([name, "-v", "error", *arguments], timeout=PROBE_SECONDS, check=False, text=True,
                           stdin=subprocess.DEVNULL, capture_output=True)
    if ended.returncode != 0 or ended.stderr.strip():
        raise AssertionError(f"{name}: {ended.returncode} {ended.stderr[:2000]}")
    return ended.stdout


def read_table(name):
    """The rows of a table beside the tests: columns between tabs, comments behind '#'."""
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def parameter_of(model, name):
    """The parameter of that name, or of that alias; None if the model has none."""
    return next((parameter for parameter in model["parameters"] if name in names_of(parameter)), None)


def names_of(parameter):
    return (parameter["name"], *parameter.get("aliases", ()))


def example_for(model, parameter):
    """An example that gives the parameter, or else one in whose mode it means something."""
    given = (example for example in model["examples"] if any(name in example["body"] for name in names_of(parameter)))
    fitting = (example for example in model["examples"]
               if example["mode"] in parameter.get("modes", [example["mode"]]))
    return next(given, None) or next(fitting)


def without(parameter, body):
    return {name: value for name, value in body.items() if name not in names_of(parameter)}


def first_given(body, *names):
    return next((body[name] for name in names if name in body), None)


def with_defaults(model, mode, body):
    """The request as the model understands it: aliases by their names, and defaults where they mean something."""
    full = {}
    for p in model["parameters"]:
        if mode not in p.get("modes", [mode]):
            continue
        given = first_given(body, *names_of(p))
        if given is None and p.get("default_unless") not in body:
            given = p.get("default")
        if given is not None:
            full[p["name"]] = given
    return full


class ModelsTest(ServerTest):
    """One server for all tests of a class, with the catalogue that it publishes in `models`, by id."""

    samples = None

    @classmethod
    def setUpClass(cls):
        cls.samples = Samples()
        cls.addClassCleanup(cls.samples.stop)
        cls.config = cls.make_config()
        super().setUpClass()
        cls.models = {model["id"]: model for model in cls.server.get("/api/v1/models").json["data"]}
        cls.keys = {}

    @classmethod
    def make_config(cls):
        return f"{LIMITS}[fetch]\nallow = [{cls.allowed(cls.samples.port)}]\n"

    @staticmethod
    def allowed(port):
        return f'"127.0.0.1/32:{port}"'

    def each(self, cases, check, workers=WORKERS):
        """check(*case) of all cases, some at a time, each a subtest named by the case's first member; the results."""
        results = []
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            running = [(case, pool.submit(check, *case)) for case in cases]
            for case, future in running:
                with self.subTest(case=case[0]):
                    results.append(future.result())
        self.assertGreater(len(running), 0, "no cases: nothing was tested")
        return results

    def order(self, key, model, body, headers=None):
        """Submits to the model's own endpoint."""
        return self.server.post(model["endpoint"], key, {**body, "model": model["id"]}, headers)

    def quote(self, key, model, body):
        """The price in micro-credits, told without buying."""
        answer = self.order(key, model, {**body, "dry_run": True})
        self.assertEqual(answer.status, 200, answer)
        return answer.json["quote"]["microcredits"]

    def events(self, key, task, kind):
        """The task's events of one type."""
        answer = self.server.get(f"/api/v1/tasks/{task}/events", key)
        self.assertEqual(answer.status, 200, answer)
        return [event for event in answer.json["data"] if event["type"] == kind]
