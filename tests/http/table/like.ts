/**
 * Is a value like a pattern? Objects have at least what the pattern has, lists
 * exactly as many elements, a `RegExp` fits a text, a function says so itself,
 * `ABSENT` is what is not there.
 *
 * @module
 */

/** Stands in a pattern for what must not be there. */
export const ABSENT: unique symbol = Symbol("absent");

/** Where `value` is not like `pattern`; `undefined` if it is. */
export function unlike(
  value: unknown,
  pattern: unknown,
  path: string = "$",
): string | undefined {
  if (pattern === ABSENT) {
    return value === undefined ? undefined : `${path} is there`;
  }
  if (typeof pattern === "function") {
    return pattern(value) === true ? undefined : `${path} is ${show(value)}`;
  }
  if (pattern instanceof RegExp) {
    const fits = typeof value === "string" && pattern.test(value);
    return fits ? undefined : `${path} is ${show(value)}, not ${pattern}`;
  }
  if (typeof pattern !== "object" || pattern === null) {
    return Object.is(value, pattern)
      ? undefined
      : `${path} is ${show(value)}, not ${show(pattern)}`;
  }
  if (typeof value !== "object" || value === null) {
    return `${path} is ${show(value)}`;
  }
  return unlikeWithin(value, pattern, path);
}

function unlikeWithin(
  value: object,
  pattern: object,
  path: string,
): string | undefined {
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value) || value.length !== pattern.length) {
      return `${path} is ${show(value)}`;
    }
  }
  for (const [name, wanted] of Object.entries(pattern)) {
    const found: unknown = Object.hasOwn(value, name)
      ? Reflect.get(value, name)
      : undefined;
    const difference = unlike(found, wanted, `${path}.${name}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 300);
}
