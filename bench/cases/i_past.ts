/**
 * (i) The engine against its own past: this library's part of the cases (a) to
 * (d), by the engine of the tree and by that of the commit that closed the
 * first issue. Keys, messages, time and failure must not be paid for by those
 * who use none of them.
 *
 * @module
 */
import { type Contestant, OURS, type Trial } from "../support/trial.ts";
import { trials as synchronous } from "./a_synchronous.ts";
import { trials as oneShot } from "./b2_one_shot.ts";
import { trials as awaitOnce } from "./b_await_once.ts";
import { trials as flood } from "./c_flood.ts";
import { trials as selfFeeding } from "./d_self_feeding.ts";

const COMMIT = "ff0a60b";
const NOW = "workitem, the tree";
const THEN = `workitem, ${COMMIT}`;

function oursOf({ id, contestants }: Trial): Contestant {
  const ours = contestants.find(({ name }) => name === OURS);
  if (ours !== undefined) return ours;
  throw new RangeError(`Cannot compare trial ${id} as no side is "${OURS}"`);
}

function against(trial: Trial): Trial {
  const { id, title, unit, amount } = trial;
  const { prepare } = oursOf(trial);
  return {
    id: `i/${id}`,
    title: `${title}: the tree and ${COMMIT}`,
    unit,
    amount,
    contestants: [
      { name: NOW, prepare },
      { name: THEN, commit: COMMIT, prepare },
    ],
    goals: [{ kind: "within", subject: NOW, rival: THEN, factor: 1.1 }],
    reference: THEN,
  };
}

/** The trials of this case. */
export const trials: readonly Trial[] = [
  ...synchronous,
  ...awaitOnce,
  ...oneShot,
  ...flood,
  ...selfFeeding,
].map(against);
