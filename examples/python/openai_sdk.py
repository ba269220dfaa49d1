#!/usr/bin/env python3
"""openai_sdk.py FOLDER: OpenAI's SDK with this server as its base URL. A picture is generated, then edited."""

import base64
import os
import sys
from pathlib import Path

from openai import OpenAI

client = OpenAI(base_url=os.environ["DARKROOM_URL"] + "/v1", api_key=os.environ["DARKROOM_API_KEY"])
folder = Path(sys.argv[1])
MODEL = "gemini-2.5-flash-image-preview"

drawn = client.images.generate(model=MODEL, prompt="a lighthouse at dusk", size="1536x1024", response_format="b64_json")
lighthouse = folder / "lighthouse.png"
lighthouse.write_bytes(base64.b64decode(drawn.data[0].b64_json))

edited = client.images.edit(model=MODEL, prompt="the same in a snow storm", image=lighthouse.open("rb"),
                            response_format="b64_json")
(folder / "storm.png").write_bytes(base64.b64decode(edited.data[0].b64_json))
