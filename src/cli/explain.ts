/**
 * Why an item is not running, and what would run it, in a sentence or two.
 *
 * @module
 */
import type { Snapshot } from "../core/observer.ts";
import type { TargetItem } from "../core/target.ts";
import { counted, shownSpan } from "./spans.ts";

/** What an endpoint has, of its own process. */
export type Surroundings = Pick<
  Snapshot,
  "paused" | "closed" | "running" | "concurrency"
>;

/** The sentences. They name no key. */
export function explain(item: TargetItem, around: Surroundings): string {
  return `${sentenceOf(item, around)}${rest(item)}`;
}

function sentenceOf(item: TargetItem, around: Surroundings): string {
  const { state } = item;
  switch (state) {
    case "idle":
      return "Nothing is owed: it runs when it is enqueued.";
    case "queued":
      return whyQueued(item, around);
    case "delayed":
      return `A run is owed, ${dueOf(item)}: it was asked for with a delay.`;
    case "backoff":
      return `${counted(item.failures, "run")} in a row failed: it is tried` +
        ` again ${dueOf(item)}${
          isDue(item) ? "." : ", or at once after reset."
        }`;
    case "suspended":
      return "It is suspended: nothing of it starts before resume.";
    case "held":
      return `Its last attempt failed, and it is held with what it was sent:` +
        " nothing of it starts before reset.";
    case "running":
      return runningOf(item, around);
    case "deleting":
      return "It is being deleted, and takes no enqueue before that is done.";
    case "deleted":
      return "It is deleted.";
  }
}

function runningOf(
  { running, owed }: TargetItem,
  around: Surroundings,
): string {
  const runs = running === 1 ? "A run is" : `${running} runs are`;
  const more = owed ? "; it runs once more afterwards" : "";
  const where = around.running === 0
    ? " It is in another process than the one that answers: should that be" +
      " lost, it is run again when its lease is over."
    : "";
  return `${runs} in flight${more}.${where}`;
}

function whyQueued(item: TargetItem, around: Surroundings): string {
  if (around.closed) {
    return "A run is owed, but the scheduler there is closed: what is kept in" +
      " a store runs when it is served again.";
  }
  if (around.paused) {
    return "A run is owed, but the scheduler is paused: unpause lets it go on.";
  }
  if (around.running >= around.concurrency) {
    return `A run is owed, but all ${around.concurrency} executors are busy:` +
      " it starts when one is free and what came before it has started.";
  }
  return "A run is owed, and it starts as soon as those before it have and" +
    ` the limits of "${item.kind}" allow.`;
}

/** What a state does not say: the last that holds is told alone. */
function rest({ state, messages, suspended, held }: TargetItem): string {
  const also = [
    suspended && state !== "suspended" ? "It is suspended as well." : "",
    held && state !== "held" ? "It is held as well." : "",
    messages > 0
      ? `${counted(messages, "message")} ${waits(state, messages)}.`
      : "",
  ];
  return also.filter((sentence) => sentence !== "")
    .map((sentence) => ` ${sentence}`).join("");
}

/** On a store those of a run count until it has ended. */
function waits(state: TargetItem["state"], messages: number): string {
  const isOne = messages === 1;
  if (state !== "running") return isOne ? "waits" : "wait";
  return isOne ? "waits, or is in the run" : "wait, or are in the run";
}

function isDue({ dueIn }: TargetItem): boolean {
  return dueIn !== undefined && dueIn <= 0;
}

function dueOf({ dueIn }: TargetItem): string {
  if (dueIn === undefined) return "when its time has come";
  return dueIn <= 0 ? "now" : `in ${shownSpan(dueIn)}`;
}
