/**
 * From an enqueue to the store: what is said is checked here, and made into
 * what a store keeps.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import { QueueFullError, SkippedError } from "../core/errors.ts";
import {
  check,
  checkKey,
  checkOne,
  KEY,
  type Rules,
  SIGNAL,
} from "../core/options.ts";
import { validate } from "../core/schema.ts";
import { readTiming } from "../core/timing.ts";
import type { WaitOptions } from "../core/calls.ts";
import { decode, encode } from "./codec.ts";
import { type Definition, labelOf, placeOf } from "./definition.ts";
import type {
  EnqueueEntry,
  EnqueueOptions,
  RequestOptions,
} from "./durable_kind.ts";
import type { Engine } from "./engine.ts";
import { mergeAll } from "./merging.ts";
import type { Subject } from "./requests.ts";
import type { DurableOutcome, Receipt, Wake } from "./stored.ts";

/** What a wake is made of. */
interface Parts {
  readonly definition: Definition;
  readonly key: string;
  readonly message: unknown;
  readonly options: EnqueueOptions | undefined;
  readonly reply: string | undefined;
  /** Does the item's own run ask? It never restarts itself. */
  readonly isOwn: boolean;
}

/** What an enqueue says, and who says it. */
export interface Saying<Options> {
  readonly message: unknown;
  readonly options: Options | undefined;
  readonly isOwn: boolean;
}

const WAIT_RULES: Rules<WaitOptions> = { signal: SIGNAL };
/** How often a full inbox is folded for one enqueue. */
const FOLDS_MAX = 3;

/** Takes what is enqueued. */
export class Intake {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Asks for a run that begins after this call. */
  async enqueue(
    definition: Definition,
    key: string,
    saying: Saying<EnqueueOptions>,
  ): Promise<DurableOutcome> {
    const wake = this.#wakeOf({ definition, key, ...saying, reply: undefined });
    const { outcome } = await this.#commitOne(definition, wake);
    return outcome;
  }

  /** Asks for many. Each is answered by itself. */
  async enqueueMany(
    definition: Definition,
    entries: Iterable<EnqueueEntry<unknown>>,
  ): Promise<(DurableOutcome | Error)[]> {
    const every = `Cannot enqueue "${definition.name}"`;
    this.#engine.checkOpen(every);
    if (typeof Object(entries)[Symbol.iterator] !== "function") {
      throw new TypeError(`${every} as "entries" must be a list of entries`);
    }
    const wakes = Array.from(
      entries,
      (entry) => this.#tryWake(definition, entry),
    );
    const good = wakes.flatMap((wake) => wake instanceof Error ? [] : [wake]);
    const answers = await this.#commit(definition, good);
    let next = 0;
    return wakes.map((wake) => {
      const answer = wake instanceof Error ? wake : answers[next++];
      if (answer === undefined) {
        return new TypeError("The store gave no answer");
      }
      return answer instanceof Error ? answer : answer.outcome;
    });
  }

  /** Asks for a run, and waits for its result. */
  async request(
    definition: Definition,
    key: string,
    { message, options = {}, isOwn }: Saying<RequestOptions>,
  ): Promise<unknown> {
    const { signal: given, ...timing } = options;
    const { signal } = check("Cannot request", { signal: given }, WAIT_RULES);
    const { requests } = this.#engine;
    const name = { kind: definition.name, key };
    const subject = { name, isHolding: definition.isHolding };
    const saying = { message, options: timing, isOwn };
    const parts = { definition, key, ...saying };
    this.#wakeOf({ ...parts, reply: undefined }); // Mistakes come first.
    if (signal?.aborted) throw signal.reason;
    const { reply, result } = requests.begin(subject);
    const aborted = (): void => requests.reject(reply, signal?.reason);
    signal?.addEventListener("abort", aborted, { once: true });
    this.#commitOne(definition, this.#wakeOf({ ...parts, reply })).then(
      ({ outcome }) => this.#asked(subject, reply, outcome),
      (error: unknown) => requests.reject(reply, error),
    );
    try {
      return await result;
    } finally {
      signal?.removeEventListener("abort", aborted);
    }
  }

  /** A request has been stored. */
  #asked(
    { name, isHolding }: Subject,
    reply: string,
    outcome: DurableOutcome,
  ): void {
    const { requests } = this.#engine;
    if (outcome === "skipped") {
      const action = `Cannot request ${labelOf(name)}`;
      requests.reject(reply, new SkippedError(action));
    } else if (isHolding && outcome === "coalesced") requests.look();
  }

  #tryWake(
    definition: Definition,
    entry: EnqueueEntry<unknown>,
  ): Wake | Error {
    try {
      const { key, message, ...options } = entry;
      checkKey(definition.name, key);
      const saying = { message, options, reply: undefined, isOwn: false };
      return this.#wakeOf({ definition, key, ...saying });
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #wakeOf({ definition, key, message, ...rest }: Parts): Wake {
    const { options = {}, reply, isOwn } = rest;
    const { maxInbox, schema, whenRunning } = definition;
    const action = `Cannot enqueue ${labelOf({ kind: definition.name, key })}`;
    this.#engine.checkOpen(action);
    const { id, ...timing } = options;
    if (id !== undefined) checkOne(action, "id", KEY, id);
    const when = readTiming(timing, this.#engine.clock);
    const value = schema === undefined
      ? message
      : validate(schema, message, action);
    return {
      kind: definition.name,
      key,
      id,
      body: value === undefined ? undefined : encode(value, action),
      reply,
      idWindowMs: this.#engine.idWindowMs,
      delayMs: when?.delayMs ?? definition.delayMs,
      reschedule: when?.reschedule ?? definition.reschedule,
      maxDelayMs: when?.maxDelayMs ?? definition.maxDelayMs,
      whenRunning: isOwn && whenRunning === "restart" ? "rerun" : whenRunning,
      maxInbox,
    };
  }

  async #commitOne(definition: Definition, wake: Wake): Promise<Receipt> {
    const [answer] = await this.#commit(definition, [wake]);
    if (answer === undefined) throw new TypeError("The store gave no answer");
    if (answer instanceof Error) throw answer;
    return answer;
  }

  /** Commits, and folds the inboxes that are full where that can be done. */
  async #commit(
    definition: Definition,
    wakes: readonly Wake[],
  ): Promise<(Receipt | Error)[]> {
    if (wakes.length === 0) return [];
    const { store } = this.#engine;
    this.#engine.hold();
    try {
      const answers = [...await store.enqueue(wakes)];
      for (const [index, wake] of wakes.entries()) {
        const answer = answers[index];
        if (definition.merge !== undefined && isFull(answer)) {
          answers[index] = await this.#squeeze(definition, wake, answer);
        }
      }
      wakes.forEach((wake, index) =>
        this.#tell(definition, wake, answers[index])
      );
      return answers;
    } finally {
      this.#engine.letGo();
    }
  }

  /** Folds what waits, and tries again. */
  async #squeeze(
    definition: Definition,
    wake: Wake,
    refusal: QueueFullError,
  ): Promise<Receipt | Error> {
    const { store } = this.#engine;
    let answer: Receipt | Error = refusal;
    for (let tries = 0; tries < FOLDS_MAX && isFull(answer); tries++) {
      if (!await this.#fold(definition, wake)) return answer;
      const [next] = await store.enqueue([wake]);
      answer = next ?? refusal;
    }
    return answer;
  }

  /** `false`: there was nothing to fold, or `merge` threw. */
  async #fold(definition: Definition, wake: Wake): Promise<boolean> {
    const { reporter, store } = this.#engine;
    const name = { kind: wake.kind, key: wake.key };
    const action = `Cannot fold the messages of ${labelOf(name)}`;
    let isThrown = false;
    const fold = (bodies: readonly Uint8Array[]): Uint8Array => {
      try {
        const messages = bodies.map((body) => decode(body, action));
        return encode(mergeAll(definition, messages), action);
      } catch (error) {
        isThrown = true;
        reporter.report(error, name);
        throw error;
      }
    };
    try {
      return await store.fold(name, fold) > 0;
    } catch (error) {
      if (isThrown) return false;
      throw error;
    }
  }

  /** Tells all here who may want to know. */
  #tell(
    definition: Definition,
    wake: Wake,
    answer: Receipt | Error | undefined,
  ): void {
    if (answer === undefined || answer instanceof Error) return;
    const engine = this.#engine;
    const name = nameOf(wake);
    const { outcome } = answer;
    if (outcome === "duplicate") return;
    if (outcome === "skipped") engine.counts.skipped++;
    else {
      const occupant = engine.occupants.get(placeOf(name));
      if (occupant !== undefined) {
        occupant.isStale = true;
        if (definition.whenRunning === "restart") engine.bell.ring();
      }
      if (wake.delayMs > 0) engine.expect(wake.delayMs);
      else engine.look();
    }
    if (engine.reporter.observers === undefined) return;
    const version = ++engine.version;
    engine.reporter.tell("enqueued", { ...name, outcome, version });
  }
}

function nameOf({ kind, key }: Wake): ItemName<string> {
  return { kind, key };
}

function isFull(answer: unknown): answer is QueueFullError {
  return answer instanceof QueueFullError;
}
