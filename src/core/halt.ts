/**
 * The end of a run before its time: asked for, not yet come. Only the callback
 * itself can end its run; all that others can do is abort its signal.
 *
 * @module
 */

/** Why a run's signal was aborted.
 *
 * - `"timeout"`, `"caller"`: the run then counts as it ends
 * - `"restart"`: if it rejects, its wake-up goes back to the item
 * - `"cancel"`, `"close"`: if it rejects, its wake-up is gone
 */
export type Cause = "timeout" | "caller" | "restart" | "cancel" | "close";

/** What a run needs to be stopped; made when first needed. */
export class Halt {
  /** Why the signal aborts, once that has been decided. */
  cause: Cause | undefined;
  /** The signal's `reason`. */
  reason: unknown;
  /** Called when the run ends: forgets its timer or listener. */
  release: (() => void) | undefined;
  #isDelivered = false;
  #controller: AbortController | undefined;

  /** Made when first read: most callbacks never do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#isDelivered) this.#controller.abort(this.reason);
    }
    return this.#controller.signal;
  }

  /**
   * Decides that the run is to end. The decision of `cancel` or `close`
   * prevails over earlier ones, so that nothing comes back afterwards. The
   * reason is that of the first.
   */
  decide(cause: Cause, reason: unknown): void {
    const isFirst = this.cause === undefined;
    if (isFirst) this.reason = reason;
    if (isFirst || cause === "cancel" || cause === "close") this.cause = cause;
  }

  /** Aborts the signal, which calls the user's listeners. */
  deliver(): void {
    if (this.#isDelivered) return;
    this.#isDelivered = true;
    this.#controller?.abort(this.reason);
  }
}
