/**
 * Listens to what the database tells, and begins again when that breaks off.
 *
 * @module
 */
import type { Clock } from "../../core/clock.ts";

/** What an ear needs. */
export interface EarParts {
  readonly clock: Clock;
  readonly random: () => number;
  /** Begins a stream of what the database tells. */
  listen(): ReadableStream<unknown>;
  /** It told something. */
  heard(): void;
}

/** One time of listening, from its first stream to its end. */
interface Listening {
  reader: ReadableStreamDefaultReader<unknown> | undefined;
  timer: unknown;
  /** How many streams in a row broke off before they told anything. */
  failures: number;
}

const PAUSE_MIN_MS = 500;
const PAUSE_MAX_MS = 30_000;

/** Hears what the database tells, for as long as it is open. Who relies on it
 * looks now and then as well. */
export class Ear {
  readonly #parts: EarParts;
  #listening: Listening | undefined;

  constructor(parts: EarParts) {
    this.#parts = parts;
  }

  /** Listens, if it does not already. */
  open(): void {
    if (this.#listening !== undefined) return;
    const listening = { reader: undefined, timer: undefined, failures: 0 };
    this.#listening = listening;
    this.#begin(listening);
  }

  /** Listens no more. */
  close(): void {
    const { reader, timer } = this.#listening ?? {};
    this.#listening = undefined;
    this.#parts.clock.stopTimer(timer);
    reader?.cancel().catch(() => {}); // It is over, however it ends.
  }

  async #begin(listening: Listening): Promise<void> {
    try {
      await this.#follow(listening);
    } catch {
      // What is told later is told by the next stream.
    }
    if (this.#listening === listening) this.#pause(listening);
  }

  /** Until the stream ends. */
  async #follow(listening: Listening): Promise<void> {
    const { listen, heard } = this.#parts;
    const reader = listening.reader = listen().getReader();
    while (!(await reader.read()).done) {
      listening.failures = 0;
      heard();
    }
  }

  #pause(listening: Listening): void {
    const { clock, random } = this.#parts;
    const most = PAUSE_MIN_MS * 2 ** ++listening.failures;
    const delayMs = Math.min(PAUSE_MAX_MS, most) * (0.5 + random() / 2);
    listening.timer = clock.startTimer(() => {
      this.#begin(listening);
    }, delayMs);
  }
}
