/**
 * Spans of time, as people write and read them.
 *
 * @module
 */
import { misuse } from "./failure.ts";

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of `500ms`, `5s`, `2m`, `1h`, or of a bare number of `unit`s. */
export function parseSpan(
  flag: string,
  text: string,
  unit: "ms" | "s",
): number {
  const [, digits, given] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text) ??
    [];
  if (digits === undefined) {
    throw misuse(
      `${flag} must be a span of time`,
      `As 500ms, 5s, 2m or 1h; a bare number is of ${
        unit === "s" ? "seconds" : "milliseconds"
      }.`,
    );
  }
  return Math.round(Number(digits) * (UNITS[given ?? unit] ?? 1));
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A span as `3.2 s`. */
export function shownSpan(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (ms < HOUR_MS) return `${(ms / MINUTE_MS).toFixed(1)} min`;
  if (ms < 2 * DAY_MS) return `${(ms / HOUR_MS).toFixed(1)} h`;
  return `${(ms / DAY_MS).toFixed(1)} days`;
}

/** A number and what is counted: `1 message`, `2 messages`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
