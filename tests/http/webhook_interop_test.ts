/** Our signatures and those of the reference library are the same, both ways. */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { Webhook } from "npm:standardwebhooks@^1.1.1";
import { sign, webhook } from "../../src/http/webhook.ts";
import {
  type Draw,
  drawer,
  freshSeed,
} from "../core/support/hostile_random.ts";

const MESSAGES = 10_000;
const MUTATED = 4;

interface Message {
  readonly secret: string;
  readonly id: string;
  readonly timestamp: number;
  readonly body: string;
}

const LETTERS = [..."abcXYZ019_-:,{}[]\"'\\ \n\t\u0000\u00e4\u20ac\u{1f600}"];
const ID_LETTERS = [..."abcXYZ019_-:/+~!%,;=\"'<>"];

function messageOf(draw: Draw, nowS: number): Message {
  const text = (letters: string[], length: number): string =>
    Array.from({ length }, () => letters[draw(letters.length)]).join("");
  const length = 24 + draw(41);
  const bytes = Uint8Array.from({ length }, () => draw(256));
  return {
    secret: `whsec_${btoa(String.fromCharCode(...bytes))}`,
    id: text(ID_LETTERS, 1 + draw(40)),
    timestamp: nowS - 200 + draw(400),
    body: JSON.stringify({ text: text(LETTERS, draw(200)), n: draw(1e6) }),
  };
}

Deno.test("sign() and webhook() agree with standardwebhooks over 10,000 messages", async () => {
  const seed = freshSeed();
  const draw = drawer(seed);
  const nowMs = Date.now();

  for (let n = 0; n < MESSAGES; n++) {
    const message = messageOf(draw, Math.floor(nowMs / 1_000));
    const { secret, id, timestamp, body } = message;
    const what = `seed ${seed}, message ${n}`;
    const theirs = new Webhook(secret);

    const ours = await sign(message);
    assertEquals(theirs.verify(body, ours), JSON.parse(body), what);

    const signature = theirs.sign(id, new Date(timestamp * 1_000), body);
    const headers = new Headers({
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signature,
    });
    const sender = await webhook({ secrets: secret }).authenticate({
      headers,
      body: Buffer.from(body),
      nowMs,
    });
    assertEquals(sender, { id: "webhook", messageId: id }, what);
  }
});

/** Each text in which one byte is another, for a few others. */
function* mutationsOf(text: string): Generator<string> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at++) {
    for (const flip of [1, 2, 4, 0x20, 0x40]) {
      const code = (bytes[at] ?? 0) ^ flip;
      if (code < 0x20 || code > 0x7e) continue; // No header can have it.
      const changed = bytes.slice();
      changed[at] = code;
      yield new TextDecoder().decode(changed);
    }
  }
}

Deno.test("webhook() refuses every byte that is not as it was signed", async () => {
  const seed = freshSeed();
  const draw = drawer(seed);
  const nowMs = Date.now();
  let refused = 0;

  for (let n = 0; n < MUTATED; n++) {
    const message = messageOf(draw, Math.floor(nowMs / 1_000));
    const good = await sign(message);
    const auth = webhook({ secrets: message.secret });
    const body = new TextEncoder().encode(message.body);
    const accepts = async (
      headers: Record<string, string>,
      bytes: Uint8Array,
    ): Promise<boolean> => {
      const shown = { headers: new Headers(headers), body: bytes, nowMs };
      return await auth.authenticate(shown) !== undefined;
    };

    assert(await accepts(good, body));
    for (const [name, value] of Object.entries(good)) {
      for (const changed of mutationsOf(value)) {
        const what = `seed ${seed}: ${name}: ${changed}, not ${value}`;
        assert(!await accepts({ ...good, [name]: changed }, body), what);
        refused++;
      }
    }
    for (let at = 0; at < body.length; at++) {
      const changed = body.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 << draw(8));
      assert(!await accepts(good, changed), `seed ${seed}: byte ${at}`);
      refused++;
    }
    assert(!await accepts(good, body.subarray(1)));
    assert(!await accepts(good, new Uint8Array([...body, 0])));
  }
  assert(refused > 500);
});
