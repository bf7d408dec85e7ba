/**
 * Who sent a request, told by a signature over its body, as Standard Webhooks
 * has it: https://www.standardwebhooks.com.
 *
 * @module
 */
import { check, checkOne, integer, KEY, type Rules } from "../core/options.ts";
import type { Authenticator, Credentials, Principal } from "./auth.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { sameText } from "./constant_time.ts";

/** One or several, so that a sender can change from one to the next. */
export type Secrets = string | readonly string[];

/** How signatures are checked. */
export interface WebhookOptions {
  /** `whsec_` and base64 of 24 to 64 bytes; or, of a sender that signs by a
   * private key, `whpk_` and base64 of its public one (Ed25519). A record names
   * each principal's; others are those of `"webhook"`. */
  readonly secrets: Secrets | Readonly<Record<string, Secrets>>;
  /** How old, or how early, a message may be, in milliseconds: 300,000 at most,
   * as the `idempotencyWindow` of an endpoint must be twice as long.
   *
   * @default {300_000} */
  readonly tolerance?: number | undefined;
}

/** What a sender signs with. */
export interface SignOptions {
  /** As in {@linkcode WebhookOptions.secrets}; not a public key. */
  readonly secret: string;
  /** Names the message; the same in every attempt to send it. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** As it will be sent. */
  readonly body: Uint8Array | string;
}

/** Half of the time for which targets remember ids, so a longer one would let
 * a message be sent again. */
const TOLERANCE_MS = 300_000;
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;
const PUBLIC_KEY_BYTES = 32;
/** Each costs a comparison, or even a check of a public key. */
const SIGNATURES_MAX = 16;
const HEADER_LENGTH_MAX = 4_096;
/** Visible, but for the dot, which separates what is signed. */
const ID = /^[\x21-\x2d\x2f-\x7e]{1,255}$/;
const TIMESTAMP = /^[1-9][0-9]{0,11}$/;

const RULES: Rules<WebhookOptions> = {
  secrets: { must: "secrets of webhooks", type: "string or object" },
  tolerance: integer(0, TOLERANCE_MS),
};

/**
 * Senders that sign: `webhook-id`, `webhook-timestamp` and `webhook-signature`
 * over the body as it came. Whatever is missing, malformed, of an unknown
 * version, too old or wrong is one and the same `undefined`.
 *
 * What is signed is the body, its id and its time: not the path and not the
 * query. Who has caught a signed message cannot have the same item handle it
 * twice, as its id names the enqueue, but may send it to another path that the
 * sender may use, or with another delay, before the sender does, or to another
 * process. Give senders that sign, by `authorize`, no more items than they need.
 *
 * @example A signed message
 * ```ts
 * import { sign, webhook } from "./webhook.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
 * const auth = webhook({ secrets: { shop: secret } });
 *
 * const body = new TextEncoder().encode('{"doc":7}');
 * const timestamp = 1_700_000_000;
 * const signed = await sign({ secret, id: "msg_1", timestamp, body });
 * const sender = await auth.authenticate({
 *   headers: new Headers(signed),
 *   body,
 *   nowMs: timestamp * 1_000,
 * });
 * assertEquals(sender, { id: "shop", messageId: "msg_1" });
 * ```
 */
export function webhook(options: WebhookOptions): Authenticator {
  const action = "Cannot check webhooks";
  const { secrets, tolerance } = check(action, options, RULES);
  const keys = keysOf(action, secrets);
  const toleranceMs = tolerance ?? TOLERANCE_MS;
  return {
    challenge: 'Webhook realm="workitem"',
    readsBody: true,
    tolerance: toleranceMs,
    mayKnow: (headers, nowMs) =>
      shownBy(headers, nowMs, toleranceMs) !== undefined,
    authenticate: (credentials) => verify(credentials, keys, toleranceMs),
  };
}

/** The headers that sign a message. */
export async function sign(
  options: SignOptions,
): Promise<Record<string, string>> {
  const { secret, id, timestamp, body } = options;
  const action = "Cannot sign a message";
  const bytes = bytesOf(action, secret, "whsec_");
  checkOne(action, "id", {
    must: '1 to 255 visible ASCII characters without "."',
    type: "string",
    fits: (value: string) => ID.test(value),
  }, id);
  checkOne(action, "timestamp", integer(1, 999_999_999_999), timestamp);
  const raw = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const signed = contentOf(id, String(timestamp), raw);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": `v1,${await digest(await hmacKey(bytes), signed)}`,
  };
}

/** Something that a signature is checked with. */
interface Key {
  readonly principal: string;
  /** The version of signatures that it is for. */
  readonly version: "v1" | "v1a";
  readonly key: () => Promise<CryptoKey>;
}

function keysOf(
  action: string,
  secrets: WebhookOptions["secrets"],
): readonly Key[] {
  const named: Readonly<Record<string, Secrets>> = isPlain(secrets)
    ? { webhook: secrets }
    : secrets ?? {};
  const seen = new Set<string>();
  const keys = Object.entries(named).flatMap(([principal, its]) => {
    checkOne(action, "principal", KEY, principal);
    return [its].flat().map((secret) => {
      if (seen.has(secret)) {
        throw new RangeError(`${action} as a secret is there twice`);
      }
      seen.add(secret);
      return keyOf(action, principal, secret);
    });
  });
  if (keys.length > 0) return keys;
  throw new RangeError(`${action} as there are no secrets`);
}

function isPlain(secrets: WebhookOptions["secrets"]): secrets is Secrets {
  return typeof secrets === "string" || Array.isArray(secrets);
}

function keyOf(action: string, principal: string, secret: string): Key {
  if (typeof secret === "string" && secret.startsWith("whpk_")) {
    const bytes = bytesOf(action, secret, "whpk_");
    return { principal, version: "v1a", key: once(() => publicKey(bytes)) };
  }
  const bytes = bytesOf(action, secret, "whsec_");
  return { principal, version: "v1", key: once(() => hmacKey(bytes)) };
}

/** Says what a secret must be, never what it was. */
function bytesOf(
  action: string,
  secret: unknown,
  prefix: "whsec_" | "whpk_",
): Uint8Array<ArrayBuffer> {
  const isPublic = prefix === "whpk_";
  const min = isPublic ? PUBLIC_KEY_BYTES : SECRET_BYTES_MIN;
  const max = isPublic ? PUBLIC_KEY_BYTES : SECRET_BYTES_MAX;
  const text = typeof secret === "string" ? secret : "";
  const bytes = text.startsWith(prefix)
    ? fromBase64(text.slice(prefix.length))
    : undefined;
  checkOne(action, "secret", {
    must: isPublic
      ? `"whpk_" and base64 of ${max} bytes`
      : `"whsec_" and base64 of ${min} to ${max} bytes`,
    type: "string",
    fits: () =>
      bytes !== undefined && bytes.length >= min && bytes.length <= max,
  }, secret);
  return bytes ?? new Uint8Array(0);
}

/** What a request shows, if it shows all, and all of it is well-formed and of
 * this time. */
interface Shown {
  readonly id: string;
  readonly timestamp: string;
  /** As `v1,<base64>`, of known versions and others. */
  readonly signatures: readonly string[];
}

function shownBy(
  headers: Headers,
  nowMs: number,
  toleranceMs: number,
): Shown | undefined {
  const id = headers.get("webhook-id") ?? "";
  const timestamp = headers.get("webhook-timestamp") ?? "";
  const signature = headers.get("webhook-signature") ?? "";
  if (!ID.test(id) || !TIMESTAMP.test(timestamp)) return undefined;
  const ageMs = nowMs - Number(timestamp) * 1_000;
  if (Math.abs(ageMs) > toleranceMs) return undefined;
  if (signature.length > HEADER_LENGTH_MAX) return undefined;
  const signatures = signature.split(" ");
  const isOne = signatures.some((each) => /^v1a?,./.test(each));
  return isOne && signatures.length <= SIGNATURES_MAX
    ? { id, timestamp, signatures }
    : undefined;
}

async function verify(
  { headers, body, nowMs }: Credentials,
  keys: readonly Key[],
  toleranceMs: number,
): Promise<Principal | undefined> {
  const shown = shownBy(headers, nowMs, toleranceMs);
  if (shown === undefined || body === undefined) return undefined;
  const { id, timestamp, signatures } = shown;
  const signed = contentOf(id, timestamp, body);
  let principal: string | undefined;
  for (const key of keys) { // All of them: where it ends would tell.
    if (await isSignedBy(key, signatures, signed)) principal = key.principal;
  }
  return principal === undefined ? undefined : { id: principal, messageId: id };
}

async function isSignedBy(
  { version, key }: Key,
  signatures: readonly string[],
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const shown = signatures.filter((each) => each.startsWith(`${version},`))
    .map((each) => each.slice(version.length + 1));
  if (shown.length === 0) return false;
  let isSigned = false;
  if (version === "v1") {
    const expected = await digest(await key(), signed);
    for (const each of shown) isSigned = sameText(each, expected) || isSigned;
    return isSigned;
  }
  for (const each of shown) {
    const bytes = fromBase64(each);
    isSigned = bytes !== undefined && await crypto.subtle.verify(
          "Ed25519",
          await key(),
          bytes,
          signed,
        ) || isSigned;
  }
  return isSigned;
}

/** What is signed: the id, the timestamp and the body, with dots between. */
function contentOf(
  id: string,
  timestamp: string,
  body: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const content = new Uint8Array(head.length + body.length);
  content.set(head);
  content.set(body, head.length);
  return content;
}

async function digest(
  key: CryptoKey,
  signed: Uint8Array<ArrayBuffer>,
): Promise<string> {
  return toBase64(
    new Uint8Array(await crypto.subtle.sign("HMAC", key, signed)),
  );
}

function hmacKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
}

function publicKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
}

/** Made when it is first asked for: not all hosts can at the top level. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}
