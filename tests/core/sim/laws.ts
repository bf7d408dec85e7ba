/** Laws that are checked without any model, at the moment they could break:
 * A1 (told or run), A6 (bound), A8 (no self-overlap) and A21 (cleanup last). */
import { type ItemPlan, ONE_SHOTS_FROM, type Plan } from "./plan.ts";

/** What one simulation has done so far. */
export class Laws {
  /** What was broken. */
  readonly broken: string[] = [];
  readonly #plan: Plan;
  readonly #items: ItemPlan[] = [];
  /** Runs that have not decided how they end, by item. */
  readonly #running: number[] = [];
  readonly #busy: Set<number> = new Set();
  readonly #cleaned: Set<number> = new Set();
  readonly #cleanedScopes: Set<number> = new Set();
  /** Enqueues that no run has followed and nobody was told of. */
  readonly #owed: Set<number> = new Set();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** An item was made. */
  made(id: number, plan: ItemPlan): void {
    this.#items[id] = plan;
    this.#running[id] = 0;
  }

  /** An enqueue was accepted. */
  accepted(id: number): void {
    this.#owed.add(id);
  }

  /** Somebody was told that what is owed will not run. */
  told(id: number): void {
    this.#owed.delete(id);
  }

  /** The same, of all items in a scope. */
  toldScope(scope: number): void {
    this.#items.forEach((plan, id) => {
      for (let at = plan.scope; at !== 0; at = this.#parentOf(at)) {
        if (at === scope) this.told(id);
      }
    });
  }

  #parentOf(scope: number): number {
    return this.#plan.scopes[scope]?.parent ?? 0;
  }

  /** At the end: is anybody waiting for a run that nobody will see? */
  ended(): void {
    for (const id of this.#owed) this.#break(`A1: no run of ${id}, none told`);
  }

  /** A run has begun on `executor`. */
  started(id: number, executor: number, concurrency: number): void {
    this.#owed.delete(id);
    if (this.#busy.has(executor)) {
      this.#break(`A6: executor ${executor} is busy`);
    }
    if (executor >= concurrency) {
      this.#break(`A6: executor ${executor} is beyond the bound`);
    }
    if (this.#busy.size >= concurrency) {
      this.#break(`A6: more than ${concurrency} runs`);
    }
    this.#busy.add(executor);
    if (id < ONE_SHOTS_FROM) this.#itemStarted(id, concurrency);
  }

  #itemStarted(id: number, concurrency: number): void {
    const plan = this.#items[id];
    if (plan === undefined) return;
    if (this.#cleaned.has(id)) this.#break(`A21: ${id} runs after its cleanup`);
    const running = (this.#running[id] ?? 0) + 1;
    this.#running[id] = running;
    const most = plan.whenRunning === "overlap"
      ? plan.maxOverlap ?? concurrency
      : 1;
    if (running > most) {
      this.#break(`A8: ${id} overlaps itself ${running} times`);
    }
    const gate = this.#gateOf(plan.scope);
    if (gate === 0) return;
    const inside = this.#items.reduce(
      (sum, each, other) =>
        this.#gateOf(each.scope) === gate
          ? sum + (this.#running[other] ?? 0)
          : sum,
      0,
    );
    if (inside > 1) this.#break(`serialize: ${inside} runs in scope ${gate}`);
  }

  /** The outermost serialized scope; 0 if none is. */
  #gateOf(scope: number): number {
    let gate = 0;
    for (let id = scope; id !== 0; id = this.#parentOf(id)) {
      if (this.#plan.scopes[id]?.serialize) gate = id;
    }
    return gate;
  }

  /** The callback has decided how its run ends. */
  decided(id: number, executor: number): void {
    this.#busy.delete(executor);
    if (id < ONE_SHOTS_FROM) this.#running[id] = (this.#running[id] ?? 1) - 1;
  }

  /** The cleanup of an item was called. */
  cleanedItem(id: number): void {
    if (this.#cleaned.has(id)) this.#break(`A21: ${id} is cleaned up twice`);
    if (this.#running[id] !== 0) {
      this.#break(`A21: ${id} is cleaned up while it runs`);
    }
    this.#cleaned.add(id);
  }

  /** The cleanup of a scope was called. */
  cleanedScope(id: number): void {
    if (this.#cleanedScopes.has(id)) this.#break(`A21: scope ${id} twice`);
    this.#cleanedScopes.add(id);
    this.#items.forEach((plan, item) => {
      const isInside = plan.scope === id;
      if (!isInside) return;
      const isDone = plan.cleanup === "none" || this.#cleaned.has(item);
      if (!isDone || this.#running[item] !== 0) {
        this.#break(`A21: scope ${id} is cleaned up before item ${item}`);
      }
    });
    this.#plan.scopes.forEach((plan, scope) => {
      const isInside = scope !== 0 && plan.parent === id;
      if (!isInside || plan.cleanup === "none") return;
      if (!this.#cleanedScopes.has(scope)) {
        this.#break(`A21: scope ${id} is cleaned up before scope ${scope}`);
      }
    });
  }

  #break(what: string): void {
    this.broken.push(what);
  }
}
