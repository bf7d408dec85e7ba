/**
 * Who waits for the result of a run. A reply is the name under which a result
 * is stored; it begins with the name of the scheduler that waits, so that who
 * runs it knows whether to tell it directly.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import {
  CancelledError,
  ClosedError,
  DeletedError,
  HeldError,
} from "../core/errors.ts";
import type { Bell } from "./bell.ts";
import { decode, encode } from "./codec.ts";
import { labelOf } from "./definition.ts";
import { type RemoteCause, RemoteError } from "./errors.ts";
import type { Outage } from "./outage.ts";
import { Rounds } from "./rounds.ts";
import type { Store } from "./store.ts";
import type { StoredResult } from "./stored.ts";
import { takeTurns } from "./turns.ts";

/** How many characters of an error are kept. */
const TEXT_MAX = 2_000;

/** What requests need. */
export interface RequestParts {
  readonly store: Store;
  readonly bell: Bell;
  readonly outage: Outage;
  /** A name that no other scheduler has. */
  readonly instance: string;
}

/** What is waited for. */
export interface Subject {
  readonly name: ItemName<string>;
  /** May the item be held? Then nobody answers. */
  readonly isHolding: boolean;
}

/** One who waits. */
interface Waiter extends Subject {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A request that has been made. */
export interface Request {
  /** Under which name its result is to be kept. */
  readonly reply: string;
  /** Settles as the run does. */
  readonly result: Promise<unknown>;
  /** Waits no more: it rejects. */
  leave(error: unknown): void;
}

/** Those who wait for results, in one scheduler. */
export class Requests {
  readonly #parts: RequestParts;
  readonly #prefix: string;
  readonly #waiters: Map<string, readonly Waiter[]> = new Map();
  readonly #rounds: Rounds;
  #count = 0;
  /** Is it time to look, whatever has happened? */
  #isPoll = false;
  #stopListening: (() => void) | undefined;

  constructor(parts: RequestParts) {
    this.#parts = parts;
    this.#prefix = `${parts.instance}/`;
    this.#rounds = new Rounds(parts.outage, () => this.#look());
  }

  /** Begins to wait for the result of a run; of the same one as others do, if
   * the reply is theirs. */
  begin(
    subject: Subject,
    reply: string = `${this.#prefix}${this.#count++}`,
  ): Request {
    const { promise, resolve, reject } = settleable();
    const waiter = { ...subject, resolve, reject };
    const others = this.#waiters.get(reply) ?? [];
    this.#waiters.set(reply, [...others, waiter]);
    const leave = (error: unknown): void => {
      this.#leave(reply, waiter);
      reject(error);
    };
    this.#stopListening ??= this.#parts.bell.listenCalmly((isPoll) => {
      this.#isPoll ||= isPoll;
      this.#rounds.ask();
    });
    return { reply, result: promise, leave };
  }

  /** Is it told here, if at all? */
  isOurs(reply: string): boolean {
    return reply.startsWith(this.#prefix);
  }

  /** The run has succeeded. */
  resolve(reply: string, value: unknown): void {
    for (const waiter of this.#take(reply)) waiter.resolve(value);
  }

  /** There will be no result. */
  reject(reply: string, error: unknown): void {
    for (const waiter of this.#take(reply)) waiter.reject(error);
  }

  /** Looks whether the store has results. */
  look(): void {
    this.#rounds.ask();
  }

  /** All who wait are refused. Resolves when nothing is under way. */
  close(): Promise<void> {
    for (const [reply, [waiter]] of [...this.#waiters]) {
      if (waiter === undefined) continue;
      this.reject(reply, new ClosedError(actionOf(waiter)));
    }
    return this.#rounds.stop();
  }

  #take(reply: string): readonly Waiter[] {
    const waiters = this.#waiters.get(reply) ?? [];
    this.#waiters.delete(reply);
    this.#rest();
    return waiters;
  }

  #leave(reply: string, waiter: Waiter): void {
    const others = this.#waiters.get(reply)?.filter((each) => each !== waiter);
    if (others === undefined || others.length === 0) this.#take(reply);
    else this.#waiters.set(reply, others);
  }

  /** Listens only while somebody waits. */
  #rest(): void {
    if (this.#waiters.size === 0) {
      this.#stopListening?.();
      this.#stopListening = undefined;
    }
  }

  async #look(): Promise<void> {
    const replies = takeTurns(this.#waiters, this.#isPoll);
    this.#isPoll = false;
    if (replies.length === 0) return;
    const results = await this.#parts.store.results(replies);
    results.forEach((result, index) => {
      const reply = replies[index];
      if (result === undefined || reply === undefined) return;
      for (const waiter of this.#take(reply)) settle(waiter, result);
    });
    for (const reply of replies) {
      const [waiter] = this.#waiters.get(reply) ?? [];
      if (waiter?.isHolding) await this.#lookIfHeld(reply, waiter);
    }
  }

  /** What waits with an item that is held may wait for ever. */
  async #lookIfHeld(reply: string, waiter: Waiter): Promise<void> {
    const item = await this.#parts.store.inspect(waiter.name);
    if (item === undefined || !item.held || item.running !== 0) return;
    const [result] = await this.#parts.store.results([reply]);
    if (result !== undefined) { // It came meanwhile.
      for (const each of this.#take(reply)) settle(each, result);
      return;
    }
    this.reject(reply, new HeldError(actionOf(waiter), undefined));
  }
}

/** A promise that others settle; not all hosts have `Promise.withResolvers`. */
function settleable(): Pick<Waiter, "resolve" | "reject"> & {
  readonly promise: Promise<unknown>;
} {
  let resolve: Waiter["resolve"] = () => {};
  let reject: Waiter["reject"] = () => {};
  const promise = new Promise((onResult, onError) => {
    resolve = onResult;
    reject = onError;
  });
  return { promise, resolve, reject };
}

/** What another process is told of an error. */
export function describe(error: unknown): Uint8Array {
  return encode(causeOf(error), "Cannot describe an error");
}

/** What people are told of an error. */
export function wordsOf(error: unknown): string {
  const { name, message } = causeOf(error);
  return `${name}: ${message}`;
}

/** The error may be anything, and its properties may throw. */
function causeOf(error: unknown): RemoteCause {
  try {
    if (!(error instanceof Error)) {
      return { name: "Error", message: cut(error), code: undefined };
    }
    const { name, message } = error;
    const { code } = error as { readonly code?: unknown }; // It may have none.
    return {
      name: cut(name),
      message: cut(message),
      code: typeof code === "string" ? cut(code) : undefined,
    };
  } catch {
    return { name: "Error", message: "of an unknown kind", code: undefined };
  }
}

/** Enough for people. */
function cut(text: unknown): string {
  return String(text).slice(0, TEXT_MAX);
}

function actionOf({ name }: Subject): string {
  return `Cannot wait for ${labelOf(name)}`;
}

function settle(
  { name, resolve, reject }: Waiter,
  { outcome, body }: StoredResult,
): void {
  const label = labelOf(name);
  const action = `Cannot wait for ${label}`;
  try {
    const value = body && decode(body, action);
    if (outcome === "ok") return resolve(value);
    const cause = value === undefined
      ? undefined
      : new RemoteError(`The run of ${label}`, value as RemoteCause); // Ours.
    reject(errorOf(label, outcome, cause));
  } catch (error) {
    reject(error);
  }
}

function errorOf(
  label: string,
  outcome: Exclude<StoredResult["outcome"], "ok">,
  cause: RemoteError | undefined,
): Error {
  const action = `Cannot wait for ${label}`;
  switch (outcome) {
    case "held":
      return new HeldError(action, cause);
    case "cancelled":
      return new CancelledError(`The run of ${label} was cancelled`, cause);
    case "deleted":
      return new DeletedError(action);
    case "failed":
      return cause ?? new RemoteError(`The run of ${label}`, UNKNOWN);
  }
}

const UNKNOWN: RemoteCause = {
  name: "Error",
  message: "it did not say why",
  code: undefined,
};
