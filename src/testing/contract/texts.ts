/**
 * Bodies of messages as texts, which tests can read.
 *
 * @module
 */
import type { StoredMessage } from "../../durable/stored.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a text. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of bytes; `undefined` of none. */
export function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : decoder.decode(bytes);
}

/** The texts of messages; a message without body is `"-"`. */
export function textsOf(
  messages: readonly StoredMessage[] | undefined,
): string[] | undefined {
  return messages?.map(({ body }) => textOf(body) ?? "-");
}

/** So many texts, each with its number. */
export function textsTo(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${at}`);
}
