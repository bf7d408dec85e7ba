/** Every act of a plan: what the laws say of it, and then the engine. */
import type { EnqueueOutcome, Timing } from "../../../mod.ts";
import { closeAll, mark, removeItem, removeScope } from "./endings.ts";
import type { Flight, Held, Item } from "./item.ts";
import { cancel, reset, resume } from "./leaving.ts";
import type { Message, Part, Waiter } from "./ledger.ts";
import { INVALID } from "./options.ts";
import type { Act, TimingPlan } from "./plan.ts";
import { foretell, isSkipped, wake, type Wish } from "./waking.ts";
import type { Target } from "./endings.ts";
import { wordOf } from "./words.ts";
import type { Handle, OwnHandle, SimKind, World } from "./world.ts";

type EnqueueAct = Extract<Act, { act: "enqueue" | "request" }>;

/** Does `act`; `by` is the run whose callback does it, if one does. */
export function perform(world: World, act: Act, by: Flight | undefined): void {
  const { facts, scheduler } = world;
  switch (act.act) {
    case "settle":
      return world.open[act.which % world.open.length]?.settle(act.end);
    case "settle cleanup": {
      const { openCleanups } = world;
      const [settle] = openCleanups.splice(act.which % openCleanups.length, 1);
      return settle?.(act.ok);
    }
    case "jump":
      return world.clock.jumpToday(act.ms);
    case "concurrency":
      facts.concurrency = act.bound;
      scheduler.concurrency = act.bound;
      return;
    case "resume item":
      return giveBack(world, act.which);
    case "close":
      return closeAll(world, act.grace);
  }
  if (act.act === "enqueue" || act.act === "request") {
    return enqueue(world, act, by);
  }
  if (facts.closing === undefined) whileOpen(world, act, by);
}

/** What may be done only before `close()`; afterwards the laws leave open what
 * becomes of anything but messages. */
function whileOpen(world: World, act: Act, by: Flight | undefined): void {
  const { facts, scheduler } = world;
  if (act.act === "pause" || act.act === "resume") {
    facts.isPaused = act.act === "pause";
    return act.act === "pause" ? scheduler.pause() : scheduler.resume();
  }
  if (act.act === "delete scope") return removeScope(world);
  if (!("item" in act)) return;
  const item = act.act === "delete" && act.own ? by?.item : itemAt(world, act);
  if (item === undefined || item.mayBeGone() || item.kind.isGone) return;
  const handle = world.handles[item.id] as Handle; // All keys have one.
  onItem(world, act, { item, handle, by });
}

function itemAt({ facts }: World, act: { readonly item: number }): Item {
  return facts.items[act.item % facts.items.length] as Item; // In its range.
}

function onItem(
  world: World,
  act: Act,
  { item, handle, by }: {
    readonly item: Item;
    readonly handle: Handle;
    readonly by: Flight | undefined;
  },
): void {
  switch (act.act) {
    case "flush":
    case "idle":
      return wait(world, act.act, { item, handle });
    case "cancel":
      return takeBack(world, act.running, { item, handle });
    case "suspend":
      return suspend(world, { item, handle });
    case "reset":
      reset(world.facts, item);
      return handle.reset();
    case "delete": {
      const own = by === undefined ? undefined : world.ownHandles.get(by);
      if (act.own && own !== undefined) mark(world, item, own);
      return removeItem(world, { item, handle });
    }
    case "read context":
      return readContext(world, { item, handle });
  }
}

/** It makes one, if there is none; and who reads it has a use for it. */
function readContext(world: World, { item, handle }: Target): void {
  const { facts } = world;
  if (item.deletion !== undefined) return; // It may be cleaned up already.
  let answer: string;
  world.thrown = { word: undefined };
  try {
    answer = `${handle.context?.id}`;
  } catch (error) {
    answer = wordOf(error);
  }
  const law = world.thrown.word ?? `${item.context}`;
  item.idleAtMs = undefined;
  world.thrown = undefined;
  world.note(`context of item ${item.id}: ${answer}`);
  if (answer === law) return;
  facts.break(`context of item ${item.id} is ${answer}, not ${law}`);
}

/** All that can be wrong with an enqueue; none: it is accepted. */
function refusals(
  { facts, plan }: World,
  { load }: EnqueueAct,
  item: Item,
): string[] {
  const { kind, inbox, deletion } = item;
  const words: string[] = [];
  if (load === "invalid" && kind.plan.checks) words.push("WI-INVALID-MESSAGE");
  if (facts.closing !== undefined) words.push("WI-CLOSED");
  else if (deletion !== undefined || kind.isGone) words.push("WI-DELETED");
  if (words.length > 0) return words;
  if (isSkipped(item)) return ["skipped"];
  const isNew = !item.isOwed && item.flight === undefined;
  if (isNew && facts.owed() >= plan.maxOwed) words.push("WI-QUEUE-FULL");
  const { maxInbox = Infinity, merges } = kind.plan;
  const isFull = inbox.length >= maxInbox && !merges && load !== "nothing";
  if (isFull) words.push("WI-QUEUE-FULL");
  return words;
}

function enqueue(
  world: World,
  given: EnqueueAct,
  by: Flight | undefined,
): void {
  const own = by === undefined ? undefined : world.ownHandles.get(by);
  if (given.own && (own === undefined || by === undefined)) return;
  const item = given.own && by !== undefined ? by.item : itemAt(world, given);
  if (item.mayBeGone()) return; // Whether it is yet nobody can see.
  const act = loaded(given, item);
  const words = refusals(world, act, item);
  const isEmpty = act.load === "nothing";
  const waiter = act.act === "request" ? world.waiter() : undefined;
  const part = isEmpty || words.includes("WI-INVALID-MESSAGE")
    ? undefined
    : world.facts.ledger.make(item.id, waiter);
  const message = isEmpty
    ? undefined
    : part === undefined
    ? INVALID
    : [part.id];
  const wish: Wish = {
    part,
    waiter,
    timing: foreseen(world, act.timing),
    by: act.own ? by : undefined,
  };
  const asked = { item, wish, message, words, own };
  world.thrown = { word: undefined };
  if (waiter === undefined) send(world, act, asked);
  else ask(world, act, { ...asked, waiter });
  world.thrown = undefined;
}

/** Where runs do not take all, nobody can say which run a request without
 * message is answered by: there all have one. */
function loaded(act: EnqueueAct, { kind: { plan } }: Item): EnqueueAct {
  const isUncertain = act.act === "request" && act.load === "nothing" &&
    plan.maxMessages !== undefined;
  return isUncertain ? { ...act, load: "message" } : act;
}

interface Asked {
  readonly item: Item;
  readonly wish: Wish;
  readonly message: Message | undefined;
  /** What may refuse it. */
  readonly words: string[];
  readonly own: OwnHandle | undefined;
}

function send(world: World, act: EnqueueAct, asked: Asked): void {
  const { item, wish, message, words, own } = asked;
  const { facts } = world;
  let law: string = foretell(item, wish);
  let answer: string;
  try {
    answer = outcomeOf(world, act, { item, message, own });
  } catch (error) {
    answer = wordOf(error);
  }
  const thrown = world.thrown?.word;
  if (thrown !== undefined) words.push(thrown);
  if (words.length > 0) law = words.join(" or ");
  world.note(`enqueue ${item.id} [${message ?? ""}]: ${answer}`);
  const isRight = words.length > 0 ? words.includes(answer) : answer === law;
  if (!isRight) {
    facts.break(`enqueue of item ${item.id} answers ${answer}, not ${law}`);
  }
  if (answer === "skipped") facts.skipped++;
  else if (words.length === 0) wake(facts, item, wish);
}

function outcomeOf(
  world: World,
  act: EnqueueAct,
  { item, message, own }: Pick<Asked, "item" | "message" | "own">,
): EnqueueOutcome {
  const timing = timingOf(world, act.timing);
  if (act.own && own !== undefined) return own.enqueue(message, timing);
  if (act.item % 2 === 0) {
    return kindOf(world, item).enqueue(item.key, message, timing);
  }
  return handleOf(world, item).enqueue(message, timing);
}

function ask(
  world: World,
  act: EnqueueAct,
  asked: Asked & { readonly waiter: Waiter },
): void {
  const { item, wish, message, words, own, waiter } = asked;
  const { facts } = world;
  const timing = timingOf(world, act.timing);
  const isOwn = act.own && own !== undefined;
  const promise = isOwn
    ? own.request(message, timing)
    : act.item % 2 === 0
    ? kindOf(world, item).request(item.key, message, timing)
    : handleOf(world, item).request(message, timing);
  const thrown = world.thrown?.word;
  if (thrown !== undefined) words.push(thrown);
  const isSkip = words.length === 1 && words[0] === "skipped";
  const law = isOwn ? ["WI-SELF-WAIT"] : isSkip ? ["WI-SKIPPED"] : words;
  world.note(`request ${waiter.id} of ${item.id} [${message ?? ""}]`);
  if (isSkip && !isOwn) facts.skipped++;
  if (law.length > 0) facts.answer(waiter, law);
  else wake(facts, item, wish);
  world.follow("request", waiter, promise);
}

function timingOf(
  { clock }: World,
  timing: TimingPlan | undefined,
): Timing | undefined {
  if (timing === undefined) return undefined;
  const { at, ...others } = timing;
  if (at === undefined) return others;
  return { ...others, at: new Date(clock.today() + at) };
}

/** A date has no fractions of a millisecond. */
function foreseen(
  world: World,
  timing: TimingPlan | undefined,
): TimingPlan | undefined {
  const { at } = timingOf(world, timing) ?? {};
  return at && { ...timing, at: at.getTime() - world.clock.today() } || timing;
}

function kindOf(world: World, item: Item): SimKind {
  return world.kinds[item.kind.id] as SimKind; // All have one.
}

function handleOf(world: World, item: Item): Handle {
  return world.handles[item.id] as Handle; // All have one.
}

const REFUSALS = ["WI-HELD", "WI-CANCELLED", "WI-DELETED", "WI-CLOSED"];

/** When `flush()` resolves, something has become of all that was due. */
function wait(
  world: World,
  how: "flush" | "idle",
  { item, handle }: Target,
): void {
  const { facts } = world;
  const parts: Part[] = item.flight?.parcels.flat() ?? [];
  if (!item.isDelayed(facts.nowMs)) parts.push(...item.waiting());
  const promise = handle[how]();
  const waiter = world.waiter(["ok", ...REFUSALS]);
  world.follow(how, waiter, promise);
  promise.then(() => {
    const open = parts.find((part) => !facts.ledger.isSettled(part));
    if (open === undefined || facts.closing !== undefined) return;
    facts.break(`${how} ${waiter.id} resolves, but ${open.id} still waits`);
  }, () => {});
}

function takeBack(
  world: World,
  isRunningToo: boolean,
  { item, handle }: Target,
): void {
  if (isRunningToo && item.deletion !== undefined) return;
  const law = cancel(world.facts, item, isRunningToo);
  const taken = handle.cancel({ running: isRunningToo });
  const ids = law?.map(({ id }) => id).join();
  world.note(`cancel ${item.id}: ${taken?.flat().join()}`);
  if (taken?.flat().join() === ids) return;
  world.facts.break(`cancel of item ${item.id} gives ${taken}, not ${ids}`);
}

function suspend(world: World, target: Target): void {
  const { facts, suspensions } = world;
  const { item, handle } = target;
  world.thrown = { word: undefined }; // It may make a context.
  try {
    const held: Held = {
      handle: handle.suspend(),
      item,
      life: item.life,
      isUsed: false,
    };
    suspensions.push(held);
  } catch (error) {
    const isMade = wordOf(error) !== world.thrown?.word;
    world.thrown = undefined;
    if (item.deletion === undefined && isMade) {
      facts.break(`suspend of item ${item.id} throws ${wordOf(error)}`);
    }
    return;
  }
  world.thrown = undefined;
  if (item.deletion !== undefined) facts.break("suspend of a deleted item");
  item.remember();
  item.suspensions++;
  item.idleAtMs = undefined;
}

function giveBack({ suspensions }: World, which: number): void {
  const held = suspensions[which % suspensions.length];
  if (held === undefined) return;
  const { item, life, isUsed, handle } = held;
  held.isUsed = true;
  if (!isUsed && item.life === life) resume(item);
  handle.resume();
}
