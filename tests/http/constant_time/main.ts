/** Does the time of a comparison tell where the first difference is (H19)? Two
 * classes of wrong tokens, one wrong from the first byte on, the other only in
 * the last, in random order; Welch's t between their times. A fact to look at,
 * with a naive comparison beside it that shows what would be seen: --samples N. */
// deno-lint-ignore-file no-console -- It is a program: it prints what it found.
import { sameText } from "../../../src/http/constant_time.ts";
import {
  type Draw,
  drawer,
  freshSeed,
} from "../../core/support/hostile_random.ts";

const SECRET = "k7Qm2xV9Zr4Tn8Lb1Wc6Yd3Hf5Js0Pg7";
const EARLY = `x${SECRET.slice(1)}`;
const LATE = `${SECRET.slice(0, -1)}x`;
/** One call is far below what the clock can tell. */
const CALLS = 50;

/** In a place of its own, as each header is: where a text lies in memory shows
 * in the times, even between two texts of the same class. */
function copyOf(text: string): string {
  return JSON.parse(JSON.stringify(text));
}

function isEqualNaively(shown: string, secret: string): boolean {
  for (let at = 0; at < secret.length; at++) {
    if (shown.charCodeAt(at) !== secret.charCodeAt(at)) return false;
  }
  return shown.length === secret.length;
}

/** The host turns the loop over the calls into the same code for each. */
type Same = (shown: string, secret: string) => boolean;

let equal = 0;

function timeOf(same: Same, shown: string): number {
  const startMs = performance.now();
  for (let call = 0; call < CALLS; call++) {
    if (same(shown, SECRET)) equal++;
  }
  return (performance.now() - startMs) * 1e6 / CALLS;
}

function samplesOf(
  same: Same,
  draw: Draw,
  count: number,
): [number[], number[]] {
  const times: [number[], number[]] = [[], []];
  for (let n = 0; n < count; n++) {
    const isLate = draw(2);
    const shown = copyOf(isLate === 1 ? LATE : EARLY);
    times[isLate === 1 ? 1 : 0].push(timeOf(same, shown));
  }
  return times;
}

interface Summary {
  readonly mean: number;
  /** Of the mean. */
  readonly variance: number;
}

/** What is slower than nearly all is the host's doing: a collection, a switch. */
function summaryOf(times: readonly number[], mostNs: number): Summary {
  const kept = times.filter((time) => time <= mostNs);
  const mean = kept.reduce((sum, time) => sum + time, 0) / kept.length;
  const squares = kept.reduce((sum, time) => sum + (time - mean) ** 2, 0);
  return { mean, variance: squares / (kept.length - 1) / kept.length };
}

function tell(name: string, same: Same, draw: Draw, count: number): void {
  samplesOf(same, draw, count / 10); // Until it is compiled.
  const [early, late] = samplesOf(same, draw, count);
  const sorted = [...early, ...late].sort((a, b) => a - b);
  const mostNs = sorted[Math.floor(sorted.length * 0.99)] ?? Infinity;
  const a = summaryOf(early, mostNs);
  const b = summaryOf(late, mostNs);
  const t = (a.mean - b.mean) / Math.sqrt(a.variance + b.variance);
  console.log(
    `${name}: ${a.mean.toFixed(2)} ns wrong at once, ` +
      `${b.mean.toFixed(2)} ns wrong at the end, t = ${t.toFixed(2)}`,
  );
}

const [flag, samples = "1000000"] = Deno.args;
const count = flag === "--samples" ? Number(samples) : 1_000_000;
const seed = freshSeed();
console.log(`seed ${seed}, ${count} samples of ${CALLS} calls`);
tell("sameText", sameText, drawer(seed), count);
tell("naive", isEqualNaively, drawer(seed), count);
if (equal > 0) throw new Error("Two different texts were called equal");
