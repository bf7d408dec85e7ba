/** Distinct keys that come and go: what is left of them? */
import { Scheduler, type } from "../../../mod.ts";
import { CountingClock } from "./counting_clock.ts";
import { freed, heapAtRest } from "./weigh.ts";

const EXECUTORS = 16;
/** Keys that are owed a run at any time. */
const WINDOW = 1_024;
/** So many keys go through before the heap is looked at for the first time. */
const WARM_UP = 100_000;
const PASSIVATE_AFTER_MS = 4;

/** What was seen of keys without a context. */
export interface StreamedFigures {
  /** Bytes in use at the end, less those at the warmed start. */
  readonly grown: number;
  readonly runs: number;
  /** The sum of all that runs were handed. */
  readonly handled: number;
  /** The most runs at once. */
  readonly busiest: number;
  /** Keys in memory at the end. */
  readonly left: number;
}

/** What was seen of keys with one. */
export interface PassivatedFigures extends StreamedFigures {
  /** Contexts made, and cleaned up. */
  readonly made: number;
  readonly cleaned: number;
  /** Of so many contexts, taken evenly, so many were freed. */
  readonly watched: number;
  readonly freed: number;
  /** The most host timers at once, and those at the end. */
  readonly timersMost: number;
  readonly timers: number;
}

interface Context {
  readonly key: string;
  runs: number;
}

/** Counts runs, and what they are handed. */
class Count {
  runs = 0;
  handled = 0;
  busiest = 0;
  #busy = 0;

  /** A run that awaits once. */
  async handle(messages: readonly number[]): Promise<void> {
    this.busiest = Math.max(this.busiest, ++this.#busy);
    await undefined;
    this.#busy--;
    this.runs++;
    for (const message of messages) this.handled += message;
  }
}

/** Streams keys without context. Each run makes room for the next key, and
 * another work goes on all the time: the scheduler is never idle. */
export async function stream(amount: number): Promise<StreamedFigures> {
  const count = new Count();
  const scheduler = new Scheduler({ concurrency: EXECUTORS + 1 });
  scheduler.run(() => new Promise(() => {}));
  let next = 0;
  let end = 0;
  let reached: () => void = () => {};
  const kind = scheduler.define("streamed", {
    message: type<number>(),
    async run({ messages }): Promise<void> {
      await count.handle(messages);
      if (next < end) kind.enqueue(`key-${next++}`, 1);
      else if (count.runs === end) reached();
    },
  });
  const streamTo = async (to: number): Promise<void> => {
    end = to;
    const ahead = Math.min(end, next + WINDOW);
    const done = new Promise<void>((resolve) => reached = resolve);
    while (next < ahead) kind.enqueue(`key-${next++}`, 1);
    await done;
  };
  await streamTo(WARM_UP);
  const before = await heapAtRest();
  await streamTo(WARM_UP + amount);
  const grown = await heapAtRest() - before;
  const { runs, handled, busiest } = count;
  const left = kind.keys().length;
  return {
    grown,
    runs: runs - WARM_UP,
    handled: handled - WARM_UP,
    busiest,
    left,
  };
}

/** Streams keys whose contexts are dropped when they have been idle. */
export async function streamPassivated(
  amount: number,
): Promise<PassivatedFigures> {
  const count = new Count();
  const clock = new CountingClock();
  const scheduler = new Scheduler({ clock, concurrency: EXECUTORS });
  const refs: WeakRef<Context>[] = [];
  let made = 0;
  let cleaned = 0;
  const kind = scheduler.define("passivated", {
    message: type<number>(),
    context(key): Context {
      const context = { key, runs: 0 };
      if (made++ % WARM_UP === 0) refs.push(new WeakRef(context));
      return context;
    },
    passivateAfter: PASSIVATE_AFTER_MS,
    run({ messages, context }): Promise<void> {
      context.runs++;
      return count.handle(messages);
    },
    cleanup(context): void {
      cleaned += context.runs;
    },
  });
  let next = 0;
  const streamTo = async (to: number): Promise<void> => {
    while (next < to) {
      const ahead = Math.min(to, next + WINDOW);
      while (next < ahead) kind.enqueue(`key-${next++}`, 1);
      await clock.settle();
      clock.advance(1);
    }
    clock.advance(PASSIVATE_AFTER_MS);
    await clock.settle();
  };
  await streamTo(WARM_UP);
  const before = await heapAtRest();
  await streamTo(WARM_UP + amount);
  const grown = await heapAtRest() - before;
  const { runs, handled, busiest } = count;
  return {
    grown,
    runs: runs - WARM_UP,
    handled: handled - WARM_UP,
    busiest,
    left: kind.keys().length,
    made: made - WARM_UP,
    cleaned: cleaned - WARM_UP,
    watched: refs.length,
    freed: freed(refs),
    timersMost: clock.most,
    timers: clock.timers,
  };
}
