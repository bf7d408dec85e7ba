/**
 * From an enqueue to the store: what is said is checked here, and made into
 * what a store keeps.
 *
 * @module
 */
import { QueueFullError } from "../core/errors.ts";
import type { Timing } from "../core/calls.ts";
import { check, checkKey, KEY, MS, type Rules } from "../core/options.ts";
import { validate } from "../core/schema.ts";
import { readTiming, RESCHEDULE } from "../core/timing.ts";
import { decode, encode } from "./codec.ts";
import { type Definition, labelOf, nameOf, placeOf } from "./definition.ts";
import type { EnqueueEntry, EnqueueOptions } from "./durable_kind.ts";
import type { Engine } from "./engine.ts";
import { mergeAll } from "./merging.ts";
import type { Receipt, Wake } from "./stored.ts";

/** What a wake is made of. */
export interface Asked {
  readonly definition: Definition;
  readonly key: string;
  readonly message: unknown;
  readonly options: EnqueueOptions | undefined;
  readonly reply: string | undefined;
  /** Does the item's own run ask? It never restarts itself. */
  readonly isOwn: boolean;
}

/** What an enqueue may say of time. */
export const TIMING_RULES: Rules<Timing> = {
  delay: MS,
  at: { must: "a valid Date", type: "object" }, // It is read by readTiming().
  reschedule: RESCHEDULE,
  maxDelay: MS,
};
const ENQUEUE_RULES: Rules<EnqueueOptions> = { ...TIMING_RULES, id: KEY };
/** How often a full inbox is folded for one enqueue. */
const FOLDS_MAX = 3;

/** Takes what is enqueued. */
export class Intake {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Throws for a mistake in what an enqueue says. */
  check(asked: Asked): void {
    this.#wakeOf(asked);
  }

  /** Asks for a run that begins after this call. */
  async enqueue(asked: Asked): Promise<Receipt> {
    const wake = this.#wakeOf(asked);
    const [answer] = await this.#commit(asked.definition, [wake]);
    if (answer === undefined) throw new TypeError("The store gave no answer");
    if (answer instanceof Error) throw answer;
    return answer;
  }

  /** Asks for many. Each is answered by itself. */
  async enqueueMany(
    definition: Definition,
    entries: Iterable<EnqueueEntry<unknown>>,
  ): Promise<(Receipt | Error)[]> {
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
    return wakes.map((wake) =>
      (wake instanceof Error ? wake : answers[next++]) ??
        new TypeError("The store gave no answer")
    );
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

  #wakeOf({ definition, key, message, ...rest }: Asked): Wake {
    const { options = {}, reply, isOwn } = rest;
    const { maxInbox, schema, whenRunning } = definition;
    const action = `Cannot enqueue ${labelOf({ kind: definition.name, key })}`;
    this.#engine.checkOpen(action);
    const { id, ...timing } = check(action, options, ENQUEUE_RULES);
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
    const name = nameOf(wake);
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

function isFull(answer: unknown): answer is QueueFullError {
  return answer instanceof QueueFullError;
}
