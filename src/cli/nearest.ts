/**
 * Guesses what was meant by a word that is not known.
 *
 * @module
 */

/** The candidate that is at most a third of the word's letters away; two letters
 * that changed places count as one. */
export function nearest(
  word: string,
  candidates: readonly string[],
): string | undefined {
  if (word.length > LENGTH_MAX) return undefined;
  const limit = Math.max(1, Math.ceil(word.length / 3));
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: distance(word, candidate) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits);
  return best?.candidate;
}

const LENGTH_MAX = 40;

/** How many letters must be added, removed, replaced or swapped (optimal string
 * alignment). */
function distance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= from.length; i++) {
    const [above = [], beforeThat = []] = rows;
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = i > 1 && from[i - 1] === to[j - 2] &&
        from[i - 2] === to[j - 1];
      row.push(Math.min(
        (above[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (above[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeThat[j - 2] ?? 0) + 1 : Infinity,
      ));
    }
    rows.unshift(row);
  }
  return rows[0]?.at(-1) ?? 0;
}
