/**
 * The command `enqueue`: asks for a run, and may wait for its result.
 *
 * @module
 */
import type { ItemName } from "../core/calls.ts";
import type { Clock } from "../core/clock.ts";
import type { TargetOptions, TargetReceipt } from "../core/target.ts";
import type { RemoteCall, RemoteCommand } from "./command.ts";
import { EXIT, Failure, misuse } from "./failure.ts";
import { parseName, shownName } from "./names.ts";
import { parseSpan, shownSpan } from "./spans.ts";
import { jsonOf } from "./visible.ts";

/** `enqueue` */
export const ENQUEUE: RemoteCommand = {
  name: "enqueue",
  words: "<kind>/<key> [json | -]",
  help: "ask for a run; the message is JSON, or read from stdin",
  examples: [
    `enqueue reindex/acme '{"doc":7}'`,
    "enqueue reindex/acme - --wait=10s < message.json",
  ],
  flags: {
    wait: {
      type: "string",
      value: "SPAN",
      isOptional: true,
      help: "wait for the result, at most so long: exit code 1 if the run" +
        " fails, 6 if the time is over",
    },
    delay: { type: "string", value: "SPAN", help: "not before so long" },
    id: {
      type: "string",
      value: "ID",
      help: "a second enqueue of the same item with this id does nothing",
    },
  },
  count: [1, 2],
  isLocal: false,
  run: enqueue,
};

async function enqueue(call: RemoteCall): Promise<number> {
  const { given, host, paper, client } = call;
  const [word = "", text] = given.words;
  const name = parseName(word, given.text("kind"));
  const delay = given.text("delay");
  const options: TargetOptions = {
    id: given.text("id"),
    delay: delay === undefined ? undefined : parseSpan("--delay", delay, "ms"),
  };
  const wait = given.text("wait");
  const waitMs = wait === undefined || wait === ""
    ? Infinity
    : parseSpan("--wait", wait, "s");
  const message = parseMessage(text === "-" ? await host.read() : text);
  if (wait !== undefined) {
    return await request(call, { name, message, options, waitMs });
  }
  const receipt = await client.enqueue(name, message, options);
  await paper.tell({ ...name, ...receipt }, () => [answerOf(name, receipt)]);
  return receipt.outcome === "skipped" ? EXIT.refused : EXIT.done;
}

interface Wish {
  readonly name: ItemName<string>;
  readonly message: unknown;
  readonly options: TargetOptions;
  readonly waitMs: number;
}

async function request(
  { client, host, paper }: RemoteCall,
  { name, message, options, waitMs }: Wish,
): Promise<number> {
  const { signal, stop } = patience(host.clock, waitMs);
  try {
    const answer = await client.request(name, message, { ...options, signal });
    const { outcome, version } = answer;
    if (!paper.isJson) paper.note(answerOf(name, { outcome, version }));
    const result = await answer.result;
    await paper.tell(
      { ...name, outcome, version, result: result ?? null },
      () => result === undefined ? [] : [jsonOf(result)],
    );
    return EXIT.done;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Failure(
      EXIT.timedOut,
      `There is no result of ${shownName(name)} after ${shownSpan(waitMs)}`,
      { hint: "The run goes on, or is still to come: show tells which." },
    );
  } finally {
    stop();
  }
}

function patience(
  clock: Clock,
  limitMs: number,
): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const { signal } = controller;
  if (limitMs === Infinity) return { signal, stop: () => {} };
  const timer = clock.startTimer(() => controller.abort(), limitMs);
  return { signal, stop: () => clock.stopTimer(timer) };
}

function parseMessage(text: string | undefined): unknown {
  if (text === undefined) return undefined; // A mere wake-up.
  try {
    return JSON.parse(text);
  } catch {
    throw misuse(
      "The message is no JSON",
      `A text is written '"text"', with both kinds of quotes; no message at` +
        " all is a mere wake-up.",
    );
  }
}

function answerOf(name: ItemName<string>, { outcome }: TargetReceipt): string {
  return `${outcome} ${shownName(name)}`;
}
