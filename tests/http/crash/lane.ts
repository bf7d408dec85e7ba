/**
 * A careful client: it sends one message after the other, and each again, with
 * the same key, until it is answered.
 *
 * @module
 */
import type { Random } from "../../core/sim/random.ts";
import { pause } from "../../durable/torture/ledger.ts";
import type { Server } from "./hosts.ts";
import { TOKEN } from "./server.ts";

/** What a lane has done. */
export interface LaneFigures {
  /** Of all requests that were answered well. */
  answered: number;
  /** Of these, those that had been sent before. */
  resent: number;
  /** Waits that had their result, and those of them that were sent again. */
  waited: number;
  waitedAgain: number;
  /** Answers that say that the message was there already. */
  duplicates: number;
}

interface Sent {
  readonly path: string;
  readonly body: string;
  readonly isWaiting: boolean;
  readonly key: string;
}

const AGAIN_MS = 20;
const ATTEMPT_MS = 15_000;
const REST_MS = 12;
/** A wait may outlast several lives of the server. */
const INSIST_MS = 60_000;

/** One client with keys of its own. */
export class Lane {
  readonly figures: LaneFigures = {
    answered: 0,
    resent: 0,
    waited: 0,
    waitedAgain: 0,
    duplicates: 0,
  };
  /** What was sent to each key, in order: all of it was answered. */
  readonly sent: Map<string, string[]> = new Map();
  readonly wrong: string[] = [];
  readonly #name: string;
  readonly #server: Server;
  readonly #random: Random;
  #count = 0;
  isOver = false;

  constructor(name: string, server: Server, random: Random) {
    this.#name = name;
    this.#server = server;
    this.#random = random;
  }

  /** Goes on until it is over, and all that was sent is answered. */
  async run(): Promise<void> {
    while (!this.isOver) {
      const key = `${this.#name}/${this.#random.below(3)}`;
      const way = this.#random.below(6);
      if (way === 0) await this.#many(key);
      else await this.#one(key, way < 3);
      await pause(this.#random.below(REST_MS));
    }
  }

  async #one(key: string, isWaiting: boolean): Promise<void> {
    const message = this.#next(key);
    const path = `/v1/items/ledger/${encodeURIComponent(key)}/messages`;
    const body = JSON.stringify(message);
    await this.#insist({ path, body, isWaiting, key: message }, (answer) => {
      if (!isWaiting) return;
      this.figures.waited++;
      const applied = answer.result;
      const isThere = Array.isArray(applied) && applied.includes(message);
      if (!isThere) this.wrong.push(`${message} is not in ${applied}`);
    });
  }

  async #many(key: string): Promise<void> {
    const messages = [this.#next(key), this.#next(key), this.#next(key)];
    const entries = messages.map((message) => ({ key, message }));
    const body = JSON.stringify(entries);
    const path = "/v1/items/ledger/messages";
    const [first = ""] = messages;
    const sent = { path, body, isWaiting: false, key: `many ${first}` };
    await this.#insist(sent, (answer) => {
      if (answer.accepted === entries.length) return;
      this.wrong.push(`${first} is answered ${JSON.stringify(answer)}`);
    });
  }

  #next(key: string): string {
    const message = `${this.#name}${++this.#count}`;
    const all = this.sent.get(key) ?? [];
    all.push(message);
    this.sent.set(key, all);
    return message;
  }

  async #insist(
    sent: Sent,
    look: (answer: Readonly<Record<string, unknown>>) => void,
  ): Promise<void> {
    const endsMs = performance.now() + INSIST_MS;
    for (let attempt = 1;; attempt++) {
      const answer = await this.#attempt(sent);
      if (answer === undefined) {
        if (performance.now() > endsMs) {
          throw new Error(`${sent.key} is not answered`);
        }
        await pause(AGAIN_MS);
        continue;
      }
      look(answer);
      this.figures.answered++;
      if (attempt > 1) this.figures.resent++;
      if (attempt > 1 && sent.isWaiting) this.figures.waitedAgain++;
      const isDuplicate = JSON.stringify(answer).includes('"duplicate"');
      if (isDuplicate) this.figures.duplicates++;
      return;
    }
  }

  /** The answer; `undefined` if there was none that says it is done. */
  async #attempt(
    { path, body, isWaiting, key }: Sent,
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    try {
      const response = await fetch(this.#server.url + path, {
        method: "POST",
        headers: {
          "authorization": `Bearer ${TOKEN}`,
          "content-type": "application/json",
          "idempotency-key": `"${key}"`,
          ...(isWaiting ? { prefer: "wait=5" } : {}),
        },
        body,
        signal: AbortSignal.timeout(ATTEMPT_MS),
      });
      const { status } = response;
      const text = await response.text();
      if (status === 200 || status === 202 && !isWaiting) {
        return JSON.parse(text);
      }
      const isPassing = status === 202 || status === 409 || status === 503;
      if (!isPassing) this.wrong.push(`${key} is answered ${status} ${text}`);
    } catch { /* The server is gone, or was while it answered. */ }
    return undefined;
  }
}
