/**
 * What is said of a series of samples.
 *
 * @module
 */

/** A series in five figures. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Lower and upper quartile. */
  readonly quartiles: readonly [number, number];
}

/** The value below which `share` of the `sorted` samples lie. */
function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** The five figures of `samples`. */
export function summarize(samples: readonly number[]): Summary {
  const sorted = samples.toSorted((one, other) => one - other);
  return {
    median: quantile(sorted, 0.5),
    min: quantile(sorted, 0),
    max: quantile(sorted, 1),
    quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)],
  };
}

/** `dividend / divisor` in each round: both sides had the same noise. */
export function ratios(
  dividend: readonly number[],
  divisor: readonly number[],
): number[] {
  return dividend.map((value, round) => value / (divisor[round] ?? NaN));
}
