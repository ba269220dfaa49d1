// node receiver.mjs PORT: takes webhooks, verifies them, and prints each event once. WEBHOOK_SECRET is the endpoint's
// secret.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const KEY = Buffer.from(process.env.WEBHOOK_SECRET.replace(/^whsec_/, ""), "base64");
const TOLERANCE_SECONDS = 300;
const MOST_BYTES = 1 << 20;
const seen = new Set(); // of a real receiver: a table with a unique key

function isEqual(a, b) {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

// Whether this server made the message, lately. body: the bytes as they came.
function isGenuine(headers, body) {
  const { "webhook-id": id = "", "webhook-timestamp": timestamp = "", "webhook-signature": signatures = "" } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp || NaN)) <= TOLERANCE_SECONDS)) return false;
  const digest = createHmac("sha256", KEY).update(`${id}.${timestamp}.`).update(body).digest("base64");
  // While a secret is being replaced there are two signatures; one that fits is enough.
  return signatures.split(" ").some((one) => isEqual(one, `v1,${digest}`));
}

async function read(request) {
  const pieces = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) return Buffer.alloc(0);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

createServer(async (request, response) => {
  const body = await read(request);
  const genuine = isGenuine(request.headers, body);
  response.writeHead(genuine ? 204 : 401).end();
  const id = request.headers["webhook-id"];
  if (!genuine || seen.has(id)) return; // a message may come twice
  seen.add(id);
  const event = JSON.parse(body);
  console.log(event.type, event.data.id);
}).listen(Number(process.argv[2]), "127.0.0.1");
