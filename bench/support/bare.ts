/**
 * The limit: the same closures with no queue at all.
 *
 * @module
 */

/** Calls `body` `runs` times, `concurrency` of them at once. */
export async function bareLoops(
  body: () => Promise<void>,
  options: { runs: number; concurrency: number },
): Promise<void> {
  let left = options.runs;
  const loop = async (): Promise<void> => {
    while (left-- > 0) await body();
  };
  await Promise.all(Array.from({ length: options.concurrency }, loop));
}
