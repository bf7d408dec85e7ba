/** Compares all that can be asked of a scheduler with what the laws say, when
 * no microtask is left that could change anything. */
import type { Item } from "./item.ts";
import type { Handle, World } from "./world.ts";

/** What is wrong, if anything is. */
export function problemOf(world: World): string | undefined {
  const { facts } = world;
  const { broken, ledger } = facts;
  const [problem] = broken.concat(ledger.broken);
  if (problem !== undefined) return problem;
  const aborted = world.aborts.splice(0).find(({ cause }) => !cause);
  if (aborted !== undefined) {
    return `run ${aborted.serial} is aborted for no reason`;
  }
  const missing = facts.tellings.missing();
  if (missing !== undefined && facts.closing === undefined) return missing;
  for (const waiter of facts.answered) {
    return `waiter ${waiter.id} is not told ${waiter.expected?.join(" or ")}`;
  }
  if (facts.closing !== undefined) return starvation(world);
  return starvation(world) ?? counts(world) ?? items(world) ?? keys(world);
}

/** Law 3: nothing waits for which everything is free. */
function starvation({ facts, clock }: World): string | undefined {
  if (clock.turns > 0) return undefined;
  const item = facts.items.find((item) => facts.mustBegin(item));
  return item && `item ${item.id} is due, nothing keeps it, and it waits`;
}

function counts({ facts, scheduler }: World): string | undefined {
  const { nowMs, items } = facts;
  const count = (fits: (item: Item) => boolean): number =>
    items.reduce((sum, item) => fits(item) ? sum + 1 : sum, 0);
  const snapshot = scheduler.snapshot();
  // An item counts at what keeps it first: hold, suspension, backoff, delay.
  const isFree = (item: Item): boolean =>
    !item.isHeld && item.suspensions === 0;
  const law = {
    owed: facts.owed(),
    running: facts.flights.size,
    held: count(({ isHeld }) => isHeld),
    suspended: items.some(isEnding)
      ? snapshot.suspended // Whether it has ended yet nobody can see.
      : count(({ suspensions }) => suspensions > 0),
    backoff: count((item) => isFree(item) && item.isInBackoff(nowMs)),
    delayed: count((item) => isFree(item) && item.isDelayed(nowMs)),
    starts: facts.starts,
    ok: facts.ok,
    failed: facts.failed,
    aborted: facts.aborted,
    skipped: facts.skipped,
    stuck: 0,
    paused: facts.isPaused,
    concurrency: facts.concurrency,
  };
  for (const name of Object.keys(law) as (keyof typeof law)[]) {
    if (law[name] === snapshot[name]) continue;
    return `snapshot().${name} is ${snapshot[name]}, not ${law[name]}`;
  }
  return undefined;
}

/** Is it one of a deleted scope, with nothing left but cleanups? */
function isEnding(item: Item): boolean {
  return item.kind.isGone && !item.isOwed && item.flight === undefined;
}

function items(world: World): string | undefined {
  for (const item of world.facts.items) {
    if (item.kind.isGone) continue;
    const problem = stateOf(world, item) ?? inspection(world, item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function stateOf({ facts, handles }: World, item: Item): string | undefined {
  const { state } = handles[item.id] as Handle; // All items have one.
  const law = item.state(facts.nowMs);
  return state === law
    ? undefined
    : `state of item ${item.id} is ${state}, not ${law}`;
}

function inspection(
  { facts, kinds }: World,
  item: Item,
): string | undefined {
  const seen = kinds[item.kind.id]?.inspect(item.key);
  const isThere = item.isInMemory();
  if (seen === undefined || !isThere) {
    return isThere === (seen !== undefined)
      ? undefined
      : `item ${item.id} is ${isThere ? "not " : ""}in memory`;
  }
  const { nowMs } = facts;
  const atMs = item.isInBackoff(nowMs)
    ? item.backoffAtMs
    : item.isDelayed(nowMs)
    ? item.dueAtMs
    : undefined;
  const law = {
    owed: item.isOwed,
    messages: item.isUnmerged ? seen.messages : item.inbox.length,
    dueIn: atMs === undefined ? undefined : atMs - nowMs,
    running: item.flight === undefined ? 0 : 1,
    failures: item.failures,
    held: item.isHeld,
    suspended: item.suspensions > 0,
  };
  for (const name of Object.keys(law) as (keyof typeof law)[]) {
    if (law[name] === seen[name]) continue;
    return `${name} of item ${item.id}: ${seen[name]}, not ${law[name]}`;
  }
  return undefined;
}

function keys({ facts, kinds }: World): string | undefined {
  for (const { id, isGone } of facts.kinds) {
    if (isGone) continue;
    const law = facts.items.filter((item) =>
      item.kind.id === id && item.isInMemory()
    ).map(({ key }) => key).sort().join();
    const got = kinds[id]?.keys().sort().join();
    if (law !== got) return `keys of kind ${id}: [${got}], not [${law}]`;
  }
  return undefined;
}
