/** Guesses what was meant by a word that is not known. */

/** The candidate that is at most a third of the word's letters away. */
export function nearest(
  word: string,
  candidates: readonly string[],
): string | undefined {
  const limit = Math.max(1, Math.ceil(word.length / 3));
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: distance(word, candidate) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits);
  return best?.candidate;
}

/** How many letters must be added, removed or replaced (Levenshtein). */
function distance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let index = 0; index < from.length; index++) {
    const row = [index + 1];
    for (let column = 0; column < to.length; column++) {
      const same = from[index] === to[column];
      row.push(Math.min(
        (above[column] ?? 0) + (same ? 0 : 1),
        (above[column + 1] ?? 0) + 1,
        (row[column] ?? 0) + 1,
      ));
    }
    above = row;
  }
  return above.at(-1) ?? 0;
}
