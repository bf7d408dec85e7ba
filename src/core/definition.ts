/**
 * What items are made from: options are checked, once, and become a definition
 * that the engine reads.
 *
 * @module
 */
import type { Engine } from "./engine.ts";
import { CountGate, RateGate } from "./gates.ts";
import type { KindOptions, Rate } from "./kind.ts";
import {
  check,
  checkOne,
  FUNCTION,
  integer,
  KEY,
  MS,
  OBJECT,
  oneOf,
  type Rule,
  type Rules,
} from "./options.ts";
import type {
  Definition,
  Entrance,
  Gate,
  ItemPort,
  KeyTable,
  ScopeRecord,
} from "./record.ts";
import { checking } from "./schema.ts";
import { RESCHEDULE, type When } from "./timing.ts";
import type { Verifier } from "./verifier.ts";
import type { ActorOptions, WorkItemOptions } from "./work_item.ts";

/** Higher ones would need a longer ready queue. */
export const PRIORITY: Rule = integer(0, 255);
const COUNT = integer(1);
const MAX_RESTARTS_DEFAULT = 8;
const MAX_INBOX_DEFAULT = 10_000;

const ACTOR_RULES: Rules<ActorOptions<never, unknown, never, never>> = {
  message: {
    must: "type<T>() or a Standard Schema",
    type: "object function",
    fits: (schema: { readonly "~standard"?: { validate?: unknown } } | null) =>
      typeof schema?.["~standard"]?.validate === "function",
  },
  merge: FUNCTION,
  maxMessages: integer(1, Infinity),
  maxInbox: integer(1, Infinity),
  delay: MS,
  reschedule: RESCHEDULE,
  maxDelay: MS,
  timeout: MS,
  priority: PRIORITY,
  retry: {
    must: "a function or a list of milliseconds",
    type: "object function",
    fits: (retry: unknown) =>
      typeof retry === "function" ||
      (Array.isArray(retry) && retry.every(isTime)),
  },
  whenExhausted: oneOf("release", "hold"),
  undelivered: FUNCTION,
  run: FUNCTION,
  whenRunning: oneOf("rerun", "overlap", "restart", "skip"),
  maxOverlap: COUNT,
  maxRestarts: COUNT,
  cleanup: FUNCTION,
};

/** What the options of an item must be. */
export const ITEM_RULES: Rules<
  WorkItemOptions<never, unknown, never, never>
> = { ...ACTOR_RULES, key: KEY, context: FUNCTION };

/** What the options of a kind must be. */
export const KIND_RULES: Rules<KindOptions<never, unknown, never, never>> = {
  ...ACTOR_RULES,
  context: FUNCTION,
  concurrency: COUNT,
  rate: OBJECT,
  passivateAfter: MS,
};

const RATE_RULES: Rules<Rate> = {
  limit: COUNT,
  interval: MS,
};

/** Options that have been checked, whatever their types were. */
export type Checked = ActorOptions<unknown, unknown, unknown, unknown>;

/** Where items live, and how they are reached. */
export interface Place {
  readonly scope: ScopeRecord;
  readonly entrance: Entrance;
  readonly port: ItemPort;
  readonly kind: string | undefined;
  readonly keys: KeyTable | undefined;
  /** Those of the kind alone. */
  readonly gates: readonly Gate[];
  readonly verifier: Verifier | undefined;
}

/** What the items made from these options share. */
export function define(options: Checked, place: Place): Definition {
  const { whenRunning = "rerun", maxMessages = Infinity, priority = 0 } =
    options;
  const { scope, entrance, port, kind, keys } = place;
  const gates = scope.gate === undefined
    ? place.gates
    : [...place.gates, scope.gate]; // Last: others may need it meanwhile.
  const schema = checking(options.message);
  const { cleanup, retry, undelivered, timeout } = options;
  const merge = options.merge &&
    (place.verifier?.watchMerge(options.merge, kind) ?? options.merge);
  const when = whenOf(options);
  return {
    kind,
    keys,
    whenRunning,
    maxOverlap: scope.gate === undefined ? options.maxOverlap : 1, // It wins.
    maxRestarts: options.maxRestarts ?? MAX_RESTARTS_DEFAULT,
    timeoutMs: timeout,
    priority,
    schema,
    merge,
    maxMessages,
    maxInbox: options.maxInbox ?? MAX_INBOX_DEFAULT,
    when,
    retry: Array.isArray(retry) ? [...retry] : retry,
    isHolding: options.whenExhausted === "hold",
    undelivered,
    cleanup,
    scope,
    gates,
    entrance,
    port,
    isSpecial: gates.length !== 0 || whenRunning !== "rerun" ||
      maxMessages !== Infinity || priority !== 0 ||
      (schema ?? merge ?? when ?? timeout ?? cleanup) !== undefined,
    isOneShot: false,
  };
}

/** The gates of a kind. */
export function gatesOf(
  action: string,
  { concurrency, rate }: Pick<KindOptions, "concurrency" | "rate">,
  engine: Engine,
): readonly Gate[] {
  const gates: Gate[] = [];
  if (concurrency !== undefined) gates.push(new CountGate(concurrency));
  if (rate !== undefined) {
    const { limit, interval } = check(
      `${action} with this rate`,
      rate,
      RATE_RULES,
    );
    checkOne(action, "rate.limit", RATE_RULES.limit, limit);
    checkOne(action, "rate.interval", RATE_RULES.interval, interval);
    gates.push(new RateGate({ limit, interval }, engine));
  }
  return gates;
}

/** Options that would contradict each other, or have no effect, are mistakes. */
export function checkModes(action: string, options: Checked): void {
  const { maxOverlap, maxRestarts, whenRunning } = options;
  const { retry, merge, maxMessages, whenExhausted } = options;
  const missing = maxOverlap !== undefined && whenRunning !== "overlap"
    ? ["maxOverlap", "overlap"]
    : maxRestarts !== undefined && whenRunning !== "restart"
    ? ["maxRestarts", "restart"]
    : undefined;
  if (missing !== undefined) {
    const [name, mode] = missing;
    const needs = `"${name}" needs whenRunning: "${mode}"`;
    throw new TypeError(`${action} as ${needs}`);
  }
  if (whenRunning !== "overlap") return;
  const isHolding = whenExhausted === "hold" || undefined;
  const given = Object.entries({ retry, merge, maxMessages, isHolding })
    .find(([, value]) => value !== undefined);
  if (given === undefined) return;
  const name = given[0] === "isHolding" ? 'whenExhausted: "hold"' : given[0];
  throw new TypeError(
    `${action} as whenRunning: "overlap" allows no ${name}: ` +
      "runs that overlap have no order",
  );
}

function whenOf(options: Checked): When | undefined {
  const { delay, reschedule, maxDelay } = options;
  if ((delay ?? reschedule ?? maxDelay) === undefined) return undefined;
  return { delayMs: delay, reschedule, maxDelayMs: maxDelay };
}

function isTime(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value < Infinity;
}
