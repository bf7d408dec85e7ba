/**
 * Work that is asked for any number of times and done in rounds, one at a time:
 * what is asked for during a round causes exactly one more. A round that fails
 * is tried again when the store may be back.
 *
 * @module
 */
import type { Caller, Outage } from "./outage.ts";

/** One round after another, as long as they are asked for. */
export class Rounds {
  readonly #caller: Caller;
  readonly #round: () => Promise<unknown>;
  #state: "rest" | "round" | "waiting" = "rest";
  #isOwed = false;
  #isFailed = false;
  #isStopped = false;
  #rested: () => void;

  /** `rested` is called whenever nothing is left to do. */
  constructor(
    outage: Outage,
    round: () => Promise<unknown>,
    rested: () => void = () => {},
  ) {
    this.#caller = outage.caller();
    this.#round = round;
    this.#rested = rested;
  }

  /** Is nothing asked for that has not been done? */
  get isAtRest(): boolean {
    return this.#state === "rest";
  }

  /** Asks for a round that begins after this call. */
  ask(): void {
    if (this.#isStopped) return;
    if (this.#state === "rest") this.#begin();
    else this.#isOwed = true;
  }

  /** The next round waits as if the last had failed. */
  fail(error: unknown): void {
    if (this.#isStopped) return;
    this.#caller.failed(error);
    if (this.#state === "rest") this.#wait();
    else this.#isFailed = true;
  }

  /** Begins no more; resolves when the one that goes on has ended. */
  stop(): Promise<void> {
    this.#isStopped = true;
    this.#isOwed = false;
    if (this.#state !== "round") {
      this.#caller.leave();
      this.#state = "rest";
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const others = this.#rested;
      this.#rested = () => {
        others();
        resolve();
      };
    });
  }

  #begin(): void {
    this.#state = "round";
    this.#isOwed = false;
    this.#isFailed = false;
    this.#round().then(() => {
      if (!this.#isFailed) this.#caller.worked();
      this.#end();
    }, (error: unknown) => {
      this.#isFailed = true;
      this.#caller.failed(error);
      this.#end();
    });
  }

  #end(): void {
    this.#state = "rest";
    if (this.#isStopped) {
      this.#caller.leave();
      this.#rested();
    } else if (this.#isFailed) this.#wait();
    else if (this.#isOwed) this.#begin();
    else this.#rested();
  }

  /** Waits until the store may be back. */
  #wait(): void {
    this.#state = "waiting";
    this.#caller.wait(() => this.#begin());
  }
}
