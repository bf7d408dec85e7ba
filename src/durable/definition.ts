/**
 * What the items of a durable kind are made from: options are checked, once, by
 * the rules of the core, and become a definition.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import { type Checked, checkModes, KIND_RULES } from "../core/definition.ts";
import type { KindDefinition, KindOptions, Rate } from "../core/kind.ts";
import {
  check,
  checkOne,
  FUNCTION,
  integer,
  KEY,
  MS,
  type Rules,
} from "../core/options.ts";
import type { Failure, Retry } from "../core/policies.ts";
import { checking, type Schema } from "../core/schema.ts";
import type { Reschedule } from "../core/words.ts";
import { Starts } from "./starts.ts";

/** Options of any kind, whatever its types are. */
type AnyOptions = KindOptions<never, unknown, never, never>;

/** Options that have been checked. */
type CheckedKind =
  & Omit<Checked, "run" | "undelivered">
  & Pick<KindOptions<unknown>, "context" | "concurrency" | "rate">
  & Pick<Definition, "run" | "undelivered">;

/** What the items of one durable kind share. */
export interface Definition {
  readonly name: string;
  readonly run: (run: unknown) => unknown;
  readonly context: ((key: string) => unknown) | undefined;
  /** The schema that checks messages, if one does. */
  readonly schema: Schema<unknown> | undefined;
  readonly merge: ((older: unknown, newer: unknown) => unknown) | undefined;
  readonly maxMessages: number;
  readonly maxInbox: number;
  readonly delayMs: number;
  readonly reschedule: Reschedule;
  readonly maxDelayMs: number;
  readonly timeoutMs: number | undefined;
  readonly priority: number;
  readonly retry: Retry | undefined;
  readonly isHolding: boolean;
  readonly undelivered:
    | ((messages: readonly unknown[], failure: Failure<string>) => unknown)
    | undefined;
  readonly whenRunning: "rerun" | "restart" | "skip";
  readonly maxRestarts: number;
  /** How many may start in this process. */
  readonly starts: Starts;
}

const COUNT = integer(1);
const RATE_RULES: Rules<Rate> = { limit: COUNT, interval: MS };
const MAX_INBOX_DEFAULT = 10_000;
const MAX_RESTARTS_DEFAULT = 8;

/** What messages for people call an item. */
export function labelOf({ kind, key }: ItemName<string>): string {
  return `"${kind}/${key}"`;
}

/** Its name alone, of what knows more. */
export function nameOf({ kind, key }: ItemName<string>): ItemName<string> {
  return { kind, key };
}

/** Where an item stands in a map. */
export function placeOf({ kind, key }: ItemName<string>): string {
  return `${kind.length} ${kind}${key}`;
}

/** Checks a kind as it was given to `define`. */
export function readKind(
  name: unknown,
  options: unknown,
): Definition {
  let action = "Cannot define kind";
  const { name: kind, options: given } = isDefinition(name)
    ? name
    : { name, options };
  checkOne(action, "name", KEY, kind); // It stands in URLs as keys do.
  action += ` "${kind}"`;
  const checked = check(action, (given ?? {}) as AnyOptions, KIND_RULES);
  checkOne(action, "run", FUNCTION, checked.run);
  const known: unknown = checked;
  const modes = known as Checked; // Whatever its types were.
  checkModes(action, modes);
  if (modes.whenRunning === "overlap") {
    throw new TypeError(
      `${action} as a store allows no whenRunning: "overlap": ` +
        "the context of an item has one writer at a time",
    );
  }
  return define(action, kind as string, known as CheckedKind); // It is a KEY.
}

function isDefinition(
  name: unknown,
): name is KindDefinition<never, unknown, never, never> {
  return typeof name === "object" && name !== null;
}

function define(
  action: string,
  name: string,
  options: CheckedKind,
): Definition {
  const { whenRunning = "rerun", retry, rate, concurrency } = options;
  return {
    name,
    run: options.run,
    context: options.context,
    schema: checking(options.message),
    merge: options.merge,
    maxMessages: options.maxMessages ?? Infinity,
    maxInbox: options.maxInbox ?? MAX_INBOX_DEFAULT,
    delayMs: options.delay ?? 0,
    reschedule: options.reschedule ?? "earliest",
    maxDelayMs: options.maxDelay ?? Infinity,
    timeoutMs: options.timeout,
    priority: options.priority ?? 0,
    retry: Array.isArray(retry) ? [...retry] : retry,
    isHolding: options.whenExhausted === "hold",
    undelivered: options.undelivered,
    whenRunning: whenRunning === "overlap" ? "rerun" : whenRunning,
    maxRestarts: options.maxRestarts ?? MAX_RESTARTS_DEFAULT,
    starts: new Starts({ concurrency, rate: readRate(action, rate) }),
  };
}

function readRate(action: string, rate: Rate | undefined): Rate | undefined {
  if (rate === undefined) return undefined;
  const { limit, interval } = check(
    `${action} with this rate`,
    rate,
    RATE_RULES,
  );
  checkOne(action, "rate.limit", COUNT, limit);
  checkOne(action, "rate.interval", MS, interval);
  return { limit, interval };
}
