/**
 * Waits until all that goes on waits for time itself, so that a fake clock may
 * be moved and the same seed does the same again: whatever is computed beside
 * the event loop, which is hashes and signatures alone, is counted.
 *
 * @module
 */
import { systemClock } from "../../../src/core/clock.ts";

const TURNS = 4;
const METHODS = ["digest", "sign", "verify", "importKey"] as const;

let inFlight = 0;

/** Counts from now on; of this process only. */
export function watchCrypto(): void {
  const { subtle } = crypto;
  for (const name of METHODS) {
    if (Object.hasOwn(subtle, name)) continue; // It is counted already.
    // Whatever they take and give, it is passed on.
    const original = subtle[name].bind(subtle) as (
      ...args: readonly unknown[]
    ) => Promise<unknown>;
    const value = (...args: readonly unknown[]): Promise<unknown> => {
      inFlight++;
      return original(...args).finally(() => inFlight--);
    };
    Object.defineProperty(subtle, name, { value, configurable: true });
  }
}

/** Resolves when nothing happens any more, or `isOver` says so. */
export async function quiet(
  isOver: () => boolean = () => false,
): Promise<void> {
  for (let turns = 0; turns < TURNS && !isOver(); turns++) {
    await new Promise<void>((resolve) => systemClock.turn(resolve));
    if (inFlight > 0) turns = -1;
  }
}
