/**
 * The only source of time and chance in the package, and the only way back to
 * the host's event loop. Tests replace it by the fake clock of `./testing`.
 *
 * @module
 */

/** Time, host timers and turns of the event loop. */
export interface Clock {
  /** Milliseconds on a clock that never runs backwards; its zero is of no
   * meaning. */
  now(): number;
  /** Milliseconds since 1970 on the wall's clock, which may jump. */
  today(): number;
  /** Calls back once, `delayMs` (0 to 2,147,483,647) from now. */
  startTimer(callback: () => void, delayMs: number): unknown;
  /** Forgets a timer that has not called back. */
  stopTimer(timer: unknown): void;
  /** Calls back in a later turn of the event loop, so that timers, sockets and
   * other tasks of the host come in between. */
  turn(callback: () => void): void;
  /** Does a turn cost a millisecond or more? Then slices are longer. */
  readonly turnIsDear: boolean;
}

/** The names that a host may or may not have. */
interface Host {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly MessageChannel?: new () => {
    readonly port1: { onmessage: (() => void) | null; close(): void };
    readonly port2: { postMessage(message: undefined): void };
  };
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  readonly navigator?: { readonly userAgent?: string };
}

const host = globalThis as unknown as Host; // Not all hosts have all of them.

/** Is the host Cloudflare's? There, what waits goes on in its own request. */
export const isWorkerd: boolean =
  host.navigator?.userAgent === "Cloudflare-Workers";

/** The clock of the host runtime. */
export const systemClock: Clock = {
  now: () => performance.now(),
  today: () => Date.now(),
  startTimer: (callback, delayMs) => host.setTimeout(callback, delayMs),
  stopTimer: (timer) => host.clearTimeout(timer),
  turn: chooseTurn(),
  turnIsDear: host.setImmediate === undefined &&
    host.MessageChannel === undefined,
};

/** The randomness of the host runtime. */
export function systemRandom(): number {
  return Math.random();
}

/** About 1 µs by `setImmediate`, 10 by a channel, over 1,000 by a timer; but in
 * workerd 8 by a timer, and timers starve beside a channel. */
function chooseTurn(): (callback: () => void) => void {
  const { setImmediate, MessageChannel } = host;
  if (setImmediate !== undefined) return (callback) => setImmediate(callback);
  if (MessageChannel !== undefined && !isWorkerd) {
    return channelTurn(MessageChannel);
  }
  return (callback) => host.setTimeout(callback, 0);
}

function channelTurn(
  MessageChannel: NonNullable<Host["MessageChannel"]>,
): (callback: () => void) => void {
  return (callback) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close(); // An open port would keep some hosts alive.
      callback();
    };
    port2.postMessage(undefined);
  };
}
