/**
 * Keeps an edge request alive for as long as anything is owed or runs: the
 * host's `waitUntil` is given one promise for each busy time.
 *
 * @module
 */

/** As `ctx.waitUntil` of the edge hosts. */
export type WaitUntil = (promise: Promise<unknown>) => void;

/** One busy time after another. */
export class KeepAlive {
  readonly #waitUntil: WaitUntil;
  readonly #failed: (error: unknown) => void;
  #release: (() => void) | undefined;

  constructor(waitUntil: WaitUntil, failed: (error: unknown) => void) {
    this.#waitUntil = waitUntil;
    this.#failed = failed;
  }

  /** Something is owed. */
  begin(): void {
    if (this.#release !== undefined) return;
    const promise = new Promise<void>((resolve) => this.#release = resolve);
    queueMicrotask(() => { // An enqueue calls none of the user's code.
      try {
        this.#waitUntil(promise);
      } catch (error) {
        this.#failed(error);
      }
    });
  }

  /** Nothing is owed and nothing runs. */
  end(): void {
    this.#release?.();
    this.#release = undefined;
  }
}
