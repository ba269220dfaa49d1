"""One picture by OpenAI's SDK, which sends its request again by itself when the server dies."""

import os

import openai

client = openai.OpenAI(base_url=os.environ["DARKROOM_URL"] + "/v1", api_key=os.environ["DARKROOM_API_KEY"], max_retries=20)
picture = client.images.generate(model="gemini-2.5-flash-image-preview", prompt=os.environ["PROMPT"])
print(picture.data[0].url)
