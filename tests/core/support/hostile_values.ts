/** What a callback may throw, and what it may return: the worst of both. */
import { host } from "./hostile_expect.ts";

/** Counts the traps that it springs. */
export interface Trapped {
  /** The proxy. */
  readonly proxy: object;
  /** How often anything of it was touched. */
  readonly traps: () => number;
}

/** A proxy that nothing can be done to unseen. */
export function trapped(target: object = {}): Trapped {
  let count = 0;
  const handler = new Proxy({}, {
    get: (_, name) => (...args: unknown[]) => {
      count++;
      const trap = Reflect.get(Reflect, name) as (...all: unknown[]) => unknown;
      return trap(...args);
    },
  });
  return { proxy: new Proxy(target, handler), traps: () => count };
}

function never(): never {
  throw new Error("touched");
}

/** A proxy all of whose traps throw. */
function mined(): object {
  return new Proxy({}, new Proxy({}, { get: () => never }));
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Evaluates `source` in another realm, where the host can make one. */
export function inOtherRealm(source: string): unknown {
  const vm = host.process?.getBuiltinModule?.("vm") as {
    readonly runInNewContext?: (source: string) => unknown;
  } | undefined;
  return vm?.runInNewContext?.(source);
}

function withGetter(name: string): object {
  return Object.defineProperty({}, name, { get: never });
}

function circular(): Error {
  const error = new Error("circular");
  error.cause = error;
  return error;
}

/** Anything can be thrown. */
export const THROWN: readonly (readonly [string, () => unknown])[] = [
  ["undefined", () => undefined],
  ["null", () => null],
  ["false", () => false],
  ["a number", () => 8],
  ["NaN", () => NaN],
  ["-0", () => -0],
  ["a symbol", () => Symbol("thrown")],
  ["a BigInt", () => 8n],
  ["a string", () => "thrown"],
  ["an empty string", () => ""],
  ["an Error", () => new Error("thrown")],
  ["a frozen object", () => Object.freeze({ frozen: true })],
  ["a frozen Error", () => Object.freeze(new Error("frozen"))],
  ["a proxy that throws at every touch", mined],
  ["a revoked proxy", revoked],
  ["a getter of message that throws", () => withGetter("message")],
  ["a getter of stack that throws", () => withGetter("stack")],
  ["a getter of name that throws", () => withGetter("name")],
  ["a getter of code that throws", () => withGetter("code")],
  ["a getter of then that throws", () => withGetter("then")],
  ["a toString that throws", () => ({ toString: never, valueOf: never })],
  ["a toPrimitive that throws", () => ({ [Symbol.toPrimitive]: never })],
  ["a function", () => never],
  ["a class", () => class Thrown {}],
  ["a promise", () => Promise.resolve("fulfilled")],
  ["a promise that never settles", () => new Promise(() => {})],
  ["a thenable", () => ({ then: (yes: () => void): void => yes() })],
  [
    "an Error of another realm",
    () => inOtherRealm("new RangeError('from elsewhere')") ?? "no realm",
  ],
  ["an AggregateError", () => new AggregateError([1, new Error("two")])],
  ["an AbortError", () => new DOMException("stop", "AbortError")],
  ["an Error that is its own cause", circular],
  ["an array", () => [new Error("in an array")]],
  ["a date", () => new Date(NaN)],
  ["an object without prototype", () => Object.create(null)],
  ["an error that claims to be final", () => ({ final: true, retryAfter: -1 })],
];

/** Those that Deno 2.9 itself can report: its `reportError` throws of a proxy
 * that throws, and ends the process at the next error, whatever it is. */
export const REPORTABLE: typeof THROWN = THROWN
  .filter(([name]) => !name.includes("proxy"));

/** In any way. */
export const WAYS: Readonly<Record<string, (value: unknown) => unknown>> = {
  "thrown": (value) => {
    throw value;
  },
  "rejected": (value) => Promise.reject(value),
  "thrown after an await": async (value) => {
    await undefined;
    throw value;
  },
  "by a thenable that rejects": (value) => ({
    then: (_: unknown, no: (error: unknown) => void): void => no(value),
  }),
  "by a thenable that rejects later": (value) => ({
    then: (_: unknown, no: (error: unknown) => void): void => {
      queueMicrotask(() => no(value));
    },
  }),
  "by a thenable whose then throws": (value) => ({
    then: (): never => {
      throw value;
    },
  }),
  "by a getter of then": (value) =>
    Object.defineProperty({}, "then", {
      get: (): never => {
        throw value;
      },
    }),
};

/** A callback's result and how the run ends with it. */
export interface Result {
  /** Makes it; `settled` counts calls of what settles it. */
  readonly make: () => unknown;
  /** How the run ends. */
  readonly end: "ok" | "failed" | "pending";
}

type Yes = (value?: unknown) => void;

function thenable(then: (yes: Yes, no: Yes) => void): object {
  return { then };
}

class Hostile extends Promise<unknown> {
  static override get [Symbol.species](): PromiseConstructor {
    throw new Error("species");
  }
}

class Overridden extends Promise<unknown> {
  override then<Ok, Failed>(): Promise<Ok | Failed> {
    throw new Error("overridden then");
  }
}

class Twice extends Promise<unknown> {
  override then<Ok, Failed>(
    yes?: ((value: unknown) => Ok | PromiseLike<Ok>) | null,
  ): Promise<Ok | Failed> {
    yes?.(1);
    yes?.(2);
    return Promise.resolve() as Promise<never>;
  }
}

function changing(first: unknown, second: unknown): object {
  let reads = 0;
  return Object.defineProperty({}, "then", {
    get: () => reads++ === 0 ? first : second,
  });
}

function ownProperty(name: string, get: () => unknown): Promise<unknown> {
  return Object.defineProperty(Promise.resolve("own"), name, { get });
}

function selfResolving(): Promise<unknown> {
  let resolve: Yes = () => {};
  const promise = new Promise((yes) => resolve = yes);
  resolve(promise);
  return promise;
}

function secondConstructor(): Promise<unknown> {
  let reads = 0;
  return ownProperty("constructor", () => {
    if (reads++ === 0) return Promise;
    throw new Error("second look");
  });
}

function wellBehavedProxy(): object {
  return new Proxy(Promise.resolve("proxied"), {
    get: (target, name): unknown => {
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const fulfil = (yes: Yes): void => yes("fulfilled");

/** Anything can be returned. */
export const RESULTS: Readonly<Record<string, Result>> = {
  "calls back synchronously": { make: () => thenable(fulfil), end: "ok" },
  "resolves twice": {
    make: () =>
      thenable((yes) => {
        yes(1);
        yes(2);
      }),
    end: "ok",
  },
  "resolves twice, the second time later": {
    make: () =>
      thenable((yes) => {
        yes(1);
        queueMicrotask(() => yes(2));
      }),
    end: "ok",
  },
  "resolves, then throws": {
    make: () =>
      thenable((yes) => {
        yes(1);
        throw new Error("after resolve");
      }),
    end: "ok",
  },
  "resolves, then rejects": {
    make: () =>
      thenable((yes, no) => {
        yes(1);
        no(new Error("after resolve"));
      }),
    end: "ok",
  },
  "rejects, then resolves": {
    make: () =>
      thenable((yes, no) => {
        no(new Error("first"));
        yes(1);
      }),
    end: "failed",
  },
  "rejects, then throws": {
    make: () =>
      thenable((_, no) => {
        no(new Error("first"));
        throw new Error("second");
      }),
    end: "failed",
  },
  "resolves with a promise that rejects": {
    make: () => thenable((yes) => yes(Promise.reject(new Error("inner")))),
    end: "failed",
  },
  "resolves with a thenable of a thenable": {
    make: () => thenable((yes) => yes(thenable((y) => y(thenable(fulfil))))),
    end: "ok",
  },
  "never calls back": { make: () => thenable(() => {}), end: "pending" },
  "is a promise that never settles": {
    make: () => new Promise(() => {}),
    end: "pending",
  },
  "resolves with what never settles": {
    make: () => thenable((yes) => yes(new Promise(() => {}))),
    end: "pending",
  },
  "is no thenable at the second look": {
    make: () => changing(fulfil, undefined),
    end: "ok",
  },
  "throws at the second look": {
    make: () => changing(fulfil, never),
    end: "ok",
  },
  "is a thenable at the second look only": {
    make: () =>
      changing(undefined, (_: unknown, no: Yes): void => no(new Error("2"))),
    end: "ok",
  },
  "has a then that is no function": {
    make: () => ({ then: 5 }),
    end: "ok",
  },
  "is a function with a then": {
    make: () => Object.assign(() => {}, { then: fulfil }),
    end: "ok",
  },
  "is a function with a then that rejects": {
    make: () =>
      Object.assign(() => {}, {
        then: (_: Yes, no: Yes): void => no(new Error("by a function")),
      }),
    end: "failed",
  },
  "is a function without": { make: () => never, end: "ok" },
  "is a class": { make: () => class Result {}, end: "ok" },
  "is a promise whose species throws": {
    make: () => new Hostile((yes) => yes(1)),
    end: "failed",
  },
  "is a promise whose then throws": {
    make: () => new Overridden((yes) => yes(1)),
    end: "failed",
  },
  "is a promise whose then calls back twice": {
    make: () => new Twice((yes) => yes(1)),
    end: "ok",
  },
  "is a promise whose own then throws": {
    make: () => Object.assign(Promise.resolve(1), { then: never }),
    end: "ok", // As `await` does: the promise is plain.
  },
  "is a promise whose constructor throws": {
    make: () => ownProperty("constructor", never),
    end: "failed",
  },
  "is a promise whose constructor throws at the second look": {
    make: secondConstructor,
    end: "failed",
  },
  "is a promise without constructor": {
    make: () => ownProperty("constructor", () => undefined),
    end: "ok",
  },
  "is a promise of another realm": {
    make: () => inOtherRealm("Promise.resolve(1)"),
    end: "ok",
  },
  "is a proxy of a promise": {
    make: () => new Proxy(Promise.resolve(1), {}),
    end: "failed", // As with `await`: a proxy is no promise.
  },
  "is a proxy of a promise that binds": { make: wellBehavedProxy, end: "ok" },
  "is a promise resolved with itself": { make: selfResolving, end: "failed" },
  "is a revoked proxy": { make: revoked, end: "failed" },
  "is a proxy that throws at every touch": { make: mined, end: "failed" },
  "is a symbol": { make: () => Symbol("result"), end: "ok" },
  "is an object without prototype": {
    make: () => Object.create(null),
    end: "ok",
  },
  "is a generator": {
    make: () =>
      (function* (): Generator<number> {
        yield 1;
      })(),
    end: "ok",
  },
};
