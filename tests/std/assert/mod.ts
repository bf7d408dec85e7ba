/** Stands in for `@std/assert` where JSR cannot be reached: the assertions that
 * this package uses, leaning on Node's, with the behaviour of the real ones. */
import node from "node:assert/strict";
import { inspect, isDeepStrictEqual } from "node:util";

/** Thrown by every assertion here. */
export class AssertionError extends Error {
  /** Takes the message, and the cause if there is one. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

// deno-lint-ignore no-explicit-any -- as the real one: any arguments will do
type ErrorClass<E> = abstract new (...args: any[]) => E;

function suffix(msg: string | undefined): string {
  return msg ? `: ${msg}` : ".";
}

/** Is `expr` truthy? */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Are they the same by value? Unlike Node's strict comparison, and as in the
 * real one, `0` equals `-0` and an object without prototype equals `{}`. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  throw new AssertionError(
    `Values are not equal${suffix(msg)}\n${diff(actual, expected)}`,
  );
}

/** Do they differ by value? */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected the values to differ: ${inspect(actual)}${suffix(msg)}`,
  );
}

/** Are they the same value, by `Object.is`? */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  throw new AssertionError(
    `Values are not strictly equal${suffix(msg)}\n${diff(actual, expected)}`,
  );
}

/** Is it an instance of the class? */
export function assertInstanceOf<E>(
  actual: unknown,
  expectedType: ErrorClass<E>,
  msg?: string,
): asserts actual is E {
  if (actual instanceof expectedType) return;
  throw new AssertionError(
    `Expected object to be an instance of "${expectedType.name}" but was ${
      typeNameOf(actual)
    }${suffix(msg)}`,
  );
}

/** Does the text match? */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (actual.search(expected) >= 0) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to match: "${expected}"${suffix(msg)}`,
  );
}

/** Does the text hold the other one? */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to contain: "${expected}"${suffix(msg)}`,
  );
}

/** Is it greater? */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (actual > expected) return;
  throw new AssertionError(`Expect ${actual} > ${expected}${suffix(msg)}`);
}

/** Is it less? */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (actual < expected) return;
  throw new AssertionError(`Expect ${actual} < ${expected}${suffix(msg)}`);
}

/** Does the function throw, and this? Returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Does the function throw, and this? Returns what it threw. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  const text = typeof classOrMsg === "string" ? classOrMsg : msg;
  try {
    fn();
  } catch (error) {
    if (typeof classOrMsg === "function") {
      assertIsError(error, classOrMsg, { verb: "thrown", msgIncludes, msg });
    }
    return error;
  }
  throw new AssertionError(`Expected function to throw${suffix(text)}`);
}

/** Does the function return a promise that rejects? A synchronous throw is a
 * failure. Resolves to what it rejected with. */
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  msg?: string,
): Promise<unknown>;
/** Does the function return a promise that rejects, and with this? A synchronous
 * throw is a failure. Resolves to what it rejected with. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const text = typeof classOrMsg === "string" ? classOrMsg : msg;
  const promise = promiseOf(fn);
  if (promise === undefined) {
    throw new AssertionError(
      `Function throws when expected to reject${suffix(text)}`,
    );
  }
  try {
    await promise;
  } catch (error) {
    if (typeof classOrMsg === "function") {
      assertIsError(error, classOrMsg, { verb: "rejected", msgIncludes, msg });
    }
    return error;
  }
  throw new AssertionError(`Expected function to reject${suffix(text)}`);
}

function promiseOf(
  fn: () => PromiseLike<unknown>,
): PromiseLike<unknown> | undefined {
  try {
    const result = fn();
    return typeof result?.then === "function" ? result : undefined;
  } catch {
    return undefined;
  }
}

interface ErrorExpectation {
  readonly verb: "thrown" | "rejected";
  readonly msgIncludes: string | undefined;
  readonly msg: string | undefined;
}

function assertIsError(
  error: unknown,
  errorClass: ErrorClass<Error>,
  { verb, msgIncludes, msg }: ErrorExpectation,
): void {
  if (!(error instanceof Error)) {
    throw new AssertionError(`A non-Error object was ${verb}${suffix(msg)}`);
  }
  const { name } = error.constructor;
  if (!(error instanceof errorClass)) {
    const names = `"${errorClass.name}", but was "${name}"`;
    throw new AssertionError(
      `Expected error to be instance of ${names}${suffix(msg)}`,
      { cause: error },
    );
  }
  if (msgIncludes && !error.message.includes(msgIncludes)) {
    const texts = `"${msgIncludes}", but got "${error.message}"`;
    throw new AssertionError(
      `Expected error message to include ${texts}${suffix(msg)}`,
      { cause: error },
    );
  }
}

function typeNameOf(value: unknown): string {
  if (value === null || value === undefined) return `"${value}"`;
  return `"${
    typeof value === "object" ? value.constructor.name : typeof value
  }"`;
}

/** Equal by value, as the real one sees it. */
function equal(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b) || isDeepStrictEqual(plain(a), plain(b));
}

/** A copy without what the real one overlooks and Node does not: the sign of
 * zero, and the difference between `{}` and an object without prototype. */
function plain(value: unknown, seen: Map<object, object> = new Map()): unknown {
  if (value === 0) return 0;
  if (typeof value !== "object" || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Map.prototype || prototype === Set.prototype) {
    return plainCollection(value as Map<unknown, unknown>, seen);
  }
  const isArray = prototype === Array.prototype;
  if (!isArray && prototype !== Object.prototype && prototype !== null) {
    return value;
  }
  const copy = isArray ? (value as unknown[]).slice() : {};
  seen.set(value, copy);
  for (const key of Reflect.ownKeys(value)) {
    if (!Object.prototype.propertyIsEnumerable.call(value, key)) continue;
    Reflect.set(copy, key, plain(Reflect.get(value, key), seen));
  }
  return copy;
}

function plainCollection(
  value: Map<unknown, unknown> | Set<unknown>,
  seen: Map<object, object>,
): object {
  const copy = value instanceof Map ? new Map() : new Set();
  seen.set(value, copy);
  for (const [key, entry] of value.entries()) {
    if (copy instanceof Set) copy.add(plain(entry, seen));
    else copy.set(plain(key, seen), plain(entry, seen));
  }
  return copy;
}

/** Node's own words for the difference. */
function diff(actual: unknown, expected: unknown): string {
  try {
    node.deepEqual(actual, expected);
    return "They are equal by value only";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
