/** Signed webhooks: what is accepted, and that nothing else is (H3). */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Principal } from "../../src/http/auth.ts";
import { sign, webhook, type WebhookOptions } from "../../src/http/webhook.ts";

const NOW_S = 1_700_000_000;
const BODY = '{"doc":7}';
const SECRET = secretOf(24, 1);
const NEXT = secretOf(32, 2);

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function secretOf(length: number, seed: number): string {
  const bytes = Uint8Array.from({ length }, (_, at) => (at * 7 + seed) % 256);
  return `whsec_${base64(bytes)}`;
}

interface Request {
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly nowMs?: number;
}

async function senderOf(
  options: WebhookOptions,
  { headers, body = BODY, nowMs = NOW_S * 1_000 }: Request,
): Promise<Principal | undefined> {
  return await webhook(options).authenticate({
    headers: new Headers(headers),
    body: new TextEncoder().encode(body),
    nowMs,
  });
}

function signed(secret = SECRET): Promise<Record<string, string>> {
  return sign({ secret, id: "msg_1", timestamp: NOW_S, body: BODY });
}

/** Base64 of the same bytes, with a bit set that says nothing. */
function otherSpelling(text: string): string {
  const letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const at = text.indexOf("=") - 1;
  const letter = letters[letters.indexOf(text[at] ?? "") + 1] ?? "";
  const other = text.slice(0, at) + letter + text.slice(at + 1);
  assertEquals(atob(other), atob(text));
  return other;
}

/** Signs anything, well-formed or not. */
async function signedAs(
  id: string,
  timestamp: string,
): Promise<Record<string, string>> {
  const raw = atob(SECRET.slice(6));
  const key = await crypto.subtle.importKey(
    "raw",
    Uint8Array.from(raw, (char) => char.charCodeAt(0)),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const content = new TextEncoder().encode(`${id}.${timestamp}.${BODY}`);
  const bytes = await crypto.subtle.sign("HMAC", key, content);
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${base64(new Uint8Array(bytes))}`,
  };
}

Deno.test("webhook() names the sender and its message", async () => {
  const headers = await signed();

  assertEquals(await senderOf({ secrets: SECRET }, { headers }), {
    id: "webhook",
    messageId: "msg_1",
  });
  const secrets = { crm: NEXT, shop: [secretOf(64, 3), SECRET] };
  assertEquals((await senderOf({ secrets }, { headers }))?.id, "shop");
});

Deno.test("webhook() accepts the old and the new secret of a rotation", async () => {
  const old = await signed();
  const both = {
    ...old,
    "webhook-signature": `v1,${"A".repeat(43)}= ${
      (await signed(NEXT))["webhook-signature"]
    } v2,x ${old["webhook-signature"]}`,
  };

  for (const secrets of [SECRET, NEXT, [NEXT, SECRET]]) {
    assert(await senderOf({ secrets }, { headers: both }));
  }
  assert(await senderOf({ secrets: [NEXT, SECRET] }, { headers: old }));
  const strange = { secrets: secretOf(24, 9) };
  assertEquals(await senderOf(strange, { headers: both }), undefined);
});

Deno.test("webhook() accepts 300 s of difference, and not a millisecond more", async () => {
  const headers = await signed();
  const at = (ms: number, tolerance?: number): Promise<Principal | undefined> =>
    senderOf({ secrets: SECRET, ...tolerance !== undefined && { tolerance } }, {
      headers,
      nowMs: NOW_S * 1_000 + ms,
    });

  assert(await at(300_000));
  assert(await at(-300_000));
  assertEquals(await at(300_001), undefined);
  assertEquals(await at(-300_001), undefined);
  assert(await at(1_000, 1_000));
  assertEquals(await at(1_001, 1_000), undefined);
});

Deno.test("webhook() answers undefined for each malformed header", async () => {
  const good = await signed();
  const signature = good["webhook-signature"] ?? "";
  const bad: Record<string, readonly string[]> = {
    "webhook-signature": [
      "",
      "v1",
      "v1,",
      signature.slice(3),
      signature.replace("v1", "v2"),
      signature.replace("v1", "V1"),
      signature.replace("v1,", "v1a,"),
      signature.replace("v1,", "v1, "),
      signature.slice(0, -1),
      `${signature}=`,
      `${signature},${signature}`,
      `x${signature}`,
      `${"v1,x ".repeat(16)}${signature}`,
      signature + " ".repeat(5_000) + "x",
    ],
  };

  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      const headers = { ...good, [name]: value };
      const what = `${name}: ${value.slice(0, 60)}`;
      const sender = await senderOf({ secrets: SECRET }, { headers });
      assertEquals(sender, undefined, what);
    }
    const { [name]: _, ...headers } = good;
    const sender = await senderOf({ secrets: SECRET }, { headers });
    assertEquals(sender, undefined, `no ${name}`);
  }
});

Deno.test("webhook() refuses an id or a timestamp that is malformed, though signed", async () => {
  const now = String(NOW_S);
  const longest = "x".repeat(255);
  const bad = [
    ...["", "a.b", ".", "a b", "a, b", "\u00e4", `${longest}x`].map((id) =>
      [id, now] as const
    ),
    ...[
      "",
      `${now}.0`,
      `+${now}`,
      `0${now}`,
      `${now}, ${now}`,
      `${now}e0`,
      `${now}x`,
      "0x6553f100",
      "Infinity",
    ].map((timestamp) => ["m", timestamp] as const),
  ];

  for (const id of ["m", longest, "~!'<>"]) {
    const headers = await signedAs(id, now);
    const sender = await senderOf({ secrets: SECRET }, { headers });
    assertEquals(sender?.messageId, id);
  }
  for (const [id, timestamp] of bad) {
    const headers = await signedAs(id, timestamp);
    const sender = await senderOf({ secrets: SECRET }, { headers });
    assertEquals(sender, undefined, `${id.slice(0, 9)} ${timestamp}`);
  }
});

Deno.test("webhook() does not take a body that nobody read for an empty one", async () => {
  const id = "m";
  const body = "";
  const made = await sign({ secret: SECRET, id, timestamp: NOW_S, body });
  const headers = new Headers(made);
  const auth = webhook({ secrets: SECRET });
  const nowMs = NOW_S * 1_000;

  const empty = { headers, body: new Uint8Array(0), nowMs };
  assert(await auth.authenticate(empty));
  const unread = { headers, body: undefined, nowMs };
  assertEquals(await auth.authenticate(unread), undefined);
});

Deno.test("webhook() checks Ed25519 signatures by a public key, and no other", async () => {
  const pair = await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair; // Of an asymmetric algorithm.
  const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
  const secrets = `whpk_${base64(new Uint8Array(raw))}`;
  const content = new TextEncoder().encode(`m.${NOW_S}.${BODY}`);
  const bytes = await crypto.subtle.sign("Ed25519", pair.privateKey, content);
  const signature = base64(new Uint8Array(bytes));
  const shown = (text: string): Record<string, string> => ({
    "webhook-id": "m",
    "webhook-timestamp": String(NOW_S),
    "webhook-signature": text,
  });

  const good = { headers: shown(`v1,x v1a,${signature}`) };
  assertEquals((await senderOf({ secrets }, good))?.messageId, "m");
  assert(await senderOf({ secrets: [SECRET, secrets] }, good));
  for (
    const bad of [
      { headers: shown(`v1,${signature}`) },
      { headers: shown(`v1a,${signature.slice(0, -2)}`) },
      { headers: shown(`v1a,${otherSpelling(signature)}`) },
      { headers: shown(`v1a,${"A".repeat(86)}==`) },
      { ...good, body: `${BODY} ` },
    ]
  ) {
    assertEquals(await senderOf({ secrets }, bad), undefined);
  }
});

Deno.test("webhook() refuses secrets that are none, and never shows them", () => {
  const wrong = [
    "",
    [],
    {},
    SECRET.slice(6),
    `whsec_${SECRET}`,
    secretOf(23, 1),
    secretOf(65, 1),
    `${SECRET}=`,
    SECRET.replace("whsec_", "whpk_"),
    [SECRET, SECRET],
    { a: SECRET, b: [NEXT, SECRET] },
    { "": SECRET },
  ];

  for (const secrets of wrong) {
    const error = assertThrows(() => webhook({ secrets }), RangeError);
    assert(!error.message.includes(SECRET.slice(6)), error.message);
  }
  const secrets = 7 as unknown as string;
  assertThrows(() => webhook({ secrets }), TypeError);
  assertThrows(() => webhook({ secrets: SECRET, tolerance: -1 }), RangeError);
});

Deno.test("sign() refuses what no receiver would accept", async () => {
  const good = { secret: SECRET, id: "m", timestamp: NOW_S, body: "" };

  await sign(good);
  await assertRejects(() => sign({ ...good, secret: "x" }), RangeError);
  await assertRejects(() => sign({ ...good, id: "a.b" }), RangeError);
  await assertRejects(() => sign({ ...good, timestamp: 1.5 }), RangeError);
});
