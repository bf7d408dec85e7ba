/** What a process does to items from outside. */
import { StoreError } from "../../../src/durable/errors.ts";
import type { DeadLetter, Wake } from "../../../src/durable/stored.ts";
import { bodyOf, foldBodies, numbersIn } from "./bodies.ts";
import type { Sent } from "./ledger.ts";
import type { Name, WakePlan } from "./plan.ts";
import type { Process } from "./process.ts";
import { onItem, onLetters, reading } from "./touches.ts";

const WINDOW_MS = 3_600_000;
const TOO_LARGE = 70_000;

/** Enqueues, all at once. */
export async function enqueue(
  process: Process,
  plans: readonly WakePlan[],
): Promise<void> {
  const { ledger } = process.world;
  const sent = plans.map((plan) => {
    const { message, hasReply } = plan;
    const reply = hasReply ? `r${message ?? `w${ledger.moment()}`}` : undefined;
    return ledger.send(plan, reply);
  });
  await Promise.all(
    plans.map((plan, at) => one(process, plan, sent[at] as Sent)), // As many.
  );
}

async function one(
  process: Process,
  plan: WakePlan,
  sent: Sent,
): Promise<void> {
  const { ledger, figures, trace } = process.world;
  const { message, isTooLarge, hasId, name } = plan;
  const { delayMs, reschedule, maxDelayMs, whenRunning, maxInbox } = plan;
  const timing = { delayMs, reschedule, maxDelayMs, whenRunning };
  const body = isTooLarge
    ? new Uint8Array(TOO_LARGE)
    : message === undefined
    ? undefined
    : bodyOf([message]);
  const id = hasId && message !== undefined ? `m${message}` : undefined;
  const wake: Wake = {
    ...name,
    ...timing,
    id,
    body,
    reply: sent.reply,
    idWindowMs: WINDOW_MS,
    maxInbox,
  };
  const answers = await process.attempt(
    onItem("enqueue", name),
    () => process.store.enqueue([wake]),
  );
  const [answer] = answers ?? [];
  if (answer === undefined) return;
  ledger.answered(sent, answer);
  if (answer instanceof StoreError && process.world.isDraining) {
    ledger.accuse(`nothing is wrong, and yet: ${answer}`);
  }
  trace(
    `${process.number}: enqueue ${message} to ${name.kind}/${name.key}: ${
      answer instanceof Error
        ? `${answer} ${answer instanceof StoreError ? answer.outcome : ""}`
        : `${answer.outcome} ${answer.version}`
    }`,
  );
  if (sent.answer === "unknown") figures.unknown++;
  if (sent.answer === "duplicate") figures.duplicates++;
}

/** Enqueues once more what has an id and may not have arrived. */
export async function enqueueAgain(
  process: Process,
  nth: number,
): Promise<void> {
  const open = process.world.open({ pending: false });
  const plan = open[nth % open.length];
  if (plan !== undefined) await enqueue(process, [plan]);
}

/** Takes back what waits. */
export async function cancel(
  process: Process,
  name: Name,
  running: boolean,
): Promise<void> {
  const { ledger } = process.world;
  const take = ledger.take(name, "cancelled");
  const taken = await process.attempt(
    onItem("cancel", name),
    () => process.store.cancel(name, { running }),
    (error) => ledger.failed(take, error),
  );
  if (taken !== undefined) ledger.took(take, taken);
}

/** Forgets an item. */
export async function forget(process: Process, name: Name): Promise<void> {
  const { ledger } = process.world;
  const take = ledger.take(name, "deleted");
  const taken = await process.attempt(
    onItem("delete", name),
    () => process.store.delete(name),
    (error) => ledger.failed(take, error),
  );
  if (taken !== undefined) ledger.took(take, taken);
}

/** Keeps an item from starting, or not any more. */
export async function suspend(
  process: Process,
  name: Name,
  isSuspended: boolean,
): Promise<void> {
  await process.attempt(
    onItem("suspend", name),
    () => process.store.suspend(name, isSuspended),
  );
}

/** Ends a backoff or a hold. */
export async function reset(process: Process, name: Name): Promise<void> {
  await process.attempt(
    onItem("reset", name),
    () => process.store.reset(name),
  );
}

/** Makes one message of several. */
export async function fold(process: Process, name: Name): Promise<void> {
  await process.attempt(
    onItem("fold", name),
    () => process.store.fold(name, foldBodies),
  );
}

/** Enqueues a dead letter again. */
export async function redrive(process: Process, name: Name): Promise<void> {
  const letter = await oneLetter(process, name);
  if (letter === undefined) return;
  const { redriven } = process.world.ledger;
  for (const number of inLetter(letter)) redriven.add(number);
  await process.attempt(
    onLetters("redrive", name),
    () => process.store.redrive(name, letter.id),
  );
}

/** Forgets a dead letter. */
export async function discard(process: Process, name: Name): Promise<void> {
  const { ledger } = process.world;
  const letter = await oneLetter(process, name);
  if (letter === undefined) return;
  const take = ledger.take(name, "discarded");
  const isDone = await process.attempt(
    onLetters("discard", name),
    () => process.store.discard(name, letter.id),
    (error) => ledger.failed(take, error),
  );
  if (isDone === undefined) return;
  take.ended = ledger.moment();
  take.messages = isDone ? inLetter(letter) : [];
}

/** Looks at an item, in all ways. */
export async function look(process: Process, name: Name): Promise<void> {
  const { store } = process;
  await process.attempt(reading("look"), async () => {
    const standing = await store.standing(name);
    await store.standing(name, standing.version);
    await store.inspect(name);
    await store.list({ kind: name.kind, prefix: name.key });
    await store.results(["r0", "r1"]);
    const runs = [...process.runs];
    const news = await store.news(runs.map(({ claim }) => claim));
    runs.forEach((run, at) => {
      if (news[at]?.isLost && !run.isSettling) run.isKnownLost = true;
    });
  });
}

/** The messages of a dead letter. */
export function inLetter({ messages }: DeadLetter): readonly number[] {
  return messages.flatMap(({ body }) => numbersIn(body));
}

async function oneLetter(
  process: Process,
  name: Name,
): Promise<DeadLetter | undefined> {
  const page = await process.attempt(
    reading("look for letters"),
    () => process.store.dead({ ...name, limit: 5 }),
  );
  return page?.items.at(process.world.random.below(page.items.length || 1));
}
