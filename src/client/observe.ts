/**
 * An observer of a scheduler far away.
 *
 * @module
 */
import { type Observer, Reporter } from "../core/observer.ts";
import type { Caller } from "./caller.ts";
import { type EventOptions, eventsOf } from "./events.ts";

/** How to observe from afar. */
export interface ObserveOptions extends EventOptions {
  /** Called when events were missed that nobody will tell: look anew.
   *
   * @default Nobody is. */
  readonly onReset?: (() => void) | undefined;
}

/** An observer, and how it goes. */
export interface Observing {
  /** Resolves when it is told all that happens from then on, or never will be. */
  readonly opened: Promise<void>;
  /** Ends it. */
  readonly stop: () => void;
}

/** Tells the observer what happens; what goes wrong, `onError`. */
export function observe(
  caller: Caller,
  observer: Observer,
  { onReset, onOpen, signal, ...options }: ObserveOptions,
): Observing {
  const { clock, onError } = caller.settings;
  const reporter = new Reporter(clock, onError);
  const controller = new AbortController();
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => open = resolve);
  const stop = (): void => {
    signal?.removeEventListener("abort", stop);
    controller.abort();
    open();
  };
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  reporter.observe(observer);
  const watch = async (): Promise<void> => {
    const wanted: EventOptions = {
      ...options,
      signal: controller.signal,
      onOpen: () => {
        open();
        if (onOpen !== undefined) reporter.guard(undefined, onOpen);
      },
    };
    for await (const { type, data } of eventsOf(caller, wanted, true)) {
      if (controller.signal.aborted) return;
      if (type === "reset") reporter.guard(undefined, () => onReset?.());
      else reporter.tell(type, data);
    }
  };
  watch().catch((error) => {
    if (!controller.signal.aborted) reporter.report(error);
    stop();
  });
  return { opened, stop };
}
