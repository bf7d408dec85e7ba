/**
 * Waiting that somebody may end.
 *
 * @module
 */

/** Settles as `promise` does, or rejects when `signal` aborts. Whoever asked may
 * come late: a rejection is not taken for one that nobody handles. */
export function until<Value>(
  signal: AbortSignal | undefined,
  promise: Promise<Value>,
): Promise<Value> {
  promise.catch(ignore);
  if (signal === undefined) return promise;
  const waiting = new Promise<Value>((resolve, reject) => {
    const aborted = (): void => reject(signal.reason);
    if (signal.aborted) return aborted();
    signal.addEventListener("abort", aborted, { once: true });
    const leave = (): void => signal.removeEventListener("abort", aborted);
    promise.then(resolve, reject).finally(leave);
  });
  waiting.catch(ignore);
  return waiting;
}

function ignore(): void {}
