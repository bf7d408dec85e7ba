/**
 * What is seen of the target: it is counted, and told to whoever listens.
 *
 * @module
 */
import type {
  EndedEvent,
  EnqueuedEvent,
  Observer,
  StartedEvent,
} from "../core/observer.ts";
import type { Target } from "../core/target.ts";
import type { EventLog } from "./event_log.ts";
import type { EventStreams } from "./event_streams.ts";
import type { Metrics } from "./metrics.ts";
import { wordOf } from "./problems.ts";
import { traitsOf } from "./statuses.ts";

/** Who is told. */
export interface Listeners {
  readonly log: EventLog;
  readonly streams: EventStreams;
  readonly metrics: Metrics;
}

/** One observer of a target. It costs each enqueue and each run, so it begins
 * when somebody asks for the first time. */
export class Observation {
  readonly #target: Target;
  readonly #listeners: Listeners;
  #stop: (() => void) | undefined;
  #isClosed = false;
  /** Does anybody want events, or did anybody ever? */
  #isLogging = false;
  /** Of the request that is enqueueing right now, if it says so. */
  traceparent: string | undefined = undefined;

  constructor(target: Target, listeners: Listeners) {
    this.#target = target;
    this.#listeners = listeners;
  }

  /** Are events kept? */
  get isLogging(): boolean {
    return this.#isLogging;
  }

  /** Begins to count; once is enough. */
  begin(): void {
    if (this.#stop !== undefined || this.#isClosed) return;
    this.#stop = this.#target.observe(this.#observer());
  }

  /** Begins to keep events as well. */
  beginLog(): void {
    this.begin();
    this.#isLogging = true;
  }

  /** Sees no more. */
  close(): void {
    this.#isClosed = true;
    this.#stop?.();
    this.#stop = undefined;
  }

  #observer(): Observer {
    const { metrics } = this.#listeners;
    const logged = (name: keyof Observer) => (event: object): void => {
      if (this.#isLogging) this.#log(name, event);
    };
    return {
      enqueued: (event: EnqueuedEvent): void => {
        metrics.enqueued(event);
        if (this.#isLogging) this.#logEnqueued(event);
      },
      started: (event: StartedEvent): void => {
        metrics.started(event);
        if (this.#isLogging) this.#log("started", event);
      },
      ended: (event: EndedEvent): void => {
        metrics.ended(event);
        if (this.#isLogging) this.#log("ended", event);
      },
      retried: logged("retried"),
      held: logged("held"),
      stalled: logged("stalled"),
      deleted: logged("deleted"),
      paused: logged("paused"),
    };
  }

  #logEnqueued(event: EnqueuedEvent): void {
    const { traceparent } = this;
    this.#log(
      "enqueued",
      traceparent === undefined ? event : { ...event, traceparent },
    );
  }

  #log(name: string, event: object): void {
    const { log, streams } = this.#listeners;
    const { kind, error } = event as Loggable;
    const data = JSON.stringify(
      error === undefined ? event : { ...event, error: told(error) },
    );
    log.add({ name, kind, text: `event: ${name}\ndata: ${data}\n\n` });
    streams.wake();
  }
}

/** What events have in common. */
interface Loggable {
  readonly kind?: string | undefined;
  readonly error?: unknown;
}

/** Of an error only what a program called it. */
function told(error: unknown): object {
  const { name, code } = traitsOf(error);
  return { name: wordOf(name) ?? "Error", code: wordOf(code) };
}
