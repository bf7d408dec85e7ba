/** The way between stores and their database. Calls wait here until they are
 * let through, one after the other, in an order drawn from the seed; and here
 * they meet with faults. */
import { mix, Random } from "../../core/sim/random.ts";
import type { KvLike } from "../../../src/stores/kv/kv_like.ts";
import { errorOf, failsToRead, type Hook, hookOf } from "./faults.ts";
import type { Plan, Trouble } from "./plan.ts";
import type { Traffic } from "./traffic.ts";
import type { Committed, Transaction } from "./transaction.ts";

/** Who calls. */
export interface Caller {
  /** Its number; nobody else has had it. */
  readonly number: number;
  readonly state: "alive" | "frozen" | "dead";
  /** What it is doing, of what a transaction may be part. */
  partsOf(transaction: Transaction): readonly string[];
  /** It is dead. */
  die(): void;
}

/** A call on its way. */
interface Call {
  readonly caller: Caller;
  /** `undefined`: a read. */
  readonly transaction: Transaction | undefined;
  readonly send: () => Promise<unknown>;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** A transaction that comes late; nobody waits for its answer. */
interface Late {
  readonly transaction: Transaction;
  readonly parts: readonly string[];
  readonly hook: Hook;
}

interface Outage {
  readonly trouble: Trouble;
  /** `undefined`: for all. */
  readonly caller: Caller | undefined;
  calls: number;
}

/** What is done so often that few of its commits need to meet with a fault. */
const FREQUENT = /^(?:enqueue|claim|complete|renew)$/;

/** Twins come late: they are let through in one of so many steps. */
const LINGER = 30;

/** One database and all who use it. */
export class Network {
  readonly kv: KvLike;
  /** No more faults. */
  isCalm: boolean;
  /** The calls that met with a fault, as `caller:number`. */
  readonly faults: string[] = [];
  readonly #plan: Plan;
  readonly #random: Random;
  readonly #traffic: Traffic;
  readonly #trace: (line: string) => void;
  #calls: Call[] = [];
  #late: Late[] = [];
  #held: { readonly caller: Caller; readonly deliver: () => void }[] = [];
  #outages: Outage[] = [];
  readonly #counts: Map<Caller, number> = new Map();

  constructor(
    kv: KvLike,
    { plan, traffic, trace }: {
      readonly plan: Plan;
      readonly traffic: Traffic;
      readonly trace: (line: string) => void;
    },
  ) {
    this.kv = kv;
    this.isCalm = !plan.hasFaults;
    this.#plan = plan;
    this.#random = new Random(mix(plan.seed, 2));
    this.#traffic = traffic;
    this.#trace = trace;
  }

  /** Does anything wait to be let through? */
  get isQuiet(): boolean {
    return this.#late.length === 0 && this.#calls.every(isStuck);
  }

  /** Asks for a read, or for a transaction to be committed. */
  ask<Answer>(
    caller: Caller,
    send: () => Promise<Answer>,
    transaction?: Transaction,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (caller.state === "dead") return; // It will never know.
      this.#calls.push({ caller, send, transaction, resolve, reject });
    });
  }

  /** Lets one call through; `false` if there is none. */
  async step(): Promise<boolean> {
    const free = this.#calls.filter((call) => !isStuck(call));
    const count = free.length + this.#late.length;
    if (count === 0) return false;
    const isTooSoon = this.#plan.hasTwins && !this.#random.oneIn(LINGER);
    const at = this.#random.below(isTooSoon ? free.length || count : count);
    const call = free[at];
    if (call === undefined) await this.#sendLate(at - free.length);
    else {
      this.#calls.splice(this.#calls.indexOf(call), 1);
      await this.#pass(call);
    }
    return true;
  }

  /** The database is away for so many calls, of one or of all. */
  breakDown(outage: Outage): void {
    this.#outages.push(outage);
    this.#traffic.outages++;
  }

  /** All is well from now on. */
  calmDown(): void {
    this.isCalm = true;
    this.#outages = [];
  }

  /** Nothing more reaches the frozen one; what was on its way may arrive. */
  async freeze(caller: Caller): Promise<void> {
    for (const call of this.#calls.filter((call) => call.caller === caller)) {
      if (this.#random.oneIn(2)) continue;
      this.#calls.splice(this.#calls.indexOf(call), 1);
      await this.#pass(call);
    }
  }

  /** The frozen one gets the answers that came meanwhile. */
  thaw(caller: Caller): void {
    const held = this.#held;
    this.#held = held.filter((each) => each.caller !== caller);
    for (const each of held) if (each.caller === caller) each.deliver();
  }

  /** What the dead one asked for vanishes, or arrives late. */
  bury(caller: Caller): void {
    this.#held = this.#held.filter((each) => each.caller !== caller);
    this.#outages = this.#outages.filter((each) => each.caller !== caller);
    const calls = this.#calls.filter((call) => call.caller === caller);
    this.#calls = this.#calls.filter((call) => call.caller !== caller);
    for (const { transaction } of calls) {
      if (transaction === undefined || this.#random.oneIn(2)) continue;
      this.#later(caller, transaction, "crash after");
    }
  }

  async #pass(call: Call): Promise<void> {
    const { caller, transaction } = call;
    this.#traffic.calls++;
    const outage = this.#outages.find((each) =>
      each.caller === undefined || each.caller === caller
    );
    if (outage !== undefined) return this.#fail(call, outage);
    const number = (this.#counts.get(caller) ?? 0) + 1;
    this.#counts.set(caller, number);
    const isCalm = this.isCalm ||
      this.#plan.calm.has(`${caller.number}:${number}`);
    if (transaction !== undefined) {
      await this.#commit(call, transaction, isCalm ? undefined : number);
    } else if (!isCalm && this.#failsToRead(caller, number)) {
      this.faults.push(`${caller.number}:${number}`);
      this.#answer(caller, () => call.reject(errorOf(number)));
    } else await this.#read(call);
  }

  #failsToRead(caller: Caller, call: number): boolean {
    return failsToRead(this.#plan.seed, { caller: caller.number, call });
  }

  /** A call finds the database away. */
  #fail(call: Call, outage: Outage): void {
    if (--outage.calls <= 0) {
      this.#outages.splice(this.#outages.indexOf(outage), 1);
    }
    if (outage.trouble === "silent") return; // No answer will ever come.
    const error = errorOf(outage.trouble === "locked" ? 0 : 1);
    this.#answer(call.caller, () => call.reject(error));
  }

  async #read({ caller, send, resolve, reject }: Call): Promise<void> {
    try {
      const answer = await send();
      this.#answer(caller, () => resolve(answer as never)); // It asked for it.
    } catch (error) {
      this.#answer(caller, () => reject(error as Error)); // A KV throws errors.
    }
  }

  /** `number`: it may meet with a fault. */
  async #commit(
    call: Call,
    transaction: Transaction,
    number: number | undefined,
  ): Promise<void> {
    const { caller } = call;
    const parts = caller.partsOf(transaction);
    const isRare = !parts.some((part) => FREQUENT.test(part));
    const about = { caller: caller.number, call: number ?? 0, isRare };
    const twin = this.#plan.hasTwins ? "sent twice" : undefined;
    const hook = number === undefined
      ? undefined
      : hookOf(this.#plan.seed, about) ?? twin;
    if (hook === undefined) return await this.#read(call);
    this.faults.push(`${caller.number}:${number}`);
    this.#trace(`${hook} of ${caller.number}: ${parts.join(", ")}`);
    await this.#harm(call, { transaction, hook, parts });
  }

  async #harm(call: Call, { transaction, hook, parts }: Late): Promise<void> {
    const { caller } = call;
    this.#traffic.hooks[hook]++;
    const isSent = hook !== "crash before" && hook !== "throw" &&
      hook !== "late";
    let answer: Committed | Error | undefined;
    if (isSent) answer = await this.#send(transaction);
    if (!isSent || isDone(answer)) this.#meet(parts, hook);
    switch (hook) {
      case "crash before":
      case "crash after":
        return caller.die();
      case "late":
        this.#later(caller, transaction, hook);
        break;
      case "sent twice":
        if (isDone(answer) || this.#plan.hasTwins) {
          this.#later(caller, transaction, hook);
        }
        return this.#tell(call, answer);
      case "refused twin":
        return this.#tell(call, await this.#send(transaction));
    }
    this.#answer(caller, () => call.reject(errorOf(caller.number)));
  }

  #tell(call: Call, answer: Committed | Error | undefined): void {
    this.#answer(call.caller, () => {
      if (answer instanceof Error) call.reject(answer);
      else call.resolve(answer as never); // What a commit answers.
    });
  }

  async #send(transaction: Transaction): Promise<Committed | Error> {
    this.#traffic.commits++;
    try {
      const answer = await transaction.send(this.kv);
      if (!answer.ok) this.#traffic.refused++;
      return answer;
    } catch (error) {
      return error as Error; // A KV throws errors.
    }
  }

  #later(caller: Caller, transaction: Transaction, hook: Hook): void {
    const parts = caller.partsOf(transaction);
    this.#late.push({ transaction, parts, hook });
  }

  async #sendLate(at: number): Promise<void> {
    const [late] = this.#late.splice(at, 1);
    if (late === undefined) return;
    const answer = await this.#send(late.transaction);
    this.#trace(
      `late (${late.hook}): ${late.parts.join(", ")}: ${
        isDone(answer) ? "done" : "refused"
      }`,
    );
  }

  #meet(parts: readonly string[], hook: Hook): void {
    for (const part of parts) {
      const name = `${part}: ${hook}`;
      this.#traffic.met.set(name, (this.#traffic.met.get(name) ?? 0) + 1);
    }
  }

  /** The frozen get their answers later, the dead never. */
  #answer(caller: Caller, deliver: () => void): void {
    if (caller.state === "frozen") this.#held.push({ caller, deliver });
    else if (caller.state === "alive") deliver();
  }
}

function isStuck({ caller }: Call): boolean {
  return caller.state !== "alive";
}

function isDone(answer: Committed | Error | undefined): boolean {
  return answer !== undefined && !(answer instanceof Error) && answer.ok;
}
