/**
 * Where the host has `AsyncLocalStorage`, runs see the async context in which
 * their scheduler was made, not that of whoever happened to enqueue them.
 *
 * The class is looked up, not imported, because an import of `node:` breaks
 * hosts that have none.
 *
 * @module
 */
import { isWorkerd } from "./clock.ts";

/** The part of `AsyncLocalStorage` that is used. */
export interface AsyncStorage<Value> {
  /** Calls `callback` in a context where the value is `value`. */
  run<Result>(value: Value, callback: () => Result): Result;
  /** The value in the current context. */
  getStore(): Value | undefined;
}

interface AsyncStorageClass {
  new <Value>(): AsyncStorage<Value>;
  snapshot?(): Enter;
  /** Wherever there is a snapshot. */
  bind<Result>(callback: () => Result): () => Result;
}

/** Calls back in the async context that was captured. */
export type Enter = <Result>(callback: () => Result) => Result;

interface Host {
  readonly AsyncLocalStorage?: AsyncStorageClass;
  readonly process?: {
    readonly versions?: { readonly node?: string };
    getBuiltinModule?(
      name: string,
    ): { readonly AsyncLocalStorage?: AsyncStorageClass } | undefined;
  };
}

const host = globalThis as unknown as Host; // Not all hosts have all of them.

const storageClass: AsyncStorageClass | undefined = host.AsyncLocalStorage ??
  host.process?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage;

/** Captures the current async context. Node before 24 keeps in it what
 * `enterWith` left behind: there it is bound anew each time it is entered. */
export function captureContext(): Enter {
  const enter = storageClass?.snapshot?.() ?? call;
  const isOld = parseInt(host.process?.versions?.node ?? "") < 24;
  if (!isOld) return enter;
  return (callback) =>
    enter(() => (storageClass?.bind(callback) ?? callback)());
}

function call<Result>(callback: () => Result): Result {
  return callback();
}

/**
 * What asks for one call of `callback`, in a microtask of the async context in
 * which this is called. To ask again before is to ask once.
 *
 * To enter a captured context costs more than a run; a promise that was waited
 * for in a context goes on there for nothing. Each is waited for before the
 * callback begins, so that nothing of what it enters is kept. In workerd a
 * promise goes on only in the request that made it: there `entered` is called.
 */
export function wakerOf(
  callback: () => void,
  entered: () => void,
): () => void {
  if (isWorkerd) return () => queueMicrotask(entered);
  let ring = entered;
  const wait = (): void => {
    new Promise<void>((resolve) => ring = resolve).then(() => {
      wait();
      callback();
    });
  };
  wait();
  return () => ring();
}

/** A store of its own, or `undefined` where the host has none. */
export function createStorage<Value>(): AsyncStorage<Value> | undefined {
  return storageClass && new storageClass<Value>();
}
