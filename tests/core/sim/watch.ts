/** An observer that writes down what it sees. */
import {
  event,
  numberOf,
  SAW_DELETED,
  SAW_ENDED,
  SAW_ENQUEUED,
  SAW_PAUSED,
  SAW_STALLED,
  SAW_STARTED,
} from "./events.ts";
import { NAMELESS } from "./model/world.ts";
import type { Real } from "./real.ts";

/** Begins to observe, or stops. */
export function watch(real: Real): void {
  if (real.stopObserving !== undefined) {
    real.stopObserving();
    real.stopObserving = undefined;
    return;
  }
  const id = (name: { readonly key: string | undefined }): number =>
    name.key === undefined ? NAMELESS : Number(name.key);
  real.stopObserving = real.scheduler.observe({
    enqueued: (seen) => {
      const { outcome } = seen;
      real.inOrder.push(event(SAW_ENQUEUED, id(seen), numberOf(outcome)));
    },
    started: (seen) => {
      const { number, coalesced } = seen;
      real.inOrder.push(event(SAW_STARTED, id(seen), number, coalesced));
    },
    ended: (seen) => {
      const { number, outcome } = seen;
      real.saw(event(SAW_ENDED, id(seen), numberOf(outcome), number));
    },
    deleted: (seen) => real.saw(event(SAW_DELETED, id(seen))),
    paused: ({ paused }) => {
      real.inOrder.push(event(SAW_PAUSED, paused ? 1 : 0));
    },
    stalled: (seen) => {
      const overdueMs = seen.overdueMs % 1_000;
      real.saw(event(SAW_STALLED, id(seen), seen.number, overdueMs));
    },
  });
}
