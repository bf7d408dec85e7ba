/**
 * What an enqueue does to an item, or to the note of one that runs.
 *
 * @module
 */
import type { Reschedule } from "../../core/words.ts";
import type { DurableOutcome, Wake } from "../../durable/stored.ts";
import { FRESH, type ItemValue, type NoteValue } from "./layout.ts";
import { BLANK } from "./parts.ts";

/** A delay that is set or moved. */
interface Delay {
  readonly due: number | undefined;
  readonly first: number | undefined;
  readonly bound: number | undefined;
}

const NO_DELAY: Delay = { due: undefined, first: undefined, bound: undefined };

/** One enqueue, and when it comes. */
export interface Arrival {
  readonly wake: Wake;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The version of the note, if there is one. */
  readonly noteVersion: string | undefined;
}

/** The item and its note afterwards, and the answer. */
export interface Woken {
  readonly item: ItemValue | undefined;
  readonly note: NoteValue | undefined;
  readonly outcome: DurableOutcome;
}

/** What an enqueue makes of them. */
export function wakeItem(
  item: ItemValue | undefined,
  note: NoteValue | undefined,
  arrival: Arrival,
): Woken {
  const { delayMs } = arrival.wake;
  const value = item ?? FRESH;
  switch (item?.state ?? "idle") {
    case "idle": {
      const delay = delayMs > 0 ? delayOf(arrival, undefined) : NO_DELAY;
      const state = delayMs > 0 ? "delayed" : "queued";
      return { item: { ...value, state, ...delay }, note, outcome: state };
    }
    case "delayed": {
      const delay = delayMs > 0 ? delayOf(arrival, value) : NO_DELAY;
      const state = delayMs > 0 ? "delayed" : "queued";
      const outcome = "coalesced";
      return { item: { ...value, state, ...delay }, note, outcome };
    }
    case "running":
      return rerun(value, note, arrival);
  }
  return { item, note, outcome: "coalesced" };
}

function rerun(
  item: ItemValue,
  before: NoteValue | undefined,
  arrival: Arrival,
): Woken {
  const { wake, noteVersion } = arrival;
  const note = before ?? BLANK;
  const isOwed = note.due !== undefined;
  const isRestart = note.isRestart || wake.whenRunning === "restart";
  const from = note.due === 0 ? note.from ?? noteVersion : undefined;
  const delay = rerunDelay(note, arrival);
  const outcome = isOwed ? "coalesced" : "rerun";
  return { item, note: { ...note, ...delay, isRestart, from }, outcome };
}

/** What is due stays due. */
function rerunDelay(note: NoteValue, arrival: Arrival): Delay {
  const { due, first, bound } = note;
  if (arrival.wake.delayMs === 0) return { ...NO_DELAY, due: 0 };
  if (due === 0) return { due, first, bound };
  return delayOf(arrival, due === undefined ? undefined : note);
}

function delayOf({ wake, now }: Arrival, old: Delay | undefined): Delay {
  const first = old?.first ?? now;
  const bound = Math.min(old?.bound ?? Infinity, wake.maxDelayMs);
  const wished = chosen(wake.reschedule, old?.due, now + wake.delayMs);
  return { due: Math.min(wished, first + bound), first, bound };
}

function chosen(how: Reschedule, old: number | undefined, due: number): number {
  if (old === undefined) return due;
  if (how === "keep") return old;
  return how === "earliest" ? Math.min(old, due) : Math.max(old, due);
}

/** Does an item stay as it was, but for its messages? */
export function isSame(a: ItemValue, b: ItemValue | null): boolean {
  return a.state === b?.state && a.due === b.due && a.bound === b.bound;
}

/** Does a note stay as it was? */
export function isSameNote(a: NoteValue, b: NoteValue): boolean {
  return a.due === b.due && a.bound === b.bound && a.isRestart === b.isRestart;
}
