/**
 * Of many who wait, a few at a time look at the store, so that it is not asked
 * the more the more wait.
 *
 * @module
 */

/** How many look at a stroke of the bell, and how many at a poll. */
const PER_STROKE = 32;
const PER_POLL = 256;

/** Those whose turn it is, who are put behind all others. */
export function takeTurns<Key, Value>(
  all: Map<Key, Value>,
  isPoll: boolean,
): Key[] {
  const count = isPoll ? PER_POLL : PER_STROKE;
  const taken: [Key, Value][] = [];
  for (const entry of all) {
    if (taken.push(entry) === count) break;
  }
  for (const [key, value] of taken) {
    all.delete(key);
    all.set(key, value);
  }
  return taken.map(([key]) => key);
}
