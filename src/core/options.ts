/**
 * How options and arguments are checked: each is read once, when it is given,
 * and a mistake is told with its name, what it must be and what it was.
 *
 * @module
 */

/** What one option must be. */
export interface Rule {
  /** Completes the sentence `must be …`. */
  readonly must: string;
  /** Its type, or types; any other is a `TypeError`, what does not fit a
   * `RangeError`. */
  readonly type: string;
  /** Is a value of the right type also in its range? */
  fits?(value: never): boolean;
}

/** A rule for each option that there is. */
export type Rules<Options> = { readonly [Name in keyof Options]-?: Rule };

/** `true` or `false`. */
export const BOOLEAN: Rule = { must: "true or false", type: "boolean" };

/** A function. */
export const FUNCTION: Rule = { must: "a function", type: "function" };

/** An object. */
export const OBJECT: Rule = {
  must: "an object",
  type: "object",
  fits: (value: object | null) => value !== null,
};

/** A span of time. */
export const MS: Rule = {
  must: "0 or more milliseconds",
  type: "number",
  fits: (value: number) => value >= 0 && value < Infinity,
};

/** An abort signal, which may come from another realm. */
export const SIGNAL: Rule = {
  must: "an AbortSignal",
  type: "object",
  fits: (value: Partial<AbortSignal> | null) =>
    typeof value?.addEventListener === "function" &&
    typeof value.aborted === "boolean",
};

/** A key of an item. */
export const KEY: Rule = {
  must: 'a well-formed string of 1 to 512 bytes, not "." or ".."',
  type: "string",
  fits: isKey,
};

const KEY_BYTES_MAX = 512;
/** A character takes 3 bytes at most. */
const KEY_LENGTH_SAFE = KEY_BYTES_MAX / 3;

/** Not all hosts have it. */
interface WellFormed {
  isWellFormed?(): boolean;
}

/** Throws unless `key` is one. It is asked for each item that is made. */
export function checkKey(kind: string, key: unknown): void {
  if (typeof key === "string" && isKey(key)) return;
  checkOne(`Cannot find an item of "${kind}"`, "key", KEY, key);
}

function isKey(key: string): boolean {
  if (key === "" || key === "." || key === "..") return false;
  if (key.length > KEY_BYTES_MAX) return false;
  const isWellFormed = (key as WellFormed).isWellFormed?.() ??
    !/\p{Surrogate}/u.test(key);
  return isWellFormed && (key.length <= KEY_LENGTH_SAFE ||
    new TextEncoder().encode(key).length <= KEY_BYTES_MAX);
}

/** One of several words. */
export function oneOf(...words: readonly string[]): Rule {
  const quoted = words.map((word) => `"${word}"`);
  return {
    must: `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`,
    type: "string",
    fits: (value: string) => words.includes(value),
  };
}

/** A whole number from `min` to `max`; `Infinity` only if that is the `max`. */
export function integer(
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): Rule {
  const to = max < Number.MAX_SAFE_INTEGER ? ` to ${max}` : "";
  return {
    must: `a whole number from ${min}${to}`,
    type: "number",
    fits: (value: number) =>
      value >= min && value <= max &&
      (Number.isSafeInteger(value) || value === Infinity),
  };
}

/**
 * A copy of `options` in which all is as the rules say; those not given are
 * `undefined`.
 */
export function check<Options extends object>(
  action: string,
  options: Options,
  rules: Rules<Options>,
): Options {
  checkOne(action, "options", OBJECT, options);
  const names = Object.keys(rules);
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) failUnknown(action, name, names);
  }
  const copy: Partial<Record<string, unknown>> = {};
  for (const name of names) {
    const value = options[name as keyof Options];
    if (value !== undefined) {
      checkOne(action, name, rules[name as keyof Options], value);
    }
    copy[name] = value;
  }
  return copy as Options; // The same names, the same values.
}

/** Throws unless `value` is as `rule` says. */
export function checkOne(
  action: string,
  name: string,
  rule: Rule,
  value: unknown,
): void {
  const { type, fits } = rule;
  if (type.includes(typeof value) && fits?.(value as never) !== false) return;
  fail(action, name, rule, value);
}

/** Shows numbers as they are; of all else, which may come from far away, only
 * what it is. */
function fail(
  action: string,
  name: string,
  { must, type }: Rule,
  value: unknown,
): never {
  const isPlain = typeof value === "number" || value === undefined ||
    value === null;
  const message = `${action} as "${name}" must be ${must}: received ${
    isPlain ? value : `a value of type ${typeof value}`
  }`;
  throw type === typeof value && type !== "object"
    ? new RangeError(message)
    : new TypeError(message);
}

/** Names that have less in common are not meant for each other. */
const LIKENESS_MIN = 0.65;

function failUnknown(
  action: string,
  name: string,
  known: readonly string[],
): never {
  const [best = ""] = known
    .toSorted((a, b) => likeness(name, b) - likeness(name, a));
  const hint = likeness(name, best) > LIKENESS_MIN
    ? `did you mean "${best}"?`
    : `known are ${known.join(", ")}`;
  throw new TypeError(`${action} as it has no option "${name}": ${hint}`);
}

/** The share of letters that two names have in common, wherever they stand, if
 * they begin or end alike. */
function likeness(a: string, b: string): number {
  const left = [...a.toLowerCase()];
  const right = [...b.toLowerCase()];
  if (left[0] !== right[0] && left.at(-1) !== right.at(-1)) return 0;
  const common = right.filter((letter) => {
    const index = left.indexOf(letter);
    return index >= 0 && left.splice(index, 1);
  });
  return 2 * common.length / (a.length + b.length);
}
