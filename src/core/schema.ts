/**
 * What messages are: a type that only the compiler knows, or a schema of any
 * library that speaks Standard Schema (version 1).
 *
 * @module
 */
import { InvalidMessageError, type Issue } from "./errors.ts";

/** Types messages and, if it checks them too, refuses those that are wrong. */
export interface Schema<Input, Message = Input> {
  /** What Standard Schema asks for. */
  readonly "~standard": {
    /** The version of Standard Schema. */
    readonly version: 1;
    /** Who made the schema. */
    readonly vendor: string;
    /** Checks a value. */
    readonly validate: (value: unknown) =>
      | Verdict<Message>
      | Promise<
        Verdict<Message>
      >;
    /** Only for the compiler. */
    readonly types?:
      | { readonly input: Input; readonly output: Message }
      | undefined;
  };
}

/** What a schema says of a value. */
export type Verdict<Message> =
  | { readonly value: Message; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };

const ANY: Schema<unknown> = {
  "~standard": {
    version: 1,
    vendor: "workitem",
    validate: (value) => ({ value }),
  },
};

/**
 * Types messages without checking them.
 *
 * @example Messages of a kind
 * ```ts
 * import { Scheduler, type } from "@workitem/scheduler";
 * import { assertEquals } from "@std/assert";
 *
 * const scheduler = new Scheduler();
 * const sums = scheduler.define("sum", {
 *   message: type<number>(),
 *   run: ({ messages }) => messages.reduce((sum, n) => sum + n, 0),
 * });
 *
 * sums.enqueue("a", 1);
 * assertEquals(await sums.request("a", 2), 3);
 * ```
 */
export function type<Message>(): Schema<Message> {
  return ANY as Schema<Message>; // The compiler alone knows the type.
}

/** The schema that checks, if `schema` is one. */
export function checking(
  schema: Schema<unknown> | undefined,
): Schema<unknown> | undefined {
  return schema === ANY ? undefined : schema;
}

/** What `schema` makes of `message`. `action` is for the error. */
export function validate(
  schema: Schema<unknown>,
  message: unknown,
  action: string,
): unknown {
  const verdict: unknown = schema["~standard"].validate(message);
  if (typeof verdict !== "object" || verdict === null) fail(action);
  const { then, issues, value } = verdict as Partial<Answer>;
  if (typeof then === "function") {
    then.call(verdict, ignore, ignore); // It comes too late for anyone.
    throw new TypeError(
      `${action} as the schema of its messages is asynchronous: ` +
        "check before the enqueue",
    );
  }
  if (issues === undefined) return value;
  if (!Array.isArray(issues)) fail(action);
  throw new InvalidMessageError(action, issues);
}

/** Anything that a schema may answer. */
interface Answer {
  readonly then: unknown;
  readonly issues: unknown;
  readonly value: unknown;
}

function fail(action: string): never {
  throw new TypeError(
    `${action} as its schema gave no result of Standard Schema`,
  );
}

function ignore(): void {}
