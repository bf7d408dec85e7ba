/**
 * What happened last, numbered, so that a stream which broke off can go on
 * where it ended. It holds so many events and forgets the oldest: each reader
 * keeps its place in it, and none has a queue of its own.
 *
 * @module
 */

/** Something that happened. */
export interface LoggedEvent {
  /** As `"enqueued"`. */
  readonly name: string;
  /** Of the item, if it is of one. */
  readonly kind: string | undefined;
  /** As it is sent, without its id. */
  readonly text: string;
}

const EVENTS_MAX = 1_024;
const ID = /^([0-9a-z]{1,16})-([0-9]{1,15})$/;

/** The last events of an endpoint. */
export class EventLog {
  readonly #epoch: string;
  readonly #events: (LoggedEvent | undefined)[] = [];
  /** The number of the last event. */
  #last = 0;

  /** `epoch` tells this log from that of another process. */
  constructor(epoch: string) {
    this.#epoch = epoch;
  }

  /** The number of the last event; the first is 1. */
  get last(): number {
    return this.#last;
  }

  /** The number of the oldest event that is still known, or of the next. */
  get oldest(): number {
    return Math.max(1, this.#last - EVENTS_MAX + 1);
  }

  /** Adds an event, and forgets the oldest if there are too many. */
  add(event: LoggedEvent): void {
    this.#last++;
    this.#events[this.#last % EVENTS_MAX] = event;
  }

  /** The event of a number from `oldest` to `last`. */
  at(number: number): LoggedEvent | undefined {
    return this.#events[number % EVENTS_MAX];
  }

  /** How a number is told. */
  idOf(number: number): string {
    return `${this.#epoch}-${number}`;
  }

  /** The number that an id tells, if all that came after it is still known. */
  numberOf(id: string): number | undefined {
    const [, epoch, digits] = ID.exec(id) ?? [];
    const number = Number(digits);
    const isKnown = epoch === this.#epoch && number <= this.#last &&
      number >= this.oldest - 1;
    return isKnown ? number : undefined;
  }
}
