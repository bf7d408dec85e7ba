/**
 * The kinds that requests are for, and the ledger of what became of messages.
 *
 * @module
 */
import type { Schema } from "../../../src/core/schema.ts";
import type { Clock } from "../../../src/core/clock.ts";
import type { Scheduler } from "../../../src/core/scheduler.ts";

/** A kind whose name has to be encoded. */
export const ODD_KIND = "a/b kind%é";
/** Its messages are objects with a number `n`. */
export const CHECKED_KIND = "checked";
/** Its runs fail. */
export const FAILING_KIND = "fails";
/** Its runs take longer than anybody may wait. */
export const SLOW_KIND = "slow";
/** Its items have room for few messages. */
export const FULL_KIND = "full";

/** All of them, the plain one several times. */
export const KINDS: readonly string[] = [
  "record",
  "record",
  "record",
  "record",
  "record",
  "record",
  CHECKED_KIND,
  CHECKED_KIND,
  FAILING_KIND,
  SLOW_KIND,
  FULL_KIND,
  ODD_KIND,
];

/** In errors of runs and of schemas, and in no answer. */
export const SECRET = "s3cr3t";
const SLOW_MS = 45_000;

/** What was sent to an item and what came of it, as JSON, in order. */
interface Account {
  readonly kind: string;
  readonly key: string;
  readonly sent: string[];
  /** Handed to a run, or taken back. */
  readonly got: string[];
}

/** All messages between two balances. */
export class Ledger {
  readonly #accounts: Map<string, Account> = new Map();

  /** It was accepted. */
  sent(kind: string, key: string, message: string): void {
    this.#at(kind, key).sent.push(message);
  }

  /** A run was handed these, or somebody took them back. */
  got(kind: string, key: string, messages: readonly unknown[]): void {
    const texts = messages.map((message) => JSON.stringify(message));
    this.#at(kind, key).got.push(...texts);
  }

  /** The items that there are accounts of. */
  get names(): readonly { readonly kind: string; readonly key: string }[] {
    return [...this.#accounts.values()];
  }

  /** The accounts that are not even, in words. All are forgotten. */
  balance(): string[] {
    const wrong: string[] = [];
    for (const { kind, key, sent, got } of this.#accounts.values()) {
      const isEven = sent.length === got.length &&
        sent.every((text, at) => text === got[at]);
      if (isEven) continue;
      const name = JSON.stringify([kind, key]);
      wrong.push(`${name} was sent [${sent}] and its runs got [${got}]`);
    }
    this.#accounts.clear();
    return wrong;
  }

  #at(kind: string, key: string): Account {
    const name = JSON.stringify([kind, key]);
    const found = this.#accounts.get(name);
    if (found !== undefined) return found;
    const account: Account = { kind, key, sent: [], got: [] };
    this.#accounts.set(name, account);
    return account;
  }
}

/** Defines all kinds. */
export function defineKinds(
  scheduler: Scheduler,
  ledger: Ledger,
  clock: Clock,
): void {
  interface RunLike {
    readonly key: string;
    readonly messages: readonly unknown[];
  }
  const note = (kind: string) => ({ key, messages }: RunLike): number => {
    ledger.got(kind, key, messages);
    return messages.length;
  };
  const message = anything();
  for (const name of ["record", ODD_KIND]) {
    scheduler.define(name, { message, run: note(name) });
  }
  scheduler.define(CHECKED_KIND, {
    message: checked(),
    run: note(CHECKED_KIND),
  });
  scheduler.define(FULL_KIND, { message, maxInbox: 2, run: note(FULL_KIND) });
  scheduler.define(FAILING_KIND, {
    message,
    run: (run): void => {
      note(FAILING_KIND)(run);
      throw new Error(`${SECRET} of ${run.key}`);
    },
  });
  scheduler.define(SLOW_KIND, {
    message,
    run: async (run): Promise<number> => {
      const count = note(SLOW_KIND)(run);
      await new Promise<void>((done) => void clock.startTimer(done, SLOW_MS));
      return count;
    },
  });
}

/** Does the kind take this message? */
export function isTaken(kind: string, message: unknown): boolean {
  if (kind !== CHECKED_KIND) return true;
  return typeof message === "object" && message !== null &&
    Object.hasOwn(message, "n") &&
    typeof (message as { readonly n?: unknown }).n === "number";
}

function anything(): Schema<unknown> {
  return {
    "~standard": {
      version: 1,
      vendor: "fuzz",
      validate: (value) => ({ value }),
    },
  };
}

/** It quotes what it was given, as careless schemas do. */
function checked(): Schema<unknown> {
  return {
    "~standard": {
      version: 1,
      vendor: "fuzz",
      validate: (value) => {
        if (isTaken(CHECKED_KIND, value)) return { value };
        const message = `n is no number, got ${JSON.stringify(value)}`;
        return { issues: [{ message, path: ["n"] }] };
      },
    },
  };
}
