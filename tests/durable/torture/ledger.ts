/**
 * What all processes of a torture agree on: one kind, whose context is the list
 * of all messages applied to the item, in order. What was lost, doubled or
 * swapped is seen there.
 *
 * @module
 */
import { type } from "../../../mod.ts";
import {
  type DurableKind,
  type DurableRun,
  DurableScheduler,
} from "../../../src/durable/mod.ts";
import type { Store } from "../../../src/durable/store.ts";

/** How a process takes part; it is told by its first argument. */
export interface Role {
  readonly name: string;
  readonly database: string;
  readonly journal: string;
  readonly seed: number;
  readonly leaseMs: number;
  readonly keys: number;
}

/** All messages applied to an item. */
export interface Ledger {
  applied: string[];
}

/** One call of the callback. */
export type LedgerRun = DurableRun<Ledger, string, string>;

/** The kind, as its user holds it. */
export type LedgerKind = DurableKind<readonly string[], string, string>;

/** Longer than any torture: a message sent twice is applied once. */
const ID_WINDOW_MS = 3_600_000;
/** Processes are killed all the time; an item is not to blame for it. */
const CRASHES_MAX = 1_000_000;
const RETRY_MS = 5;

/** A scheduler that takes part. */
export function schedulerOf(
  store: Store,
  { leaseMs }: Role,
  options: {
    readonly handlers: "here" | "elsewhere";
    readonly onError: (error: unknown) => void;
  },
): DurableScheduler {
  return new DurableScheduler({
    store,
    lease: leaseMs,
    pollInterval: 50,
    concurrency: 8,
    crashes: CRASHES_MAX,
    idWindow: ID_WINDOW_MS,
    ...options,
  });
}

/** Defines the kind; `around` is called with each run, and may throw. */
export function defineLedger(
  scheduler: DurableScheduler,
  around: (run: LedgerRun) => Promise<void>,
): LedgerKind {
  return scheduler.define("ledger", {
    message: type<string>(),
    context: (): Ledger => ({ applied: [] }),
    retry: () => RETRY_MS,
    async run(run: LedgerRun): Promise<readonly string[]> {
      run.context.applied.push(...run.messages);
      await around(run);
      return run.context.applied;
    },
  });
}

/** The name of key number `index`. */
export function keyOf(index: number): string {
  return `key-${index}`;
}

/** The role that the parent gave to this process. */
export function readRole(args: readonly string[]): Role {
  return JSON.parse(args[0] ?? "");
}

/** Tells the parent that this process takes part now. */
export async function sayReady(): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode("ready\n"));
}

/** Resolves when the parent wants this process to end. */
export async function asked(): Promise<void> {
  for await (const _ of Deno.stdin.readable);
}

/** Milliseconds since 1970. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Resolves after so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
