/**
 * What happens far away, and what the events that tell it must look like.
 *
 * @module
 */
import type {
  EndedEvent,
  EnqueuedEvent,
  HeldEvent,
  Observer,
  PausedEvent,
  RetriedEvent,
  StalledEvent,
  StartedEvent,
} from "../core/observer.ts";
import type { ItemName } from "../core/calls.ts";
import { OUTCOME, SNAPSHOT } from "./answers.ts";
import {
  anything,
  maybe,
  number,
  object,
  type Shape,
  text,
  truth,
  word,
} from "./shape.ts";

/** What an observer is told, by the name of its method. */
export interface RemoteEvents {
  /** An enqueue was answered. */
  readonly enqueued: EnqueuedEvent;
  /** A run has begun. */
  readonly started: StartedEvent;
  /** A run has ended. */
  readonly ended: EndedEvent;
  /** A run failed, and is tried again. */
  readonly retried: RetriedEvent;
  /** The last attempt of an item failed; it waits for a reset. */
  readonly held: HeldEvent;
  /** A run goes on although its time limit has passed. */
  readonly stalled: StalledEvent;
  /** An item is gone. */
  readonly deleted: ItemName;
  /** The scheduler was paused or resumed. */
  readonly paused: PausedEvent;
}

/** Something happened far away. Errors in it have only a `name` and, if they
 * had one, a `code`. */
export type RemoteEvent =
  | {
    [Type in keyof RemoteEvents]: {
      /** What happened. */
      readonly type: Type;
      /** To whom, and how. */
      readonly data: RemoteEvents[Type];
    };
  }[keyof RemoteEvents]
  | {
    /** What happened meanwhile is not known: look anew. */
    readonly type: "reset";
    /** Nothing. */
    readonly data: undefined;
  };

const NAME = { kind: maybe(text), key: maybe(text) } as const;
const RUN = { ...NAME, number } as const;

const SHAPES: {
  readonly [Type in keyof RemoteEvents]: Shape<RemoteEvents[Type]>;
} = {
  enqueued: object<EnqueuedEvent>({
    ...NAME,
    outcome: OUTCOME,
    version: number,
  }),
  started: object<StartedEvent>({
    ...RUN,
    executor: number,
    coalesced: number,
  }),
  ended: object<EndedEvent>({
    ...RUN,
    executor: number,
    outcome: word("ok", "failed", "aborted"),
    error: anything,
  }),
  retried: object<RetriedEvent>({
    ...RUN,
    attempt: number,
    delay: number,
    error: anything,
  }),
  held: object<HeldEvent>({ ...NAME, error: anything }),
  stalled: object<StalledEvent>({
    ...RUN,
    executor: number,
    overdueMs: number,
    snapshot: SNAPSHOT,
  }),
  deleted: object<ItemName>(NAME),
  paused: object<PausedEvent>({ paused: truth }),
};

/** The event that was sent under this name; `undefined` if this version knows
 * none. Throws if it does not look as it must. */
export function eventOf(type: string, data: string): RemoteEvent | undefined {
  if (type === "reset") return { type, data: undefined };
  if (!isKnown(type)) return undefined;
  const told: unknown = { type, data: SHAPES[type](JSON.parse(data), "$") };
  return told as RemoteEvent; // Each shape is that of its own name.
}

function isKnown(type: string): type is keyof Observer {
  return Object.hasOwn(SHAPES, type);
}
