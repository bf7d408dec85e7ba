/**
 * A process that enqueues, and writes down what was acknowledged. Started again
 * after it was killed, it first sends again what it had no answer for, by the
 * same id, as a careful sender does.
 *
 * @module
 */
import { StoreError } from "../../../src/durable/errors.ts";
import { openDenoKvStore } from "../../../src/stores/deno_kv.ts";
import { Random } from "../../core/sim/random.ts";
import { Journal, type ProducerEvent, readJournal } from "./journal.ts";
import {
  asked,
  defineLedger,
  keyOf,
  type LedgerKind,
  now,
  pause,
  readRole,
  type Role,
  sayReady,
  schedulerOf,
} from "./ledger.ts";

/** Each lane has keys of its own, so that those of a key are sent in order. */
const LANES = 16;
const BURST_MAX = 5;
const REST_MS = 160;
/** One message in so many has a delay. */
const DELAYS = 8;
const DELAY_MS = 60;

/** What an earlier life of this producer has left. */
interface Past {
  /** Keys of messages that were not acknowledged, by id. */
  readonly open: ReadonlyMap<string, string>;
  readonly count: number;
}

async function readPast(path: string): Promise<Past> {
  const open = new Map<string, string>();
  let count = 0;
  for (const event of await readJournal<ProducerEvent>(path)) {
    const [what, id, key] = event;
    if (what === "sent") count++;
    if (what === "sent") open.set(id, key);
    if (what === "acknowledged") open.delete(id);
  }
  return { open, count };
}

class Producer {
  readonly #role: Role;
  readonly #kind: LedgerKind;
  readonly #journal: Journal<ProducerEvent>;
  readonly #random: Random;
  #count: number;
  isOver = false;

  constructor(role: Role, kind: LedgerKind, count: number) {
    this.#role = role;
    this.#kind = kind;
    this.#journal = new Journal(role.journal);
    this.#random = new Random(role.seed);
    this.#count = count;
  }

  async resend(open: ReadonlyMap<string, string>): Promise<void> {
    for (const [id, key] of open) await this.#insist(id, key);
  }

  async lane(index: number): Promise<void> {
    const { keys } = this.#role;
    while (!this.isOver) {
      const most = Math.ceil((keys - index) / LANES);
      const key = keyOf(index + LANES * this.#random.below(most));
      const sent = Array.from(
        { length: 1 + this.#random.below(BURST_MAX) },
        () => this.#send(key),
      );
      for (const refused of await Promise.all(sent)) {
        if (refused !== undefined) await this.#insist(refused, key);
      }
      await pause(this.#random.below(REST_MS));
    }
  }

  /** Sends a new message; answers its id if that was refused. */
  async #send(key: string): Promise<string | undefined> {
    const id = `${this.#role.name}${++this.#count}`;
    this.#journal.write(["sent", id, key, now()]);
    return await this.#enqueue(id, key) ? undefined : id;
  }

  /** Sends a message until it is acknowledged. */
  async #insist(id: string, key: string): Promise<void> {
    do {
      this.#journal.write(["resent", id, key, now()]);
    } while (!await this.#enqueue(id, key));
  }

  async #enqueue(id: string, key: string): Promise<boolean> {
    const delay = this.#random.oneIn(DELAYS) ? this.#random.below(DELAY_MS) : 0;
    try {
      const outcome = await this.#kind.enqueue(key, id, { id, delay });
      this.#journal.write(["acknowledged", id, outcome, now()]);
      return true;
    } catch (error) {
      if (!(error instanceof StoreError) || !error.isRetryable) throw error;
      this.#journal.write(["refused", id, error.code]);
      return false;
    }
  }
}

async function main(role: Role): Promise<void> {
  const { open, count } = await readPast(role.journal);
  const store = await openDenoKvStore(role.database);
  const scheduler = schedulerOf(store, role, {
    handlers: "elsewhere",
    onError: (error) => {
      throw error;
    },
  });
  const kind = defineLedger(scheduler, () => Promise.resolve());
  const producer = new Producer(role, kind, count);
  await sayReady();
  asked().then(() => {
    producer.isOver = true;
  });
  await producer.resend(open);
  await Promise.all(
    Array.from({ length: LANES }, (_, index) => producer.lane(index)),
  );
  await scheduler.close();
  await store.close();
}

if (import.meta.main) {
  await main(readRole(Deno.args));
  Deno.exit(0);
}
