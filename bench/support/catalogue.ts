/**
 * All cases by their letter, each loaded only where it is run: a contestant's
 * process holds no other case.
 *
 * @module
 */
import type { Trial } from "./trial.ts";

type Load = () => Promise<{ readonly trials: readonly Trial[] }>;

const CASES: Readonly<Record<string, Load>> = {
  a: () => import("../cases/a_synchronous.ts"),
  b: () => import("../cases/b_await_once.ts"),
  b2: () => import("../cases/b2_one_shot.ts"),
  c: () => import("../cases/c_flood.ts"),
  d: () => import("../cases/d_self_feeding.ts"),
  e: () => import("../cases/e_heap.ts"),
  f: () => import("../cases/f_scale.ts"),
  g: () => import("../cases/g_keyed_flood.ts"),
  h: () => import("../cases/h_delayed.ts"),
  i: () => import("../cases/i_past.ts"),
  j: () => import("../cases/j_key_heap.ts"),
  k: () => import("../cases/k_durable_enqueue.ts"),
  l: () => import("../cases/l_durable_runs.ts"),
  m: () => import("../cases/m_durable_start.ts"),
  n: () => import("../cases/n_http_enqueue.ts"),
  o: () => import("../cases/o_http_hostile.ts"),
  p: () => import("../cases/p_http_durable.ts"),
};

/** The letters of all cases. */
export const CASE_LETTERS: readonly string[] = Object.keys(CASES);

/** The trials of `name`: a case's letter, or the id of one trial. */
export async function loadTrials(name: string): Promise<readonly Trial[]> {
  const letter = name.split("/")[0] ?? "";
  const load = Object.hasOwn(CASES, letter) ? CASES[letter] : undefined;
  const { trials } = await load?.() ?? { trials: [] };
  const found = trials.filter(({ id }) => name === letter || name === id);
  if (found.length > 0) return found;
  throw new RangeError(
    `Cannot run case "${name}": the cases are ${CASE_LETTERS.join(", ")}`,
  );
}
