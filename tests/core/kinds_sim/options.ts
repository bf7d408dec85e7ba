/** The options of a kind, from its plan. */
import {
  exponential,
  type KindOptions,
  type Retry,
  type Schema,
  type,
} from "../../../mod.ts";
import { cleanup, context, merge, run, undelivered } from "./callbacks.ts";
import type { Item } from "./item.ts";
import type { KindWorld } from "./kinds.ts";
import type { Message } from "./ledger.ts";
import { DRAWN, JITTER, type KindPlan } from "./plan.ts";
import { RETRY_FAILURE } from "./running.ts";
import type { Context, World } from "./world.ts";

/** The message that the schema refuses. */
export const INVALID: Message = [-1];

type Options = KindOptions<Context | undefined, number, Message, Message>;

const CHECKING: Schema<Message> = {
  "~standard": {
    version: 1,
    vendor: "simulator",
    validate: (value) =>
      Array.isArray(value) && value[0] === INVALID[0]
        ? { issues: [{ message: "It is invalid" }] }
        : { value: value as Message }, // The simulator sends nothing else.
  },
};

/** What `define` is given. */
export function optionsOf(world: World, { name, plan }: KindWorld): Options {
  const itemAt = (key: string | undefined): Item =>
    world.itemOf({ kind: name, key }) as Item; // All keys are ours.
  return {
    ...knobsOf(plan),
    message: plan.checks ? CHECKING : type<Message>(),
    retry: retryOf(world, plan),
    merge: plan.merges
      ? (older, newer) => merge(world, plan, [older, newer])
      : undefined,
    context: plan.hasContext ? (key) => context(world, itemAt(key)) : undefined,
    run: (given) => run(world, itemAt(given.key), given),
    undelivered: plan.undelivered === "none"
      ? undefined
      : (messages, failure) => undelivered(world, messages, failure),
    cleanup: plan.cleanup === "none"
      ? undefined
      : (given, { key }) => cleanup(world, itemAt(key), given),
  };
}

/** Those that are what the plan says. */
function knobsOf(plan: KindPlan): Partial<Options> {
  const { maxMessages, maxInbox, whenRunning, maxRestarts } = plan;
  const { whenExhausted, delay, reschedule, maxDelay, timeout } = plan;
  const { priority, concurrency, rate, passivateAfter } = plan;
  return {
    maxMessages,
    maxInbox,
    whenRunning,
    maxRestarts,
    whenExhausted,
    delay,
    reschedule,
    maxDelay,
    timeout,
    priority,
    concurrency,
    rate,
    passivateAfter,
  };
}

function retryOf({ facts }: World, { retry }: KindPlan): Retry | undefined {
  switch (retry.is) {
    case "none":
      return undefined;
    case "list":
      return retry.delays;
    case "exponential": {
      const { attempts, min } = retry;
      return exponential({ attempts, min, jitter: JITTER });
    }
    case "odd":
      return () => {
        if (!retry.throws) return NaN;
        throw { word: RETRY_FAILURE };
      };
  }
  return (attempt, _error, random) => {
    if (random() !== DRAWN) facts.break("retry was given another random");
    return retry.delays[attempt - 1];
  };
}
