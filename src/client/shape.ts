/**
 * The shape of a value that came from far away. What does not have it is
 * refused with the place where it differs; what is more than it is left out.
 *
 * @module
 */

/** Returns the value as it must be, or throws a {@linkcode ShapeError}. `at` is
 * where it stands, as `$.items[3].key`. */
export type Shape<Value> = (value: unknown, at: string) => Value;

/** A value does not have its shape. */
export class ShapeError extends Error {
  override readonly name: string = "ShapeError";

  /** Says where what must be; not what is there. */
  constructor(at: string, must: string) {
    super(`${at} is not ${must}`);
  }
}

/** Any text. */
export function text(value: unknown, at: string): string {
  if (typeof value === "string") return value;
  throw new ShapeError(at, "a string");
}

/** Any number. */
export function number(value: unknown, at: string): number {
  if (typeof value === "number") return value;
  throw new ShapeError(at, "a number");
}

/** `true` or `false`. */
export function truth(value: unknown, at: string): boolean {
  if (typeof value === "boolean") return value;
  throw new ShapeError(at, "true or false");
}

/** Anything, or nothing. */
export function anything(value: unknown): unknown {
  return value;
}

/** Nothing: there is no body. */
export function nothing(value: unknown, at: string): undefined {
  if (value === undefined) return undefined;
  throw new ShapeError(at, "nothing");
}

/** One of several words. */
export function word<Word extends string>(
  ...words: readonly Word[]
): Shape<Word> {
  return (value, at) => {
    const found = words.find((each) => each === value);
    if (found !== undefined) return found;
    throw new ShapeError(at, `one of ${words.join(", ")}`);
  };
}

/** What may be absent. */
export function maybe<Value>(shape: Shape<Value>): Shape<Value | undefined> {
  return (value, at) => value === undefined ? undefined : shape(value, at);
}

/** Any number of them. */
export function list<Value>(shape: Shape<Value>): Shape<readonly Value[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw new ShapeError(at, "a list");
    return value.map((each: unknown, index) => shape(each, `${at}[${index}]`));
  };
}

/** An object, whatever is in it. */
export function record(
  value: unknown,
  at: string,
): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>; // All objects of JSON are so.
  }
  throw new ShapeError(at, "an object");
}

/** An object with these properties. */
export function object<Value extends object>(
  shapes: { readonly [Name in keyof Value]-?: Shape<Value[Name]> },
): Shape<Value> {
  const entries = Object.entries<Shape<unknown>>(shapes);
  return (value, at) => {
    const given = record(value, at);
    const made: Record<string, unknown> = {};
    for (const [name, shape] of entries) {
      const own = Object.hasOwn(given, name) ? given[name] : undefined;
      made[name] = shape(own, `${at}.${name}`);
    }
    return made as Value; // Each property has been looked at.
  };
}
