/**
 * The few assertions and promises the suite needs, written for hosts that have
 * neither a test framework nor the newest built-ins.
 *
 * @module
 */
import type * as api from "../../../mod.ts";
import type * as client from "../../../src/client/mod.ts";
import type * as durable from "../../../src/durable/mod.ts";
import type * as http from "../../../src/http/mod.ts";
import type * as denoKv from "../../../src/stores/deno_kv.ts";
import type * as memory from "../../../src/stores/memory.ts";
import type * as testing from "../../../src/testing/mod.ts";

/** What a case is handed: the packed package and what its host adds. */
export interface Host {
  /** The package's entry ".". */
  readonly api: typeof api;
  /** The package's entry "./testing". */
  readonly testing: typeof testing;
  /** The package's entry "./durable". */
  readonly durable: typeof durable;
  /** The package's entry "./stores/memory". */
  readonly memory: typeof memory;
  /** The package's entry "./stores/deno-kv". */
  readonly denoKv: typeof denoKv;
  /** The package's entry "./http". */
  readonly http: typeof http;
  /** The package's entry "./client". */
  readonly client: typeof client;
  /** Where the host can load `npm:@deno/kv`. */
  readonly openKv:
    | ((path: string) => Promise<denoKv.KvLike>)
    | undefined;
  /** Where the host has `node:async_hooks`. */
  readonly AsyncLocalStorage: AsyncStorageClass | undefined;
}

/** The package's own entries. */
export type Entries = Pick<
  Host,
  "api" | "testing" | "durable" | "memory" | "denoKv" | "http" | "client"
>;

/** The part of `AsyncLocalStorage` that the suite uses. */
export interface AsyncStorageClass {
  new <Value>(): {
    run<Result>(value: Value, callback: () => Result): Result;
    getStore(): Value | undefined;
  };
}

/** A name and what it does; a string that it returns says why the host cannot
 * show it. */
export type Case = readonly [
  name: string,
  test: (host: Host) => Promise<string | void>,
];

/** A promise and the functions that settle it. */
export interface Deferred<Value = void> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/** `Promise.withResolvers`, which not all hosts have. */
export function defer<Value = void>(): Deferred<Value> {
  let settle: Omit<Deferred<Value>, "promise"> | undefined;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (settle === undefined) throw new Error("No executor was called");
  return { promise, ...settle };
}

/** A later turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

/** Rejects once `signal` aborts, as `fetch` would. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

/** Fails unless `actual` and `expected` are written alike. */
export function equal(actual: unknown, expected: unknown, what = ""): void {
  if (show(actual) === show(expected)) return;
  throw new Error(
    `${what && `${what}: `}expected ${show(expected)}, got ${show(actual)}`,
  );
}

/** Fails unless the two are the same thing. */
export function same(actual: unknown, expected: unknown, what = ""): void {
  if (Object.is(actual, expected)) return;
  throw new Error(`${what && `${what}: `}not the same: ${show(actual)}`);
}

/** Fails unless `fact` holds. */
export function ok(fact: boolean, what: string): void {
  if (!fact) throw new Error(`expected ${what}`);
}

/** What `callback` throws. */
export function thrown(callback: () => unknown): unknown {
  try {
    callback();
  } catch (error) {
    return error;
  }
  throw new Error("expected a throw");
}

/** What `promise` rejects with. */
export async function rejected(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, got ${show(value)}`);
}

/** Fails unless `error` is of the class and carries the code. */
export function isError(
  error: unknown,
  expected: { readonly type: unknown; readonly code: string },
): void {
  const { type, code } = expected;
  if (typeof type !== "function" || !(error instanceof type)) {
    throw new Error(`expected ${code}, got ${show(error)}`);
  }
  equal((error as { code?: unknown }).code, code, "code");
}

function show(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{${
    Object.entries(value).map(([name, one]) => `${name}: ${show(one)}`)
      .join(", ")
  }}`;
}
