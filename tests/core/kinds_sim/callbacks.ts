/** The callbacks of kinds, as users write them: they do what their scripts say,
 * and tell the laws what they see. */
import type { Failure, ItemName, Run } from "../../../mod.ts";
import type { Flight, Item } from "./item.ts";
import type { Message, Part } from "./ledger.ts";
import { type Ending, type KindPlan, QUIET, type Script } from "./plan.ts";
import { begin, end } from "./running.ts";
import {
  CLEANUP_FAILURE,
  CONTEXT_FAILURE,
  MERGE_FAILURE,
  type Thrown,
  UNDELIVERED_FAILURE,
  wordOf,
} from "./words.ts";
import type { Context, OpenRun, World } from "./world.ts";

type SimRun = Run<Context | undefined, Message, Message>;

/** No plan comes near it. */
const STARTS_MAX = 2_000;

/** `run`. */
export function run(
  world: World,
  item: Item,
  run: SimRun,
): Promise<number> | number {
  const { facts, plan } = world;
  if (facts.starts > STARTS_MAX) {
    world.scheduler.pause(); // Nothing else ends a loop that has gone mad.
    facts.break(`more than ${STARTS_MAX} runs`);
  }
  const { number, attempt, coalesced, executor, messages } = run;
  const context = run.context?.id;
  const seen = { messages, number, attempt, coalesced, executor, context };
  const flight = begin(facts, item, seen);
  const { serial } = flight;
  world.note(
    `run ${serial} of ${item.id}: [${messages.join("; ")}] #${number} ` +
      `attempt ${attempt} x${coalesced} @${executor}`,
  );
  world.ownHandles.set(flight, run.item);
  world.signals.set(flight, () => run.signal);
  const script = world.isCalm ? QUIET : plan.scripts.of(item.id, item.starts);
  if (script.when === "later") return later(world, flight, script, run);
  for (const act of script.acts) world.perform(act, flight);
  const thrown = thrownBy(flight, script.end);
  if (script.when === "at once") {
    ended(world, flight, thrown);
    if (thrown !== undefined) throw thrown;
    return serial;
  }
  return watch(
    world,
    flight,
    thrown === undefined ? Promise.resolve(serial) : Promise.reject(thrown),
  );
}

function thrownBy({ serial }: Flight, ending: Ending): Thrown | undefined {
  const { ok, final, retryAfter } = ending;
  return ok ? undefined : { word: `error of run ${serial}`, final, retryAfter };
}

/** Sees the end of a run just before the engine does: whoever is first to
 * follow a promise is first to be called. */
function watch(
  world: World,
  flight: Flight,
  promise: Promise<number>,
): Promise<number> {
  promise.then(
    () => ended(world, flight, undefined),
    (thrown: Thrown) => ended(world, flight, thrown),
  );
  return promise;
}

function ended(world: World, flight: Flight, thrown: Thrown | undefined): void {
  world.note(`run ${flight.serial} ends: ${thrown?.word ?? "ok"}`);
  end(world.facts, flight, thrown);
}

/** It ends when a step says so, or when its signal aborts. */
function later(
  world: World,
  flight: Flight,
  script: Script,
  run: SimRun,
): Promise<number> {
  const { open } = world;
  let settle: OpenRun["settle"] = () => {};
  const promise = new Promise<number>((resolve, reject) => {
    settle = (ending) => {
      const index = open.findIndex((other) => other.flight === flight);
      if (index >= 0) open.splice(index, 1);
      const thrown = thrownBy(flight, ending);
      if (thrown === undefined) resolve(flight.serial);
      else reject(thrown);
    };
  });
  watch(world, flight, promise);
  open.push({ flight, settle });
  if (script.onAbort !== "nothing") {
    const { signal } = run;
    signal.onabort = () => {
      world.note(`run ${flight.serial} aborts: ${wordOf(signal.reason)}`);
      world.aborts.push(flight);
      settle({ ok: script.onAbort === "fulfils" });
    };
  }
  for (const act of script.acts) world.perform(act, flight);
  return promise;
}

/** `merge`: it concatenates, and so the order of its arguments matters. */
export function merge(
  world: World,
  plan: KindPlan,
  [older, newer]: readonly [Message, Message],
): Message {
  const isThrowing = plan.mergeThrows && !world.isCalm &&
    world.plan.scripts.throws(1, ++world.merges);
  if (!isThrowing) return [...older, ...newer];
  world.note("merge throws");
  if (world.thrown !== undefined) world.thrown.word = MERGE_FAILURE.word;
  else staysUnmerged(world, older);
  throw MERGE_FAILURE;
}

/** It was called to give the messages of a failed run back: what was taken for
 * one parcel are two. */
function staysUnmerged({ facts }: World, older: Message): void {
  const parts = facts.ledger.of([older]);
  const [part] = parts;
  const item = facts.items[part?.item ?? 0];
  if (item === undefined) return;
  item.isUnmerged = true;
  const at = item.inbox.findIndex((parcel) => parcel.includes(part as Part));
  const both = item.inbox[at] ?? [];
  const cut = both.indexOf(part as Part) + parts.length;
  if (cut < both.length) {
    item.inbox.splice(at, 1, both.slice(0, cut), both.slice(cut));
  }
  const words = [MERGE_FAILURE.word];
  facts.tellings.expect({ who: "onError", item: item.id, words, parts: [] });
}

/** `context`. */
export function context(world: World, item: Item): Context {
  const { facts } = world;
  const { cleanup, contextThrows } = item.kind.plan;
  const id = ++world.made;
  if (contextThrows && !world.isCalm && world.plan.scripts.throws(2, id)) {
    if (world.thrown !== undefined) world.thrown.word = CONTEXT_FAILURE.word;
    world.note("context throws");
    throw CONTEXT_FAILURE;
  }
  world.note(`context ${id} of ${item.id}`);
  if (item.context !== undefined) {
    facts.break(`item ${item.id} has a context, and gets another`);
  }
  item.remember();
  item.context = id;
  if (cleanup !== "none") world.contexts.set(id, item);
  return { id };
}

/** `undelivered`. What it throws goes to `onError`, with the messages. */
export function undelivered(
  world: World,
  messages: readonly Message[],
  failure: Failure,
): unknown {
  const { facts } = world;
  const item = world.itemOf(failure);
  if (item === undefined) return facts.break("undelivered of nobody");
  const parts = facts.ledger.of(messages);
  const { attempts, error } = failure;
  came(world, "undelivered", { item, word: wordOf(error), parts, attempts });
  for (const part of parts) part.isTelling = true;
  const manner = item.kind.plan.undelivered;
  if (manner === "returns") {
    return facts.ledger.tell(parts, "undelivered");
  }
  const words = [UNDELIVERED_FAILURE.word];
  facts.tellings.expect({ who: "onError", item: item.id, words, parts });
  if (manner === "throws") throw UNDELIVERED_FAILURE;
  return Promise.reject(UNDELIVERED_FAILURE);
}

/** `onError`. */
export function onError(
  world: World,
  error: unknown,
  source: ItemName & { readonly messages?: unknown },
): void {
  const { facts } = world;
  const messages = source.messages as readonly Message[] | undefined;
  if (messages?.length === 0) facts.break("onError got no messages");
  const item = world.itemOf(source);
  if (item === undefined) return facts.break(`onError: ${wordOf(error)}`);
  const parts = facts.ledger.of(messages ?? []);
  came(world, "onError", { item, word: wordOf(error), parts });
  facts.ledger.tell(parts, "onError");
}

/** Somebody was told; the laws must have said so, but for what fails while the
 * scheduler closes: there the ledger alone watches. */
function came(
  world: World,
  who: "undelivered" | "onError" | "retried" | "held",
  { item, word, parts, attempts }: {
    readonly item: Item;
    readonly word: string;
    readonly parts: readonly Part[];
    readonly attempts?: number;
  },
): void {
  const ids = parts.map(({ id }) => id).join();
  world.note(`${who} ${item.id}: ${word} [${ids}] ${attempts ?? ""}`);
  const told = { who, item: item.id, word, parts, attempts };
  const problem = world.facts.tellings.came(told);
  if (problem !== undefined && !item.isLoose) world.facts.break(problem);
}

/** `cleanup`. */
export function cleanup(
  world: World,
  item: Item,
  context: Context | undefined,
): unknown {
  const id = context?.id ?? 0;
  world.note(`cleanup of ${id}`);
  const problem = whyNoCleanup(world, item, id);
  if (problem !== undefined) {
    world.facts.break(`context ${id} is cleaned up ${problem}`);
  }
  world.contexts.delete(id);
  item.context = undefined;
  item.idleAtMs = undefined;
  const manner = item.kind.plan.cleanup;
  if (manner === "returns") return undefined;
  if (manner === "throws") {
    expectCleanupFailure(world, item);
    throw CLEANUP_FAILURE;
  }
  item.cleaning++;
  return new Promise<void>((resolve, reject) => {
    const settle = (isOk: boolean): void => {
      item.cleaning--;
      if (isOk) return resolve();
      expectCleanupFailure(world, item);
      reject(CLEANUP_FAILURE);
    };
    if (manner === "waits") world.openCleanups.push(settle);
    else settle(false);
  });
}

function expectCleanupFailure({ facts }: World, { id }: Item): void {
  const words = [CLEANUP_FAILURE.word];
  facts.tellings.expect({ who: "onError", item: id, words, parts: [] });
}

function whyNoCleanup(
  { clock, contexts, facts }: World,
  item: Item,
  id: number,
): string | undefined {
  if (contexts.get(id) !== item) return "twice, or by another key";
  if (item.context !== id) return "though it is not the latest";
  if (item.flight !== undefined) return "while a run of it goes on";
  if (facts.closing !== undefined) return undefined;
  if (item.isOwed) return "although a run of it is owed";
  if (item.deletion !== undefined || item.kind.isGone) return undefined;
  if (item.suspensions > 0) return "although it is suspended";
  const { passivateAfter = Infinity } = item.kind.plan;
  const idleMs = clock.now() - (item.idleAtMs ?? Infinity);
  return idleMs >= passivateAfter ? undefined : `after ${idleMs} ms`;
}

/** Looks at all that can be observed. */
export function observe(world: World): void {
  const name = (event: ItemName): string => `${event.kind}/${event.key}`;
  const saw = (event: ItemName, what: string): void =>
    world.note(`saw ${name(event)} ${what}`);
  world.scheduler.observe({
    enqueued: (event) => saw(event, event.outcome),
    started: (event) => saw(event, `#${event.number}`),
    ended: (event) => saw(event, event.outcome),
    deleted: (event) => saw(event, "deleted"),
    retried: (event) => {
      const word = `${wordOf(event.error)} +${event.delay}`;
      const item = world.itemOf(event);
      const attempts = event.attempt;
      if (item === undefined) return world.facts.break("retried nobody");
      came(world, "retried", { item, word, parts: [], attempts });
    },
    held: (event) => {
      const item = world.itemOf(event);
      if (item === undefined) return world.facts.break("held nobody");
      came(world, "held", { item, word: wordOf(event.error), parts: [] });
    },
  });
}
