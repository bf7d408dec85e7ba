/**
 * Where the host has `AsyncLocalStorage`, runs see the async context in which
 * their scheduler was made, not that of whoever happened to enqueue them.
 *
 * The class is looked up, not imported, because an import of `node:` breaks
 * hosts that have none.
 *
 * @module
 */

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
  bind?<Result>(callback: () => Result): () => Result;
}

/** Calls back in the async context that was captured. */
export type Enter = <Result>(callback: () => Result) => Result;

interface Host {
  readonly AsyncLocalStorage?: AsyncStorageClass;
  readonly process?: {
    getBuiltinModule?(
      name: string,
    ): { readonly AsyncLocalStorage?: AsyncStorageClass } | undefined;
  };
}

const host = globalThis as unknown as Host; // Not all hosts have all of them.

const storageClass: AsyncStorageClass | undefined = host.AsyncLocalStorage ??
  host.process?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage;

/** Captures the current async context. Each time it is entered it is bound
 * anew, because Node before 24 keeps in it what `enterWith` left behind. */
export function captureContext(): Enter {
  const enter = storageClass?.snapshot?.();
  if (enter === undefined) return (callback) => callback();
  return (callback) =>
    enter(() => (storageClass?.bind?.(callback) ?? callback)());
}

/** A store of its own, or `undefined` where the host has none. */
export function createStorage<Value>(): AsyncStorage<Value> | undefined {
  return storageClass && new storageClass<Value>();
}
