/** Keys of a Deno KV as text that sorts as they do: one character for each byte
 * of the encoding that the real one uses. */
import type { KvKey, KvPart } from "../../../src/stores/kv/kv_like.ts";

const BYTES = "\x01";
const TEXT = "\x02";
const INTEGER_ZERO = 0x14;
const INTEGER_BYTES_MAX = 8;
const DOUBLE = "\x21";
const FALSE = "\x26";
const TRUE = "\x27";
const SIGN = 0x80;

const encoder = new TextEncoder();
const view = new DataView(new ArrayBuffer(8));

/** The key as text. */
export function ordered(key: KvKey): string {
  let text = "";
  for (const part of key) text += encode(part);
  return text;
}

/** The first text after all those that begin with `prefix` and go on. */
export function after(prefix: string): string {
  return `${prefix}\xff`;
}

function encode(part: KvPart): string {
  switch (typeof part) {
    case "string":
      return `${TEXT}${escaped(inBytes(part))}\x00`;
    case "number":
      return DOUBLE + encodeNumber(part);
    case "bigint":
      return encodeInteger(part);
    case "boolean":
      return part ? TRUE : FALSE;
    case "symbol":
      throw new TypeError("expected string, number, bigint, ArrayBufferView");
    default:
      return `${BYTES}${escaped(String.fromCharCode(...part))}\x00`;
  }
}

/** A zero ends a part, so one inside it is marked. */
function escaped(bytes: string): string {
  return bytes.includes("\x00") ? bytes.replaceAll("\x00", "\x00\xff") : bytes;
}

function inBytes(text: string): string {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) < 0x80) continue;
    return String.fromCharCode(...encoder.encode(text));
  }
  return text;
}

/** Positive ones get the sign bit, negative ones are turned over. */
function encodeNumber(number: number): string {
  view.setFloat64(0, number);
  const isNegative = (view.getUint8(0) & SIGN) !== 0;
  let text = "";
  for (let at = 0; at < view.byteLength; at++) {
    const byte = view.getUint8(at);
    const flipped = isNegative ? ~byte & 0xff : at === 0 ? byte ^ SIGN : byte;
    text += String.fromCharCode(flipped);
  }
  return text;
}

/** Its length comes first; negative ones are turned over. */
function encodeInteger(integer: bigint): string {
  const isNegative = integer < 0n;
  const hex = (isNegative ? -integer : integer).toString(16);
  const digits = integer === 0n
    ? ""
    : hex.padStart(hex.length + hex.length % 2, "0");
  const length = digits.length / 2;
  if (length > INTEGER_BYTES_MAX) {
    throw new TypeError(`Integers of ${length} bytes are not played here`);
  }
  let text = String.fromCharCode(
    INTEGER_ZERO + (isNegative ? -length : length),
  );
  for (let at = 0; at < digits.length; at += 2) {
    const byte = Number.parseInt(digits.slice(at, at + 2), 16);
    text += String.fromCharCode(isNegative ? ~byte & 0xff : byte);
  }
  return text;
}
