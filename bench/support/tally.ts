/**
 * The closures that every contestant calls: the work is the same, and so is
 * the count of it.
 *
 * @module
 */

/** How many runs have been completed since the sample began. */
export const tally: { count: number } = { count: 0 };

/** A run that completes at once. */
export function count(): void {
  tally.count++;
}

/** A run that awaits once. */
export async function countAfterAwait(): Promise<void> {
  await undefined;
  tally.count++;
}

/** Throws unless exactly `expected` runs were completed. */
export function expectCount(expected: number): void {
  if (tally.count === expected) return;
  throw new Error(
    `Cannot use the sample as ${expected} completed runs were expected: counted ${tally.count}`,
  );
}
