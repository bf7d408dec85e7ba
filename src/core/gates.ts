/**
 * Gates: what lets only so many items through. An item takes a permit when it
 * is let through, and so the ready queue holds ready items only. The others
 * wait at the gate, in a queue of its own.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { itemOf } from "./facts.ts";
import type { Rate } from "./kind.ts";
import { Levels } from "./levels.ts";
import type { Gate, ItemRecord } from "./record.ts";
import type { Timer, Timers } from "./timers.ts";

abstract class Waiting {
  protected readonly waiting: Levels = new Levels();

  get first(): ItemRecord | undefined {
    return itemOf(this.waiting.top().first);
  }

  holds(record: ItemRecord): boolean {
    return this.waiting.of(record) === record.list;
  }

  rest(): void {}
}

/** The gate of a serialized scope: one at a time. */
export class SerialGate extends Waiting implements Gate {
  #holder: ItemRecord | undefined;

  enter(record: ItemRecord): boolean {
    const holder = this.#holder;
    if (holder === undefined || this.#givesWay(holder, record)) {
      this.#holder = record;
      return true;
    }
    this.waiting.of(record).push(record);
    return false;
  }

  admit(): ItemRecord | undefined {
    if (this.#holder !== undefined) return undefined;
    return this.#holder = itemOf(this.waiting.top().shift());
  }

  leave(record: ItemRecord): void {
    if (this.#holder === record) this.#holder = undefined;
  }

  began(): void {}

  ended(record: ItemRecord): void {
    this.leave(record);
  }

  /** A holder that has not begun must not keep a more urgent one waiting. */
  #givesWay(holder: ItemRecord, record: ItemRecord): boolean {
    const { priority } = holder.definition;
    if (holder.running !== 0 || priority >= record.definition.priority) {
      return false;
    }
    holder.list?.remove(holder); // It is ready, as it does not run.
    this.waiting.of(holder).unshift(holder);
    return true;
  }
}

/** The concurrency of a kind: so many at once. */
export class CountGate extends Waiting implements Gate {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  enter(record: ItemRecord): boolean {
    if (this.first === undefined && this.mayPass()) {
      this.#taken++;
      return true;
    }
    this.waiting.of(record).push(record);
    return false;
  }

  admit(): ItemRecord | undefined {
    if (this.first === undefined || !this.mayPass()) return undefined;
    this.#taken++;
    return itemOf(this.waiting.top().shift());
  }

  leave(_record?: ItemRecord): void {
    this.#taken--;
  }

  began(): void {}

  ended(): void {
    this.leave();
  }

  protected mayPass(): boolean {
    return this.#taken < this.#limit;
  }
}

/** What the gate of a rate needs. */
export interface RatePort {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Lets those through who may pass `gate` now. */
  open(gate: Gate): void;
}

/**
 * The rate of a kind: so many starts in any interval. A permit is given back
 * when the interval after the start has passed, not after it was let through:
 * it may have waited for an executor meanwhile, and starts would crowd.
 */
export class RateGate extends CountGate {
  readonly #port: RatePort;
  readonly #intervalMs: number;
  /** When runs began that still count, the oldest first. */
  readonly #starts: number[] = [];
  #timer: Timer | undefined;

  constructor({ limit, interval }: Rate, port: RatePort) {
    super(limit);
    this.#intervalMs = interval;
    this.#port = port;
  }

  override began(): void {
    this.#starts.push(this.#port.clock.now());
    if (this.first !== undefined) this.#arm();
  }

  override ended(): void {}

  override rest(): void {
    this.#port.timers.stop(this.#timer);
    this.#timer = undefined;
  }

  protected override mayPass(): boolean {
    if (super.mayPass()) return true;
    const nowMs = this.#port.clock.now();
    while ((this.#starts[0] ?? Infinity) + this.#intervalMs <= nowMs) {
      this.#starts.shift();
      this.leave();
    }
    if (super.mayPass()) return true;
    this.#arm();
    return false;
  }

  /** Looks again when the oldest start no longer counts. */
  #arm(): void {
    const [oldest] = this.#starts;
    if (this.#timer !== undefined || oldest === undefined) return;
    this.#timer = this.#port.timers.startAt(
      oldest + this.#intervalMs,
      RateGate.#look,
      this,
    );
  }

  static #look(gate: RateGate): void {
    gate.#timer = undefined;
    gate.#port.open(gate);
  }
}
