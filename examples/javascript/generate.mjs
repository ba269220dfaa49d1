// node generate.mjs PROMPT FILE: submits, waits for the end, saves the picture. Nothing but fetch.
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";

const { DARKROOM_URL, DARKROOM_API_KEY } = process.env;

async function call(path, body, headers = {}) {
  const answer = await fetch(DARKROOM_URL + path, {
    method: body ? "POST" : "GET",
    headers: { Authorization: `Bearer ${DARKROOM_API_KEY}`, ...headers },
    body: body && JSON.stringify(body),
  });
  const result = await answer.json();
  if (!answer.ok) throw new Error(`${result.error.code} ${result.error.message} (${result.error.request_id})`);
  return result;
}

async function generate(prompt, parameters = {}) {
  const body = { model: "gemini-2.5-flash-image-preview", prompt, ...parameters };
  // The name of this submit: sent again under it, it is the same task and is paid once.
  let task = await call("/api/v1/images/generations", body, { "Idempotency-Key": randomUUID() });
  while (task.status === "processing") task = await call(`/api/v1/tasks/${task.id}?wait=30`);
  if (task.status === "failed") throw new Error(`${task.error.code} ${task.error.message}`);
  return task.output.image_urls;
}

const [prompt, file] = process.argv.slice(2);
const [link] = await generate(prompt, { size: "16:9" });
await writeFile(file, Buffer.from(await (await fetch(link)).arrayBuffer()));
console.log(file);
