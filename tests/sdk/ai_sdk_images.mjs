// What a program written against the AI SDK sees of darkroom through its provider for OpenAI-compatible servers:
// generateImage with a link and with base64, several pictures, edits, sizes, errors.
//
// DARKROOM_URL and DARKROOM_API_KEY say where and who; SDK_PACKAGES is where tools/packages.sh has installed the SDK.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.SDK_PACKAGES}/`);
const { generateImage, APICallError, RetryError } = require("ai");
const { createOpenAICompatible } = require("@ai-sdk/openai-compatible");

const MODEL = "gemini-2.5-flash-image-preview";
let sent = 0;
const darkroom = createOpenAICompatible({
  name: "darkroom",
  baseURL: `${process.env.DARKROOM_URL}/v1`,
  apiKey: process.env.DARKROOM_API_KEY,
  fetch: (url, init) => {
    sent += 1;
    return fetch(url, init);
  },
});

function assertRatio(bytes, across, down) {
  const png = Buffer.from(bytes);
  assert.equal(png.toString("latin1", 1, 4), "PNG");
  const ratio = png.readUInt32BE(16) / png.readUInt32BE(20);
  assert.ok(Math.abs(ratio / (across / down) - 1) < 0.05, `${ratio}`);
}

const one = await generateImage({ model: darkroom.imageModel(MODEL), prompt: "a heron", size: "1536x1024" });
assertRatio(one.image.uint8Array, 3, 2);
console.log("ok: one picture");

const several = await generateImage({
  model: darkroom.imageModel(MODEL), prompt: "a heron", n: 3, maxImagesPerCall: 4,
  providerOptions: { darkroom: { size: "16:9" } },
});
assert.equal(several.images.length, 3);
for (const image of several.images) assertRatio(image.uint8Array, 16, 9);
console.log("ok: three pictures, and a parameter of our own");

const edited = await generateImage({
  model: darkroom.imageModel(MODEL),
  prompt: { text: "at night", images: [one.image.uint8Array, several.images[0].uint8Array] },
});
assertRatio(edited.image.uint8Array, 3, 2);
await assert.rejects(
  generateImage({
    model: darkroom.imageModel(MODEL),
    prompt: { text: "at night", images: [one.image.uint8Array], mask: one.image.uint8Array },
  }),
  (error) => APICallError.isInstance(error) && error.data.error.param === "mask");
console.log("ok: pictures that are sent along");

sent = 0;
await assert.rejects(generateImage({ model: darkroom.imageModel(MODEL), prompt: "a heron", n: 9, maxImagesPerCall: 9 }),
  (error) => APICallError.isInstance(error) && error.statusCode === 400 && error.data.error.code === 20003
    && error.message.includes("n must be"));
assert.equal(sent, 1);
console.log("ok: a wrong parameter");

await assert.rejects(generateImage({ model: darkroom.imageModel(MODEL), prompt: "a heron #moderated" }),
  (error) => APICallError.isInstance(error) && error.data.error.code === 80006);
await assert.rejects(
  generateImage({ model: darkroom.imageModel(MODEL), prompt: "a heron #fail:404", maxRetries: 1 }),
  (error) => RetryError.isInstance(error) && error.lastError.data.error.code === 80001);
console.log("ok: failed tasks");
