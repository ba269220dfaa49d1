// node openai_sdk.mjs FOLDER: OpenAI's SDK with this server as its base URL. A picture is generated, then edited.
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: `${process.env.DARKROOM_URL}/v1`, apiKey: process.env.DARKROOM_API_KEY });
const model = "gemini-2.5-flash-image-preview";
const folder = process.argv[2];

const save = (file, picture) => writeFile(file, Buffer.from(picture.b64_json, "base64"));

const drawn = await client.images.generate({
  model, prompt: "a lighthouse at dusk", size: "1536x1024", response_format: "b64_json",
});
await save(`${folder}/lighthouse.png`, drawn.data[0]);

const edited = await client.images.edit({
  model, prompt: "the same in a snow storm", image: createReadStream(`${folder}/lighthouse.png`),
  response_format: "b64_json",
});
await save(`${folder}/storm.png`, edited.data[0]);
