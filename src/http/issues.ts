/**
 * What a schema says of a message, as a problem tells it: where, and what is
 * wrong, but not what was sent.
 *
 * @module
 */

/** One thing that is wrong with a message. */
export interface Fault {
  /** Where, as RFC 6901 has it. */
  readonly pointer: string;
  /** What. */
  readonly detail: string;
}

const FAULTS_MAX = 100;
const DETAIL_LENGTH_MAX = 300;
const TEXTS_MAX = 1_000;
const QUOTE_LENGTH_MIN = 4;
const SILENT = "does not fit the schema";

/** The faults of `message`. Details that quote it are left out, unless they
 * may be told. */
export function faultsOf(
  issues: readonly unknown[],
  message: unknown,
  mayQuote: boolean,
): Fault[] {
  const sent = mayQuote ? [] : [...new Set(textsOf(message))];
  const isTooMuch = sent.length > TEXTS_MAX; // To look for each in each.
  return issues.slice(0, FAULTS_MAX).map((issue) => {
    const { message: said, path } = Object(issue) as Readonly<
      Record<string, unknown>
    >;
    const detail = typeof said === "string" ? said : SILENT;
    const isLong = !mayQuote && detail.length > DETAIL_LENGTH_MAX;
    const isQuote = isTooMuch || isLong ||
      sent.some((text) => detail.includes(text));
    return {
      pointer: pointerOf(path),
      detail: isQuote ? SILENT : detail.slice(0, DETAIL_LENGTH_MAX),
    };
  });
}

function pointerOf(path: unknown): string {
  if (!Array.isArray(path)) return "";
  return path.map((step: unknown) => {
    const isPart = typeof step === "object" && step !== null && "key" in step;
    const name = String(isPart ? step.key : step);
    return `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  }).join("");
}

/** All that a sender would know again: its texts, names and numbers, short ones
 * only in quotes. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") {
    return value.length < QUOTE_LENGTH_MIN
      ? [`"${value}"`, `'${value}'`, `\`${value}\``]
      : [value, JSON.stringify(value).slice(1, -1)];
  }
  if (typeof value === "number") {
    const text = String(value);
    return text.length < QUOTE_LENGTH_MIN ? [] : [text];
  }
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return Object.entries(value).flatMap((each) => each.flatMap(textsOf));
}
