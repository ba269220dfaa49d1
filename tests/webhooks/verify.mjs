// Reads [{secret, headers, body}] from stdin. Each message must pass the library, and no copy of it with one byte
// changed may. Prints how many copies were refused.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const signed = ["webhook-id", "webhook-timestamp", "webhook-signature"];

function accepts({ secret, headers, body }) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

// Each copy of the text with one character replaced by another that may stand there.
function* mutations(text) {
  for (let i = 0; i < text.length; i++) {
    const other = text[i] === "0" ? "1" : "0";
    yield text.slice(0, i) + other + text.slice(i + 1);
  }
}

// The last character of a base64 text has bits that say nothing, so some changes of it change no byte of a digest; the
// library compares texts and refuses those too.
function* copies(message) {
  for (const body of mutations(message.body)) yield { ...message, body };
  for (const name of signed) {
    for (const value of mutations(message.headers[name])) yield { ...message, headers: { ...message.headers, [name]: value } };
    const { [name]: _, ...without } = message.headers;
    yield { ...message, headers: without };
  }
}

const messages = JSON.parse(readFileSync(0, "utf8"));
let refused = 0;
for (const message of messages) {
  if (!accepts(message)) throw new Error(`the library refuses ${message.headers["webhook-id"]}`);
  for (const copy of copies(message)) {
    if (accepts(copy)) throw new Error(`the library accepts a changed copy: ${JSON.stringify(copy)}`);
    refused++;
  }
}
console.log(`${messages.length} accepted, ${refused} changed copies refused`);
