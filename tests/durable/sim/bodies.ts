/** What is in messages, contexts and the journal: numbers, so that each can be
 * found again. */
import { mix } from "../../core/sim/random.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The body of a message. */
export function bodyOf(numbers: readonly number[]): Uint8Array {
  return encoder.encode(JSON.stringify(numbers));
}

/** The numbers in a body; none in what is no message. */
export function numbersIn(body: Uint8Array | undefined): readonly number[] {
  if (body === undefined) return [];
  return JSON.parse(decoder.decode(body)) as number[]; // It was made above.
}

/** One body for several, in their order. */
export function foldBodies(bodies: readonly Uint8Array[]): Uint8Array {
  return bodyOf(bodies.flatMap((body) => numbersIn(body)));
}

/** Text as bytes. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Bytes as text. */
export function textIn(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** A context that these messages were added to, one after the other. */
export function folded(
  before: string | undefined,
  numbers: readonly number[],
): string {
  const [count = "0", hash = "0"] = before?.split(":") ?? [];
  const sum = numbers.reduce((sum, number) => mix(sum, number), Number(hash));
  return `${Number(count) + numbers.length}:${sum}`;
}
