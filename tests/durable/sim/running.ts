/** What a process does with its session: it claims, runs and settles. */
import { RESULTS } from "./results.ts";
import type { Verdict, Write } from "../../../src/durable/stored.ts";
import { bytesOf, folded, numbersIn, textIn } from "./bodies.ts";
import { isUnknown, type Run, type Session } from "./ledger.ts";
import type { VerdictPlan } from "./plan.ts";
import type { Process } from "./process.ts";
import { onFence, onIndex, reading } from "./touches.ts";

/** What a run leaves in the transaction that completes it. */
export interface Entry {
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly messages: readonly number[];
  readonly how: VerdictPlan["context"];
}

const TRIED_AGAIN: VerdictPlan = {
  type: "retry",
  context: "fold",
  extra: "none",
  delayMs: 0,
  isTold: false,
};
/** What no database takes for a value. */
const TOO_LARGE = 70_000;

/** Opens a session, if there is none. */
export async function openSession(
  process: Process,
): Promise<Session | undefined> {
  if (process.session !== undefined && !process.isLeased) process.giveUp();
  if (process.session !== undefined || process.isOpening) {
    return process.session;
  }
  process.isOpening = true;
  const { world, clock, store } = process;
  const sentMs = clock.now();
  const sentAtMs = world.nowMs;
  const name = await process.attempt(
    onIndex("open", { writes: ["h"] }),
    () => store.openSession(),
  );
  process.isOpening = false;
  if (name === undefined) return undefined;
  const isWronged = world.wronged.has(name);
  process.session = { name, sentMs, sentAtMs, isOver: false, isWronged };
  world.sessions.set(name, process.session);
  return process.session;
}

/** Claims, and loads what it got. */
export async function claim(
  process: Process,
  { limit, maxMessages }: {
    readonly limit: number;
    readonly maxMessages: number;
  },
): Promise<void> {
  const { world, store } = process;
  const session = await openSession(process);
  if (session === undefined || !process.isLeased) return;
  const begun = world.ledger.moment();
  const wants = world.kinds.map((kind) => ({ kind, limit }));
  const claims = await process.attempt(
    onIndex("claim", { writes: ["l"] }),
    () => store.claim(session.name, wants, limit),
  );
  if (process.session !== session || !process.isLeased) {
    if (process.session === session) process.giveUp();
    return; // What was claimed is for others to find.
  }
  await Promise.all((claims ?? []).map(async (claim) => {
    const run: Run = {
      claim,
      session,
      maxMessages,
      begun,
      ended: Infinity,
      loaded: undefined,
      verdict: undefined,
      isSettling: false,
      isUnknown: false,
      isKnownLost: false,
      settled: undefined,
    };
    world.figures.runs++;
    world.ledger.runs.push(run);
    world.begin(run);
    process.runs.add(run);
    world.trace(`${process.number}: runs ${claim.key} as ${claim.fence}`);
    run.loaded = await process.attempt(
      reading("load"),
      () => store.load(claim, maxMessages),
    );
  }));
}

/** Ends some runs. */
export async function settle(
  process: Process,
  plan: VerdictPlan,
  many: number,
): Promise<void> {
  const { isCareless } = process.world.plan;
  if (process.session !== undefined && !process.isLeased && !isCareless) {
    process.giveUp();
  }
  const runs = [...process.runs].filter(({ isSettling }) => !isSettling);
  await Promise.all(
    runs.slice(0, many).map((run) => settleRun(process, run, plan)),
  );
}

/** Ends a run. What failed with nobody knowing how is tried once more, later. */
export async function settleRun(
  process: Process,
  run: Run,
  wished: VerdictPlan,
): Promise<void> {
  const { world, store } = process;
  const { ledger, figures } = world;
  const plan = run.verdict ?? wished;
  const type = run.loaded === undefined ? "release" : plan.type;
  run.verdict = { ...plan, type };
  run.isSettling = true;
  world.end(run);
  const settled = await process.attempt(
    onFence(type, run.claim, run.claim.fence),
    () => store.settle(run.claim, verdictOf(run, run.verdict ?? plan)),
    (error) => run.isUnknown ||= isUnknown(error),
  );
  run.isSettling = false;
  world.trace(
    `${process.number}: ${type} ${run.claim.key} as ${run.claim.fence}: ${settled?.state}`,
  );
  if (settled === undefined || settled.state === "conflict") {
    if (plan.extra !== "none") run.verdict = TRIED_AGAIN;
    return;
  }
  process.runs.delete(run);
  if (settled.state === "lost") figures.stale++;
  ledger.settled(run, settled);
}

function verdictOf(run: Run, plan: VerdictPlan): Verdict {
  const replies = run.loaded?.messages.flatMap(({ reply }) => reply ?? []) ??
    [];
  const told = new Set(plan.isTold ? replies : []);
  switch (plan.type) {
    case "complete":
      return complete(run, plan, told);
    case "retry":
      return { type: "retry", delayMs: plan.delayMs };
    case "bury":
      return { type: "bury", error: "it failed", result: RESULTS.bury, told };
    case "hold":
      return { type: "hold", result: RESULTS.hold, told };
    case "release":
      return { type: "release", isRestart: plan.isTold };
  }
}

function complete(
  { claim, loaded }: Run,
  plan: VerdictPlan,
  told: ReadonlySet<string>,
): Verdict {
  const before = loaded?.context === undefined
    ? undefined
    : textIn(loaded.context);
  const messages = loaded?.messages.flatMap(({ body }) => numbersIn(body)) ??
    [];
  const how = messages.length === 0 && plan.context === "fold"
    ? "keep"
    : plan.context;
  const after = how === "fold"
    ? folded(before, messages)
    : how === "keep"
    ? before
    : undefined;
  const entry: Entry = { before, after, messages, how };
  const { kind, key, fence } = claim;
  const writes: Write[] = [
    { type: "set", key: ["journal", kind, key, fence], value: entry },
    { type: "sum", key: ["count", kind, key], value: BigInt(messages.length) },
    ...EXTRAS[plan.extra],
  ];
  return {
    type: "complete",
    context: how === "fold"
      ? bytesOf(after ?? "")
      : how === "clear"
      ? null
      : undefined,
    result: RESULTS.complete.body,
    writes,
    told,
  };
}

const EXTRAS: Readonly<Record<VerdictPlan["extra"], readonly Write[]>> = {
  none: [],
  "no counter": [{ type: "sum", key: ["none", "text"], value: 1n }],
  hopeless: [{ type: "set", key: ["big"], value: "x".repeat(TOO_LARGE) }],
  conflict: [{ type: "check", key: ["none"], versionstamp: "0".repeat(20) }],
};
