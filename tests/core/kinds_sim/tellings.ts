/** Who must be told of what, by which callback. The laws say it before the
 * engine does it; what is left over, or was never foretold, is wrong. */
import type { Part } from "./ledger.ts";

/** One call of `undelivered` or `onError`, or one event, that has to come. */
export interface Telling {
  readonly who: "undelivered" | "onError" | "retried" | "held";
  /** The item it is about. */
  readonly item: number;
  /** What it is told of: words, any of which will do. */
  readonly words: readonly string[];
  readonly parts: readonly Part[];
  /** How many runs were tried, where that is certain. */
  readonly attempts?: number | undefined;
  /** May it be left out? */
  readonly mayMiss?: boolean;
}

/** What the engine said. */
export interface Told {
  readonly who: Telling["who"];
  readonly item: number;
  readonly word: string;
  readonly parts: readonly Part[];
  readonly attempts?: number | undefined;
}

/** All calls that have to come. */
export class Tellings {
  readonly #expected: Telling[] = [];

  /** It has to come. */
  expect(telling: Telling): void {
    this.#expected.push(telling);
  }

  /** It came. Returns what is wrong with it. */
  came(told: Told): string | undefined {
    const index = this.#expected.findIndex((telling) => fits(telling, told));
    if (index < 0) return `nobody foretold: ${show(told, told.word)}`;
    this.#expected.splice(index, 1);
    return undefined;
  }

  /** What has not come, and should have. */
  missing(): string | undefined {
    if (this.#expected.length === 0) return undefined;
    const missing = this.#expected.find(({ mayMiss }) => mayMiss !== true);
    return missing &&
      `never told: ${show(missing, missing.words.join(" or "))}`;
  }
}

function fits(telling: Telling, told: Told): boolean {
  const { who, item, words, parts, attempts } = telling;
  return who === told.who && item === told.item && words.includes(told.word) &&
    idsOf(parts) === idsOf(told.parts) &&
    (attempts === undefined || told.attempts === undefined ||
      attempts === told.attempts);
}

function idsOf(parts: readonly Part[]): string {
  return parts.map(({ id }) => id).join();
}

function show(
  { who, item, parts, attempts }: Omit<Telling, "words">,
  word: string,
): string {
  const tried = attempts === undefined ? "" : `, attempts ${attempts}`;
  return `${who} of item ${item}: ${word} [${idsOf(parts)}]${tried}`;
}
