/**
 * (h) Delayed items against one raw `setTimeout` each: what it costs to set
 * them, and to set them and see all of them fire.
 *
 * The callback is the same, and so are the delays: one for all, as a debounce
 * has it, or scattered, as retries with jitter have them. Delays that fire are
 * of 1 to 16 ms, which are over before all are set: nobody waits for the clock.
 *
 * @module
 */
import { Scheduler, type WorkItem } from "../../mod.ts";
import { clocked } from "../support/measure.ts";
import { count, tally } from "../support/tally.ts";
import type { Contestant, Sample, Trial } from "../support/trial.ts";

const RAW = "setTimeout each";
const ITEMS = "workitem, items made before";
const KEYS = "workitem, by key";
/** Delays that nobody waits for. */
const FAR_MS = 3_600_000;

/** What sets timers, and takes them back. */
interface Setter {
  /** Sets number `index`, to call `callback` after `delayMs`. */
  set(index: number, delayMs: number): void;
  unset(index: number): void;
}

type Open = (amount: number, callback: () => void) => Setter;

interface Load {
  readonly amount: number;
  readonly fires: boolean;
  readonly scatters: boolean;
}

/** The delays, the same for all. */
function makeDelays(load: Load, amount: number): number[] {
  const { fires, scatters } = load;
  const [leastMs, spanMs] = fires ? [1, 16] : [FAR_MS, FAR_MS];
  let seed = 1;
  return Array.from({ length: amount }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return scatters ? leastMs + Math.floor(seed / 2 ** 32 * spanMs) : leastMs;
  });
}

function setOnly(name: string, load: Load, open: Open): Contestant {
  return {
    name,
    prepare(amount: number): Sample {
      const delays = makeDelays(load, amount);
      const { set, unset } = open(amount, count);
      return clocked(
        amount,
        () => delays.forEach((ms, index) => set(index, ms)),
        {
          undo: () => delays.forEach((_, index) => unset(index)),
        },
      );
    },
  };
}

function setAndFire(name: string, load: Load, open: Open): Contestant {
  return {
    name,
    prepare(amount: number): Sample {
      const delays = makeDelays(load, amount);
      let fired = (): void => {};
      const { set } = open(amount, () => {
        if (++tally.count === amount) fired();
      });
      return clocked(amount, () =>
        new Promise((resolve) => {
          fired = resolve;
          delays.forEach((ms, index) => set(index, ms));
        }));
    },
  };
}

function raw(amount: number, callback: () => void): Setter {
  const timers: (ReturnType<typeof setTimeout> | undefined)[] = new Array(
    amount,
  );
  return {
    set(index, delayMs): void {
      timers[index] = setTimeout(callback, delayMs);
    },
    unset: (index) => clearTimeout(timers[index]),
  };
}

function items(amount: number, callback: () => void): Setter {
  const scheduler = new Scheduler();
  const all: WorkItem[] = Array.from(
    { length: amount },
    () => scheduler.createWorkItem({ run: callback }),
  );
  return {
    set(index, delay): void {
      all[index]?.enqueue(undefined, { delay });
    },
    unset(index): void {
      all[index]?.cancel();
    },
  };
}

function keys(amount: number, callback: () => void): Setter {
  const scheduler = new Scheduler();
  const kind = scheduler.define("delayed", { run: callback });
  const names = Array.from({ length: amount }, (_, index) => `key-${index}`);
  return {
    set(index, delay): void {
      kind.enqueue(names[index] ?? "", undefined, { delay });
    },
    unset(index): void {
      kind.get(names[index] ?? "").cancel();
    },
  };
}

function trial(load: Load): Trial {
  const { amount, fires, scatters } = load;
  const side = fires ? setAndFire : setOnly;
  const what = fires ? "set and fired" : "set";
  const delays = scatters ? "scattered delays" : "one delay";
  return {
    id: `h/${amount}/${fires ? "fire" : "set"}/${scatters ? "many" : "one"}`,
    title: `${amount.toLocaleString("en")} delayed items ${what}, ${delays}`,
    unit: "ns per enqueue",
    amount,
    whole: true,
    contestants: [
      side(RAW, load, raw),
      side(ITEMS, load, items),
      side(KEYS, load, keys),
    ],
    goals: [
      { kind: "within", subject: ITEMS, rival: RAW, factor: 1 },
      { kind: "within", subject: KEYS, rival: RAW, factor: 1 },
    ],
    reference: RAW,
  };
}

/** The trials of this case. */
export const trials: readonly Trial[] = [100_000, 1_000_000].flatMap((amount) =>
  [false, true].flatMap((fires) => [
    trial({ amount, fires, scatters: false }),
    trial({ amount, fires, scatters: true }),
  ])
);
