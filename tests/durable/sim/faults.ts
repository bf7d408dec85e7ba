/** What happens to a commit on its way, and back. */
import { mix } from "../../core/sim/random.ts";

/** - `crash before`: it is not committed, and who asked is dead
 * - `throw`: it is not committed, and there is an error
 * - `reply lost`: it is committed, and there is an error
 * - `sent twice`: it is committed, and sent once more some time later
 * - `refused twin`: it is committed and sent again at once, and the answer is
 *   that of the second
 * - `late`: there is an error, and it is committed some time later
 * - `crash after`: it is committed, and who asked is dead */
export type Hook =
  | "crash before"
  | "throw"
  | "reply lost"
  | "sent twice"
  | "refused twin"
  | "late"
  | "crash after";

/** All of them. */
export const HOOKS: readonly Hook[] = [
  "crash before",
  "throw",
  "reply lost",
  "sent twice",
  "refused twin",
  "late",
  "crash after",
];

/** Crashes end much, so they are drawn less often. */
const DRAWN: readonly Hook[] = [
  ...HOOKS,
  "throw",
  "reply lost",
  "sent twice",
  "refused twin",
  "late",
];

/** Of what is done often, one in so many fails; of the rest, more. */
const OFTEN = 14;
const SELDOM = 4;
const READS = 70;

/** What happens to a commit, by the seed alone: the `call`th of `caller`. */
export function hookOf(
  seed: number,
  { caller, call, isRare }: {
    readonly caller: number;
    readonly call: number;
    readonly isRare: boolean;
  },
): Hook | undefined {
  const drawn = mix(seed, 7, caller, call) >>> 0;
  if (drawn % (isRare ? SELDOM : OFTEN) !== 0) return undefined;
  return DRAWN[(drawn >>> 8) % DRAWN.length];
}

/** Does a read fail? */
export function failsToRead(
  seed: number,
  { caller, call }: { readonly caller: number; readonly call: number },
): boolean {
  return (mix(seed, 8, caller, call) >>> 0) % READS === 0;
}

/** What a database says when something is wrong with it, or with the way. */
export function errorOf(number: number): Error {
  return new TypeError(
    WORDS[(number >>> 0) % WORDS.length] ?? "database is locked",
  );
}

const WORDS: readonly string[] = [
  "database is locked",
  "error sending request: connection closed before message completed",
  "tcp connect error: Connection refused (os error 111)",
];
