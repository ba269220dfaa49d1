// What a program written against OpenAI's SDK for JavaScript sees of darkroom: node openai_images.mjs PACKAGE
//
// DARKROOM_URL, DARKROOM_API_KEY and POOR_API_KEY (an account without credits) say where and who; SDK_PACKAGES is where
// tools/packages.sh has installed PACKAGE. Ends with 1 at the first expectation that does not hold.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.SDK_PACKAGES}/`);
const OpenAI = require(process.argv[2]);
const { toFile } = OpenAI;

const URL = process.env.DARKROOM_URL;
const MODEL = "gemini-2.5-flash-image-preview";
const PRICE = 14_375_000;
const MASK_MODEL = "gpt-image-2-official";
// 96 x 64 pixels with an alpha channel, transparent all over.
const CLEAR = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAGAAAABACAYAAADlNHIOAAAAL0lEQVR42u3BMQEAAADCoP"
  + "VPbQwfoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgLcBYEAAAb4866oAAAAASUVORK5CYII=", "base64");

let sent = 0;
function client(options = {}) {
  const counting = (url, init) => {
    sent += 1;
    return fetch(url, { duplex: "half", ...init }); // openai 4 sends forms as streams
  };
  return new OpenAI({ baseURL: `${URL}/v1`, apiKey: process.env.DARKROOM_API_KEY, fetch: counting, ...options });
}
const openai = client();

async function spentBy(work) {
  const available = async () => {
    const answer = await fetch(`${URL}/api/v1/balance`, { headers: { Authorization: `Bearer ${openai.apiKey}` } });
    return (await answer.json()).available_microcredits;
  };
  const before = await available();
  await work();
  return before - (await available());
}

function sizeOf(png) {
  assert.equal(png.toString("latin1", 1, 4), "PNG");
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

function assertRatio(png, across, down) {
  const [width, height] = sizeOf(png);
  assert.ok(Math.abs(width / height / (across / down) - 1) < 0.05, `${width}x${height} is not ${across}:${down}`);
}

async function refused(work) {
  sent = 0;
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof OpenAI.APIError, `${error}`);
    assert.match(error.message, /\w/);
    return error;
  }
  assert.fail("it was not refused");
}

const tests = {
  async "a picture comes as a link"() {
    const made = await openai.images.generate({ model: MODEL, prompt: "a heron", size: "1024x1024" });
    assert.ok(Math.abs(made.created - Date.now() / 1000) < 60);
    assert.equal(made.data.length, 1);
    assert.equal(made.data[0].b64_json, undefined);
    const file = await fetch(made.data[0].url);
    assert.equal(file.headers.get("content-type"), "image/png");
    assertRatio(Buffer.from(await file.arrayBuffer()), 1, 1);
  },

  async "pictures come as base64, of the ratio nearest to the size"() {
    const made = await openai.images.generate({
      model: MODEL, prompt: "a heron", n: 2, size: "1792x1024", response_format: "b64_json",
    });
    assert.equal(made.data.length, 2);
    for (const { b64_json, url } of made.data) {
      assert.equal(url, undefined);
      assertRatio(Buffer.from(b64_json, "base64"), 16, 9);
    }
  },

  async "what the model does not know is named, not refused"() {
    const { data, response } = await openai.images
      .generate({ model: MODEL, prompt: "a heron", size: "auto", style: "vivid", user: "u-1" })
      .withResponse();
    assert.equal(data.data.length, 1);
    assert.equal(response.headers.get("darkroom-warnings"), "ignored: style, user");
    assert.match(response.headers.get("darkroom-task"), /^task_[0-9a-f]{32}$/);
    assert.equal(response.headers.get("x-should-retry"), "false");
  },

  async "models are listed and found"() {
    const ids = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    assert.ok(ids.includes(MODEL), `${ids}`);
    assert.equal((await openai.models.retrieve(MODEL)).object, "model");
    const error = await refused(() => openai.models.retrieve("none"));
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, 20004);
  },

  async "a wrong key is an authentication error"() {
    const error = await refused(() => client({ apiKey: "rk_live_none" }).images.generate({ model: MODEL, prompt: "x" }));
    assert.ok(error instanceof OpenAI.AuthenticationError);
    assert.equal(error.code, 10003);
    assert.match(error.request_id ?? error.requestID, /^req_/);
  },

  async "a wrong parameter is named"() {
    const error = await refused(() => openai.images.generate({ model: MODEL, prompt: "x", n: 9 }));
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.deepEqual([error.code, error.param, error.type], [20003, "n", "invalid_request_error"]);
    assert.equal(sent, 1);
    const streamed = await refused(() => openai.images.generate({ model: MODEL, prompt: "x", stream: true }));
    assert.equal(streamed.param, "stream");
  },

  async "an empty account is told so, once"() {
    const poor = client({ apiKey: process.env.POOR_API_KEY });
    const error = await refused(() => poor.images.generate({ model: MODEL, prompt: "x" }));
    assert.deepEqual([error.status, error.code, error.type, sent], [402, 30001, "insufficient_quota", 1]);
  },

  async "a failed task is an error that the SDK does not repeat, and costs nothing"() {
    const spent = await spentBy(async () => {
      const moderated = await refused(() => openai.images.generate({ model: MODEL, prompt: "x #moderated" }));
      assert.ok(moderated instanceof OpenAI.BadRequestError);
      assert.deepEqual([moderated.code, sent], [80006, 1]);
      const broken = await refused(() => openai.images.generate({ model: MODEL, prompt: "x #fail:404" }));
      assert.ok(broken instanceof OpenAI.InternalServerError);
      assert.deepEqual([broken.status, broken.code, sent], [502, 80001, 1]);
      assert.doesNotMatch(broken.message, /google|gemini|sandbox/i);
    });
    assert.equal(spent, 0);
  },

  async "an Idempotency-Key makes one task of two requests"() {
    const body = { model: MODEL, prompt: "a heron, once" };
    const options = { headers: { "Idempotency-Key": `sdk-${process.argv[2]}-${Date.now()}` } };
    const spent = await spentBy(async () => {
      const first = await openai.images.generate(body, options);
      const second = await openai.images.generate(body, options);
      assert.deepEqual(second, first);
    });
    assert.equal(spent, PRICE);
    const other = await refused(() => openai.images.generate({ ...body, n: 2 }, options));
    assert.deepEqual([other.status, other.code], [422, 20014]);
  },

  async "a picture that is sent along is edited"() {
    const made = await openai.images.edit({
      model: MODEL, prompt: "at night", image: await toFile(CLEAR, "a.png", { type: "image/png" }), n: 2,
      response_format: "b64_json",
    });
    assert.equal(made.data.length, 2);
    assertRatio(Buffer.from(made.data[0].b64_json, "base64"), 3, 2);
  },

  async "several pictures become one"() {
    const image = await Promise.all(["a.png", "b.png"].map((name) => toFile(CLEAR, name, { type: "image/png" })));
    const made = await openai.images.edit({ model: MODEL, prompt: "together", image, size: "1024x1024" });
    assertRatio(Buffer.from(await (await fetch(made.data[0].url)).arrayBuffer()), 1, 1);
  },

  async "a mask goes where there is one"() {
    const edit = async (model) => openai.images.edit({
      model, prompt: "a vase", image: await toFile(CLEAR, "a.png"), mask: await toFile(CLEAR, "m.png"),
    });
    assert.equal((await edit(MASK_MODEL)).data.length, 1);
    const error = await refused(() => edit(MODEL));
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.deepEqual([error.code, error.param, sent], [20003, "mask", 1]);
    assert.match(error.message, new RegExp(MASK_MODEL));
  },

  async "what is no picture is refused"() {
    const error = await refused(async () => openai.images.edit({
      model: MODEL, prompt: "x", image: await toFile(Buffer.from("no picture"), "a.png", { type: "image/png" }),
    }));
    assert.deepEqual([error.status, error.code, error.param, sent], [400, 20003, "image", 1]);
  },

  // openai 4 cannot: its forms are streams, which it has not kept when it repeats itself.
  async "an edit that an impatient client repeats is paid once"() {
    if (process.argv[2] === "openai-4") return;
    const impatient = client({ timeout: 1000, maxRetries: 5 });
    sent = 0;
    const spent = await spentBy(async () => {
      const made = await impatient.images.edit({
        model: MODEL, prompt: `a heron ${Date.now()} #slow:2500ms`, image: await toFile(CLEAR, "a.png"),
      });
      assert.equal(made.data.length, 1);
    });
    assert.ok(sent > 1, "it did not give up");
    assert.equal(spent, PRICE);
  },

  async "a client that gives up waiting and repeats itself pays once"() {
    const impatient = client({ timeout: 700, maxRetries: 5 });
    sent = 0;
    const spent = await spentBy(async () => {
      const made = await impatient.images.generate({ model: MODEL, prompt: `a heron ${Date.now()} #slow:1500ms` });
      assert.equal(made.data.length, 1);
    });
    assert.ok(sent > 1, "it did not give up");
    assert.equal(spent, PRICE);
  },
};

for (const [name, test] of Object.entries(tests)) {
  if (process.env.ONLY && !name.includes(process.env.ONLY)) continue;
  await test();
  console.log(`ok: ${name}`);
}
