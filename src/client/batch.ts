/**
 * How a client enqueues many: in parts that an endpoint takes, one after the
 * other, so that those of one key keep their order.
 *
 * @module
 */
import type { WaitOptions } from "../core/calls.ts";
import { check, checkOne, KEY, OBJECT } from "../core/options.ts";
import type {
  TargetEntry,
  TargetOptions,
  TargetReceipt,
} from "../core/target.ts";
import { BATCH } from "./answers.ts";
import { refusalOf } from "./call.ts";
import type { Caller } from "./caller.ts";
import { idempotencyKey } from "./idempotency_key.ts";
import { encode } from "./message.ts";
import { checkTimes, ENTRY_RULES } from "./said.ts";
import { type Shape, ShapeError } from "./shape.ts";
import { type EntryAnswer, kindPath } from "./wire.ts";

/** Endpoints take 1,048,576 bytes at once, unless they are told otherwise. */
const PART_BYTES_MAX = 1_000_000;

/** What becomes of one entry. */
type Fate = TargetReceipt | Error;

/** An entry as it is sent. */
interface Line {
  readonly index: number;
  /** For errors. */
  readonly action: string;
  readonly json: string;
  readonly bytes: number;
}

/**
 * Enqueues many of a kind. Each is answered by itself, in their order.
 *
 * If a part cannot be sent, its error is thrown if nothing has been sent before;
 * else it is the answer to all that have none yet.
 */
export async function enqueueMany(
  caller: Caller,
  kind: string,
  entries: readonly TargetEntry[],
  { signal }: WaitOptions = {},
): Promise<readonly Fate[]> {
  checkOne("Cannot enqueue", "kind", KEY, kind);
  const fates: (Fate | undefined)[] = new Array(entries.length).fill(undefined);
  const lines: Line[] = [];
  for (const [index, entry] of entries.entries()) {
    const line = lineOf(kind, index, entry);
    if (line instanceof Error) fates[index] = line;
    else lines.push(line);
  }
  let trouble: Error | undefined;
  for (const part of partsOf(lines, caller.settings.maxBatch)) {
    try {
      const answers = await sendPart(caller, kind, part, signal);
      part.forEach(({ index }, at) => fates[index] = answers[at]);
    } catch (error) {
      const isFirst = part[0] === lines[0];
      if (isFirst || signal?.aborted || !(error instanceof Error)) throw error;
      trouble = error;
      break; // Else later ones of a key might overtake earlier ones.
    }
  }
  return fates.map((fate) => fate ?? trouble ?? unsent());
}

/** An entry as JSON, or what is wrong with it. */
function lineOf(
  kind: string,
  index: number,
  entry: TargetEntry,
): Line | Error {
  let action = `Cannot enqueue entry ${index} of many of "${kind}"`;
  try {
    checkOne(action, "entry", OBJECT, entry);
    const { key, message, ...options } = entry;
    checkOne(action, "key", KEY, key);
    action = `Cannot enqueue "${kind}/${key}"`;
    const said = check(action, options, ENTRY_RULES);
    checkTimes(action, said);
    const head = JSON.stringify({ key, ...wholeOf(said) });
    const body = encode(action, message);
    const json = body === undefined
      ? head
      : `${head.slice(0, -1)},"message":${body}}`;
    const bytes = new TextEncoder().encode(json).length + 1;
    if (bytes < PART_BYTES_MAX) return { index, action, json, bytes };
    throw new RangeError(`${action} as it takes more than 1 MB`);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error; // Of a getter.
  }
}

/** Endpoints take whole milliseconds; no run begins too early by that. */
function wholeOf({ delay, maxDelay, ...said }: TargetOptions): TargetOptions {
  return {
    ...said,
    delay: delay && Math.ceil(delay),
    maxDelay: maxDelay && Math.ceil(maxDelay),
  };
}

/** Cuts the lines into parts that an endpoint takes. */
function partsOf(
  lines: readonly Line[],
  countMax: number,
): readonly (readonly Line[])[] {
  const parts: Line[][] = [];
  let part: Line[] = [];
  let bytes = 0;
  for (const line of lines) {
    const isFull = part.length === countMax ||
      bytes + line.bytes > PART_BYTES_MAX;
    if (part.length === 0 || isFull) {
      parts.push(part = []);
      bytes = 2;
    }
    part.push(line);
    bytes += line.bytes;
  }
  return parts;
}

async function sendPart(
  caller: Caller,
  kind: string,
  part: readonly Line[],
  signal: AbortSignal | undefined,
): Promise<readonly Fate[]> {
  const action = `Cannot enqueue many of "${kind}"`;
  const { value } = await caller.send({
    action,
    method: "POST",
    path: `${kindPath(kind)}/messages`,
    effect: "again",
    headers: { "idempotency-key": idempotencyKey(caller.settings) },
    body: `[${part.map(({ json }) => json).join(",")}]`,
    signal,
    expects: { 202: answersTo(part.length) },
  });
  return value.map((each, at) => fateOf(part[at]?.action ?? action, each));
}

function fateOf(action: string, answer: EntryAnswer): Fate {
  if (!("outcome" in answer)) return refusalOf(action, answer);
  const { outcome, version } = answer;
  return { outcome, version };
}

/** So many answers, as many as were asked for. */
function answersTo(count: number): Shape<readonly EntryAnswer[]> {
  return (value, at) => {
    const { results } = BATCH(value, at);
    if (results.length === count) return results;
    throw new ShapeError(`${at}.results`, `a list of ${count}`);
  };
}

function unsent(): Error {
  return new TypeError("Cannot tell what became of an entry");
}
