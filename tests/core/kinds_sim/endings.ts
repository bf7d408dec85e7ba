/** The ends of items, scopes and the scheduler, as acts. */
import type { CloseReport } from "../../../mod.ts";
import { ANY, type Facts } from "./facts.ts";
import type { Deletion, Item } from "./item.ts";
import { abort, close, forget, remove } from "./leaving.ts";
import type { Message } from "./ledger.ts";
import { ABORT_GRACE_MS } from "./plan.ts";
import type { Handle, OwnHandle, World } from "./world.ts";

/** An item, as the laws know it and as its users do. */
export interface Target {
  readonly item: Item;
  readonly handle: Handle;
}

/** Through the handle of its own run it only marks. */
export function mark(world: World, item: Item, own: OwnHandle): void {
  if (item.deletion === undefined) begin(world, item, false);
  world.follow("own delete", world.waiter(["ok"]), own.delete());
}

function begin(world: World, item: Item, isScope: boolean): Deletion {
  const deletion: Deletion = {
    isScope,
    isAwaited: !isScope,
    promise: undefined,
    dropped: undefined,
  };
  remove(world.facts, item, deletion);
  return deletion;
}

/** `delete()`: it is the same promise each time. */
export function removeItem(world: World, { item, handle }: Target): void {
  const deletion = item.deletion ?? begin(world, item, false);
  deletion.isAwaited = true;
  const promise = handle.delete();
  if (deletion.promise !== undefined) {
    if (deletion.promise === promise) return;
    return world.facts.break(`delete of item ${item.id} gave another promise`);
  }
  deletion.promise = promise;
  world.follow("delete", world.waiter(["ok", "WI-CLOSED"]), promise);
  promise.then((dropped) => gone(world, item, dropped), () => {});
}

function gone(
  { facts }: World,
  item: Item,
  messages: readonly Message[] | undefined,
): void {
  const parts = facts.ledger.of(messages ?? []);
  facts.ledger.tell(parts, "delete()");
  const { deletion } = item;
  if (deletion === undefined || item.isLoose) return;
  const law = deletion.dropped?.map(({ id }) => id).join();
  const got = parts.map(({ id }) => id).join();
  const isRight = (law ?? "") === got &&
    (law === undefined) === (messages === undefined);
  if (!isRight) facts.break(`delete of ${item.id} gives [${got}], not ${law}`);
  if (!item.mayBeGone()) facts.break(`delete of ${item.id} ends too early`);
  forgetContext(facts, item);
  if (!item.kind.isGone) forget(item);
}

function forgetContext(facts: Facts, item: Item): void {
  if (item.context === undefined) return;
  if (item.kind.plan.cleanup !== "none") {
    facts.break(`item ${item.id} is gone, its context is not`);
  }
  item.context = undefined;
}

/** Deletes the scope of the plan, with all that is in it. */
export function removeScope(world: World): void {
  const { scope, facts } = world;
  const kinds = facts.kinds.filter(({ plan }) => plan.isInScope);
  if (scope === undefined || kinds.some(({ isGone }) => isGone)) return;
  const items = facts.items.filter(({ kind }) => kinds.includes(kind));
  if (items.some((item) => item.deletion !== undefined)) return;
  for (const kind of kinds) kind.isGone = true;
  for (const item of items) begin(world, item, true);
  const promise = scope.delete();
  world.follow("delete scope", world.waiter(["ok", "WI-CLOSED"]), promise);
  promise.then(() => {
    for (const item of items) {
      if (!item.isLoose && !item.mayBeGone()) {
        facts.break(`scope of item ${item.id} ends too early`);
      }
      if (!item.isLoose) forgetContext(facts, item);
      forget(item);
    }
  }, () => {});
}

/** `close()`, once. */
export function closeAll(world: World, grace: number): void {
  const { facts, scheduler, clock } = world;
  if (facts.closing !== undefined) return;
  facts.graceEndsMs = clock.now() + grace;
  close(facts);
  if (grace === 0) abort(facts);
  const promise = scheduler.close({ grace, abortGrace: ABORT_GRACE_MS });
  world.follow("close", world.waiter(["ok"]), promise);
  promise.then((report) => reported(world, report));
}

/** What was given up is over for the laws too. */
function reported(world: World, report: CloseReport): void {
  const { facts } = world;
  world.hasReport = true;
  for (const flight of facts.flights) {
    const parts = flight.parcels.flat();
    facts.ledger.returned(parts);
    facts.answerParts(parts, ANY);
    flight.isOver = flight.item.isStuck = true;
  }
  for (const list of ["aborted", "left", "stuck"] as const) {
    for (const { kind, key, messages } of report[list]) {
      const parts = facts.ledger.of(messages as readonly Message[]);
      const ids = parts.map(({ id }) => id).join();
      world.note(`report ${list}: ${kind}/${key} [${ids}]`);
      facts.ledger.tell(parts, `the report (${list})`);
    }
  }
}
