/**
 * What a sender of Standard Webhooks does, written down once more: the package's
 * own `sign` is not its own witness.
 *
 * @module
 */
import type { Draft, Headers, Mark } from "./case.ts";
import { MESSAGE } from "./draft.ts";

/** A secret of 32 bytes, all the same. */
function secretOf(byte: number): string {
  return `whsec_${btoa(String.fromCharCode(byte).repeat(32))}`;
}

/** Who sends, and with what; `sender` has a new one and an old one. */
export const SECRETS: Readonly<Record<string, string | readonly string[]>> = {
  sender: [secretOf(1), secretOf(2)],
  other: secretOf(3),
};
/** The newer secret of `sender`. */
export const NEW: string = secretOf(1);
/** The older one. */
export const OLD: string = secretOf(2);
/** That of `other`. */
export const OTHER: string = secretOf(3);
/** Nobody's. */
export const NOBODYS: string = secretOf(9);

/** What is signed, and with what. */
export interface Signing {
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: string;
  readonly body: string;
  readonly secret: string;
}

/** The `v1,…` of a message. */
export async function signatureOf(
  { id, timestamp, body, secret }: Signing,
): Promise<string> {
  const raw = atob(secret.slice("whsec_".length));
  const key = await crypto.subtle.importKey(
    "raw",
    Uint8Array.from(raw, (character) => character.charCodeAt(0)),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const text = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signature = await crypto.subtle.sign("HMAC", key, text);
  return `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`;
}

/** Seconds since 1970, so many from now. */
export function seconds(fromNow: number = 0): string {
  return String(Math.floor(Date.now() / 1_000) + fromNow);
}

/** How a signed request differs from the usual one. */
export interface Signed {
  /** What is signed, where it differs. */
  readonly signing?: Partial<Signing>;
  /** Headers afterwards, which may spoil it. */
  readonly headers?: (good: Readonly<Record<string, string>>) => Headers;
  /** The draft otherwise. */
  readonly draft?: Draft;
}

/** A request that is signed instead of having a token. */
export async function signed(
  mark: Mark,
  { signing, headers, draft }: Signed = {},
): Promise<Draft> {
  const body = MESSAGE.replaceAll("%M", mark.text);
  const all: Signing = {
    id: `msg_${mark.text}`,
    timestamp: seconds(),
    body,
    secret: NEW,
    ...signing,
  };
  const good = {
    "webhook-id": all.id,
    "webhook-timestamp": all.timestamp,
    "webhook-signature": await signatureOf(all),
  };
  return {
    body,
    ...draft,
    headers: {
      Authorization: undefined,
      ...draft?.headers,
      ...(headers?.(good) ?? good),
    },
  };
}
