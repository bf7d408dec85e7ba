/**
 * How messages, contexts and results become bytes, and values again: JSON, with
 * tags for what JSON has no words for. The first character names the format.
 *
 * - `j`: plain JSON, nothing else
 * - `t`: JSON in which `{"$": [tag, …]}` stands for something special
 *
 * Whoever meets another character does not guess.
 *
 * @module
 */
import { NotSerializableError, StoreError } from "./errors.ts";

const PLAIN = "j";
const TAGGED = "t";
const TAG = "$";
const DEPTH_MAX = 100;
/** As many arguments as any host takes in a call. */
const CHUNK_BYTES = 8_192;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * The bytes of a value.
 *
 * @param action What is refused if it cannot be, as `Cannot enqueue "a"`.
 * @throws {NotSerializableError} Something in it is no data.
 */
export function encode(value: unknown, action: string): Uint8Array {
  const survey = new Survey(action);
  survey.visit(value);
  const text = survey.isPlain
    ? PLAIN + JSON.stringify(value)
    : TAGGED + JSON.stringify(tagged(value));
  return encoder.encode(text);
}

/**
 * The value of bytes.
 *
 * @param action What is refused if they have none, as `Cannot read "a"`.
 * @throws {StoreError} They are of a format that is not known here.
 */
export function decode(bytes: Uint8Array, action: string): unknown {
  try {
    const text = decoder.decode(bytes);
    const body = text.slice(1);
    if (text[0] === PLAIN) return JSON.parse(body);
    if (text[0] === TAGGED) return untagged(JSON.parse(body));
  } catch (cause) {
    throw unreadable(action, cause);
  }
  throw unreadable(action);
}

function unreadable(action: string, cause?: unknown): StoreError {
  return new StoreError(action, "what is stored has a format unknown here", {
    trouble: "format",
    hint: "A newer version may have written it: update this process.",
    cause,
  });
}

/** Looks at all of a value before anything is made of it. */
class Survey {
  /** Is there nothing in it but what JSON has words for? */
  isPlain = true;
  readonly #action: string;
  readonly #path: string[] = [];
  readonly #outer: object[] = [];

  constructor(action: string) {
    this.#action = action;
  }

  visit(value: unknown): void {
    if (typeof value === "object") return this.#visitObject(value);
    if (typeof value === "function" || typeof value === "symbol") {
      this.#refuse(`a ${typeof value}`);
    }
    const isOdd = typeof value === "number"
      ? !Number.isFinite(value) || Object.is(value, -0)
      : typeof value !== "string" && typeof value !== "boolean";
    if (isOdd) this.isPlain = false;
  }

  #visitObject(value: object | null): void {
    if (value === null) return;
    const outer = this.#outer;
    if (outer.length >= DEPTH_MAX) this.#refuseDepth([...outer, value]);
    outer.push(value);
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) this.#enter(`[${i}]`, value[i]);
    } else if (isRecord(value)) {
      for (const key of Object.keys(value)) {
        this.#enter(`.${key}`, value[key]);
      }
    } else this.#visitSpecial(value);
    outer.pop();
  }

  #visitSpecial(value: object): void {
    this.isPlain = false;
    if (isOf(Map, value)) {
      let index = 0;
      for (const [key, inner] of value) {
        this.#enter(`.keys[${index}]`, key);
        this.#enter(`.values[${index++}]`, inner);
      }
    } else if (isOf(Set, value)) {
      let index = 0;
      for (const inner of value) this.#enter(`.values[${index++}]`, inner);
    } else if (!isOf(Date, value) && !(value instanceof Uint8Array)) {
      this.#refuse(nameOf(value));
    }
  }

  #enter(step: string, value: unknown): void {
    this.#path.push(step);
    this.visit(value);
    this.#path.pop();
  }

  /** A cycle has no end, so it is too deep as well. */
  #refuseDepth(values: readonly object[]): never {
    const firsts = values.map((value) => values.indexOf(value));
    const again = firsts.findIndex((first, depth) => first < depth);
    if (again === -1) this.#refuse(`${DEPTH_MAX} levels deep`);
    this.#refuse(`the same object as ${this.#placeOf(firsts[again])}`, again);
  }

  #refuse(is: string, depth: number = this.#path.length): never {
    throw new NotSerializableError(this.#action, this.#placeOf(depth), is);
  }

  #placeOf(depth: number | undefined): string {
    return `$${this.#path.slice(0, depth).join("")}`;
  }
}

/** A copy for JSON, in which tags stand for what is special. */
function tagged(value: unknown): unknown {
  if (typeof value === "number") {
    const isPlain = Number.isFinite(value) && !Object.is(value, -0);
    return isPlain
      ? value
      : tag("number", Object.is(value, -0) ? "-0" : `${value}`);
  }
  if (value === undefined) return tag("undefined");
  if (typeof value === "bigint") return tag("bigint", value.toString());
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Array.from(value, tagged);
  if (isRecord(value)) return taggedRecord(value);
  if (isOf(Date, value)) return tag("date", value.getTime()); // Invalid: null.
  if (isOf(Map, value)) {
    return tag("map", Array.from(value, (entry) => entry.map(tagged)));
  }
  if (isOf(Set, value)) return tag("set", Array.from(value, tagged));
  return tag("bytes", toBase64(value as Uint8Array)); // As it was surveyed.
}

/** One that has a property of the tag's own name is a tag itself. */
function taggedRecord(value: Readonly<Record<string, unknown>>): unknown {
  const entries = Object.keys(value).map((key) => [key, tagged(value[key])]);
  return Object.hasOwn(value, TAG)
    ? tag("object", entries)
    : Object.fromEntries(entries);
}

function tag(...parts: readonly unknown[]): unknown {
  return { [TAG]: parts };
}

/** Undoes {@linkcode tagged}, in place where it can. */
function untagged(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = untagged(value[i]);
    return value;
  }
  const record = value as Record<string, unknown>; // JSON has nothing else.
  if (Object.hasOwn(record, TAG)) return special(record[TAG]);
  for (const key of Object.keys(record)) define(record, key, record[key]);
  return record;
}

function define(
  record: Record<string, unknown>,
  key: string,
  json: unknown,
): void {
  Object.defineProperty(record, key, { // Also for a key that is "__proto__".
    value: untagged(json),
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

function special(parts: unknown): unknown {
  const [name, body] = parts as [string, never]; // As tag() made it.
  switch (name) {
    case "undefined":
      return undefined;
    case "number":
      return Number(body);
    case "bigint":
      return BigInt(body);
    case "date":
      return new Date(body ?? NaN);
    case "map":
      return new Map(untagged(body) as [unknown, unknown][]); // Of pairs.
    case "set":
      return new Set(untagged(body) as unknown[]); // Of values.
    case "bytes":
      return fromBase64(body);
    case "object": {
      const record: Record<string, unknown> = {};
      for (const [key, json] of body as [string, unknown][]) { // Of pairs.
        define(record, key, json);
      }
      return record;
    }
    default:
      throw new TypeError(`unknown tag "${name}"`);
  }
}

/** Plain objects, those of other realms and those without prototype too. */
function isRecord(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ||
    (Object.getPrototypeOf(prototype) === null &&
      nameOf(value) === "an instance of Object");
}

/** Not of a class that extends it: what that adds would be lost. */
function isOf<Value extends object>(
  type: new () => Value,
  value: object,
): value is Value {
  return Object.getPrototypeOf(value) === type.prototype;
}

function nameOf(value: object): string {
  const { constructor } = value;
  const name = typeof constructor === "function" ? constructor.name : "";
  return `an instance of ${name || "a class"}`;
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += CHUNK_BYTES) {
    const chunk = bytes.subarray(start, start + CHUNK_BYTES);
    text += String.fromCharCode(...chunk);
  }
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
