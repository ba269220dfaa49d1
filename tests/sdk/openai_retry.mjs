// One picture by OpenAI's SDK, which sends its request again by itself when the server dies: openai_retry.mjs PACKAGE.
import { createRequire } from "node:module";

const OpenAI = createRequire(`${process.env.SDK_PACKAGES}/`)(process.argv[2]);
const client = new OpenAI({ baseURL: `${process.env.DARKROOM_URL}/v1`, apiKey: process.env.DARKROOM_API_KEY, maxRetries: 20 });
const picture = await client.images.generate({ model: "gemini-2.5-flash-image-preview", prompt: process.env.PROMPT });
console.log(picture.data[0].url);
