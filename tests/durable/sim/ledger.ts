/** What was asked and what was answered, as those outside see it. It knows
 * nothing of how a store works. */
import type { Taken } from "../../../src/durable/store.ts";
import type {
  Claim,
  Loaded,
  Receipt,
  Settled,
} from "../../../src/durable/stored.ts";
import { StoreError } from "../../../src/durable/errors.ts";
import { numbersIn } from "./bodies.ts";
import type { Name, VerdictPlan, WakePlan } from "./plan.ts";

/** One enqueue. */
export interface Sent {
  readonly plan: WakePlan;
  readonly reply: string | undefined;
  readonly begun: number;
  answer: "pending" | "refused" | "unknown" | "duplicate" | "accepted";
  /** Of the item afterwards. */
  version: string;
}

/** What was taken back. */
export interface Take {
  readonly name: Name;
  readonly type: "cancelled" | "deleted" | "discarded";
  readonly begun: number;
  ended: number;
  /** Has the store said so? */
  isDone: boolean;
  /** `undefined`: nobody knows. */
  messages: readonly number[] | undefined;
  replies: readonly string[];
}

/** A run that was claimed. */
export interface Run {
  readonly claim: Claim;
  readonly session: Session;
  readonly maxMessages: number;
  /** When the claim was asked for, and when the settlement was answered. */
  readonly begun: number;
  ended: number;
  loaded: Loaded | undefined;
  verdict: VerdictPlan | undefined;
  isSettling: boolean;
  /** May a settlement have happened that nobody told us of? */
  isUnknown: boolean;
  /** Has the store said that the claim is lost? */
  isKnownLost: boolean;
  settled: Settled | undefined;
}

/** A session as its own process sees it. */
export interface Session {
  readonly name: string;
  /** When the last renewal that succeeded was sent, by its own clock. */
  sentMs: number;
  /** The same, by the time of the world. */
  sentAtMs: number;
  /** Has its process given it up? */
  isOver: boolean;
  /** Has somebody fenced it without waiting? */
  isWronged: boolean;
}

/** All that happened. */
export class Ledger {
  readonly sent: Sent[] = [];
  readonly takes: Take[] = [];
  readonly runs: Run[] = [];
  /** Messages that were enqueued again from a dead letter. */
  readonly redriven: Set<number> = new Set();
  /** What must not be. */
  readonly violations: string[] = [];
  #moment = 0;

  /** The number of this event. */
  moment(): number {
    return ++this.#moment;
  }

  /** Something must not be. */
  accuse(what: string): void {
    this.violations.push(what);
  }

  /** An enqueue begins. */
  send(plan: WakePlan, reply: string | undefined): Sent {
    const begun = this.moment();
    const sent: Sent = { plan, reply, begun, answer: "pending", version: "" };
    this.sent.push(sent);
    return sent;
  }

  /** An enqueue is answered. */
  answered(sent: Sent, answer: Receipt | Error): void {
    if (answer instanceof Error) {
      sent.answer = isUnknown(answer) ? "unknown" : "refused";
      return;
    }
    const { outcome, version } = answer;
    sent.version = version;
    sent.answer = outcome === "skipped"
      ? "refused"
      : outcome === "duplicate"
      ? "duplicate"
      : "accepted";
    if (sent.plan.isTooLarge) this.accuse("what is too large was accepted");
    if (outcome === "duplicate") this.#checkDuplicate(sent);
  }

  /** Something is to be taken back. */
  take(name: Name, type: Take["type"]): Take {
    const begun = this.moment();
    const take: Take = {
      name,
      type,
      begun,
      ended: Infinity,
      isDone: false,
      messages: undefined,
      replies: [],
    };
    this.takes.push(take);
    return take;
  }

  /** It could not be; if nobody knows, messages may be gone. */
  failed(take: Take, error: Error): void {
    take.ended = this.moment();
    if (!isUnknown(error)) take.messages = [];
  }

  /** It was. */
  took(take: Take, taken: Taken): void {
    take.ended = this.moment();
    take.isDone = true;
    const messages = taken.messages ?? [];
    take.messages = messages.flatMap(({ body }) => numbersIn(body));
    take.replies = messages.flatMap(({ reply }) => reply ?? []);
  }

  /** A run was settled. */
  settled(run: Run, settled: Settled): void {
    const { kind, key, fence } = run.claim;
    const name = `run ${fence} of ${kind}/${key}`;
    run.settled = settled;
    run.ended = this.moment();
    if (settled.state === "lost" || settled.state === "conflict") return;
    if (run.isKnownLost) this.accuse(`${name} was lost, and settled`);
  }

  #checkDuplicate(sent: Sent): void {
    const { message } = sent.plan;
    const isKnown = this.sent.some((other) =>
      other !== sent && other.plan.message === message &&
      other.answer !== "refused"
    );
    if (!isKnown) this.accuse(`message ${message} is a duplicate of nothing`);
  }
}

/** May it have happened all the same? */
export function isUnknown(error: Error): boolean {
  return error instanceof StoreError && error.outcome === "unknown";
}
