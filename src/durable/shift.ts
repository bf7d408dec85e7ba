/**
 * A shift: a pump, from its start to its orderly end, in phases that are each
 * bounded in time.
 *
 * 1. **draining**: nothing more is claimed; what runs may end, until `grace`
 *    is over
 * 2. **aborting**: signals abort; runs may settle, until `abortGrace` is over
 * 3. **leaving**: what did not settle is given back, what did is stored, and the
 *    session is closed; at most a lease, after which others take over anyway
 *
 * @module
 */
import type { Timer } from "../core/timers.ts";
import type { Engine } from "./engine.ts";
import { Pump, type PumpParts } from "./pump.ts";

/** What a shift needs. */
export interface ShiftParts extends Omit<PumpParts, "rested"> {
  /** All is done that was ready. */
  quiet(): void;
}

/** One pump's time. */
export class Shift {
  readonly pump: Pump;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  readonly #engine: Engine;
  readonly #quiet: () => void;
  #phase: "working" | "draining" | "aborting" | "leaving" | "ended" = "working";
  #graceEndsMs = Infinity;
  #abortGraceMs = Infinity;
  #isLeaving = false;
  #timer: Timer | undefined;
  #resolve: () => void = () => {};

  constructor(parts: ShiftParts) {
    this.#engine = parts.engine;
    this.#quiet = parts.quiet;
    this.ended = new Promise((resolve) => this.#resolve = resolve);
    this.pump = new Pump({ ...parts, rested: () => this.#look() });
  }

  /** Begins to claim. */
  start(): void {
    this.pump.start();
  }

  /** Ends, within these times; another call can only shorten them. */
  end(graceMs: number, abortGraceMs: number): Promise<void> {
    const nowMs = this.#engine.clock.now();
    if (this.#phase === "working") {
      this.#phase = "draining";
      this.pump.stop();
    }
    const isSooner = nowMs + graceMs < this.#graceEndsMs;
    const isShorter = abortGraceMs < this.#abortGraceMs;
    if (isSooner) this.#graceEndsMs = nowMs + graceMs;
    if (isShorter) this.#abortGraceMs = abortGraceMs;
    if (this.#phase === "draining" && isSooner) this.#drain(graceMs);
    else if (this.#phase === "aborting" && isShorter) this.#startGivingUp();
    return this.ended;
  }

  #drain(graceMs: number): void {
    if (this.pump.isAtRest) return this.#leave();
    if (graceMs === 0) return this.#abort();
    this.#start(graceMs, () => this.#abort());
  }

  #abort(): void {
    this.#phase = "aborting";
    this.#startGivingUp();
    this.pump.abort();
  }

  #startGivingUp(): void {
    this.#start(this.#abortGraceMs, () => {
      this.#phase = "leaving";
      this.#start(this.#engine.leaseMs, () => this.#end());
      this.pump.giveUp();
      this.#look();
    });
  }

  /** Nothing is asked for, and perhaps nothing goes on. */
  #look(): void {
    if (this.#phase === "working") {
      if (this.pump.isAtRest && !this.pump.mayHaveMore) this.#quiet();
    } else if (this.#phase !== "ended" && this.pump.isAtRest) this.#leave();
  }

  #leave(): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    this.#phase = "leaving";
    this.#start(this.#engine.leaseMs, () => this.#end());
    this.pump.end().then(() => this.#end());
  }

  #end(): void {
    if (this.#phase === "ended") return;
    this.#phase = "ended";
    this.#engine.timers.stop(this.#timer);
    this.#resolve();
  }

  #start(delayMs: number, callback: () => void): void {
    const { timers } = this.#engine;
    timers.stop(this.#timer);
    this.#timer = timers.start(delayMs, callback);
  }
}
