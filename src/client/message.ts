/**
 * A message as it goes over the wire: JSON that says what the message says. What
 * JSON would change on the way is refused here.
 *
 * @module
 */

const DEPTH_MAX = 100;

/**
 * The JSON of a message; `undefined` of `undefined`, which is a mere wake-up.
 *
 * @throws {TypeError} Something in it is no data of JSON. The error says where.
 */
export function encode(action: string, message: unknown): string | undefined {
  if (message === undefined) return undefined;
  check(action, message, "$", []);
  return JSON.stringify(message);
}

/** `above` are the objects around it. */
function check(
  action: string,
  value: unknown,
  at: string,
  above: readonly object[],
): void {
  const is = flawOf(value, above);
  if (is !== undefined) {
    throw new TypeError(
      `${action} as its message cannot be JSON: ${at} is ${is}`,
    );
  }
  if (typeof value !== "object" || value === null) return;
  const inside = [...above, value];
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const each: unknown = value[index];
      check(action, each, `${at}[${index}]`, inside);
    }
    return;
  }
  for (const [name, each] of Object.entries(value)) {
    if (each === undefined) continue; // As if it was not there.
    check(action, each, `${at}.${name.slice(0, 100)}`, inside);
  }
}

/** What a value is, if it cannot be JSON. */
function flawOf(value: unknown, above: readonly object[]): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : String(value);
    case "object":
      return value === null ? undefined : flawOfObject(value, above);
    case "undefined":
      return "undefined";
    default:
      return `a ${typeof value}`;
  }
}

function flawOfObject(
  value: object,
  above: readonly object[],
): string | undefined {
  if (above.includes(value)) return "the same object as one around it";
  if (above.length >= DEPTH_MAX) return `deeper than ${DEPTH_MAX} levels`;
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") {
    return "an instance of a class"; // As Date, which would arrive as text.
  }
  if (Array.isArray(value)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null ||
    Object.getPrototypeOf(prototype) === null; // Also of another realm.
  return isPlain ? undefined : "an instance of a class";
}
