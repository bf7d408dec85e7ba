/** The law itself, without any model of the scheduler: the messages of all
 * successful runs of a key, concatenated, are the accepted ones in order, less
 * those that somebody was told of. Nothing twice, nothing lost, nobody told
 * twice. */

/** Who waits for the answer to a request. */
export interface Waiter {
  readonly id: number;
  /** How it must settle, once that is certain: any of these words. */
  expected: readonly string[] | undefined;
  /** How it has settled. */
  settled: string | undefined;
}

/** What one enqueue carried, and what became of it. A message that a run is
 * handed may be merged of several. */
export interface Part {
  readonly id: number;
  /** Which item it was sent to. */
  readonly item: number;
  /** Who asked for it. */
  readonly asker: Waiter | undefined;
  /** The same, as long as an answer is owed. */
  waiter: Waiter | undefined;
  /** Its place among all that were accepted; 0 if it was not. */
  order: number;
  /** Has a run succeeded that was handed it? */
  isDone: boolean;
  /** Is somebody being told that no run will? */
  isTelling: boolean;
  /** Who was told that no run will. */
  told: string | undefined;
  /** Was its waiter told so? */
  isRefused: boolean;
}

/** What a message is to the engine: numbers of parts. */
export type Message = readonly number[];

/** Every message of one simulation. */
export class Ledger {
  /** What was broken. */
  readonly broken: string[] = [];
  readonly #parts: Part[] = [];
  /** Messages of successful runs, by item, in the order of success. */
  readonly #done: Map<number, number[]> = new Map();
  readonly #inFlight: Set<Part> = new Set();
  #accepted = 0;

  /** A message that may be accepted. */
  make(item: number, waiter: Waiter | undefined): Part {
    const part: Part = {
      id: this.#parts.length,
      item,
      asker: waiter,
      waiter,
      order: 0,
      isDone: false,
      isTelling: false,
      told: undefined,
      isRefused: false,
    };
    this.#parts.push(part);
    return part;
  }

  /** The parts that `messages` are made of. */
  of(messages: readonly Message[]): Part[] {
    return messages.flat().map((id) => this.#parts[id] as Part); // All ours.
  }

  /** It was accepted. */
  accept(part: Part): void {
    part.order = ++this.#accepted;
  }

  /** A run has begun that was handed `parts`. */
  handed(item: number, parts: readonly Part[]): void {
    for (const part of parts) {
      const { id } = part;
      if (part.item !== item) this.#break(`${id} went to another key`);
      if (part.order === 0) this.#break(`${id} was handed out, but refused`);
      if (part.isDone) this.#break(`${id} was handed out after its success`);
      if (part.told !== undefined) {
        this.#break(`${id} was handed out, but told to ${part.told}`);
      }
      if (this.#inFlight.has(part)) this.#break(`${id} is in two runs`);
      this.#inFlight.add(part);
    }
  }

  /** A run has succeeded. */
  succeeded(item: number, parts: readonly Part[]): void {
    let done = this.#done.get(item);
    if (done === undefined) this.#done.set(item, done = []);
    for (const part of parts) {
      if (part.isDone) this.#break(`${part.id} has succeeded twice`);
      part.isDone = true;
      this.#inFlight.delete(part);
      done.push(part.id);
    }
  }

  /** A run has failed, or was given up. */
  returned(parts: readonly Part[]): void {
    for (const part of parts) this.#inFlight.delete(part);
  }

  /** Somebody was told that no run will handle `parts`. */
  tell(parts: readonly Part[], who: string): void {
    for (const part of parts) {
      if (part.isDone) this.#break(`${part.id} is done, and told to ${who}`);
      if (part.told !== undefined) {
        this.#break(`${part.id} is told to ${who}, but ${part.told} knows it`);
      }
      if (this.#inFlight.has(part)) {
        this.#break(`${part.id} is told to ${who} while it runs`);
      }
      part.told = who;
    }
  }

  /** The waiters of `parts`, and nobody else, are told. */
  refuse(parts: readonly Part[]): void {
    for (const part of parts) part.isRefused = true;
  }

  /** Has something become of it? */
  isSettled({ isDone, isTelling, told, isRefused }: Part): boolean {
    return isDone || isTelling || told !== undefined || isRefused;
  }

  /** All is over: nothing may be missing, and the order is that of the
   * enqueues. */
  ended(): void {
    const accepted = this.#parts.filter(({ order }) => order > 0)
      .sort((a, b) => a.order - b.order);
    for (const part of accepted) {
      const { id, isDone, told, asker } = part;
      const isRefused = asker?.settled !== undefined && !isAnswer(asker);
      if (!isDone && told === undefined && !isRefused) {
        this.#break(`${id} is lost`);
      }
      if (isDone && isRefused) {
        this.#break(`${id} is done, but its waiter was refused`);
      }
    }
    for (const [item, done] of this.#done) {
      const law = accepted.filter((part) => part.item === item && part.isDone)
        .map(({ id }) => id);
      if (law.join() === done.join()) continue;
      this.#break(`item ${item} has done ${done}, the order is ${law}`);
    }
  }

  #break(what: string): void {
    this.broken.push(`ledger: ${what}`);
  }
}

/** Was it told the result? A hold gives no result, and loses no message. */
function isAnswer({ settled = "" }: Waiter): boolean {
  return settled.startsWith("value") || settled === "WI-HELD";
}
